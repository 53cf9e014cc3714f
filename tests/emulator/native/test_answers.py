"""What Claude, Nova and Titan answer in their own forms, whole and streamed."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from tests.emulator.native.asked import asked, reply
from tests.emulator.native.text_formats import text_format

CLAUDE_35, CLAUDE_37, HAIKU_45, OPUS_48, CLAUDE_2, NOVA, TITAN = (
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "anthropic.claude-3-7-sonnet-20250219-v1:0",
    "anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-opus-4-8",
    "anthropic.claude-v2:1",
    "amazon.nova-lite-v1:0",
    "amazon.titan-text-express-v1",
)
TOOL_USE = {"toolUse": {"toolUseId": "t1", "name": "add", "input": {"b": 1, "a": [True, None]}}}
THINKING = {"reasoningContent": {"reasoningText": {"text": "Let me see.", "signature": "c2ln"}}}
REDACTED = {"reasoningContent": {"redactedContent": b"RXU4Qw=="}}
CITED = {
    "citationsContent": {
        "content": [{"text": "It is green."}],
        "citations": [
            {
                "title": "Grass",
                "location": {"documentChar": {"documentIndex": 0, "start": 3, "end": 8}},
                "sourceContent": [{"text": "green"}],
            }
        ],
    }
}
CITATION = {
    "type": "char_location",
    "cited_text": "green",
    "document_index": 0,
    "start_char_index": 3,
    "end_char_index": 8,
    "document_title": "Grass",
}


def body(
    model_id: str, *blocks: Mapping[str, Any], request: Mapping[str, Any] | None = None, **more: Any
) -> Any:
    """The whole answer."""
    return text_format(model_id).body(reply(*blocks, **more), asked(model_id, request))


def chunks(
    model_id: str, *blocks: Mapping[str, Any], request: Mapping[str, Any] | None = None, **more: Any
) -> Any:
    """The same answer as a list of chunks."""
    events = converse_events(reply(*blocks, **more), family=family_of(model_id), latency_ms=5)
    return list(text_format(model_id).chunks(events, asked(model_id, request)))


def test_claude_says_every_kind_of_block_in_its_own_form():
    assert body(HAIKU_45, THINKING, REDACTED, {"text": "Yes."}, CITED, TOOL_USE)["content"] == [
        {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "RXU4Qw=="},
        {"type": "text", "text": "Yes."},
        {"type": "text", "text": "It is green.", "citations": [CITATION]},
        {"type": "tool_use", "id": "t1", "name": "add", "input": {"b": 1, "a": [True, None]}},
    ]


@pytest.mark.parametrize(
    ("model_id", "members", "usage"),
    [
        (
            CLAUDE_35,
            "id type role model content stop_reason stop_sequence usage",
            "input_tokens output_tokens",
        ),
        (
            CLAUDE_37,
            "id type role model content stop_reason stop_sequence usage",
            "input_tokens cache_creation_input_tokens cache_read_input_tokens output_tokens",
        ),
        (
            HAIKU_45,
            "model id type role content stop_reason stop_sequence usage",
            "input_tokens cache_creation_input_tokens cache_read_input_tokens cache_creation output_tokens",
        ),
        (
            OPUS_48,
            "model id type role content stop_reason stop_sequence stop_details usage",
            (
                "input_tokens cache_creation_input_tokens cache_read_input_tokens cache_creation output_tokens "
                "output_tokens_details service_tier"
            ),
        ),
    ],
    ids=["3.5", "3.7", "4.5", "4.8"],
)
def test_a_message_has_the_members_of_its_claude_in_their_order(model_id, members, usage):
    message = body(model_id, {"text": "Hi"})
    assert (list(message), list(message["usage"])) == (members.split(), usage.split())


@pytest.mark.parametrize(
    ("model_id", "name"),
    [
        ("anthropic.claude-v2", "claude-2.0"),
        ("anthropic.claude-v2:1", "claude-2.1"),
        ("anthropic.claude-instant-v1", "claude-instant-1.2"),
        (CLAUDE_35, "claude-3-5-sonnet-20240620"),
        ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("anthropic.claude-sonnet-5", "claude-sonnet-5"),
    ],
)
def test_claude_calls_itself_by_its_name_without_bedrocks_version(model_id, name):
    assert body(model_id, {"text": "Hi"})["model"] == name


def test_an_answers_id_is_of_its_claudes_form_and_follows_from_the_request():
    older, newer = body(CLAUDE_37, {"text": "Hi"})["id"], body(OPUS_48, {"text": "Hi"})["id"]

    assert len(older) == len("msg_bdrk_012QekNLTDnyWFKgKZZvt5bU")
    assert len(newer) == len("msg_bdrk_er2hevp3kltzds335kiev73amxxstt3go2joi3x3egl7vkircylq")
    assert older == body(CLAUDE_37, {"text": "Another answer"})["id"]
    assert chunks(CLAUDE_37, {"text": "Hi"})[0]["message"]["id"] == older


def test_an_id_made_for_converse_becomes_one_of_the_familys_form():
    made = {"toolUse": {**TOOL_USE["toolUse"], "toolUseId": "tooluse_q8A6U9X7S4apz8TPXNx4Kq"}}

    (block,) = body(CLAUDE_35, made)["content"]
    assert block["id"].startswith("toolu_bdrk_01")
    assert len(block["id"]) == len("toolu_bdrk_015PLUD5nxagZrH4aFH6Bhhh")
    (start,) = (chunk for chunk in chunks(CLAUDE_35, made) if chunk["type"] == "content_block_start")
    assert start["content_block"]["id"] == block["id"], "streamed or not"
    (nova,) = body(NOVA, made)["output"]["message"]["content"]
    assert [len(part) for part in nova["toolUse"]["toolUseId"].split("-")] == [8, 4, 4, 4, 12]


@pytest.mark.parametrize("own", ["call_1", "tooluse_" + "é" * 22, "tooluse_short"])
def test_an_id_that_a_scenario_gives_stays(own):
    given = {"toolUse": {**TOOL_USE["toolUse"], "toolUseId": own}}

    assert body(CLAUDE_35, given)["content"][0]["id"] == own
    assert body(NOVA, given)["output"]["message"]["content"][0]["toolUse"]["toolUseId"] == own


@pytest.mark.parametrize(
    ("request_body", "more", "expected"),
    [
        ({}, {"stop_reason": "end_turn"}, ("end_turn", None)),
        ({"stop_sequences": ["#"]}, {"stop_reason": "stop_sequence"}, ("stop_sequence", "#")),
        (
            {"stop_sequences": ["#", "!"]},
            {"stop_reason": "stop_sequence", "additional_fields": {"stop_sequence": "!"}},
            ("stop_sequence", "!"),
        ),
        ({}, {"stop_reason": "content_filtered"}, ("refusal", None)),
        ({}, {"stop_reason": "guardrail_intervened"}, ("end_turn", None)),
    ],
)
def test_claude_tells_why_it_stopped_streamed_or_not(request_body, more, expected):
    message = body(CLAUDE_35, {"text": "Hi"}, request=request_body, **more)
    delta = chunks(CLAUDE_35, {"text": "Hi"}, request=request_body, **more)[-2]["delta"]

    assert (message["stop_reason"], message["stop_sequence"]) == expected
    assert (delta["stop_reason"], delta["stop_sequence"]) == expected


def test_claude_streams_thinking_citations_and_tools():
    streamed = chunks(HAIKU_45, THINKING, REDACTED, CITED, TOOL_USE)

    starts = [chunk["content_block"] for chunk in streamed if chunk["type"] == "content_block_start"]
    assert starts == [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "redacted_thinking", "data": "RXU4Qw=="},
        {"citations": [], "type": "text", "text": ""},
        {"type": "tool_use", "id": "t1", "name": "add", "input": {}},
    ]
    kinds = [chunk["delta"]["type"] for chunk in streamed if chunk["type"] == "content_block_delta"]
    assert list(dict.fromkeys(kinds)) == [
        "thinking_delta",
        "signature_delta",
        "citations_delta",
        "text_delta",
        "input_json_delta",
    ]
    assert [chunk["index"] for chunk in streamed if chunk["type"] == "content_block_stop"] == [0, 1, 2, 3]
    assert [chunk["type"] for chunk in streamed[-2:]] == ["message_delta", "message_stop"]


def test_titan_counts_the_prompt_in_its_first_chunk_and_the_answer_in_its_last():
    pieces: list[Event] = [
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}}) for text in ("a", "b", "c")
    ]
    ending: list[Event] = [
        ("messageStop", {"stopReason": "max_tokens"}),
        ("metadata", {"usage": {"outputTokens": 3}}),
    ]

    streamed = list(text_format(TITAN).chunks([*pieces, *ending], asked(TITAN)))

    assert [chunk["outputText"] for chunk in streamed] == ["a", "b", "c"]
    assert [chunk["inputTextTokenCount"] for chunk in streamed] == [10, None, None]
    assert [chunk["totalOutputTextTokenCount"] for chunk in streamed] == [None, None, 3]
    assert [chunk["completionReason"] for chunk in streamed] == [None, None, "LENGTH"]


@pytest.mark.parametrize("model_id", [CLAUDE_35, CLAUDE_2, NOVA, TITAN])
def test_an_error_in_mid_stream_comes_after_everything_that_was_said(model_id):
    def failing():
        yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "said"}}
        raise AwsError("ModelStreamErrorException", "Lost the thread.")

    streamed = text_format(model_id).chunks(
        failing(), asked(model_id, {"prompt": ""} if model_id == CLAUDE_2 else {})
    )
    seen: list[Any] = []
    with pytest.raises(AwsError, match="Lost the thread"):
        seen.extend(streamed)
    assert "said" in json.dumps(seen)


def test_nova_streams_every_piece_as_a_block_of_its_own_and_tools_on_odd_ones():
    streamed = chunks(NOVA, {"text": "One two"}, TOOL_USE, TOOL_USE)
    assert [(name, part.get("contentBlockIndex")) for chunk in streamed for name, part in chunk.items()] == [
        ("messageStart", None),
        ("contentBlockDelta", 0),
        ("contentBlockStop", 0),
        ("contentBlockDelta", 1),
        ("contentBlockStop", 1),
        ("contentBlockStart", 2),
        ("contentBlockDelta", 2),
        ("contentBlockStop", 2),
        ("contentBlockStart", 4),
        ("contentBlockDelta", 4),
        ("contentBlockStop", 4),
        ("messageStop", None),
        ("metadata", None),
    ]


@pytest.mark.parametrize(
    ("model_id", "request_body", "block", "native"),
    [
        (CLAUDE_35, {}, {"image": {"source": {}}}, "Claude's Messages API"),
        (CLAUDE_2, {"prompt": "x"}, TOOL_USE, "a text completion of Claude"),
        (TITAN, {}, TOOL_USE, "Titan Text"),
    ],
)
def test_a_block_without_a_native_form_is_refused_by_name(model_id, request_body, block, native):
    with pytest.raises(AwsError, match=native) as refusal:
        body(model_id, block, request=request_body)
    assert (refusal.value.code, refusal.value.status) == ("ModelErrorException", 424)
    assert f"'{next(iter(block))}'" in refusal.value.message
    with pytest.raises(AwsError, match=native):
        chunks(model_id, block, request=request_body)


def test_a_completion_ends_where_the_human_would_speak():
    request = {"prompt": "\n\nHuman: Hi\n\nAssistant:"}
    whole = body(CLAUDE_2, {"text": " Hello"}, request=request)

    assert whole == {
        "type": "completion",
        "completion": " Hello",
        "stop_reason": "stop_sequence",
        "stop": "\n\nHuman:",
    }
    streamed = chunks(CLAUDE_2, {"text": " Hello"}, request=request)
    assert "".join(chunk["completion"] for chunk in streamed) == " Hello"
    assert streamed[-1] == {**whole, "completion": ""}
    assert body(CLAUDE_2, {"text": "x"}, request=request, stop_reason="max_tokens")["stop"] is None


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1)
BLOCKS = st.lists(
    st.one_of(
        TEXTS.map(lambda text: {"text": text}),
        st.dictionaries(TEXTS, st.integers() | TEXTS).map(
            lambda value: {"toolUse": {"toolUseId": "t", "name": "n", "input": value}}
        ),
        TEXTS.map(lambda text: {"reasoningContent": {"reasoningText": {"text": text, "signature": "s"}}}),
    ),
    min_size=1,
    max_size=4,
)


def collected(streamed: Any) -> list[dict[str, Any]]:
    """Claude's blocks put together from their chunks, as its SDK does it."""
    blocks: list[dict[str, Any]] = []
    for chunk in streamed:
        if chunk["type"] == "content_block_start":
            blocks.append(dict(chunk["content_block"]))
        elif chunk["type"] == "content_block_delta":
            delta = chunk["delta"]
            for name in ("text", "thinking", "signature", "partial_json"):
                if name in delta:
                    blocks[-1][name] = blocks[-1].get(name, "") + delta[name]
    for block in blocks:
        if "partial_json" in block:
            block["input"] = json.loads(block.pop("partial_json") or "{}")
    return blocks


@given(BLOCKS)
def test_claudes_chunks_joined_are_the_whole_message(blocks):
    assert collected(chunks(CLAUDE_35, *blocks)) == body(CLAUDE_35, *blocks)["content"]


@given(TEXTS)
def test_titans_and_novas_chunks_joined_are_the_whole_text(text):
    assert "".join(chunk["outputText"] for chunk in chunks(TITAN, {"text": text})) == text
    deltas = [
        chunk["contentBlockDelta"]["delta"]["text"]
        for chunk in chunks(NOVA, {"text": text})
        if "contentBlockDelta" in chunk
    ]
    assert "".join(deltas) == text
