"""ListFoundationModels and GetFoundationModel as a botocore client reads them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.foundation_models import get_foundation_model, list_foundation_models
from bedrock_emulator.state.models import DOCUMENTED_MEMBERS, UNDOCUMENTED_MEMBERS
from tests.emulator.catalog.support import body, call, parsed, shipped

NOVA = "amazon.nova-2-lite-v1:0"
INVALID = "The provided model identifier is invalid."
END_OF_LIFE = "This model version has reached the end of its life. Please refer to the AWS documentation for more details."


def test_the_unfiltered_answer_looks_like_the_recorded_one() -> None:
    answer = json.loads(body(list_foundation_models(call(), {})))
    assert list(answer) == ["enableAccessToAllModelsByDefault", "modelSummaries"]
    assert answer["enableAccessToAllModelsByDefault"] is True
    first = answer["modelSummaries"][0]
    recorded = sorted({*DOCUMENTED_MEMBERS, *UNDOCUMENTED_MEMBERS} - {"description"})
    assert first["modelId"] == "nvidia.nemotron-nano-12b-v2"
    assert list(first) == recorded
    assert first["converse"]["maxTokensMaximum"] == 131072
    for row in answer["modelSummaries"]:
        assert list(row) == sorted(row)


def test_botocore_reads_every_row_with_its_region_in_the_arn() -> None:
    summaries = parsed("ListFoundationModels", list_foundation_models(call(region="eu-west-1"), {}))[
        "modelSummaries"
    ]
    assert [each["modelId"] for each in summaries] == [m.model_id for m in shipped().models_in("eu-west-1")]
    for each in summaries:
        assert each["modelArn"] == f"arn:aws:bedrock:eu-west-1::foundation-model/{each['modelId']}"
        record = shipped().model(each["modelId"], "eu-west-1")
        assert record is not None
        assert tuple(each["inferenceTypesSupported"]) == record.inference_types.get("eu-west-1")
        assert each["modelLifecycle"] == record.summary["modelLifecycle"]


def test_the_unfiltered_answer_is_serialized_once_per_region() -> None:
    first, second = (list_foundation_models(call(), {}) for _ in range(2))
    assert body(first) is body(second)
    assert body(first) != body(list_foundation_models(call(region="eu-west-1"), {}))


def test_an_overlay_does_not_see_the_answer_prepared_for_another_catalogue() -> None:
    list_foundation_models(call(), {})
    changed = shipped().overlay(models=[{"modelId": "test.model"}])
    ids = [
        each["modelId"]
        for each in json.loads(body(list_foundation_models(call(changed), {})))["modelSummaries"]
    ]
    assert ids[-1] == "test.model"


@pytest.mark.parametrize(
    "model_id",
    ["openai.gpt-oss-120b", "anthropic.claude-v2:1:200k", "anthropic.claude-opus-4-20250514-v1:0"],
    ids=["other endpoint only", "removed variant", "removed"],
)
def test_models_that_cannot_be_called_are_not_listed(model_id: str) -> None:
    assert model_id not in {each.model_id for each in shipped().models_in("us-east-1")}


def test_a_region_that_has_no_models_lists_none() -> None:
    assert parsed("ListFoundationModels", list_foundation_models(call(region="eu-north-9"), {})) == {
        "modelSummaries": []
    }


FILTERS = {
    "byProvider": st.sampled_from(["Amazon", "anthropic", "MISTRAL AI", "Mistral", "nobody"]),
    "byCustomizationType": st.sampled_from(["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"]),
    "byOutputModality": st.sampled_from(["TEXT", "IMAGE", "EMBEDDING"]),
    "byInferenceType": st.sampled_from(["ON_DEMAND", "PROVISIONED"]),
}


@given(
    params=st.fixed_dictionaries({}, optional=FILTERS),
    region=st.sampled_from(["us-east-1", "us-west-2", "eu-central-1", "mx-central-1"]),
)
@settings(max_examples=60, deadline=None)
def test_filters_are_what_a_plain_loop_over_the_unfiltered_answer_finds(
    params: dict[str, str], region: str
) -> None:
    rows = json.loads(body(list_foundation_models(call(region=region), {})))["modelSummaries"]
    expected = []
    for row in rows:
        if "byProvider" in params and row["providerName"].upper() != params["byProvider"].upper():
            continue
        if (
            "byCustomizationType" in params
            and params["byCustomizationType"] not in row["customizationsSupported"]
        ):
            continue
        if "byOutputModality" in params and params["byOutputModality"] not in row["outputModalities"]:
            continue
        if "byInferenceType" in params and params["byInferenceType"] not in row["inferenceTypesSupported"]:
            continue
        expected.append(row)
    answer = json.loads(body(list_foundation_models(call(region=region), params)))
    assert answer["modelSummaries"] == expected


@pytest.mark.parametrize(
    ("params", "some_id"),
    [
        ({"byProvider": "anthropic"}, "anthropic.claude-opus-4-7"),
        ({"byCustomizationType": "DISTILLATION"}, "amazon.nova-pro-v1:0:300k"),
        ({"byOutputModality": "EMBEDDING"}, "amazon.titan-embed-text-v2:0"),
        ({"byInferenceType": "PROVISIONED"}, "amazon.nova-pro-v1:0:24k"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_filter_finds_something(params: dict[str, str], some_id: str) -> None:
    found = parsed("ListFoundationModels", list_foundation_models(call(), params))["modelSummaries"]
    assert some_id in {each["modelId"] for each in found}
    assert len(found) < len(shipped().models_in("us-east-1"))


@pytest.mark.parametrize(
    "identifier",
    [
        NOVA,
        f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}",
        f"arn:aws:bedrock:::foundation-model/{NOVA}",
    ],
    ids=["id", "ARN", "ARN without a region"],
)
def test_a_model_is_found_by_id_and_by_arn(identifier: str) -> None:
    details = parsed("GetFoundationModel", get_foundation_model(call(), {"modelIdentifier": identifier}))[
        "modelDetails"
    ]
    listed = parsed("ListFoundationModels", list_foundation_models(call(), {}))["modelSummaries"]
    assert details == next(each for each in listed if each["modelId"] == NOVA)


def test_details_hold_the_documented_members_alone() -> None:
    answer = get_foundation_model(call(), {"modelIdentifier": NOVA})
    assert sorted(answer["modelDetails"]) == sorted(DOCUMENTED_MEMBERS)


@pytest.mark.parametrize(
    ("identifier", "code", "message"),
    [
        ("nobody.nothing-v1:0", "ValidationException", INVALID),
        ("mistral.mistral-large-2407-v1:0", "ValidationException", INVALID),
        (f"arn:aws:bedrock:eu-west-1::foundation-model/{NOVA}", "ValidationException", INVALID),
        (f"arn:aws-cn:bedrock:us-east-1::foundation-model/{NOVA}", "ValidationException", INVALID),
        (f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{NOVA}", "ValidationException", INVALID),
        (f"us.{NOVA}", "ValidationException", INVALID),
        ("openai.gpt-oss-120b", "ValidationException", INVALID),
        (
            "anthropic.claude-opus-4-20250514-v1:0",
            "ResourceNotFoundException",
            END_OF_LIFE,
        ),
    ],
    ids=["unknown", "other region", "ARN of another region", "ARN of another partition", "profile ARN", "profile id",
         "other endpoint only", "removed"],
)  # fmt: skip
def test_what_is_not_a_model_here_is_refused(identifier: str, code: str, message: str) -> None:
    with pytest.raises(AwsError) as caught:
        get_foundation_model(call(), {"modelIdentifier": identifier})
    assert (caught.value.code, caught.value.message) == (code, message)
