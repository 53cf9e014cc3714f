"""The life of a guardrail as a botocore client sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bedrock_emulator.state.guardrails import MOST_GUARDRAILS, MOST_VERSIONS, GuardrailVersion
from tests.emulator.guardrails.support import ACCOUNT, MINIMAL, REGION, Client, InProcess

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
OTHER_KEY = {"accessKeyId": "AKIAOTHER", "secretAccessKey": "secret", "account": "999988887777"}
SERVER = InProcess()
CLIENT = SERVER.client()


@pytest.fixture(autouse=True)
def _empty_lab() -> None:
    SERVER.labs.default.reset()
    SERVER.labs.default.clock.stop_at(NOON)


def _create(client: Client = CLIENT, **settings: Any) -> str:
    guardrail_id: str = client.create_guardrail(**{**MINIMAL, **settings})["guardrailId"]
    return guardrail_id


def _update(guardrail_id: str, **settings: Any) -> Any:
    return CLIENT.update_guardrail(guardrailIdentifier=guardrail_id, **{**MINIMAL, **settings})


def _code(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response: Any = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def _listed(client: Client = CLIENT, **params: Any) -> list[tuple[str, str]]:
    pages = client.get_paginator("list_guardrails").paginate(**params)
    return [(row["id"], row["version"]) for page in pages for row in page["guardrails"]]


def test_too_many_topics_are_refused_without_repeating_them() -> None:
    """What topics and words say is sensitive by the service model, also within the list that is too long."""
    topics = [{"name": f"secret-{each}", "definition": "secret", "type": "DENY"} for each in range(31)]
    with pytest.raises(ClientError) as caught:
        _create(topicPolicyConfig={"topicsConfig": topics})
    assert caught.value.response["Error"]["Message"] == (
        "1 validation error detected: Value at 'topicPolicyConfig.topicsConfig' failed to satisfy constraint: "
        "Member must have length less than or equal to 30"
    )


def test_the_answers_have_the_statuses_and_members_of_the_service() -> None:
    created = CLIENT.create_guardrail(**MINIMAL)
    guardrail_id = created["guardrailId"]
    numbered = CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id)
    updated = _update(guardrail_id)
    deleted = CLIENT.delete_guardrail(guardrailIdentifier=guardrail_id)

    statuses = [
        each.pop("ResponseMetadata")["HTTPStatusCode"] for each in (created, numbered, updated, deleted)
    ]
    assert statuses == [202] * 4
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{guardrail_id}"
    reference = {"guardrailId": guardrail_id, "guardrailArn": arn, "version": "DRAFT"}
    assert created == {**reference, "createdAt": NOON}
    assert numbered == {"guardrailId": guardrail_id, "version": "1"}
    assert updated == {**reference, "updatedAt": NOON}
    assert deleted == {}


def test_times_are_those_of_the_labs_clock() -> None:
    clock = SERVER.labs.default.clock
    guardrail_id = _create()
    clock.advance(60)
    _update(guardrail_id)
    clock.advance(60)
    CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id)

    draft = CLIENT.get_guardrail(guardrailIdentifier=guardrail_id)
    first = CLIENT.get_guardrail(guardrailIdentifier=guardrail_id, guardrailVersion="1")

    minute = timedelta(minutes=1)
    assert (draft["createdAt"], draft["updatedAt"]) == (NOON, NOON + minute)
    assert (first["createdAt"], first["updatedAt"]) == (NOON + 2 * minute,) * 2
    assert draft["status"] == first["status"] == "READY"


def test_a_numbered_version_stays_what_the_draft_was() -> None:
    guardrail_id = _create(name="before")
    CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id, description="The first.")

    _update(guardrail_id, name="after", wordPolicyConfig={"wordsConfig": [{"text": "agave"}]})

    first = CLIENT.get_guardrail(guardrailIdentifier=guardrail_id, guardrailVersion="1")
    draft = CLIENT.get_guardrail(guardrailIdentifier=guardrail_id, guardrailVersion="DRAFT")
    assert (first["name"], first["description"]) == ("before", "The first.")
    assert first["wordPolicy"]["words"] == [{"text": "cactus"}]
    assert (draft["name"], draft.get("description")) == ("after", None)
    assert draft["wordPolicy"]["words"] == [{"text": "agave"}]


def test_numbers_of_deleted_versions_do_not_come_again() -> None:
    guardrail_id = _create()
    for _ in range(2):
        CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id)
    CLIENT.delete_guardrail(guardrailIdentifier=guardrail_id, guardrailVersion="2")

    CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id)

    rows = _listed(guardrailIdentifier=guardrail_id, PaginationConfig={"PageSize": 1})
    assert [version for _, version in rows] == ["DRAFT", "1", "3"]


def test_without_an_identifier_drafts_alone_are_listed_the_oldest_first() -> None:
    ids = []
    for name in ("one", "two", "three"):
        ids.append(_create(name=name))
        SERVER.labs.default.clock.advance(1)
    CLIENT.create_guardrail_version(guardrailIdentifier=ids[0])

    assert _listed() == [(each, "DRAFT") for each in ids]
    assert _listed(PaginationConfig={"PageSize": 2}) == _listed()


@pytest.mark.parametrize("form", ["guardrailId", "guardrailArn"])
def test_a_guardrail_is_found_by_id_and_by_arn(form: str) -> None:
    created = CLIENT.create_guardrail(**MINIMAL)
    identifier = created[form]

    CLIENT.create_guardrail_version(guardrailIdentifier=identifier)
    assert CLIENT.get_guardrail(guardrailIdentifier=identifier)["guardrailId"] == created["guardrailId"]
    assert _update(identifier)["guardrailId"] == created["guardrailId"]
    assert len(_listed(guardrailIdentifier=identifier)) == 2
    CLIENT.delete_guardrail(guardrailIdentifier=identifier, guardrailVersion="1")
    CLIENT.delete_guardrail(guardrailIdentifier=identifier)
    assert _listed() == []


def test_versions_are_listed_by_number_whatever_the_clock_said() -> None:
    guardrail_id = _create()
    for _ in range(11):
        CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id)
        SERVER.labs.default.clock.advance(-1)

    rows = _listed(guardrailIdentifier=guardrail_id, PaginationConfig={"PageSize": 4})

    assert [version for _, version in rows] == ["DRAFT", *(str(number) for number in range(1, 12))]


@pytest.mark.parametrize(
    ("account", "region"), [(ACCOUNT, "eu-west-1"), ("999988887777", REGION)], ids=["region", "account"]
)
def test_the_arn_of_another_place_does_not_mean_the_guardrail_here(account: str, region: str) -> None:
    arn = f"arn:aws:bedrock:{region}:{account}:guardrail/{_create()}"
    with pytest.raises(ClientError) as caught:
        CLIENT.get_guardrail(guardrailIdentifier=arn)
    assert _code(caught) == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        pytest.param("get_guardrail", {}, id="get"),
        pytest.param("get_guardrail", {"guardrailVersion": "7"}, id="get-version"),
        pytest.param("update_guardrail", MINIMAL, id="update"),
        pytest.param("create_guardrail_version", {}, id="version"),
        pytest.param("delete_guardrail", {}, id="delete"),
        pytest.param("delete_guardrail", {"guardrailVersion": "7"}, id="delete-version"),
        pytest.param("list_guardrails", {}, id="list"),
    ],
)
@pytest.mark.parametrize(
    "identifier",
    ["abcdefghijkl", f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:guardrail/abcdefghijkl"],
    ids=["unknown", "elsewhere"],
)
def test_what_does_not_exist_is_not_found(operation: str, params: dict[str, Any], identifier: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(CLIENT, operation)(guardrailIdentifier=identifier, **params)
    assert _code(caught) == ("ResourceNotFoundException", 404)
    assert identifier in str(caught.value)


@pytest.mark.parametrize("operation", ["get_guardrail", "delete_guardrail"])
def test_a_version_that_does_not_exist_is_not_found(operation: str) -> None:
    guardrail_id = _create()
    with pytest.raises(ClientError) as caught:
        getattr(CLIENT, operation)(guardrailIdentifier=guardrail_id, guardrailVersion="1")
    assert _code(caught) == ("ResourceNotFoundException", 404)


def test_the_draft_cannot_be_deleted_by_its_name() -> None:
    guardrail_id = _create()
    with pytest.raises(ClientError) as caught:
        CLIENT.delete_guardrail(guardrailIdentifier=guardrail_id, guardrailVersion="DRAFT")
    assert _code(caught) == ("ValidationException", 400)
    assert "guardrailVersion" in str(caught.value)


def test_names_differ_within_an_account_and_region() -> None:
    first, second = _create(name="one"), _create(name="two")

    with pytest.raises(
        ClientError, match="Another guardrail in your account already has this name"
    ) as caught:
        _create(name="one")
    assert _code(caught) == ("ConflictException", 400)
    with pytest.raises(ClientError, match="already has this name"):
        _update(second, name="one")

    _update(first, name="one", description="Its own name is no conflict.")
    CLIENT.delete_guardrail(guardrailIdentifier=first)
    _update(second, name="one")


def test_accounts_and_regions_do_not_see_each_other() -> None:
    SERVER.labs.default.configure({"credentials": [OTHER_KEY]})
    here = _create()
    elsewhere = [SERVER.client(region="eu-west-1"), SERVER.client(access_key="AKIAOTHER")]

    for client in elsewhere:
        assert _listed(client) == []
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            client.get_guardrail(guardrailIdentifier=here)
        _create(client)  # the name is free there

    assert _listed() == [(here, "DRAFT")]


def test_a_repeated_request_is_carried_out_once() -> None:
    token = "a-token"
    first = _create(clientRequestToken=token)
    assert _create(clientRequestToken=token) == first
    versions = [
        CLIENT.create_guardrail_version(guardrailIdentifier=first, clientRequestToken=token)["version"]
        for _ in range(2)
    ]

    with pytest.raises(ClientError) as caught:
        _create(name="another", clientRequestToken=token)

    assert _code(caught) == ("ConflictException", 400)
    assert versions == ["1", "1"]
    assert len(_listed()) == 1


def test_tags_come_with_the_guardrail_and_go_with_it() -> None:
    tags = [{"key": "team", "value": "a"}]
    created = CLIENT.create_guardrail(**MINIMAL, tags=tags)
    arn = created["guardrailArn"]
    assert CLIENT.list_tags_for_resource(resourceARN=arn)["tags"] == tags

    CLIENT.delete_guardrail(guardrailIdentifier=arn)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        CLIENT.list_tags_for_resource(resourceARN=arn)


def test_refused_tags_leave_no_guardrail_behind() -> None:
    with pytest.raises(ClientError):
        _create(tags=[{"key": "team", "value": "a"}, {"key": "team", "value": "b"}])
    assert _listed() == []


@pytest.mark.parametrize("operation", ["create_guardrail", "update_guardrail"])
def test_both_ways_of_writing_check_the_rules(operation: str) -> None:
    identifier = {"guardrailIdentifier": _create()} if operation == "update_guardrail" else {}
    settings = {
        **MINIMAL,
        "name": "other",
        "wordPolicyConfig": {"wordsConfig": [{"text": "a"}, {"text": "A"}]},
    }
    with pytest.raises(ClientError, match="case-insensitive duplicates") as caught:
        getattr(CLIENT, operation)(**identifier, **settings)
    assert _code(caught) == ("ValidationException", 400)


def test_the_quotas_are_those_of_the_service() -> None:
    guardrail_id = [_create(name=f"n{each}") for each in range(MOST_GUARDRAILS)][-1]
    for _ in range(MOST_VERSIONS):
        CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id)

    for attempt in (
        lambda: _create(name="one-more"),
        lambda: CLIENT.create_guardrail_version(guardrailIdentifier=guardrail_id),
    ):
        with pytest.raises(ClientError) as caught:
            attempt()
        assert _code(caught) == ("ServiceQuotaExceededException", 400)

    CLIENT.delete_guardrail(guardrailIdentifier=guardrail_id)
    _create(name="one-more")


def test_a_token_of_another_list_is_refused() -> None:
    guardrail_id = _create(name="one")
    _create(name="two")
    token = CLIENT.list_guardrails(maxResults=1)["nextToken"]
    with pytest.raises(ClientError) as caught:
        CLIENT.list_guardrails(guardrailIdentifier=guardrail_id, nextToken=token)
    assert _code(caught) == ("ValidationException", 400)


def _found(identifier: str, version: str) -> GuardrailVersion | None:
    return SERVER.labs.default.resources.of(ACCOUNT, REGION).guardrails.find(identifier, version)


def test_the_store_gives_evaluation_a_value_that_nothing_changes() -> None:
    created = CLIENT.create_guardrail(
        **MINIMAL, topicPolicyConfig={"topicsConfig": [{"name": "a", "definition": "b", "type": "DENY"}]}
    )
    found = _found(created["guardrailArn"], "DRAFT")
    assert found is not None
    _update(created["guardrailId"], blockedInputMessaging="Changed.")

    assert (found.guardrail_id, found.arn) == (created["guardrailId"], created["guardrailArn"])
    assert (found.blocked_input, found.blocked_output) == ("No such question.", "No such answer.")
    assert found.policies.keys() == {"topicPolicy", "wordPolicy"}
    topics: Any = found.policies["topicPolicy"]["topics"]
    with pytest.raises(TypeError):
        topics[0]["name"] = "c"
    with pytest.raises(TypeError):
        topics[0] = {}
    assert "No such question." not in repr(found)


@pytest.mark.parametrize(("identifier", "version"), [("abcdefghijkl", "DRAFT"), (None, "1")])
def test_the_store_says_none_for_what_does_not_exist(identifier: str | None, version: str) -> None:
    assert _found(identifier or _create(), version) is None
