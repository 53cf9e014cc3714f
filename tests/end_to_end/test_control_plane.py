"""The control plane as a program with boto3 uses it: what is created is called, tagged, listed, denied, deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bedrock_emulator.client import LabClient

NOVA = "amazon.nova-lite-v1:0"
SOURCE = f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"
HELLO = [{"role": "user", "content": [{"text": "hello"}]}]
TAGS = [{"key": "team", "value": "a"}]


def _refusal(function: Callable[..., Any], **params: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        function(**params)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


def test_an_application_profile_from_its_creation_to_its_end(
    lab: LabClient, bedrock: Any, runtime: Any
) -> None:
    created = bedrock.create_inference_profile(
        inferenceProfileName="team-a", modelSource={"copyFrom": SOURCE}, tags=TAGS
    )
    arn = created["inferenceProfileArn"]
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert runtime.converse(modelId=arn, messages=HELLO)["stopReason"] == "end_turn"
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == TAGS
    pages = bedrock.get_paginator("list_inference_profiles").paginate(
        typeEquals="APPLICATION", PaginationConfig={"PageSize": 1}
    )
    assert [row["inferenceProfileArn"] for row in pages.search("inferenceProfileSummaries[]")] == [arn]
    bedrock.delete_inference_profile(inferenceProfileIdentifier=arn)
    assert _refusal(runtime.converse, modelId=arn, messages=HELLO) == (
        400,
        "ValidationException",
        "The provided model identifier is invalid.",
    )


def test_every_region_has_profiles_of_its_own(boto3_client: Callable[..., Any]) -> None:
    virginia, oregon = (boto3_client("bedrock", region_name=each) for each in ("us-east-1", "us-west-2"))
    virginia.create_inference_profile(inferenceProfileName="team-a", modelSource={"copyFrom": SOURCE})
    assert len(virginia.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]) == 1
    assert oregon.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"] == []


def test_a_key_of_another_account_sees_nothing_of_this_one(
    lab: LabClient, bedrock: Any, boto3_client: Callable[..., Any]
) -> None:
    arn = bedrock.create_inference_profile(inferenceProfileName="team-a", modelSource={"copyFrom": SOURCE})
    lab.put_credentials(
        [{"accessKeyId": "AKIAOTHER", "secretAccessKey": "a-secret", "account": "999988887777"}]
    )
    stranger = boto3_client("bedrock", aws_access_key_id="AKIAOTHER", aws_secret_access_key="a-secret")
    assert stranger.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"] == []
    identifier = arn["inferenceProfileArn"]
    assert _refusal(stranger.get_inference_profile, inferenceProfileIdentifier=identifier)[0] == 404
    own = stranger.create_inference_profile(inferenceProfileName="team-a", modelSource={"copyFrom": SOURCE})
    assert own["inferenceProfileArn"].split(":")[4] == "999988887777"


def test_access_to_a_model_is_revoked_and_granted_again(lab: LabClient, bedrock: Any, runtime: Any) -> None:
    lab.put_model_access([{"model": NOVA, "access": "denied", "reason": "marketplace"}])
    for call in (runtime.converse, runtime.converse_stream):
        status, code, message = _refusal(call, modelId=f"us.{NOVA}", messages=HELLO)
        assert (status, code) == (403, "AccessDeniedException")
        assert "aws-marketplace:Subscribe" in message
    revoked = bedrock.get_foundation_model_availability(modelId=NOVA)
    assert revoked["agreementAvailability"] == {"status": "NOT_AVAILABLE"}
    lab.configure(modelAccess={"rules": []})
    assert runtime.converse(modelId=NOVA, messages=HELLO)["stopReason"] == "end_turn"
    granted = bedrock.get_foundation_model_availability(modelId=NOVA)
    assert granted["agreementAvailability"] == {"status": "AVAILABLE"}


def test_a_broken_constraint_is_named_as_aws_names_it(boto3_client: Callable[..., Any]) -> None:
    bedrock = boto3_client("bedrock", config=Config(parameter_validation=False))
    refused = _refusal(
        bedrock.create_inference_profile,
        inferenceProfileName="team-a",
        modelSource={"copyFrom": SOURCE},
        tags=[*TAGS, {"key": "", "value": "no key"}],
    )
    sentence = "Value '' at 'tags.2.member.key' failed to satisfy constraint: "
    text = f"1 validation error detected: {sentence}Member must have length greater than or equal to 1"
    assert refused == (400, "ValidationException", text)
