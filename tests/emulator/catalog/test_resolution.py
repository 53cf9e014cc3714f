"""What each form of a runtime modelId reaches, and how the service refuses the others."""

from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.resolution import resolve_model
from bedrock_emulator.state.catalog import Catalogue
from tests.emulator.catalog.support import ACCOUNT, call, shipped, with_documented_ids

NOVA = "amazon.nova-lite-v1:0"
SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"
ARN = "arn:aws:bedrock:us-east-1"
OWN: dict[str, Any] = {
    "inferenceProfileId": "otnfa2ysixqd",
    "type": "APPLICATION",
    "models": [{"modelArn": f"{ARN}::foundation-model/{SONNET}"}],
    "regions": ["us-east-1"],
}
OWN_ARN = f"{ARN}:{ACCOUNT}:application-inference-profile/otnfa2ysixqd"
INVALID = "The provided model identifier is invalid."
NOT_FOUND = "Model not found."
END_OF_LIFE = "This model version has reached the end of its life. Please refer to the AWS documentation for more details."


def _catalogue() -> Catalogue:
    return with_documented_ids().overlay(profiles=[OWN])


@pytest.mark.parametrize(
    ("model_id", "base", "profile"),
    [
        (NOVA, NOVA, None),
        (f"{ARN}::foundation-model/{NOVA}", NOVA, None),
        (f"arn:aws:bedrock:::foundation-model/{NOVA}", NOVA, None),
        (f"us.{SONNET}", SONNET, f"us.{SONNET}"),
        (f"global.{SONNET}", SONNET, f"global.{SONNET}"),
        (f"{ARN}:{ACCOUNT}:inference-profile/us.{SONNET}", SONNET, f"us.{SONNET}"),
        (OWN_ARN, SONNET, "otnfa2ysixqd"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0", None),
        (
            "us.anthropic.claude-opus-4-6-v1:0",
            "anthropic.claude-opus-4-6-v1",
            "us.anthropic.claude-opus-4-6-v1:0",
        ),
        ("anthropic.claude-opus-4-6-v1:0", "anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-6-v1:0"),
        ("anthropic.claude-opus-4.7", "anthropic.claude-opus-4.7", None),
    ],
    ids=[
        "id",
        "ARN",
        "ARN without a region",
        "regional profile",
        "global profile",
        "profile ARN",
        "application profile ARN",
        "legacy",
        "documented regional profile",
        "documented global profile",
        "documented dotted id",
    ],
)
def test_every_accepted_form_reaches_its_model(model_id: str, base: str, profile: str | None) -> None:
    resolved = resolve_model(call(_catalogue()), model_id)
    assert resolved.model.model_id == base
    assert (resolved.profile.profile_id if resolved.profile else None) == profile
    assert resolved.invoked_id == model_id


def test_a_profile_reaches_a_model_that_the_callers_own_region_does_not_have() -> None:
    catalogue = shipped().overlay(
        models=[{"modelId": "test.model", "regions": ["us-west-2"]}],
        profiles=[
            {**OWN, "models": [{"modelArn": "arn:aws:bedrock:us-west-2::foundation-model/test.model"}]}
        ],
    )
    assert resolve_model(call(catalogue), OWN_ARN).model.model_id == "test.model"


def test_rules_can_name_the_call_the_profile_and_the_model() -> None:
    catalogue = _catalogue()
    assert resolve_model(call(catalogue), OWN_ARN).candidate_ids == (OWN_ARN, "otnfa2ysixqd", SONNET)
    assert resolve_model(call(catalogue), NOVA).candidate_ids == (NOVA,)


@pytest.mark.parametrize(
    ("model_id", "status", "message"),
    [
        ("does-not-exist", 400, INVALID),
        ("us.amazon.nova-micro-v1:O", 400, INVALID),
        (f"eu.{SONNET}", 400, INVALID),
        ("mistral.mistral-large-2407-v1:0", 400, INVALID),
        (f"arn:aws:bedrock:eu-west-1::foundation-model/{NOVA}", 400, INVALID),
        (f"{ARN}:{ACCOUNT}:foundation-model/{NOVA}", 400, INVALID),
        (f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:inference-profile/eu.{SONNET}", 400, INVALID),
        (f"{ARN}:999988887777:inference-profile/us.{SONNET}", 400, INVALID),
        (f"{ARN}:999988887777:application-inference-profile/otnfa2ysixqd", 400, INVALID),
        (f"{ARN}:{ACCOUNT}:application-inference-profile/aaaaaaaaaaaa", 400, INVALID),
        ("otnfa2ysixqd", 400, INVALID),
        ("openai.gpt-oss-120b", 400, INVALID),
        ("amazon.nova-pro-v1:0:24k", 404, NOT_FOUND),
        ("amazon.nova-premier-v1:0:mm", 404, NOT_FOUND),
        (f"{SONNET}:200k", 404, NOT_FOUND),
        (f"us.{SONNET}:24k", 404, NOT_FOUND),
        ("nobody.nothing-v1:0:24k", 400, INVALID),
        ("anthropic.claude-opus-4-20250514-v1:0", 404, END_OF_LIFE),
        ("us.anthropic.claude-opus-4-20250514-v1:0", 404, END_OF_LIFE),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", 404, END_OF_LIFE),
        ("amazon.titan-embed-image-v1:0", 400, "The provided model doesn't support on-demand throughput."),
    ],
    ids=[
        "unknown",
        "letter O for zero",
        "profile of another geography",
        "model of other regions",
        "model ARN of another region",
        "model ARN with an account",
        "profile ARN of another region",
        "profile ARN of another account",
        "application profile of another account",
        "unknown application profile",
        "bare application profile id",
        "other endpoint only",
        "listed context variant",
        "variant without any inference type",
        "context variant of a known model",
        "context variant of a known profile",
        "context variant of an unknown model",
        "removed model",
        "removed profile",
        "model removed from this region alone",
        "provisioned throughput only",
    ],
)
def test_every_other_form_is_refused_as_the_service_does(model_id: str, status: int, message: str) -> None:
    with pytest.raises(AwsError) as caught:
        resolve_model(call(_catalogue()), model_id)
    assert (caught.value.status, caught.value.message) == (status, message)


@pytest.mark.parametrize("model_id", [SONNET, f"{ARN}::foundation-model/{SONNET}"], ids=["id", "ARN"])
def test_a_model_for_profiles_alone_says_so_with_the_identifier_as_called(model_id: str) -> None:
    with pytest.raises(AwsError) as caught:
        resolve_model(call(), model_id)
    assert caught.value.code == "ValidationException"
    assert caught.value.message == (
        f"Invocation of model ID {model_id} with on-demand throughput isn\u2019t supported. Retry your request "
        "with the ID or ARN of an inference profile that contains this model."
    )


@pytest.mark.parametrize(
    "arn",
    [
        f"{ARN}:{ACCOUNT}:provisioned-model/abcdef123456",
        f"{ARN}:{ACCOUNT}:custom-model/amazon.nova-lite-v1/abcdef123456",
        f"{ARN}:{ACCOUNT}:custom-model-deployment/abcdef123456",
        f"{ARN}:{ACCOUNT}:imported-model/abcdef123456",
        f"{ARN}:{ACCOUNT}:prompt/ABCDEFGHIJ:1",
        f"{ARN}:{ACCOUNT}:default-prompt-router/anthropic.claude:1",
        f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/quick-start",
    ],
    ids=lambda arn: arn.split(":")[5].partition("/")[0],
)
def test_what_is_not_emulated_is_refused_with_a_way_out_that_works(arn: str) -> None:
    with pytest.raises(AwsError) as caught:
        resolve_model(call(), arn)
    assert (caught.value.status, caught.value.code) == (404, "ResourceNotFoundException")
    assert arn in caught.value.message
    assert "modelId" in caught.value.message
    assert resolve_model(call(shipped().overlay(models=[{"modelId": arn}])), arn).model.model_id == arn


def test_an_application_profile_of_a_removed_model_answers_end_of_life() -> None:
    removed = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-20250514-v1:0"
    catalogue = shipped().overlay(profiles=[{**OWN, "models": [{"modelArn": removed}]}])
    with pytest.raises(AwsError) as caught:
        resolve_model(call(catalogue), OWN_ARN)
    assert caught.value.message == END_OF_LIFE


@pytest.mark.parametrize(
    ("models", "base"),
    [
        ([], "test.model"),
        ([{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/test.model"}], "test.model"),
    ],
    ids=["no destinations", "one"],
)
def test_a_profile_of_an_overlay_reaches_a_model_of_an_overlay(
    models: list[dict[str, str]], base: str
) -> None:
    catalogue = shipped().overlay(
        models=[{"modelId": "test.model", "inferenceTypesSupported": ["INFERENCE_PROFILE"]}],
        profiles=[{"inferenceProfileId": "us.test.model", "models": models}],
    )
    assert resolve_model(call(catalogue), "us.test.model").model.model_id == base


def test_a_profile_whose_model_nobody_knows_is_invalid() -> None:
    catalogue = shipped().overlay(profiles=[{"inferenceProfileId": "us.nobody.nothing", "models": []}])
    with pytest.raises(AwsError, match="model identifier is invalid"):
        resolve_model(call(catalogue), "us.nobody.nothing")
