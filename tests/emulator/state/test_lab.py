import pytest

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.journal import Journal
from bedrock_emulator.state.schema import check_document
from tests.emulator.state.asking import ask, text_of
from tests.emulator.state.samples import CLAUDE, NOON, entry, fresh_lab, fresh_labs

RULE = {"reply": {"content": [{"text": "hi"}]}}
FAULT = {"error": {"code": "ThrottlingException"}}
EVERYTHING = {
    "region": "eu-west-1",
    "auth": "strict",
    "catalogue": {"models": [], "replace": True},
    "scenario": {"version": 1, "rules": [RULE]},
    "faults": [FAULT],
    "credentials": [{"bearerToken": "ABSKvalue"}],
    "clock": {"now": "2026-05-01T12:00:00Z"},
}


def test_a_lab_can_be_set_up_at_once():
    lab = fresh_lab()
    lab.configure(EVERYTHING)
    assert (lab.region, lab.auth, lab.clock.now()) == ("eu-west-1", "strict", NOON)
    assert lab.catalogue.models_in("eu-west-1") == []
    assert text_of(lab.scenario, ask()) == "hi"
    assert lab.faults.take_error("Converse", CLAUDE) is not None
    assert lab.credentials.lookup_bearer("ABSKvalue") is not None


def test_the_same_setup_twice_gives_the_same_lab():
    lab = fresh_lab()
    lab.configure(EVERYTHING)
    once = lab.describe()
    lab.configure(EVERYTHING)
    assert lab.describe() == once


def test_parts_that_are_not_named_stay():
    lab = fresh_lab()
    lab.configure(EVERYTHING)
    lab.configure({"region": "us-west-2"})
    assert (lab.region, lab.auth, len(lab.scenario)) == ("us-west-2", "strict", 1)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (
            {"scenario": {"version": 1, "rules": [{"when": {"operation": "X"}, **RULE}]}},
            "scenario.rules[0].when.operation",
        ),
        ({"faults": [{"error": {"code": "Unknown"}}]}, "faults[0].error.status"),
        ({"clock": {"now": "noon"}}, "clock.now"),
        ({"credentials": [{"bearerToken": "ABSK", "expiresAt": "x"}]}, "credentials[0].expiresAt"),
        ({"catalogue": {"models": [{"modelId": 5}]}}, "catalogue.models[0].modelId"),
    ],
    ids=["scenario", "faults", "clock", "credentials", "catalogue"],
)
def test_a_setup_that_is_wrong_anywhere_changes_nothing(wrong, path):
    lab = fresh_lab()
    lab.configure(EVERYTHING)
    before, parts = lab.describe(), (lab.scenario, lab.faults, lab.credentials, lab.catalogue, lab.clock)
    with pytest.raises(AdminError) as refused:
        lab.configure({"region": "us-west-2", "auth": "off"} | wrong)
    assert refused.value.path == path
    assert lab.describe() == before
    assert parts == (lab.scenario, lab.faults, lab.credentials, lab.catalogue, lab.clock)


@pytest.mark.parametrize(
    ("part", "document", "path"),
    [
        (
            "scenario",
            {"version": 1, "rules": [{"reply": {"content": [{"txt": ""}]}}]},
            "rules[0].reply.content[0].txt",
        ),
        ("faults", {"faults": [{"error": {"code": "Unknown"}}]}, "faults[0].error.status"),
        ("clock", {"now": "noon"}, "now"),
        (
            "credentials",
            {"credentials": [{"bearerToken": "ABSK", "expiresAt": "x"}]},
            "credentials[0].expiresAt",
        ),
        ("catalogue", {"models": [{"modelId": 5}]}, "models[0].modelId"),
    ],
)
def test_the_place_of_a_wrong_part_is_told_from_its_own_document(part, document, path):
    with pytest.raises(AdminError) as refused:
        fresh_lab().put(part, document)
    assert refused.value.path == path


def test_putting_a_part_replaces_it():
    lab = fresh_lab()
    lab.put("faults", {"faults": [FAULT, FAULT]})
    lab.put("faults", {"faults": [FAULT]})
    lab.put("catalogue", {"replace": True})
    lab.put("catalogue", {})
    assert len(lab.faults) == 1
    assert lab.catalogue.models_in("us-east-1") != []


def test_a_reset_lab_is_as_new():
    lab = fresh_lab()
    new = {name: value for name, value in lab.describe().items() if name != "clock"}
    lab.configure(EVERYTHING)
    lab.journal.append(entry())
    lab.reset()
    assert {name: value for name, value in lab.describe().items() if name != "clock"} == new
    assert (lab.clock.mode, lab.credentials.lookup_bearer("ABSKvalue")) == ("real", None)


def test_an_exchange_that_a_reset_overtakes_is_not_shown_without_its_secrets():
    lab = fresh_lab()
    lab.put("credentials", {"credentials": [{"bearerToken": "ABSKvalue"}]})
    journal = lab.journal
    lab.reset()
    journal.append(entry(error_message="ABSKvalue"))
    assert lab.journal.entries() == []


def test_a_reset_forgets_the_exchanges_before_their_secrets(monkeypatch):
    lab, close, seen = fresh_lab(), Journal.close, []

    def watched(journal: Journal) -> None:
        seen.extend(journal.entries())
        close(journal)

    lab.put("credentials", {"credentials": [{"bearerToken": "ABSKvalue"}]})
    lab.journal.append(entry(error_message="ABSKvalue"))
    monkeypatch.setattr(Journal, "close", watched)
    former = lab.journal
    lab.reset()
    assert [each["errorMessage"] for each in seen] == ["[redacted]"]
    assert former.entries() == []


def test_a_secret_stays_redacted_after_its_key_was_replaced():
    lab = fresh_lab()
    lab.put("credentials", {"credentials": [{"bearerToken": "ABSKvalue"}]})
    lab.journal.append(entry(error_message="ABSKvalue"))
    lab.put("credentials", {"credentials": []})
    assert lab.journal.entries()[0]["errorMessage"] == "[redacted]"


def test_a_lab_takes_region_and_authentication_from_its_server_until_told_otherwise():
    lab = fresh_labs(region="eu-central-1", auth="strict").default
    assert (lab.region, lab.auth) == ("eu-central-1", "strict")
    seen = []
    for mode in ("off", None):
        lab.configure({"auth": mode})
        seen.append(lab.auth)
    assert seen == ["off", "strict"]


def test_the_description_is_as_the_schema_says():
    check_document({**fresh_lab().describe(), "endpointUrl": "http://127.0.0.1:4577/_lab/a"}, "LabState")
