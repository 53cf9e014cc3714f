from concurrent.futures import ThreadPoolExecutor

import pytest

from bedrock_emulator.config import Settings
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.lab import Lab
from bedrock_emulator.state.labs import Labs
from tests.emulator.state.samples import api, entry, fresh_labs


def test_the_default_lab_is_there_and_stays():
    labs = fresh_labs()
    assert labs.get("default") is labs.default
    with pytest.raises(AdminError, match="reset") as refused:
        labs.delete("default")
    assert refused.value.status == 409


def test_a_lab_is_made_once_and_deleted():
    labs = fresh_labs()
    first, was_new = labs.put("a", {})
    again, is_new = labs.put("a", {"region": "eu-west-1"})
    assert (was_new, is_new, again is first, first.region) == (True, False, True, "eu-west-1")
    labs.delete("a")
    assert labs.get("a") is None


def test_labs_do_not_see_each_other():
    labs = fresh_labs()
    (one, _), (other, _) = labs.put("one", {}), labs.put("other", {})
    one.put("faults", {"faults": [{"error": {"code": "ThrottlingException"}}]})
    one.put("clock", {"now": "2030-01-01T00:00:00Z"})
    one.put("credentials", {"credentials": [{"bearerToken": "ABSKvalue"}]})
    one.put("catalogue", {"replace": True})
    one.journal.append(entry())
    for lab in (other, labs.default):
        assert (len(lab.faults), lab.clock.mode, len(lab.journal)) == (0, "real", 0)
        assert lab.credentials.lookup_bearer("ABSKvalue") is None
        assert lab.catalogue.models_in("us-east-1") != []


@pytest.mark.parametrize("name", ["a", "0", "a-b-c", "9lives", "x" * 63])
def test_names_that_a_lab_may_have(name):
    lab, _ = fresh_labs().put(name, {})
    assert lab.path == f"/_lab/{name}"


@pytest.mark.parametrize("name", ["", "-a", "A", "a_b", "a.b", "a/b", "ä", "x" * 64, "a\n"])
def test_names_that_a_lab_may_not_have(name):
    with pytest.raises(AdminError, match="cannot name a lab"):
        fresh_labs().put(name, {})


def test_a_wrong_setup_leaves_no_lab_behind():
    labs = fresh_labs()
    with pytest.raises(AdminError):
        labs.put("a", {"region": "mars"})
    assert labs.get("a") is None


def test_deleting_what_is_not_there_is_refused():
    with pytest.raises(AdminError, match="no lab is called 'a'") as refused:
        fresh_labs().delete("a")
    assert refused.value.status == 404


def test_the_number_of_labs_is_bounded_and_deleting_makes_room():
    labs = Labs(Settings(), api(), max_labs=2)
    labs.put("a", {})
    with pytest.raises(AdminError, match="delete some") as refused:
        labs.put("b", {})
    assert refused.value.status == 409
    labs.put("a", {})
    labs.delete("a")
    labs.put("b", {})
    assert len(labs) == 2


def test_of_many_threads_one_makes_the_lab():
    labs = fresh_labs()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: labs.put("a", {}), range(32)))
    assert sum(is_new for _, is_new in made) == 1
    assert {id(lab) for lab, _ in made} == {id(labs.get("a"))}


def test_of_two_requests_that_make_a_lab_neither_is_lost(monkeypatch):
    labs, configure = fresh_labs(), Lab.configure

    def overtaken(lab, document):
        monkeypatch.setattr(Lab, "configure", configure)
        labs.put("a", {"region": "eu-west-1"})
        configure(lab, document)

    monkeypatch.setattr(Lab, "configure", overtaken)
    lab, is_new = labs.put("a", {"auth": "strict"})
    assert (lab is labs.get("a"), is_new, lab.region, lab.auth) == (True, False, "eu-west-1", "strict")


def test_a_deleted_lab_lets_go_who_waits_for_its_journal():
    labs = fresh_labs()
    journal = labs.put("a", {})[0].journal
    labs.delete("a")
    with pytest.raises(AdminError, match="deleted"):
        journal.wait(1, timeout=30)
