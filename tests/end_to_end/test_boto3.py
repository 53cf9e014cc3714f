"""boto3 with default settings, pointed at the emulator by its environment variables alone."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from bedrock_emulator.client import LabClient

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
NOVA_PROFILE = "us.amazon.nova-lite-v1:0"
WEATHER = {
    "toolSpec": {
        "name": "get_weather",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
                "required": ["city", "days"],
            }
        },
    }
}


def user(*texts: str) -> list[dict[str, Any]]:
    """One user turn."""
    return [{"role": "user", "content": [{"text": text} for text in texts]}]


def text_of(answer: dict[str, Any]) -> str:
    """What a Converse answer says."""
    return "".join(block.get("text", "") for block in answer["output"]["message"]["content"])


def test_the_model_list_holds_what_a_catalogue_reader_relies_upon(bedrock: Any) -> None:
    models = bedrock.list_foundation_models()["modelSummaries"]

    assert {"Anthropic", "Amazon", "Meta"} <= {model["providerName"] for model in models}
    assert [
        model
        for model in models
        if not {"modelId", "modelArn", "inputModalities", "outputModalities"} <= model.keys()
    ] == []


@pytest.mark.parametrize(
    ("filters", "agrees"),
    [
        pytest.param(
            {"byProvider": "Anthropic"}, lambda it: it["providerName"] == "Anthropic", id="provider"
        ),
        pytest.param(
            {"byOutputModality": "EMBEDDING"}, lambda it: "EMBEDDING" in it["outputModalities"], id="output"
        ),
        pytest.param(
            {"byInferenceType": "ON_DEMAND"},
            lambda it: "ON_DEMAND" in it["inferenceTypesSupported"],
            id="type",
        ),
    ],
)
def test_a_filter_keeps_exactly_the_models_that_agree_with_it(
    bedrock: Any, filters: dict[str, str], agrees: Callable[[dict[str, Any]], bool]
) -> None:
    everything = bedrock.list_foundation_models()["modelSummaries"]
    expected = [model["modelId"] for model in everything if agrees(model)]

    kept = [model["modelId"] for model in bedrock.list_foundation_models(**filters)["modelSummaries"]]

    assert kept == expected
    assert 0 < len(kept) < len(everything)


def test_a_listed_model_can_be_fetched_by_id_and_by_arn(bedrock: Any) -> None:
    listed = next(it for it in bedrock.list_foundation_models()["modelSummaries"] if it["modelId"] == CLAUDE)

    by_id = bedrock.get_foundation_model(modelIdentifier=CLAUDE)["modelDetails"]
    by_arn = bedrock.get_foundation_model(modelIdentifier=listed["modelArn"])["modelDetails"]

    assert by_id == by_arn
    assert {name: by_id[name] for name in listed} == listed


def test_the_paginator_walks_the_inference_profiles_page_by_page(bedrock: Any) -> None:
    paginator = bedrock.get_paginator("list_inference_profiles")

    pages = list(paginator.paginate(PaginationConfig={"PageSize": 7}))
    at_once = bedrock.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]

    assert [len(page["inferenceProfileSummaries"]) for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert [profile for page in pages for profile in page["inferenceProfileSummaries"]] == at_once
    assert len(pages) > 1


def test_an_inference_profile_names_its_models_in_several_regions(bedrock: Any) -> None:
    profile = bedrock.get_inference_profile(inferenceProfileIdentifier=NOVA_PROFILE)

    regions = {model["modelArn"].split(":")[3] for model in profile["models"]}
    assert profile["inferenceProfileId"] == NOVA_PROFILE
    assert len(regions) > 1


def test_converse_answers_with_usage_that_adds_up(runtime: Any) -> None:
    answer = runtime.converse(
        modelId=CLAUDE, messages=user("Say something."), inferenceConfig={"maxTokens": 500}
    )

    usage = answer["usage"]
    assert text_of(answer)
    assert answer["stopReason"] == "end_turn"
    assert usage["inputTokens"] + usage["outputTokens"] == usage["totalTokens"]
    assert answer["metrics"]["latencyMs"] >= 0


@pytest.mark.parametrize("model", [CLAUDE, NOVA_PROFILE, "meta.llama3-8b-instruct-v1:0"])
def test_the_stream_says_what_the_whole_answer_says(runtime: Any, model: str) -> None:
    whole = runtime.converse(modelId=model, messages=user("Tell me about rivers."))
    events = list(runtime.converse_stream(modelId=model, messages=user("Tell me about rivers."))["stream"])

    names = [name for event in events for name in event]
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert "".join(deltas) == text_of(whole)
    assert (names[0], names[-3:]) == ("messageStart", ["contentBlockStop", "messageStop", "metadata"])
    assert "contentBlockStart" not in names, "text blocks begin with their first delta"
    assert events[-1]["metadata"]["usage"].items() <= whole["usage"].items()


def test_a_demanded_tool_call_streams_as_json_fragments(runtime: Any) -> None:
    stream = runtime.converse_stream(
        modelId=CLAUDE,
        messages=user("What will the weather be in Oslo?"),
        toolConfig={"tools": [WEATHER], "toolChoice": {"any": {}}},
    )["stream"]
    events = list(stream)

    start = next(event["contentBlockStart"] for event in events if "contentBlockStart" in event)
    index = start["contentBlockIndex"]
    deltas = [event["contentBlockDelta"] for event in events if "contentBlockDelta" in event]
    arguments = json.loads(
        "".join(it["delta"]["toolUse"]["input"] for it in deltas if it["contentBlockIndex"] == index)
    )
    stop = next(event["messageStop"] for event in events if "messageStop" in event)
    assert start["start"]["toolUse"]["name"] == "get_weather"
    assert isinstance(arguments["city"], str)
    assert arguments["days"] >= 1
    assert stop["stopReason"] == "tool_use"


@pytest.mark.parametrize(
    ("model", "choice"),
    [
        (CLAUDE, "any"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "any"),
        ("us.anthropic.claude-opus-4-6-v1", "any"),
        (NOVA_PROFILE, "any"),
        ("us.meta.llama4-maverick-17b-instruct-v1:0", "auto"),
        ("mistral.mistral-large-2402-v1:0", "any"),
        ("openai.gpt-oss-120b-1:0", "any"),
    ],
)
def test_an_agent_loop_ends_once_the_tool_result_is_in(runtime: Any, model: str, choice: str) -> None:
    tools = {"tools": [WEATHER], "toolChoice": {choice: {}}}
    conversation = user("What does get_weather say of Oslo?")
    asked = runtime.converse(modelId=model, messages=conversation, toolConfig=tools)["output"]["message"]
    call = next(block["toolUse"] for block in asked["content"] if "toolUse" in block)
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"json": {"forecast": "snow"}}]}}

    answer = runtime.converse(
        modelId=model,
        messages=[*conversation, asked, {"role": "user", "content": [result]}],
        toolConfig={"tools": [WEATHER]},
    )

    assert answer["stopReason"] == "end_turn"
    assert text_of(answer)


def test_a_scripted_reply_reaches_the_caller_word_for_word(lab: LabClient, runtime: Any) -> None:
    rule = {"when": {"model": "anthropic.claude-*"}, "reply": {"content": [{"text": "Blåbærsyltetøy ✓"}]}}
    lab.put_scenario({"version": 1, "rules": [rule]})

    assert text_of(runtime.converse(modelId=CLAUDE, messages=user("Anything?"))) == "Blåbærsyltetøy ✓"


def test_an_unknown_model_is_refused_with_the_text_of_the_service(runtime: Any) -> None:
    with pytest.raises(runtime.exceptions.ValidationException) as refused:
        runtime.converse(modelId="anthropic.claude-0-v0:0", messages=user("Hello?"))

    assert refused.value.response["Error"]["Message"] == "The provided model identifier is invalid."


def test_a_model_behind_profiles_only_says_so_with_a_curly_apostrophe(runtime: Any) -> None:
    with pytest.raises(runtime.exceptions.ValidationException, match="on-demand throughput isn’t supported"):
        runtime.converse(modelId="anthropic.claude-sonnet-4-5-20250929-v1:0", messages=user("Hello?"))


def test_an_unknown_inference_profile_is_a_modelled_error(bedrock: Any) -> None:
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_inference_profile(inferenceProfileIdentifier="us.nobody.nothing-v1:0")


def test_constraints_of_the_service_model_are_checked_by_the_server(runtime: Any) -> None:
    with pytest.raises(runtime.exceptions.ValidationException) as refused:
        runtime.converse(modelId=CLAUDE, messages=user("Hello?"), inferenceConfig={"temperature": 1.5})

    assert refused.value.response["Error"]["Message"] == (
        "1 validation error detected: Value '1.5' at 'inferenceConfig.temperature' "
        "failed to satisfy constraint: Member must have value less than or equal to 1"
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", 403),
        ("InternalServerException", 500),
        ("ModelErrorException", 424),
        ("ModelNotReadyException", 429),
        ("ModelTimeoutException", 408),
        ("ResourceNotFoundException", 404),
        ("ServiceUnavailableException", 503),
        ("ThrottlingException", 429),
        ("ValidationException", 400),
    ],
)
def test_a_scripted_error_arrives_as_the_modelled_exception(
    lab: LabClient, runtime_without_retries: Any, code: str, status: int
) -> None:
    lab.put_faults([{"operation": "Converse", "error": {"code": code, "message": "As scripted."}}])

    with pytest.raises(getattr(runtime_without_retries.exceptions, code)) as refused:
        runtime_without_retries.converse(modelId=CLAUDE, messages=user("Hello?"))

    assert refused.value.response["Error"]["Message"] == "As scripted."
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_the_journal_shows_how_boto3_retried(
    lab: LabClient, boto3_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    lab.put_faults([{"operation": "Converse", "error": {"code": "ThrottlingException"}, "count": 2}])
    patient = boto3_client(
        "bedrock-runtime", config=Config(retries={"mode": "standard", "total_max_attempts": 3})
    )

    answer = patient.converse(modelId=CLAUDE, messages=user("Hello?"))

    attempts = lab.journal(operation="Converse")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert [attempt["status"] for attempt in attempts] == [429, 429, 200]
    assert len({attempt["requestHeaders"]["amz-sdk-invocation-id"] for attempt in attempts}) == 1


def test_an_error_in_mid_stream_is_raised_after_what_was_said(lab: LabClient, runtime: Any) -> None:
    fault = {"exceptionAfterEvents": 2, "code": "ModelStreamErrorException", "message": "Lost the thread."}
    lab.put_faults([{"operation": "ConverseStream", "stream": fault}])
    with closing(runtime.converse_stream(modelId=CLAUDE, messages=user("Hello?"))["stream"]) as stream:
        events = iter(stream)
        received = [name for event in (next(events), next(events)) for name in event]
        with pytest.raises(EventStreamError) as broken:
            next(events)

    assert received == ["messageStart", "contentBlockDelta"]
    assert broken.value.response["Error"] == {
        "Code": "modelStreamErrorException",
        "Message": "Lost the thread.",
    }


def test_a_wrong_secret_key_is_refused(boto3_client: Callable[..., Any]) -> None:
    impostor = boto3_client("bedrock", aws_access_key_id="test", aws_secret_access_key="guess")

    with pytest.raises(ClientError) as refused:
        impostor.list_foundation_models()

    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_region_of_the_signature_chooses_the_catalogue(boto3_client: Callable[..., Any]) -> None:
    frankfurt = boto3_client("bedrock", region_name="eu-central-1")

    profiles = frankfurt.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]
    arns = [model["modelArn"] for model in frankfurt.list_foundation_models()["modelSummaries"]]

    assert {arn.split(":")[3] for arn in arns} == {"eu-central-1"}
    assert any(profile["inferenceProfileId"].startswith("eu.") for profile in profiles)
    assert not any(profile["inferenceProfileId"].startswith("us.") for profile in profiles)


def test_an_operation_that_is_not_served_is_refused_and_not_retried(lab: LabClient, bedrock: Any) -> None:
    with pytest.raises(ClientError) as refused:
        bedrock.get_use_case_for_model_access()

    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
    assert [entry["status"] for entry in lab.journal()] == [400]
