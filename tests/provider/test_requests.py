import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider import GuardrailConfig, RequestError, StreamRequest
from bedrock_provider.guardrails import guardrail_fields
from bedrock_provider.requests import converse_request

CLAUDE, NOVA = "us.anthropic.claude-opus-4-6-v1:0", "amazon.nova-pro-v1:0"
HI = {"role": "user", "content": "hi"}
CALL = {"type": "toolCall", "id": "t1", "name": "look", "arguments": {"a": 1}}
PIXEL = base64.b64encode(b"GIF89a").decode()


def sent(*messages: dict[str, Any], model: str = NOVA, **members: Any) -> dict[str, Any]:
    return converse_request(StreamRequest(model=model, messages=messages, **members), {})


def blocks(content: Any, *, role: str = "assistant", model: str = NOVA) -> list[dict[str, Any]]:
    converted: list[dict[str, Any]]
    converted = sent(HI, {"role": role, "content": content}, model=model)["messages"][1]["content"]
    return converted


def test_a_plain_request_holds_nothing_that_was_not_asked_for() -> None:
    assert sent(HI) == {"modelId": NOVA, "messages": [{"role": "user", "content": [{"text": "hi"}]}]}


@pytest.mark.parametrize("temperature", [0, 0.0, 0.3, 1])
def test_settings_are_sent_as_given(temperature: float) -> None:
    request = sent(HI, temperature=temperature, max_tokens=9, system="Be brief.")
    assert request["inferenceConfig"] == {"temperature": temperature, "maxTokens": 9}
    assert request["system"] == [{"text": "Be brief."}]


@pytest.mark.parametrize(
    ("content", "model", "expected"),
    [
        ("text", NOVA, [{"text": "text"}]),
        ([CALL], NOVA, [{"toolUse": {"toolUseId": "t1", "name": "look", "input": {"a": 1}}}]),
        (
            [{"type": "thinking", "thinking": "hm", "signature": "s"}],
            CLAUDE,
            [{"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}],
        ),
        ([{"type": "thinking", "thinking": "hm", "signature": " "}], CLAUDE, [{"text": "hm"}]),
        ([{"type": "thinking", "thinking": "hm", "signature": "s"}], NOVA, [{"text": "hm"}]),
        (
            [{"type": "thinking", "thinking": "", "redacted": PIXEL}],
            CLAUDE,
            [{"reasoningContent": {"redactedContent": b"GIF89a"}}],
        ),
    ],
    ids=["text", "tool call", "signed", "blank signature", "not Claude", "redacted"],
)
def test_what_the_assistant_said_is_sent_back(
    content: Any, model: str, expected: list[dict[str, Any]]
) -> None:
    assert blocks(content, model=model) == expected


def test_an_image_is_sent_as_bytes_in_its_format() -> None:
    image = {"type": "image", "data": PIXEL, "mimeType": "image/jpg"}
    assert blocks([image], role="user") == [{"image": {"format": "jpeg", "source": {"bytes": b"GIF89a"}}}]


def test_tool_results_in_a_row_share_one_message() -> None:
    results: list[dict[str, Any]] = [
        {"role": "toolResult", "toolCallId": "t1", "content": "ok"},
        {"role": "toolResult", "toolCallId": "t2", "content": "", "isError": True},
    ]
    first, second = sent(HI, *results, {"role": "user", "content": "and?"})["messages"][1:]
    assert [block["toolResult"] for block in first["content"]] == [
        {"toolUseId": "t1", "content": [{"text": "ok"}], "status": "success"},
        {"toolUseId": "t2", "content": [{"text": "(no output)"}], "status": "error"},
    ]
    assert second == {"role": "user", "content": [{"text": "and?"}]}


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": " \n"},
        {"role": "assistant", "content": []},
        {"role": "assistant", "content": "half", "stopReason": "aborted"},
        {"role": "assistant", "content": "half", "stopReason": "error"},
    ],
    ids=["blank", "empty", "aborted", "failed"],
)
def test_messages_that_would_poison_the_conversation_are_left_out(message: dict[str, Any]) -> None:
    assert sent(HI, message)["messages"] == sent(HI)["messages"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ("auto", {"auto": {}}),
        ("any", {"any": {}}),
        ({"type": "tool", "name": "look"}, {"tool": {"name": "look"}}),
    ],
    ids=str,
)
def test_tools(choice: Any, expected: Any) -> None:
    tool = {"name": "look", "description": "Looks.", "parameters": {"type": "object"}}
    config = sent(HI, tools=[tool], tool_choice=choice)["toolConfig"]
    assert config["tools"] == [
        {"toolSpec": {"name": "look", "description": "Looks.", "inputSchema": {"json": {"type": "object"}}}}
    ]
    assert config.get("toolChoice") == expected


def test_no_tools_are_sent_when_none_may_be_called() -> None:
    assert "toolConfig" not in sent(HI, tools=[{"name": "look"}], tool_choice="none")


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages[0].role"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [CALL]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "mimeType": "image/bmp"}]}]},
            "messages[0].content[0].mimeType",
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image", "mimeType": "image/png", "data": "%"}]}
                ]
            },
            "messages[0].content[0].data",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "mimeType": "image/png"}]}]},
            "messages[0].content[0].data",
        ),
        (
            {"messages": [{"role": "assistant", "content": [{**CALL, "arguments": "{"}]}]},
            "messages[0].content[0].arguments",
        ),
        ({"messages": [{"role": "toolResult", "content": "x"}]}, "messages[0].toolCallId"),
        ({"tools": [{"description": "x"}]}, "tools[0].name"),
        ({"tools": [{"name": "x", "parameters": "{}"}]}, "tools[0].parameters"),
        ({"tools": [{"name": "x"}], "tool_choice": "always"}, "toolChoice"),
        ({"temperature": float("nan")}, "temperature"),
        ({"model": " "}, "model"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_model_could_take_is_refused_by_place(members: dict[str, Any], path: str) -> None:
    request: dict[str, Any] = {"model": NOVA, "messages": [HI], **members}
    with pytest.raises(RequestError) as refused:
        converse_request(StreamRequest(**request), {})
    assert refused.value.path == path


@given(st.text(st.characters(), min_size=1))
def test_every_text_can_be_encoded_and_keeps_its_characters(text: str) -> None:
    request = sent(HI, {"role": "user", "content": "x" + text})
    text_sent: str = request["messages"][1]["content"][0]["text"]
    assert text_sent.encode() == ("x" + text).encode("utf-8", "ignore")


@pytest.mark.parametrize("mode", [None, "sync", "async"])
@pytest.mark.parametrize("trace", [None, "enabled", "disabled", "enabled_full"])
def test_a_guardrail_is_sent_as_configured(mode: str | None, trace: str | None) -> None:
    arn = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc123"
    config = GuardrailConfig(identifier=arn, version="DRAFT", stream_processing_mode=mode, trace=trace)
    expected = {"guardrailIdentifier": arn, "guardrailVersion": "DRAFT"}
    expected |= {"streamProcessingMode": mode} if mode else {}
    expected |= {"trace": trace} if trace else {}
    assert guardrail_fields(config) == {"guardrailConfig": expected}
    assert guardrail_fields(None) == {}
