"""What Claude's Messages API takes, as Converse asks it, and what it refuses in which words."""

import base64

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.anthropic import MESSAGES, MESSAGES_OR_COMPLETION

OLD, OPUS_48 = "anthropic.claude-3-5-sonnet-20240620-v1:0", "anthropic.claude-opus-4-8"
USER = {"role": "user", "content": "Hi"}
TOOL = {"name": "add", "input_schema": {"type": "object"}}
CALL = {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "2"}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def body(*messages, **members):
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": list(messages) or [USER],
        **members,
    }


def without(name):
    return {key: value for key, value in body().items() if key != name}


def user(*content):
    return {"role": "user", "content": list(content)}


def assistant(*content):
    return {"role": "assistant", "content": list(content)}


def test_a_plain_request_asks_what_converse_asks():
    question = MESSAGES.read(body(system="Be brief.", temperature=0.5, top_k=5, stop_sequences=["."]), OLD)

    assert question == {
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0.5, "stopSequences": ["."]},
        "additionalModelRequestFields": {"top_k": 5},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "text", "text": "a"}, [{"text": "a"}]),
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
            [{"text": "a"}, {"cachePoint": {"type": "default"}}],
        ),
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            [{"text": "a"}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
            [{"image": {"format": "png", "source": {"bytes": b"\x89PNG\r\n\x1a\n"}}}],
        ),
        (
            {
                "type": "document",
                "title": "T",
                "citations": {"enabled": True},
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
            },
            [
                {
                    "document": {
                        "format": "pdf",
                        "name": "T",
                        "source": {"bytes": b"%PDF"},
                        "citations": {"enabled": True},
                    }
                }
            ],
        ),
        (
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
            [{"document": {"format": "txt", "name": "document", "source": {"text": "x"}}}],
        ),
        (
            {
                "type": "search_result",
                "source": "s",
                "title": "t",
                "content": [{"type": "text", "text": "x"}],
            },
            [{"searchResult": {"source": "s", "title": "t", "content": [{"text": "x"}]}}],
        ),
    ],
    ids=["text", "cached", "cached for an hour", "image", "pdf", "text document", "search result"],
)
def test_a_block_of_the_user_has_its_form_in_converse(block, expected):
    (message,) = MESSAGES.read(body(user(block)), OLD)["messages"]
    assert message["content"] == expected


def test_tools_calls_results_and_reasoning_have_their_form_in_converse():
    turns = [
        USER,
        assistant(
            {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
            {"type": "redacted_thinking", "data": "c2VjcmV0"},
            CALL,
        ),
        user({**RESULT, "is_error": True}),
    ]

    question = MESSAGES.read(
        body(*turns, tools=[TOOL, {"type": "bash_20250124", "name": "bash"}], tool_choice={"type": "any"}),
        OLD,
    )

    assert [message["content"] for message in question["messages"][1:]] == [
        [
            {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "sig"}}},
            {"reasoningContent": {"redactedContent": b"c2VjcmV0"}},
            {"toolUse": {"toolUseId": "t1", "name": "add", "input": {"a": 1}}},
        ],
        [{"toolResult": {"toolUseId": "t1", "content": [{"text": "2"}], "status": "error"}}],
    ]
    assert question["toolConfig"] == {
        "tools": [
            {"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}}},
            {"systemTool": {"name": "bash"}},
        ],
        "toolChoice": {"any": {}},
    }


def test_a_result_may_stand_in_the_second_message_of_a_turn():
    turns = [USER, assistant(CALL), user({"type": "text", "text": "Here:"}), user(RESULT)]
    assert len(MESSAGES.read(body(*turns), OLD)["messages"]) == len(turns)


def test_tools_that_may_not_be_called_are_not_offered():
    assert "toolConfig" not in MESSAGES.read(body(tools=[TOOL], tool_choice={"type": "none"}), OLD)


def test_a_system_turn_in_the_middle_is_taken_by_opus_4_8():
    turns = [USER, {"role": "system", "content": "Be brief."}]
    assert [m["role"] for m in MESSAGES.read(body(*turns), OPUS_48)["messages"]] == ["user", "system"]


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        (without("anthropic_version"), "anthropic_version: Field required"),
        (without("max_tokens"), "max_tokens: Field required"),
        (without("messages"), "messages: Field required"),
        (body(anthropic_version="claude-3"), "Invalid API version: claude-3"),
        (body(model="claude"), "model: Extra inputs are not permitted"),
        (body(stream=True), "stream: Extra inputs are not permitted"),
        (body(context_management={}), "context_management: Extra inputs are not permitted"),
        (body(max_tokens=0), "max_tokens: Input should be greater than or equal to 1"),
        (body(max_tokens="9"), "max_tokens: Input should be a valid integer"),
        (body(max_tokens=True), "max_tokens: Input should be a valid integer"),
        (body(temperature=1.5), "temperature: Input should be less than or equal to 1"),
        (body(stop_sequences="x"), "stop_sequences: Input should be a valid list"),
        (body(messages=[]), "messages: at least one message is required"),
        (body(messages={}), "messages: Input should be a valid list"),
        (body("x"), "messages.0: Input should be a valid dictionary"),
        (body({"role": "user"}), "messages.0.content: Field required"),
        (body({"role": "bot", "content": "x"}), "messages.0.role: Input should be 'user' or 'assistant'"),
        (body(assistant({"type": "text", "text": "x"})), 'messages: first message must use the "user" role'),
        (body({"role": "user", "content": ""}), "messages: text content blocks must be non-empty"),
        (
            body({"role": "user", "content": " \n"}),
            "messages: text content blocks must contain non-whitespace text",
        ),
        (
            body(USER, {"role": "assistant", "content": "Sure: "}),
            "messages: final assistant content cannot end with trailing whitespace",
        ),
        (
            body(USER, assistant(), USER),
            "messages.1: all messages must have non-empty content except for the optional final assistant message",
        ),
        (body(user({"text": "x"})), "messages.0.content.0.type: Field required"),
        (
            body(user({"type": "video"})),
            (
                "messages.0.content.0: Input tag 'video' found using 'type' does not match any of the expected tags: "
                "'document', 'image', 'redacted_thinking', 'search_result', 'server_tool_use', 'text', 'thinking', "
                "'tool_result', 'tool_use'"
            ),
        ),
        (
            body(user({"type": "image", "source": {"type": "url", "url": "https://x"}})),
            "messages.0.content.0.image.source.base64.data: URL sources are not supported",
        ),
        (
            body(
                user({"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": ""}})
            ),
            (
                "messages.0.content.0.image.source.base64.media_type: "
                "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"
            ),
        ),
        (
            body(USER, assistant(CALL), user({"type": "text", "text": "?"})),
            (
                "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each "
                "`tool_use` block must have a corresponding `tool_result` block in the next message."
            ),
        ),
        (
            body(user(RESULT)),
            (
                "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` "
                "block must have a corresponding `tool_use` block in the previous message."
            ),
        ),
        (
            body(tools=[{"type": "web_search_20250305", "name": "web_search"}]),
            (
                "tools.0: Input tag 'web_search_20250305' found using 'type' does not match any of the expected tags: "
                "'bash_20250124', 'custom', 'text_editor_20250124', 'text_editor_20250429', 'text_editor_20250728'"
            ),
        ),
        (body(tools=[{"name": "add"}]), "tools.0.custom.input_schema: Field required"),
        (body(tools=[{**TOOL, "input_schema": {}}]), "tools.0.custom.input_schema.type: Field required"),
        (
            body(tool_choice={"type": "auto"}),
            "tool_choice: tool_choice may only be specified while providing tools.",
        ),
        (
            body(tools=[TOOL], tool_choice={"type": "tool", "name": "sub"}),
            "Tool 'sub' not found in provided tools",
        ),
        (
            body(thinking={"type": "enabled", "budget_tokens": "1024"}),
            "thinking.enabled.budget_tokens: Input should be a valid integer",
        ),
    ],
)
def test_claude_refuses_in_its_own_words(request_body, message):
    with pytest.raises(AwsError) as refusal:
        MESSAGES.read(request_body, OLD)
    assert refusal.value.message == message


def test_a_beta_opens_what_is_closed_without_it():
    question = MESSAGES.read(
        body(context_management={"edits": []}, anthropic_beta=["context-management-2025-06-27"]), OLD
    )
    assert question["additionalModelRequestFields"]["context_management"] == {"edits": []}


@pytest.mark.parametrize(
    ("prompt", "system", "turns"),
    [
        ("\n\nHuman: Hi\n\nAssistant:", None, [("user", "Hi")]),
        ("Be brief.\n\nHuman: Hi\n\nAssistant: Sure,", "Be brief.", [("user", "Hi"), ("assistant", "Sure,")]),
        (
            "Human: a Assistant: b Human: c Assistant:",
            None,
            [("user", "a"), ("assistant", "b"), ("user", "c")],
        ),
    ],
    ids=["one turn", "system and prefill", "without line breaks"],
)
def test_a_completion_prompt_is_the_conversation_that_it_spells_out(prompt, system, turns):
    question = MESSAGES_OR_COMPLETION.read(
        {"prompt": prompt, "max_tokens_to_sample": 9}, "anthropic.claude-v2"
    )

    assert [(m["role"], m["content"][0]["text"]) for m in question["messages"]] == turns
    assert question.get("system") == (system and [{"text": system}])


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        (
            {"prompt": "Hi", "max_tokens_to_sample": 9},
            'prompt must start with "\n\nHuman:" turn after an optional system prompt',
        ),
        (
            {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens": 9},
            (
                "Malformed input request: #: required key [max_tokens_to_sample] not found"
                "#: extraneous key [max_tokens] is not permitted, please reformat your input and try again."
            ),
        ),
    ],
)
def test_a_completion_is_refused_by_its_own_schema(request_body, message):
    with pytest.raises(AwsError) as refusal:
        MESSAGES_OR_COMPLETION.read(request_body, "anthropic.claude-v2")
    assert refusal.value.message == message


def test_a_turn_of_very_many_calls_is_read_once():
    calls = [{"type": "tool_use", "id": f"t{at}", "name": "add", "input": {}} for at in range(20_000)]
    results = [{"type": "tool_result", "tool_use_id": f"t{at}", "content": "1"} for at in range(20_000)]
    question = MESSAGES.read(
        body(user({"type": "text", "text": "Go."}), assistant(*calls), user(*results)), OLD
    )
    assert len(question["messages"][2]["content"]) == 20_000
