"""Reasoning, prompt caching, response fields and refusals of Converse as SDK users meet them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bedrock_emulator.client import LabClient

SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
OPUS_4_7 = "us.anthropic.claude-opus-4-7"
NOVA = "us.amazon.nova-lite-v1:0"
NOVA_2 = "us.amazon.nova-2-lite-v1:0"
GPT_OSS = "openai.gpt-oss-120b-1:0"
POINT = {"cachePoint": {"type": "default"}}
LONG = "A sentence of a long prompt. " * 300
WEATHER = {"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object"}}}}


def user(*content: Any) -> dict[str, Any]:
    return {
        "role": "user",
        "content": [{"text": each} if isinstance(each, str) else each for each in content],
    }


def thinking(**more: Any) -> dict[str, Any]:
    return {"thinking": {"type": "enabled", "budget_tokens": 2048, **more}}


def streamed(runtime: Any, **request: Any) -> list[tuple[str, Any]]:
    """All events of an answer."""
    return [member for event in runtime.converse_stream(**request)["stream"] for member in event.items()]


def deltas(events: list[tuple[str, Any]], kind: str) -> list[Any]:
    found = (payload["delta"] for name, payload in events if name == "contentBlockDelta")
    return [delta[kind] for delta in found if kind in delta]


def test_reasoning_is_streamed_with_its_signature_and_may_come_back(runtime: Any) -> None:
    question = {
        "modelId": SONNET,
        "additionalModelRequestFields": thinking(),
        "toolConfig": {"tools": [WEATHER]},
    }
    ask = user("What does get_weather say?")
    whole = runtime.converse(messages=[ask], **question)["output"]["message"]
    events = streamed(runtime, messages=[ask], **question)

    told = whole["content"][0]["reasoningContent"]["reasoningText"]
    pieces = deltas(events, "reasoningContent")
    assert "".join(piece.get("text", "") for piece in pieces) == told["text"]
    assert [piece["signature"] for piece in pieces if "signature" in piece] == [told["signature"]]

    call = whole["content"][1]["toolUse"]
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": "snow"}]}}
    again = runtime.converse(messages=[ask, whole, user(result)], **question)
    assert again["stopReason"] == "end_turn"


def test_reasoning_that_was_altered_is_refused(runtime: Any) -> None:
    question = {"modelId": SONNET, "additionalModelRequestFields": thinking()}
    whole = runtime.converse(messages=[user("Why?")], **question)["output"]["message"]
    whole["content"][0]["reasoningContent"]["reasoningText"]["text"] = "I never thought so."

    with pytest.raises(ClientError) as refused:
        runtime.converse(messages=[user("Why?"), whole, user("Go on.")], **question)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "The model returned the following errors: messages.1.content.0: "
        "Invalid `signature` in `thinking` block",
    }


def test_a_signature_of_a_scenario_is_accepted_when_it_comes_back(lab: LabClient, runtime: Any) -> None:
    reply = {"content": [{"reasoning": "Mine.", "signature": "my-own"}, {"text": "So be it."}]}
    lab.put_scenario({"version": 1, "rules": [{"when": {"turn": 1}, "reply": reply}]})
    said = runtime.converse(modelId=SONNET, messages=[user("Why?")])["output"]["message"]
    assert said["content"][0]["reasoningContent"]["reasoningText"]["signature"] == "my-own"

    conversation = [user("Why?"), said, user("Go on.")]
    assert runtime.converse(modelId=SONNET, messages=conversation)["stopReason"] == "end_turn"
    lab.reset()
    with pytest.raises(ClientError, match="Invalid `signature`"):
        runtime.converse(modelId=SONNET, messages=conversation)


def test_adaptive_reasoning_of_newer_models_is_told_only_when_asked_for(runtime: Any) -> None:
    adaptive = {"type": "adaptive"}
    texts = [
        runtime.converse(
            modelId=OPUS_4_7, messages=[user("Why?")], additionalModelRequestFields={"thinking": each}
        )["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]["text"]
        for each in (adaptive, {**adaptive, "display": "summarized"})
    ]
    assert [bool(text) for text in texts] == [False, True]


def usage_of(runtime: Any, request: dict[str, Any], model: str = SONNET) -> dict[str, Any]:
    """The usage of an answer that is not streamed."""
    usage: dict[str, Any] = runtime.converse(modelId=model, **request)["usage"]
    return usage


def cached(usage: dict[str, Any]) -> tuple[int, int]:
    return usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]


CACHING = [
    pytest.param(SONNET, {"system": [{"text": LONG}, POINT], "messages": [user("a")]}, id="system"),
    pytest.param(SONNET, {"messages": [user(LONG, POINT, "a")]}, id="messages"),
    pytest.param(
        SONNET,
        {
            "toolConfig": {"tools": [{"toolSpec": {**WEATHER["toolSpec"], "description": LONG}}, POINT]},
            "messages": [user("a")],
        },
        id="tools",
    ),
    pytest.param(NOVA, {"messages": [user(LONG, POINT, "a")]}, id="Nova"),
]


@pytest.mark.parametrize(("model", "request_"), CACHING)
def test_a_marked_prefix_is_written_once_and_then_read(
    runtime: Any, lab: LabClient, model: str, request_: dict[str, Any]
) -> None:
    first = usage_of(runtime, request_, model)
    second = usage_of(runtime, request_, model)
    *_, (_, metadata) = streamed(runtime, modelId=model, **request_)

    read, written = cached(first)
    assert (read, written > 1024) == (0, True)
    assert cached(second) == cached(metadata["usage"]) == (written, 0)
    assert first["inputTokens"] == second["inputTokens"] < written
    assert first["totalTokens"] - first["outputTokens"] == first["inputTokens"] + written
    if model == SONNET:
        assert first["cacheDetails"] == [{"ttl": "5m", "inputTokens": written}]
        counted = runtime.count_tokens(modelId=SONNET.removeprefix("us."), input={"converse": request_})
        assert counted["inputTokens"] == first["inputTokens"] + written


def test_a_prefix_is_forgotten_on_the_clock_of_the_lab(runtime: Any, lab: LabClient) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    hour = {"cachePoint": {"type": "default", "ttl": "1h"}}
    request = {"system": [{"text": LONG}, hour], "messages": [user(LONG, POINT, "a")]}
    seen = []
    for minutes in (0, 4, 20, 81):
        lab.put_clock(now=(now + timedelta(minutes=minutes)).isoformat())
        seen.append(cached(usage_of(runtime, request)))
    (_, both), (read, _), (short_read, short_written), last = seen
    assert read == both
    assert short_read + short_written == both
    assert 0 < short_read < both
    assert last == (0, both)


def test_a_reset_forgets_every_prefix(runtime: Any, lab: LabClient) -> None:
    request = {"messages": [user(LONG, POINT, "a")]}
    written = usage_of(runtime, request)["cacheWriteInputTokens"]
    lab.reset()
    assert cached(usage_of(runtime, request)) == (0, written)


def test_a_throttled_call_writes_nothing(runtime_without_retries: Any, lab: LabClient) -> None:
    request = {"messages": [user(LONG, POINT, "a")]}
    throttle = {"error": {"code": "ThrottlingException"}, "count": 1}
    lab.put_scenario({"version": 1, "rules": [{"fault": throttle}]})
    with pytest.raises(ClientError, match="Throttling"):
        runtime_without_retries.converse(modelId=SONNET, **request)
    assert usage_of(runtime_without_retries, request)["cacheReadInputTokens"] == 0


def test_a_scripted_answer_reads_and_writes_the_cache_unless_it_counts_itself(
    lab: LabClient, runtime: Any
) -> None:
    counts = {"inputTokens": 5, "cacheReadInputTokens": 6}
    replies = ["One.", "Two.", {"reply": {"content": "Three.", "usage": counts}}]
    lab.put_scenario({"version": 1, "rules": [{"sequence": replies}]})
    request = {"messages": [user(LONG, POINT, "a")]}
    first, second, third = (usage_of(runtime, request) for _ in replies)
    written = first["cacheWriteInputTokens"]
    assert (cached(first), cached(second), cached(third)) == ((0, written), (written, 0), (6, 0))
    assert third["inputTokens"] == 5


def test_claudes_own_cache_control_reads_what_converse_wrote(runtime: Any) -> None:
    usage_of(runtime, {"messages": [user(LONG, POINT, "Hi")]})
    content = [
        {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "Hi"},
    ]
    body = json.dumps(
        {
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": content}],
        }
    )
    answer = runtime.invoke_model(modelId=SONNET, body=body)
    chunks = [
        json.loads(event["chunk"]["bytes"])
        for event in runtime.invoke_model_with_response_stream(modelId=SONNET, body=body)["body"]
    ]

    usage = json.loads(answer["body"].read())["usage"]
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert usage["cache_read_input_tokens"] > 1024
    assert (usage["cache_creation_input_tokens"], usage["input_tokens"] < 20) == (0, True)
    assert headers["x-amzn-bedrock-cache-read-input-token-count"] == str(usage["cache_read_input_tokens"])
    assert chunks[0]["message"]["usage"]["cache_read_input_tokens"] == usage["cache_read_input_tokens"]
    metrics = chunks[-1]["amazon-bedrock-invocationMetrics"]
    assert metrics["cacheReadInputTokenCount"] == usage["cache_read_input_tokens"]


def test_novas_own_cache_point_is_counted(runtime: Any) -> None:
    body = json.dumps({"messages": [user(LONG, POINT, "Hi")], "inferenceConfig": {"maxTokens": 100}})
    counts = [
        json.loads(runtime.invoke_model(modelId=NOVA, body=body)["body"].read())["usage"] for _ in range(2)
    ]
    written = counts[0]["cacheWriteInputTokenCount"]
    assert written > 1000
    assert (counts[1]["cacheReadInputTokenCount"], counts[1]["cacheWriteInputTokenCount"]) == (written, 0)


FIELDS = [
    pytest.param(SONNET, ["/stop_sequence"], {"stop_sequence": "rivers"}, id="Claude"),
    pytest.param(
        SONNET, ["/role", "/nothing"], {"role": "assistant"}, id="Claude, a member that Converse has not"
    ),
    pytest.param(NOVA, ["/stopReason"], {"stopReason": "stop_sequence"}, id="Nova"),
    pytest.param(SONNET, ["/nothing"], None, id="nothing there"),
    pytest.param(SONNET, [], None, id="nothing asked"),
]


@pytest.mark.parametrize(("model", "paths", "fields"), FIELDS)
def test_response_fields_come_from_the_models_own_answer(
    runtime: Any, model: str, paths: list[str], fields: dict[str, Any] | None
) -> None:
    request = {
        "modelId": model,
        "messages": [user("Say rivers.")],
        "inferenceConfig": {"stopSequences": ["rivers"]},
        "additionalModelResponseFieldPaths": paths,
    }
    whole = runtime.converse(**request)
    stop = next(payload for name, payload in streamed(runtime, **request) if name == "messageStop")
    assert whole["stopReason"] == stop["stopReason"] == "stop_sequence"
    assert whole.get("additionalModelResponseFields") == fields
    assert stop.get("additionalModelResponseFields") == fields


def test_the_stream_has_claudes_delta_too(runtime: Any) -> None:
    events = streamed(
        runtime,
        modelId=SONNET,
        messages=[user("Say rivers.")],
        inferenceConfig={"stopSequences": ["rivers"]},
        additionalModelResponseFieldPaths=["/delta/stop_sequence"],
    )
    stop = next(payload for name, payload in events if name == "messageStop")
    assert stop["additionalModelResponseFields"] == {"delta": {"stop_sequence": "rivers"}}


def test_fields_of_a_scenario_are_told_where_they_are_asked_for(lab: LabClient, runtime: Any) -> None:
    reply = {"content": [{"text": "Hi"}], "additionalModelResponseFields": {"trace_id": 7, "more": 8}}
    lab.put_scenario({"version": 1, "rules": [{"reply": reply}]})
    asked = runtime.converse(
        modelId=GPT_OSS, messages=[user("Hi")], additionalModelResponseFieldPaths=["/trace_id", "/model"]
    )
    plain = runtime.converse(modelId=GPT_OSS, messages=[user("Hi")])
    assert asked["additionalModelResponseFields"] == {"trace_id": 7, "model": GPT_OSS}
    assert "additionalModelResponseFields" not in plain


REFUSED = [
    pytest.param(
        {"modelId": OPUS_4_7, "inferenceConfig": {"temperature": 0.5}},
        "The model returned the following errors: `temperature` is deprecated for this model.",
        id="temperature",
    ),
    pytest.param(
        {"modelId": "amazon.titan-embed-text-v2:0"},
        "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
        id="embedding model",
    ),
    pytest.param(
        {"modelId": "us.deepseek.r1-v1:0", "toolConfig": {"tools": [WEATHER]}},
        "This model doesn't support tool use.",
        id="tools",
    ),
    pytest.param(
        {"modelId": SONNET, "messages": [user("word " * 300_000)]},
        "The model returned the following errors: prompt is too long: 375003 tokens > 200000 maximum",
        id="context",
    ),
    pytest.param(
        {"modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0"},
        "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn’t supported. "
        "Retry your request with the ID or ARN of an inference profile that contains this model.",
        id="profile only",
    ),
    pytest.param(
        {"modelId": SONNET, "additionalModelResponseFieldPaths": ["stop_sequence"]},
        "The value at additionalModelResponseFieldPaths.0 is not a valid JSON Pointer. "
        "Provide a JSON Pointer that begins with a slash, as /stop_sequence, and try again.",
        id="pointer",
    ),
]


@pytest.mark.parametrize(("request_", "message"), REFUSED)
def test_what_a_model_cannot_do_is_refused_in_both_operations(
    runtime_without_retries: Any, request_: dict[str, Any], message: str
) -> None:
    runtime = runtime_without_retries
    request = {"messages": [user("Hi")], **request_}
    for operation in (runtime.converse, runtime.converse_stream):
        with pytest.raises(runtime.exceptions.ValidationException) as refused:
            operation(**request)
        assert refused.value.response["Error"]["Message"] == message


NATIVELY_REFUSED = [
    pytest.param(
        OPUS_4_7, {"temperature": 0.5}, "`temperature` is deprecated for this model.", id="temperature"
    ),
    pytest.param(
        SONNET,
        {"messages": [{"role": "user", "content": "word " * 300_000}]},
        "prompt is too long: 375003 tokens > 200000 maximum",
        id="context",
    ),
    pytest.param(
        SONNET,
        {
            "messages": [
                {"role": "user", "content": "Why?"},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "Hm.", "signature": "made-up"},
                        {"type": "text", "text": "So."},
                    ],
                },
                {"role": "user", "content": "Go on."},
            ]
        },
        "messages.1.content.0: Invalid `signature` in `thinking` block",
        id="signature",
    ),
]


@pytest.mark.parametrize(("model", "members", "message"), NATIVELY_REFUSED)
def test_invoke_model_refuses_the_same_without_converses_introduction(
    runtime: Any, model: str, members: dict[str, Any], message: str
) -> None:
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hi"}],
        **members,
    }
    with pytest.raises(ClientError) as refused:
        runtime.invoke_model(modelId=model, body=json.dumps(body))
    assert refused.value.response["Error"]["Message"] == message


def test_prompt_variables_without_a_prompt_are_ignored(runtime: Any) -> None:
    answer = runtime.converse(
        modelId=NOVA_2, messages=[user("Hi")], promptVariables={"name": {"text": "nobody"}}
    )
    assert answer["stopReason"] == "end_turn"
