"""The AWS SDK for JavaScript with default settings, whose runtime client speaks HTTP/2 even without TLS."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from tests.end_to_end.prepared import prepared, run_installer
from tests.end_to_end.programs import printed

SOURCES = Path(__file__).parent / "node"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
HELLO = [{"role": "user", "content": [{"text": "Tell me about rivers."}]}]

Sdk = Callable[..., Any]


@pytest.fixture(scope="session")
def sdk_folder(request: pytest.FixtureRequest) -> Path:
    """The scripts beside an installed SDK; without Node.js a skip, or with REQUIRE_NODE a failure."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        lack = pytest.fail if os.environ.get("REQUIRE_NODE") else pytest.skip
        lack("node and npm are needed to run the AWS SDK for JavaScript")
    cache = request.config.cache.mkdir("node")
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    folder = prepared(cache, "sdk", lock, install_sdk)
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    return folder


def install_sdk(folder: Path) -> None:
    """Install exactly what the lock file says."""
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    run_installer(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], directory=folder)


@pytest.fixture
def sdk(lab: LabClient, sdk_folder: Path) -> Sdk:
    """Sends one command (or walks one paginator) with the JavaScript SDK and returns what it saw."""

    def call(service: str, name: str, parameters: dict[str, Any], **environment: str) -> Any:
        command = ["node", str(sdk_folder / "call.mjs"), service, name, json.dumps(parameters)]
        return printed(command, {**os.environ, **environment})

    return call


def test_the_control_plane_lists_what_boto3_lists(sdk: Sdk, bedrock: Any) -> None:
    answer = sdk("bedrock", "ListFoundationModels", {"byProvider": "Amazon"})["output"]

    expected = bedrock.list_foundation_models(byProvider="Amazon")["modelSummaries"]
    assert [it["modelId"] for it in answer["modelSummaries"]] == [it["modelId"] for it in expected]
    assert expected


def test_the_paginator_collects_every_inference_profile(sdk: Sdk, bedrock: Any) -> None:
    pages = sdk("bedrock", "paginateListInferenceProfiles", {"maxResults": 25})["output"]

    expected = bedrock.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]
    profiles = [profile for page in pages for profile in page["inferenceProfileSummaries"]]
    assert [it["inferenceProfileId"] for it in profiles] == [it["inferenceProfileId"] for it in expected]
    assert len(pages) > 1


def test_timestamps_arrive_as_dates(sdk: Sdk) -> None:
    profile = sdk(
        "bedrock", "GetInferenceProfile", {"inferenceProfileIdentifier": "us.amazon.nova-lite-v1:0"}
    )

    assert profile["output"]["createdAt"].endswith("Z"), "a Date prints itself in ISO 8601"


def test_a_guardrail_is_read_with_what_is_not_set_left_out(sdk: Sdk, bedrock: Any) -> None:
    created = bedrock.create_guardrail(
        name="from-boto3",
        blockedInputMessaging="No such question.",
        blockedOutputsMessaging="No such answer.",
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
    )

    found = sdk("bedrock", "GetGuardrail", {"guardrailIdentifier": created["guardrailId"]})["output"]

    assert found["name"] == "from-boto3"
    assert found["sensitiveInformationPolicy"] == {
        "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}],
        "regexes": [],
    }
    assert "topicPolicy" not in found
    assert found["updatedAt"].endswith("Z")


def test_converse_over_cleartext_http2_says_what_boto3_hears(sdk: Sdk, runtime: Any) -> None:
    answer = sdk("bedrock-runtime", "Converse", {"modelId": CLAUDE, "messages": HELLO})["output"]

    expected = runtime.converse(modelId=CLAUDE, messages=HELLO)
    assert answer["output"] == expected["output"]
    assert answer["usage"] == expected["usage"]
    assert answer["$metadata"]["requestId"]


def test_converse_stream_over_cleartext_http2_says_what_boto3_hears(sdk: Sdk, runtime: Any) -> None:
    events = sdk("bedrock-runtime", "ConverseStream", {"modelId": CLAUDE, "messages": HELLO})["events"]

    expected = list(runtime.converse_stream(modelId=CLAUDE, messages=HELLO)["stream"])
    assert [list(event) for event in events] == [list(event) for event in expected]
    assert events[:-1] == expected[:-1], "all but the metadata event, which tells the latency"


def test_a_streamed_tool_call_reaches_javascript(sdk: Sdk) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = {
        "tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": schema}}}],
        "toolChoice": {"any": {}},
    }

    events = sdk(
        "bedrock-runtime", "ConverseStream", {"modelId": CLAUDE, "messages": HELLO, "toolConfig": tools}
    )["events"]

    fragments = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
    arguments = json.loads("".join(it["toolUse"]["input"] for it in fragments if "toolUse" in it))
    assert isinstance(arguments["city"], str)
    assert {"stopReason": "tool_use"}.items() <= next(
        it["messageStop"] for it in events if "messageStop" in it
    ).items()


def test_a_refusal_is_an_instance_of_the_modelled_class(sdk: Sdk) -> None:
    error = sdk("bedrock-runtime", "Converse", {"modelId": "nobody.nothing-v1:0", "messages": HELLO})["error"]

    assert (error["name"], error["status"]) == ("ValidationException", 400)
    assert error["message"] == "The provided model identifier is invalid."
    assert error["isModelled"]


def test_an_error_in_mid_stream_is_thrown_after_what_was_said(sdk: Sdk, lab: LabClient) -> None:
    fault = {"exceptionAfterEvents": 2, "code": "ModelStreamErrorException", "message": "Lost the thread."}
    lab.put_faults([{"operation": "ConverseStream", "stream": fault}])

    seen = sdk("bedrock-runtime", "ConverseStream", {"modelId": CLAUDE, "messages": HELLO})

    assert [name for event in seen["events"] for name in event] == ["messageStart", "contentBlockDelta"]
    assert (seen["error"]["name"], seen["error"]["message"]) == (
        "ModelStreamErrorException",
        "Lost the thread.",
    )


def test_a_bearer_key_is_accepted_over_plain_http(sdk: Sdk, lab: LabClient) -> None:
    parameters = {"modelId": CLAUDE, "messages": HELLO}

    answer = sdk("bedrock-runtime", "Converse", parameters, AWS_BEARER_TOKEN_BEDROCK="ABSK-any")

    assert answer["output"]["stopReason"] == "end_turn"
    assert [entry["caller"]["kind"] for entry in lab.journal(operation="Converse")] == ["bearer"]


MESSAGES = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Tell me about rivers."}],
}
INVOKE = {"modelId": CLAUDE, "contentType": "application/json", "body": json.dumps(MESSAGES)}


def test_invoke_model_over_cleartext_http2_says_what_boto3_hears(sdk: Sdk, runtime: Any) -> None:
    answer = sdk("bedrock-runtime", "InvokeModel", INVOKE)["output"]

    expected = json.loads(runtime.invoke_model(**INVOKE)["body"].read())
    message = json.loads(answer["body"])
    assert {**message, "id": ""} == {**expected, "id": ""}, (
        "all but the id, which every answer has of its own"
    )
    assert list(message) == list(expected)
    assert answer["contentType"] == "application/json"


def test_the_chunks_of_an_invoke_stream_reach_javascript(sdk: Sdk, runtime: Any) -> None:
    events = sdk("bedrock-runtime", "InvokeModelWithResponseStream", INVOKE)["events"]

    chunks = [json.loads(event["chunk"]["bytes"]) for event in events]
    whole = json.loads(runtime.invoke_model(**INVOKE)["body"].read())
    texts = [chunk["delta"]["text"] for chunk in chunks if chunk["type"] == "content_block_delta"]
    assert "".join(texts) == whole["content"][0]["text"]
    assert (
        chunks[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == whole["usage"]["output_tokens"]
    )


def test_a_body_that_javascript_calls_bytes_is_refused(sdk: Sdk) -> None:
    error = sdk("bedrock-runtime", "InvokeModel", {"modelId": CLAUDE, "body": json.dumps(MESSAGES)})["error"]

    assert error["name"] == "ValidationException", "its default is application/octet-stream"
    assert error["message"] == "The provided Content Type is invalid or not supported for this model"


def test_reasoning_arrives_with_its_signature(sdk: Sdk) -> None:
    request = {
        "modelId": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "messages": HELLO,
        "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    }
    whole = sdk("bedrock-runtime", "Converse", request)["output"]["output"]["message"]["content"]
    events = sdk("bedrock-runtime", "ConverseStream", request)["events"]

    deltas = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
    pieces = [delta["reasoningContent"] for delta in deltas if "reasoningContent" in delta]
    told = whole[0]["reasoningContent"]["reasoningText"]
    assert "".join(piece.get("text", "") for piece in pieces) == told["text"]
    assert pieces[-1] == {"signature": told["signature"]}


def test_a_cached_prefix_is_counted(sdk: Sdk) -> None:
    prompt = [{"text": "A long prompt. " * 400}, {"cachePoint": {"type": "default"}}]
    request = {
        "modelId": "us.amazon.nova-lite-v1:0",
        "system": prompt,
        "messages": HELLO,
    }
    usages = [sdk("bedrock-runtime", "Converse", request)["output"]["usage"] for _ in range(2)]
    written = usages[0]["cacheWriteInputTokens"]
    assert written > 1000
    assert (usages[1]["cacheReadInputTokens"], usages[1]["cacheWriteInputTokens"]) == (written, 0)


def test_what_a_model_cannot_do_is_a_modelled_exception(sdk: Sdk) -> None:
    request = {
        "modelId": "us.anthropic.claude-opus-4-7",
        "messages": HELLO,
        "inferenceConfig": {"temperature": 1},
    }
    assert sdk("bedrock-runtime", "ConverseStream", request)["error"] == {
        "name": "ValidationException",
        "message": "The model returned the following errors: `temperature` is deprecated for this model.",
        "status": 400,
        "isModelled": True,
    }
