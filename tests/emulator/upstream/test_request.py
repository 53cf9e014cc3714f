"""What an upstream is asked, for each part of a Converse request."""

import json
from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.upstream.request import chat_request

HI = {"role": "user", "content": [{"text": "hi"}]}
PNG = b"\x89PNG\r\n\x1a\n"
PNG_PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
IMAGE = {"image": {"format": "png", "source": {"bytes": PNG}}}
CALL = {"toolUse": {"toolUseId": "t1", "name": "add", "input": {"a": 1}}}
CHAT_CALL = {"id": "t1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
S3 = {"s3Location": {"uri": "s3://bucket/key"}}


def result(*content: dict[str, Any], **members: str) -> dict[str, Any]:
    return {"toolResult": {"toolUseId": "t1", "content": list(content), **members}}


def document(source: dict[str, Any], **members: str) -> dict[str, Any]:
    return {"document": {"name": "notes", "source": source, **members}}


def asked(*content: dict[str, Any], role: str = "user") -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = chat_request(
        {"messages": [{"role": role, "content": list(content)}]}, "m"
    )["messages"]
    return messages


def test_a_request_is_streamed_and_counts_its_tokens():
    assert chat_request({"messages": [HI]}, "llama3.2") == {
        "model": "llama3.2",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param([{"text": "a"}, {"text": "b"}], "a\nb", id="texts"),
        pytest.param([{"text": "see"}, IMAGE], [{"type": "text", "text": "see"}, PNG_PART], id="image"),
        pytest.param([{"guardContent": {"text": {"text": "safe?"}}}], "safe?", id="guarded text"),
        pytest.param([{"guardContent": IMAGE}], [PNG_PART], id="guarded image"),
        pytest.param([{"text": "a"}, {"cachePoint": {"type": "default"}}], "a", id="cache point"),
        pytest.param([document({"bytes": b"x,y"}, format="csv")], "notes:\nx,y", id="document of text"),
        pytest.param([document({"text": "all"})], "notes:\nall", id="document with a text"),
        pytest.param(
            [document({"content": [{"text": "a"}, {"text": "b"}]})], "notes:\na\nb", id="document in parts"
        ),
        pytest.param(
            [{"searchResult": {"title": "T", "source": "s", "content": [{"text": "found"}]}}],
            "T:\nfound",
            id="search result",
        ),
    ],
)
def test_what_the_user_says(content: list[dict[str, Any]], said: Any):
    assert asked(*content) == [{"role": "user", "content": said}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param([{"text": "a"}, {"text": "b"}], {"content": "a\nb"}, id="texts"),
        pytest.param([CALL], {"content": None, "tool_calls": [CHAT_CALL]}, id="call"),
        pytest.param([{"text": "a"}, CALL], {"content": "a", "tool_calls": [CHAT_CALL]}, id="text and call"),
        pytest.param(
            [{"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"text": "a"}],
            {"content": "a"},
            id="reasoning is not sent back",
        ),
        pytest.param([{"citationsContent": {"content": [{"text": "a"}]}}], {"content": "a"}, id="citations"),
    ],
)
def test_what_the_model_said(content: list[dict[str, Any]], message: dict[str, Any]):
    assert asked(*content, role="assistant") == [{"role": "assistant", **message}]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        pytest.param(result({"text": "3"}), "3", id="text"),
        pytest.param(result({"json": {"sum": 3}}), '{"sum": 3}', id="json"),
        pytest.param(result({"text": "a"}, {"text": "b"}), "a\nb", id="several"),
        pytest.param(result(), "", id="none"),
        pytest.param(result({"text": "no"}, status="error"), "The tool failed: no", id="failed"),
    ],
)
def test_the_result_of_a_tool_is_a_message_of_its_own(block: dict[str, Any], said: str):
    assert asked(block) == [{"role": "tool", "tool_call_id": "t1", "content": said}]


def test_results_come_before_what_the_user_adds_and_their_pictures_with_it():
    assert asked({"text": "and?"}, result({"text": "3"}, IMAGE)) == [
        {"role": "tool", "tool_call_id": "t1", "content": "3"},
        {"role": "user", "content": [{"type": "text", "text": "and?"}, PNG_PART]},
    ]


def test_the_system_text_comes_first():
    params = {"system": [{"text": "a"}, {"cachePoint": {"type": "default"}}, {"text": "b"}], "messages": [HI]}
    assert chat_request(params, "m")["messages"][0] == {"role": "system", "content": "a\nb"}


TOOL = {"toolSpec": {"name": "add", "description": "Adds.", "inputSchema": {"json": {"type": "object"}}}}
CHAT_TOOL = {
    "type": "function",
    "function": {"name": "add", "description": "Adds.", "parameters": {"type": "object"}},
}


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param({"toolChoice": {"auto": {}}}, {"tool_choice": "auto"}, id="auto"),
        pytest.param({"toolChoice": {"any": {}}}, {"tool_choice": "required"}, id="any"),
        pytest.param(
            {"toolChoice": {"tool": {"name": "add"}}},
            {"tool_choice": {"type": "function", "function": {"name": "add"}}},
            id="tool",
        ),
    ],
)
def test_tools_and_their_choice(choice: dict[str, Any], said: dict[str, Any]):
    tools = {"tools": [TOOL, {"cachePoint": {"type": "default"}}], **choice}
    request = chat_request({"messages": [HI], "toolConfig": tools}, "m")
    assert {name: request[name] for name in ("tools", "tool_choice") if name in request} == {
        "tools": [CHAT_TOOL],
        **said,
    }


@pytest.mark.parametrize(
    ("params", "members"),
    [
        pytest.param(
            {"inferenceConfig": {"maxTokens": 9, "temperature": 0, "topP": 0.5, "stopSequences": ["END"]}},
            {"max_tokens": 9, "temperature": 0, "top_p": 0.5, "stop": ["END"]},
            id="inference",
        ),
        pytest.param({"inferenceConfig": {"stopSequences": []}}, {}, id="no stop sequence"),
        pytest.param(
            {"additionalModelRequestFields": {"reasoning_effort": "low", "top_k": 5}},
            {"reasoning_effort": "low"},
            id="reasoning effort alone of the additional fields",
        ),
    ],
)
def test_inference_parameters(params: dict[str, Any], members: dict[str, Any]):
    request = chat_request({"messages": [HI], **params}, "m")
    fixed = {"model", "messages", "stream", "stream_options"}
    assert {name: value for name, value in request.items() if name not in fixed} == members


def test_structured_output_is_a_response_format():
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    structure = {"jsonSchema": {"schema": json.dumps(schema), "name": "number", "description": "A number."}}
    params = {
        "messages": [HI],
        "outputConfig": {"textFormat": {"type": "json_schema", "structure": structure}},
    }
    assert chat_request(params, "m")["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "number", "description": "A number.", "schema": schema},
    }


@pytest.mark.parametrize(
    ("block", "words"),
    [
        pytest.param({"video": {"format": "mp4", "source": {"bytes": b""}}}, "'video'", id="video"),
        pytest.param({"audio": {"format": "wav", "source": {"bytes": b""}}}, "'audio'", id="audio"),
        pytest.param({"image": {"format": "png", "source": S3}}, "cannot read S3", id="image in S3"),
        pytest.param(document({"bytes": b"%PDF"}, format="pdf"), "this one is pdf", id="binary document"),
        pytest.param(document(S3, format="txt"), "cannot read S3", id="document in S3"),
        pytest.param(document({"bytes": b"\xff"}, format="txt"), "not UTF-8", id="document in another code"),
        pytest.param(
            result({"video": {"format": "mp4", "source": {"bytes": b""}}}), "'video'", id="in a result"
        ),
    ],
)
def test_what_has_no_place_in_a_chat_is_refused_and_named(block: dict[str, Any], words: str):
    with pytest.raises(AwsError, match=words) as refused:
        asked({"text": "x"}, block)
    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith("messages.0.content.1")


def test_a_tool_that_the_service_would_run_is_refused():
    params = {"messages": [HI], "toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}}
    with pytest.raises(AwsError, match=r"toolConfig\.tools\.0\.systemTool"):
        chat_request(params, "m")
