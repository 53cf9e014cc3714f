"""Through boto3: one scenario rule answers Converse, InvokeModel and their streams, whatever a family's own form is."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from bedrock_emulator.client import LabClient
from tests.media import media

SPOKEN = "The sky is blue, and so is the sea."
Texts = Callable[[Mapping[str, Any]], str]


def _chat_text(chunk: Mapping[str, Any]) -> str:
    choice: Mapping[str, Any] = chunk["choices"][0]
    return (choice.get("message") or choice.get("delta") or {}).get("content") or ""


CHAT: Mapping[str, Any] = {"messages": [{"role": "user", "content": "What colour?"}], "max_tokens": 50}
PROMPT: Mapping[str, Any] = {"prompt": "What colour?"}
CASES: Mapping[str, tuple[str, Mapping[str, Any], Texts]] = {
    "llama": ("meta.llama3-8b-instruct-v1:0", PROMPT, lambda part: part["generation"]),
    "llama through a profile": (
        "us.meta.llama3-3-70b-instruct-v1:0",
        PROMPT,
        lambda part: part["generation"],
    ),
    "mistral": ("mistral.mistral-7b-instruct-v0:2", PROMPT, lambda part: part["outputs"][0]["text"]),
    "pixtral": ("us.mistral.pixtral-large-2502-v1:0", CHAT, _chat_text),
    "mistral large 3": ("mistral.mistral-large-3-675b-instruct", CHAT, _chat_text),
    "deepseek r1": ("us.deepseek.r1-v1:0", PROMPT, lambda part: part["choices"][0]["text"]),
    "jamba": ("ai21.jamba-1-5-mini-v1:0", CHAT, _chat_text),
    "palmyra": ("us.writer.palmyra-x5-v1:0", CHAT, _chat_text),
    "gpt-oss": ("openai.gpt-oss-20b-1:0", CHAT, _chat_text),
    "qwen": ("qwen.qwen3-32b-v1:0", CHAT, _chat_text),
    "kimi": ("moonshot.kimi-k2-thinking", CHAT, _chat_text),
}


def _chunks(stream: Any) -> Iterator[dict[str, Any]]:
    return (json.loads(event["chunk"]["bytes"]) for event in stream["body"])


@pytest.mark.parametrize(("model_id", "body", "text"), CASES.values(), ids=CASES)
def test_one_rule_answers_every_operation(
    lab: LabClient, runtime: Any, model_id: str, body: Mapping[str, Any], text: Texts
) -> None:
    when = {"lastUserText": {"contains": "colour"}}
    lab.put_scenario({"version": 1, "rules": [{"when": when, "reply": SPOKEN}]})
    data = json.dumps(body)
    asked = [{"role": "user", "content": [{"text": "What colour?"}]}]

    conversed = runtime.converse(modelId=model_id, messages=asked)
    whole = json.loads(runtime.invoke_model(modelId=model_id, body=data)["body"].read())
    chunks = list(_chunks(runtime.invoke_model_with_response_stream(modelId=model_id, body=data)))

    assert conversed["output"]["message"]["content"] == [{"text": SPOKEN}]
    assert text(whole) == SPOKEN
    metrics = chunks[-1].pop("amazon-bedrock-invocationMetrics")
    assert "".join(text(chunk) for chunk in chunks if chunk) == SPOKEN
    assert metrics["inputTokenCount"] == conversed["usage"]["inputTokens"]
    assert metrics["outputTokenCount"] == conversed["usage"]["outputTokens"]


@pytest.mark.parametrize(("model_id", "body", "text"), CASES.values(), ids=CASES)
def test_the_synthetic_answer_is_the_same_streamed_and_not(
    runtime: Any, model_id: str, body: Mapping[str, Any], text: Texts
) -> None:
    data = json.dumps(body)
    whole = json.loads(runtime.invoke_model(modelId=model_id, body=data)["body"].read())
    chunks = list(_chunks(runtime.invoke_model_with_response_stream(modelId=model_id, body=data)))
    del chunks[-1]["amazon-bedrock-invocationMetrics"]
    assert text(whole) == "".join(text(chunk) for chunk in chunks if chunk) != ""


def test_an_agent_of_a_chat_model_calls_its_tool_and_reads_the_result(runtime: Any) -> None:
    function = {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}
    body: dict[str, Any] = {
        "messages": [{"role": "user", "content": "Please add(3)"}],
        "tools": [{"type": "function", "function": function}],
    }

    def say() -> Mapping[str, Any]:
        answer = runtime.invoke_model(modelId="openai.gpt-oss-120b-1:0", body=json.dumps(body))
        choice: Mapping[str, Any] = json.loads(answer["body"].read())["choices"][0]
        return choice

    called = say()
    (call,) = called["message"]["tool_calls"]
    assert (called["finish_reason"], json.loads(call["function"]["arguments"])) == ("tool_calls", {"a": 3})
    body["messages"] += [
        called["message"],
        {"role": "tool", "tool_call_id": call["id"], "content": "forty-two"},
    ]
    assert "Tools returned: forty-two" in say()["message"]["content"]


@pytest.mark.parametrize("operation", ["invoke_model", "invoke_model_with_response_stream"])
@pytest.mark.parametrize(
    ("model_id", "instead"),
    [
        ("openai.gpt-5.6-sol", "Converse serves every text model"),
        ("amazon.nova-canvas-v1:0", "It makes no images, videos or speech"),
    ],
)
def test_a_model_without_a_known_format_is_refused_honestly(
    runtime: Any, operation: str, model_id: str, instead: str
) -> None:
    with pytest.raises(ClientError, match="does not know the native request format of") as refused:
        getattr(runtime, operation)(modelId=model_id, body=json.dumps(CHAT))
    assert instead in str(refused.value)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_image_is_read_by_a_model_that_sees_and_refused_by_one_that_does_not(runtime: Any) -> None:
    url = f"data:image/png;base64,{base64.b64encode(media('png', 200)).decode()}"
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    body = json.dumps({"messages": [{"role": "user", "content": content}]})
    seen = runtime.invoke_model(modelId="google.gemma-3-4b-it", body=body)
    assert int(seen["ResponseMetadata"]["HTTPHeaders"]["x-amzn-bedrock-input-token-count"]) > 1000
    with pytest.raises(ClientError, match="doesn't support the image content block that you provided"):
        runtime.invoke_model(modelId="openai.gpt-oss-20b-1:0", body=body)


@pytest.mark.parametrize("operation", ["invoke_model", "invoke_model_with_response_stream"])
def test_an_unknown_model_is_refused_as_recorded(runtime: Any, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(runtime, operation)(modelId="does-not-exist", body="{}")
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ValidationException",
        "The provided model identifier is invalid.",
    )


def test_what_a_family_cannot_say_is_a_modelled_error_streamed_and_not(lab: LabClient, runtime: Any) -> None:
    call = {"toolUse": {"toolUseId": "t1", "name": "add", "input": {}}}
    lab.put_scenario({"version": 1, "rules": [{"reply": {"content": [{"text": "First: "}, call]}}]})
    model, data = "us.meta.llama3-3-70b-instruct-v1:0", json.dumps(PROMPT)

    with pytest.raises(ClientError, match="'toolUse', which Llama's prompt format cannot express") as refused:
        runtime.invoke_model(modelId=model, body=data)
    assert refused.value.response["Error"]["Code"] == "ModelErrorException"
    answer = runtime.invoke_model_with_response_stream(modelId=model, body=data)
    with (
        closing(answer["body"]),
        pytest.raises(
            EventStreamError, match="'toolUse', which Llama's prompt format cannot express"
        ) as broken,
    ):
        list(answer["body"])
    assert broken.value.response["Error"]["Code"] == "modelStreamErrorException"
