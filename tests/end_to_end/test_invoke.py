"""InvokeModel and InvokeModelWithResponseStream through boto3, and what the SDK makes of their answers."""

import json
import re
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from bedrock_emulator.client import LabClient

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
NOVA_PROFILE = "us.amazon.nova-lite-v1:0"
MESSAGES = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": "Tell me about rivers."}],
}
ADD = {
    "name": "add",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
SCRIPT = {
    "version": 1,
    "rules": [
        {
            "reply": {
                "content": [
                    {"text": "I add.", "chunks": ["I ", "add."]},
                    {"toolUse": {"toolUseId": "t1", "name": "add", "input": {"b": 2, "a": 1}}},
                ],
                "usage": {"inputTokens": 11, "outputTokens": 5},
            }
        }
    ],
}


def body_of(answer: Mapping[str, Any]) -> Any:
    """What an InvokeModel answer holds."""
    return json.loads(answer["body"].read())


def chunks_of(answer: Mapping[str, Any]) -> list[Any]:
    """What a stream's chunks hold."""
    return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]


def converse_form(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The question of a Messages body, for Converse."""
    return [{"role": turn["role"], "content": [{"text": turn["content"]}]} for turn in body["messages"]]


def test_claude_says_the_same_through_invoke_model_and_converse(runtime: Any) -> None:
    answer = runtime.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGES))
    message = body_of(answer)

    converse = runtime.converse(
        modelId=CLAUDE,
        messages=converse_form(MESSAGES),
        inferenceConfig={"maxTokens": MESSAGES["max_tokens"]},
    )
    said = converse["output"]["message"]["content"][0]["text"]
    assert message["content"] == [{"type": "text", "text": said}]
    assert message["stop_reason"] == "end_turn"
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert answer["contentType"] == "application/json"
    assert int(headers["x-amzn-bedrock-input-token-count"]) == message["usage"]["input_tokens"]
    assert int(headers["x-amzn-bedrock-output-token-count"]) == message["usage"]["output_tokens"]
    assert int(headers["x-amzn-bedrock-invocation-latency"]) > 0


def test_a_streams_chunks_are_the_message_and_the_last_has_the_metrics(runtime: Any) -> None:
    whole = body_of(runtime.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGES)))
    answer = runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(MESSAGES))
    chunks = chunks_of(answer)

    assert answer["contentType"] == "application/json"
    texts = [chunk["delta"]["text"] for chunk in chunks if chunk["type"] == "content_block_delta"]
    assert "".join(texts) == whole["content"][0]["text"]
    assert len(texts) > 1
    metrics = chunks[-1].pop("amazon-bedrock-invocationMetrics")
    assert chunks[-1] == {"type": "message_stop"}
    assert (metrics["inputTokenCount"], metrics["outputTokenCount"]) == (
        whole["usage"]["input_tokens"],
        whole["usage"]["output_tokens"],
    )
    assert not any("amazon-bedrock-invocationMetrics" in chunk for chunk in chunks)


def test_one_rule_answers_every_operation_and_every_family(lab: LabClient, runtime: Any) -> None:
    lab.put_scenario(SCRIPT)
    nova = {"messages": [{"role": "user", "content": [{"text": "Add."}]}]}

    claude = body_of(runtime.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGES)))
    streamed = chunks_of(
        runtime.invoke_model_with_response_stream(modelId=NOVA_PROFILE, body=json.dumps(nova))
    )
    converse = runtime.converse(modelId=CLAUDE, messages=converse_form(MESSAGES))

    text, call = claude["content"]
    assert text == {"type": "text", "text": "I add."}
    assert call == {"type": "tool_use", "id": "t1", "name": "add", "input": {"b": 2, "a": 1}}
    assert list(call["input"]) == ["b", "a"], "the order of the scenario"
    assert converse["output"]["message"]["content"][1]["toolUse"]["input"] == {"a": 1, "b": 2}
    deltas = [chunk["contentBlockDelta"]["delta"] for chunk in streamed if "contentBlockDelta" in chunk]
    assert deltas == [{"text": "I "}, {"text": "add."}, {"toolUse": {"input": '{"b":2,"a":1}'}}]
    assert claude["stop_reason"] == converse["stopReason"] == "tool_use"
    assert claude["usage"] == {"input_tokens": 11, "output_tokens": 5}


def test_a_tool_that_the_user_names_is_called_and_its_result_ends_the_loop(runtime: Any) -> None:
    ask = {"role": "user", "content": "Please call add(3, 4)."}
    first = body_of(
        runtime.invoke_model(modelId=CLAUDE, body=json.dumps({**MESSAGES, "messages": [ask], "tools": [ADD]}))
    )
    (call,) = first["content"]
    assert (call["name"], call["input"], first["stop_reason"]) == ("add", {"a": 3, "b": 4}, "tool_use")

    result = {"type": "tool_result", "tool_use_id": call["id"], "content": "7"}
    turns = [ask, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": [result]}]
    last = body_of(
        runtime.invoke_model(modelId=CLAUDE, body=json.dumps({**MESSAGES, "messages": turns, "tools": [ADD]}))
    )
    assert (last["stop_reason"], "Tools returned: 7" in last["content"][0]["text"]) == ("end_turn", True)


@pytest.mark.parametrize(
    ("model_id", "request_body", "message"),
    [
        (CLAUDE, {**MESSAGES, "model": "claude"}, "model: Extra inputs are not permitted"),
        (
            "amazon.nova-lite-v1:0",
            {"messages": [{"role": "user", "content": [{"inputText": "Hi"}]}]},
            (
                "Malformed input request: #/messages/0/content/0: required key [toolUse] not found, "
                "please reformat your input and try again."
            ),
        ),
        (
            "us.anthropic.claude-opus-4-8",
            {**MESSAGES, "temperature": 0.5},
            "`temperature` is deprecated for this model.",
        ),
        (
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            {**MESSAGES, "max_tokens": 99_999},
            (
                "max_tokens: 99999 > 64000, which is the maximum allowed number of output tokens for "
                "claude-haiku-4-5-20251001-v1:0"
            ),
        ),
    ],
    ids=["unknown member", "schema", "sampling", "too many tokens"],
)
def test_a_refusal_is_a_validation_exception_in_the_familys_words(
    runtime: Any, model_id: str, request_body: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as refusal:
        runtime.invoke_model(modelId=model_id, body=json.dumps(request_body))
    with pytest.raises(ClientError, match=re.escape(message)):
        runtime.invoke_model_with_response_stream(modelId=model_id, body=json.dumps(request_body))

    assert refusal.value.response["Error"] == {"Code": "ValidationException", "Message": message}
    assert isinstance(refusal.value, runtime.exceptions.ValidationException)


def test_an_image_of_another_kind_than_it_says_is_refused(runtime: Any) -> None:
    source = {"type": "base64", "media_type": "image/jpeg", "data": "iVBORw0KGgo="}
    turn = {"role": "user", "content": [{"type": "image", "source": source}]}

    with pytest.raises(ClientError, match="but the image appears to be a image/png image"):
        runtime.invoke_model(modelId=CLAUDE, body=json.dumps({**MESSAGES, "messages": [turn]}))


def test_what_the_request_chooses_by_header_is_repeated(runtime: Any) -> None:
    question = {"messages": [{"role": "user", "content": [{"text": "Tell me about rivers."}]}]}
    answer = runtime.invoke_model(
        modelId="us.amazon.nova-pro-v1:0",
        body=json.dumps(question),
        performanceConfigLatency="optimized",
        serviceTier="flex",
        requestMetadata=json.dumps({"team": "rivers"}),
    )
    assert (answer["performanceConfigLatency"], answer["serviceTier"]) == ("optimized", "flex")


def test_cached_tokens_are_counted_in_headers_usage_and_metrics(lab: LabClient, runtime: Any) -> None:
    counts = {"inputTokens": 4, "outputTokens": 5, "cacheReadInputTokens": 90, "cacheWriteInputTokens": 7}
    lab.put_scenario({"version": 1, "rules": [{"reply": {"content": [{"text": "Hi"}], "usage": counts}}]})

    answer = runtime.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGES))
    chunks = chunks_of(runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(MESSAGES)))

    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert (
        headers["x-amzn-bedrock-cache-read-input-token-count"],
        headers["x-amzn-bedrock-cache-write-input-token-count"],
    ) == ("90", "7")
    assert body_of(answer)["usage"] == {
        "input_tokens": 4,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 90,
        "output_tokens": 5,
    }
    started = chunks[0]["message"]["usage"]
    assert (started["cache_read_input_tokens"], started["cache_creation_input_tokens"]) == (90, 7)
    metrics = chunks[-1]["amazon-bedrock-invocationMetrics"]
    assert (metrics["cacheReadInputTokenCount"], metrics["cacheWriteInputTokenCount"]) == (90, 7)


def test_events_that_a_rule_gives_word_for_word_become_chunks(lab: LabClient, runtime: Any) -> None:
    events = [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 1}, "metrics": {"latencyMs": 90}}},
    ]
    lab.put_scenario({"version": 1, "rules": [{"reply": {"events": events}}]})

    chunks = chunks_of(runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(MESSAGES)))

    assert [chunk["type"] for chunk in chunks] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    metrics = chunks[-1]["amazon-bedrock-invocationMetrics"]
    assert (metrics["inputTokenCount"], metrics["invocationLatency"]) == (3, 90)
    assert (
        body_of(runtime.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGES)))["content"][0]["text"] == "Hi"
    )


def test_an_error_in_mid_stream_follows_the_chunks(lab: LabClient, runtime: Any) -> None:
    fault = {"exceptionAfterEvents": 2, "code": "ModelStreamErrorException", "message": "Lost the thread."}
    lab.put_faults([{"operation": "InvokeModelWithResponseStream", "stream": fault}])

    answer = runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(MESSAGES))
    seen: list[str] = []
    with closing(answer["body"]), pytest.raises(EventStreamError, match="Lost the thread") as error:
        seen.extend(json.loads(event["chunk"]["bytes"])["type"] for event in answer["body"])
    assert seen == ["message_start", "content_block_start"]
    assert error.value.response["Error"]["Code"] == "modelStreamErrorException"


def test_the_journal_shows_the_body_in_its_own_order(lab: LabClient, runtime: Any) -> None:
    runtime.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGES))

    (entry,) = lab.journal(operation="InvokeModel")
    assert list(entry["requestBody"]) == list(MESSAGES)
    assert list(entry["responseBody"])[:3] == ["id", "type", "role"]
