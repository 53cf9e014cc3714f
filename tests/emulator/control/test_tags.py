"""TagResource, UntagResource, ListTagsForResource."""

import threading
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from bedrock_emulator.state.home import Home
from bedrock_emulator.state.identifiers import Identifiers
from bedrock_emulator.state.tags import MOST_TAGS, TagStore
from tests.emulator.catalog.support import ACCOUNT, NOW
from tests.emulator.control.caller import Caller, RefusedError

PROFILE = {
    "inferenceProfileName": "team-a",
    "modelSource": {"copyFrom": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"},
}
GUARDRAIL = {
    "name": "team-a",
    "blockedInputMessaging": "no",
    "blockedOutputsMessaging": "no",
    "wordPolicyConfig": {"wordsConfig": [{"text": "word"}]},
}
CREATORS = [
    pytest.param("CreateInferenceProfile", PROFILE, "inferenceProfileArn", id="profile"),
    pytest.param("CreateGuardrail", GUARDRAIL, "guardrailArn", id="guardrail"),
]


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


@pytest.fixture(scope="module")
def server() -> Caller:
    return Caller()


@pytest.fixture
def caller(server: Caller) -> Caller:
    server.admin("POST", "labs/default/reset")
    return server


def _refusal(caller: Caller, operation: str, **params: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        caller.call(operation, **params)
    return caught.value


@pytest.mark.parametrize(("operation", "request_", "member"), CREATORS)
def test_everything_taggable_is_tagged_the_same_way(
    caller: Caller, operation: str, request_: dict[str, Any], member: str
) -> None:
    arn = caller.call(operation, **request_, tags=_tags(a="1", b="2"))[member]
    assert caller.call("ListTagsForResource", resourceARN=arn) == {"tags": _tags(a="1", b="2")}
    caller.call("TagResource", resourceARN=arn, tags=_tags(b="3", c=""))
    assert caller.call("ListTagsForResource", resourceARN=arn) == {"tags": _tags(a="1", b="3", c="")}
    caller.call("UntagResource", resourceARN=arn, tagKeys=["a", "never-there"])
    assert caller.call("ListTagsForResource", resourceARN=arn) == {"tags": _tags(b="3", c="")}


@pytest.mark.parametrize(("operation", "request_", "member"), CREATORS)
def test_a_resource_has_at_most_fifty_tags(
    caller: Caller, operation: str, request_: dict[str, Any], member: str
) -> None:
    full = [{"key": f"key-{number}", "value": ""} for number in range(MOST_TAGS)]
    refused = _refusal(caller, operation, **request_, tags=[*full, *_tags(more="")])
    assert (refused.status, refused.code) == (400, "TooManyTagsException")
    arn = caller.call(operation, **request_, tags=full)[member]  # the refused one left its name free
    refused = _refusal(caller, "TagResource", resourceARN=arn, tags=_tags(more=""))
    assert (refused.status, refused.code, refused.body["resourceName"]) == (400, "TooManyTagsException", arn)
    caller.call("TagResource", resourceARN=arn, tags=[{"key": "key-0", "value": "new"}])
    assert len(caller.call("ListTagsForResource", resourceARN=arn)["tags"]) == MOST_TAGS


@pytest.mark.parametrize(
    "tags",
    [_tags(a="1") * 2, _tags(**{"aws:owner": "me"}), _tags(**{"AWS:owner": "me"})],
    ids=["a key twice", "reserved", "reserved in capitals"],
)
def test_tags_that_cannot_be_leave_the_others_as_they_were(
    caller: Caller, tags: list[dict[str, str]]
) -> None:
    arn = caller.call("CreateInferenceProfile", **PROFILE, tags=_tags(kept="1"))["inferenceProfileArn"]
    refused = _refusal(caller, "TagResource", resourceARN=arn, tags=[*_tags(new="1"), *tags])
    assert (refused.status, refused.code) == (400, "ValidationException")
    assert tags[0]["key"] in refused.message
    assert caller.call("ListTagsForResource", resourceARN=arn) == {"tags": _tags(kept="1")}


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/abcdefghijkl",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abcdefghijkl",
    ],
    ids=["profile", "guardrail"],
)
@pytest.mark.parametrize(
    ("operation", "more"),
    [("ListTagsForResource", {}), ("TagResource", {"tags": []}), ("UntagResource", {"tagKeys": []})],
)
def test_what_is_not_there_has_no_tags(
    caller: Caller, operation: str, more: dict[str, Any], arn: str
) -> None:
    refused = _refusal(caller, operation, resourceARN=arn, **more)
    assert (refused.status, refused.code) == (404, "ResourceNotFoundException")
    assert arn in refused.message


def test_a_tag_is_not_lost_to_another_request_at_the_same_moment() -> None:
    identifiers = Identifiers(Random(0))  # noqa: S311  (ids are no secrets)
    store = TagStore(Home(account=ACCOUNT, region="us-east-1", now=lambda: NOW, identifiers=identifiers))
    store.attach("arn")
    other = threading.Thread(target=store.tag, args=("arn", _tags(b="2")))

    def while_another_tags() -> Iterator[dict[str, str]]:
        other.start()
        other.join(0.05)  # it would end at once if nothing held it back
        yield from _tags(a="1")

    store.tag("arn", while_another_tags())
    other.join()
    assert store.list("arn") == _tags(a="1", b="2")
