"""CreateInferenceProfile, DeleteInferenceProfile, and what the other operations know of such profiles."""

import re
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from bedrock_emulator.call import Call
from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.inference_profiles import (
    create_inference_profile,
    delete_inference_profile,
    get_inference_profile,
    list_inference_profiles,
)
from bedrock_emulator.operations.runtime.resolution import resolve_model
from bedrock_emulator.operations.tags import list_tags_for_resource, tag_resource
from bedrock_emulator.state.application_profiles import ApplicationProfiles
from bedrock_emulator.state.home import Home
from bedrock_emulator.state.identifiers import Identifiers
from tests.emulator.catalog.support import ACCOUNT, NOW, call, parsed, resources, shipped
from tests.emulator.control.caller import Caller

NOVA = "amazon.nova-lite-v1:0"
MODEL = f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"
SYSTEM = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{NOVA}"
OTHER_ACCOUNT = "999988887777"


def _request(name: str = "team-a", source: str = MODEL, **more: Any) -> dict[str, Any]:
    return {"inferenceProfileName": name, "modelSource": {"copyFrom": source}, **more}


def _listed(here: Call) -> list[dict[str, Any]]:
    answer = parsed("ListInferenceProfiles", list_inference_profiles(here, {"typeEquals": "APPLICATION"}))
    rows: list[dict[str, Any]] = answer["inferenceProfileSummaries"]
    return rows


def _refusal(function: Any, *arguments: Any) -> tuple[int | None, str, str]:
    with pytest.raises(AwsError) as caught:
        function(*arguments)
    return caught.value.status, caught.value.code, caught.value.message


def test_a_copy_of_a_model_reads_back_as_it_was_created() -> None:
    here = call()
    created = parsed("CreateInferenceProfile", create_inference_profile(here, _request(description="costs")))
    arn = created["inferenceProfileArn"]
    assert created == {"inferenceProfileArn": arn, "status": "ACTIVE"}
    assert re.fullmatch(
        rf"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/[a-z0-9]{{12}}", arn
    )
    got = parsed("GetInferenceProfile", get_inference_profile(here, {"inferenceProfileIdentifier": arn}))
    assert got == {
        "inferenceProfileName": "team-a",
        "description": "costs",
        "createdAt": NOW,
        "updatedAt": NOW,
        "inferenceProfileArn": arn,
        "inferenceProfileId": arn.rpartition("/")[2],
        "models": [{"modelArn": MODEL}],
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    by_id = {"inferenceProfileIdentifier": arn.rpartition("/")[2]}
    assert parsed("GetInferenceProfile", get_inference_profile(here, by_id)) == got
    assert _listed(here) == [got]


@pytest.mark.parametrize("region", ["us-east-1", "us-west-1", "eu-west-1"])
def test_a_copy_of_a_system_profile_reaches_what_that_reaches_from_the_region(region: str) -> None:
    prefix = region.partition("-")[0]
    here = call(region=region)
    system = get_inference_profile(here, {"inferenceProfileIdentifier": f"{prefix}.{NOVA}"})
    created = create_inference_profile(here, _request(source=system["inferenceProfileArn"]))
    copy = get_inference_profile(here, {"inferenceProfileIdentifier": created["inferenceProfileArn"]})
    assert copy["models"] == system["models"]
    assert len(copy["models"]) > 1


def test_a_profile_is_called_by_its_arn() -> None:
    here = call()
    arn = create_inference_profile(here, _request(source=SYSTEM))["inferenceProfileArn"]
    resolved = resolve_model(here, arn)
    assert resolved.model.model_id == NOVA
    assert resolved.profile is not None
    assert resolved.candidate_ids == (arn, arn.rpartition("/")[2], NOVA)
    delete_inference_profile(here, {"inferenceProfileIdentifier": arn})
    assert _refusal(resolve_model, here, arn)[1] == "ValidationException"


@pytest.mark.parametrize("by", ["id", "ARN"])
def test_a_deleted_profile_is_gone_with_its_tags_and_its_name_is_free(by: str) -> None:
    here = call()
    request = _request(tags=[{"key": "team", "value": "a"}])
    arn = create_inference_profile(here, request)["inferenceProfileArn"]
    identifier = {"inferenceProfileIdentifier": arn if by == "ARN" else arn.rpartition("/")[2]}
    assert delete_inference_profile(here, identifier) == {}
    not_found = (404, "ResourceNotFoundException")
    assert _refusal(get_inference_profile, here, identifier)[:2] == not_found
    assert _refusal(delete_inference_profile, here, identifier)[:2] == not_found
    assert _refusal(list_tags_for_resource, here, {"resourceARN": arn})[:2] == not_found
    again = create_inference_profile(here, _request())["inferenceProfileArn"]
    assert again != arn
    assert list_tags_for_resource(here, {"resourceARN": again}) == {"tags": []}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("arn:aws:bedrock:us-east-1::foundation-model/nobody.nothing-v1:0", "Model not found"),
        (MODEL.replace("us-east-1", "us-west-2"), "Model not found"),
        (MODEL.replace("::", f":{ACCOUNT}:"), "Model not found"),
        (MODEL.replace("arn:aws:", "arn:aws-cn:"), "Model not found"),
        (SYSTEM.replace("us-east-1", "us-west-2"), "Inference profile not found"),
        (SYSTEM.replace(ACCOUNT, OTHER_ACCOUNT), "Inference profile not found"),
        (SYSTEM.replace("us.amazon", "eu.amazon"), "Inference profile not found"),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1",
            "copyFrom must be a valid inference profile model source ARN.",
        ),
    ],
    ids=[
        "unknown model",
        "model of another region",
        "model of an account",
        "model of another partition",
        "profile of another region",
        "profile of another account",
        "profile of another geography",
        "model that is called through profiles alone",
    ],
)
def test_what_cannot_be_copied_is_refused_as_aws_does(source: str, message: str) -> None:
    assert _refusal(create_inference_profile, call(), _request(source=source)) == (
        400,
        "ValidationException",
        message,
    )


def test_a_name_is_given_once_in_an_account_and_region() -> None:
    created = resources()
    here = call(created=created)
    create_inference_profile(here, _request())
    status, code, message = _refusal(create_inference_profile, here, _request(source=SYSTEM))
    assert (status, code) == (400, "ConflictException")
    assert "team-a" in message
    elsewhere = MODEL.replace("us-east-1", "us-west-2")
    create_inference_profile(call(created=created, region="us-west-2"), _request(source=elsewhere))
    create_inference_profile(call(created=created, account=OTHER_ACCOUNT), _request())


def test_a_profile_is_invisible_to_other_accounts_and_regions() -> None:
    created = resources()
    arn = create_inference_profile(call(created=created), _request(source=SYSTEM))["inferenceProfileArn"]
    strangers = [call(created=created, account=OTHER_ACCOUNT), call(created=created, region="us-east-2")]
    for stranger in strangers:
        for identifier in (arn, arn.rpartition("/")[2]):
            request = {"inferenceProfileIdentifier": identifier}
            assert _refusal(get_inference_profile, stranger, request)[0] == 404
            assert _refusal(delete_inference_profile, stranger, request)[0] == 404
        assert _refusal(tag_resource, stranger, {"resourceARN": arn, "tags": []})[0] == 404
        assert _listed(stranger) == []


@pytest.mark.parametrize(
    ("identifier", "words"),
    [(f"us.{NOVA}", "System-defined"), (SYSTEM, "System-defined"), ("abcdefghijkl", "catalogue")],
    ids=["system-defined by id", "system-defined by ARN", "of the catalogue overlay"],
)
def test_what_no_caller_created_cannot_be_deleted(identifier: str, words: str) -> None:
    own = {"inferenceProfileId": "abcdefghijkl", "type": "APPLICATION", "models": [{"modelArn": MODEL}]}
    here = call(shipped().overlay(profiles=[own]))
    request = {"inferenceProfileIdentifier": identifier}
    status, code, message = _refusal(delete_inference_profile, here, request)
    assert (status, code) == (400, "ValidationException")
    assert words in message
    assert get_inference_profile(here, request)


def test_profiles_of_the_catalogue_overlay_are_listed_and_tagged_beside_those_created() -> None:
    arn = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/abcdefghijkl"
    own = {"inferenceProfileId": "abcdefghijkl", "inferenceProfileArn": arn, "models": [{"modelArn": MODEL}]}
    here = call(shipped().overlay(profiles=[own]))
    created = create_inference_profile(here, _request())["inferenceProfileArn"]
    listed = _listed(here)
    assert {each["inferenceProfileArn"] for each in listed} == {arn, created}
    tag_resource(here, {"resourceARN": arn, "tags": [{"key": "team", "value": "a"}]})
    assert list_tags_for_resource(here, {"resourceARN": arn}) == {"tags": [{"key": "team", "value": "a"}]}


def test_the_quota_is_refused_and_a_deletion_makes_room() -> None:
    home = Home(account=ACCOUNT, region="us-east-1", now=lambda: NOW, identifiers=Identifiers(Random(1)))  # noqa: S311  (ids are no secrets)
    profiles = ApplicationProfiles(home, most=2)
    for name in ("a", "b"):
        profiles.add(profiles.new(name, [MODEL]))
    status, code, message = _refusal(profiles.new, "c", [MODEL])
    assert (status, code) == (400, "ServiceQuotaExceededException")
    assert "2" in message
    profiles.delete(profiles.all()[0])
    profiles.add(profiles.new("c", [MODEL]))
    assert [each.members["inferenceProfileName"] for each in profiles.all()] == ["b", "c"]


def test_the_same_token_and_request_create_one_profile() -> None:
    here = call()
    request = _request(clientRequestToken="token-1", tags=[{"key": "a", "value": "b"}])
    first = create_inference_profile(here, request)
    assert create_inference_profile(here, dict(request)) == first
    assert len(_listed(here)) == 1


def test_the_same_token_in_another_request_is_a_conflict() -> None:
    here = call()
    create_inference_profile(here, _request(clientRequestToken="token-1"))
    other = _request(clientRequestToken="token-1", description="another")
    status, code, message = _refusal(create_inference_profile, here, other)
    assert (status, code) == (400, "ConflictException")
    assert "token-1" in message


def test_a_token_of_a_refused_request_is_free_and_one_of_a_deleted_profile_is_not() -> None:
    here = call()
    token = {"clientRequestToken": "token-1"}
    assert _refusal(create_inference_profile, here, _request(source=SYSTEM + "x", **token))[0] == 400
    arn = create_inference_profile(here, _request(**token))["inferenceProfileArn"]
    delete_inference_profile(here, {"inferenceProfileIdentifier": arn})
    assert create_inference_profile(here, _request(**token))["inferenceProfileArn"] == arn
    assert _listed(here) == []


def test_times_are_those_of_the_labs_clock_and_a_reset_forgets_everything() -> None:
    caller = Caller()
    caller.admin("PUT", "labs/default/clock", {"now": "2031-01-02T03:04:05Z"})
    created = caller.call("CreateInferenceProfile", **_request())
    by_arn = {"inferenceProfileIdentifier": created["inferenceProfileArn"]}
    got = caller.call("GetInferenceProfile", **by_arn)
    assert got["createdAt"] == got["updatedAt"] == datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    caller.admin("PUT", "labs/other")
    assert caller.at("/_lab/other").call("ListInferenceProfiles", typeEquals="APPLICATION") == {
        "inferenceProfileSummaries": []
    }
    caller.admin("POST", "labs/default/reset")
    assert caller.call("ListInferenceProfiles", typeEquals="APPLICATION") == {"inferenceProfileSummaries": []}
