import json
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.call import EventStream, Passage
from bedrock_emulator.reply import chunks
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events, converse_output, converse_parts
from bedrock_emulator.reply.reply import Reply, Usage
from bedrock_emulator.reply.synthetic import synthesize
from tests.emulator.reply.requests import (
    CLAUDE,
    CLAUDE_3,
    GPT_OSS,
    LLAMA,
    MAGIC_SCHEMA,
    NOVA,
    TITAN,
    ask,
    tools,
)

MODELS = [CLAUDE, CLAUDE_3, NOVA, TITAN, LLAMA, GPT_OSS]
USAGE = Usage(input_tokens=3, output_tokens=5)
THREE = {"inputTokens", "outputTokens", "totalTokens"}
READ = {"cacheReadInputTokens", "cacheReadInputTokenCount"}
WRITE = {"cacheWriteInputTokens", "cacheWriteInputTokenCount"}


def events_of(reply, model, **members):
    return list(converse_events(reply, family=family_of(model), latency_ms=7, **members))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(({"text": "One short text."},), id="short text"),
        pytest.param(({"text": "word " * 1000},), id="long text"),
        pytest.param(({"text": "One."}, {"text": "Two."}), id="two texts"),
        pytest.param((), id="nothing"),
        pytest.param(({"toolUse": {"toolUseId": "t", "name": "f", "input": {}}},), id="tool"),
    ],
)
def test_parts_are_the_same_events(blocks, model):
    reply = made(*blocks)
    parts = list(converse_parts(reply, family=family_of(model), latency_ms=7))
    assert list(EventStream(parts).events) == events_of(reply, model)


def test_a_short_text_that_is_said_again_is_the_same_passage_whatever_it_costs():
    again = made({"text": "Paris."}, usage=Usage(input_tokens=99, output_tokens=1))
    first, second = (
        next(iter(converse_parts(reply, family=family_of(NOVA), latency_ms=7)))
        for reply in (made({"text": "Paris."}), again)
    )
    assert isinstance(first, Passage)
    assert first is second


def output_of(reply, model, **members):
    return converse_output(reply, family=family_of(model), latency_ms=7, **members)


def deltas(events):
    return [payload["delta"] for name, payload in events if name == "contentBlockDelta"]


def made(*blocks, usage=USAGE, **members):
    return Reply(blocks=blocks, stop_reason="end_turn", usage=usage, **members)


def synthetic(request, model):
    return synthesize(request, model_id=model, max_tokens=4096)


def reassembled(events):
    """The blocks that a client puts together from a stream."""
    inside = [
        (payload["contentBlockIndex"], name, payload)
        for name, payload in events
        if "contentBlockIndex" in payload
    ]
    for _, of_block in groupby(inside, key=lambda item: item[0]):
        payloads = [payload for _, name, payload in of_block if name != "contentBlockStop"]
        found = [payload["delta"] for payload in payloads if "delta" in payload]
        if "start" in payloads[0]:
            written = "".join(delta["toolUse"]["input"] for delta in found)
            yield {"toolUse": {**payloads[0]["start"]["toolUse"], "input": json.loads(written or "{}")}}
        elif "reasoningContent" in found[0]:
            parts = [delta["reasoningContent"] for delta in found]
            text = {"text": "".join(part.get("text", "") for part in parts)}
            for signed in (part for part in parts if "signature" in part):
                text["signature"] = signed["signature"]
            yield {"reasoningContent": {"reasoningText": text}}
        else:
            yield {"text": "".join(delta["text"] for delta in found)}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "request_body",
    [
        ask("Tell me a story about a heron and its pond."),
        ask("hi", additionalModelRequestFields={"thinking": {"type": "enabled"}}),
        ask("f(3)", toolConfig=tools(("f", MAGIC_SCHEMA))),
        ask("g now", toolConfig=tools(("g", {"type": "object"}))),
    ],
    ids=["text", "thinking", "tool", "tool-without-arguments"],
)
def test_the_stream_reassembles_to_the_blocks_of_the_whole_answer(model, request_body):
    reply = synthetic(request_body, model)
    blocks = [block for block in reassembled(events_of(reply, model)) if block != {"text": ""}]
    assert blocks == output_of(reply, model)["output"]["message"]["content"]


@pytest.mark.parametrize("model", MODELS)
def test_a_text_stream_has_the_events_of_the_service_in_order(model):
    names = [name for name, _ in events_of(synthetic(ask("hi"), model), model)]
    assert names[0] == "messageStart"
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert "contentBlockStart" not in names


@pytest.mark.parametrize("model", [CLAUDE, NOVA, LLAMA])
def test_a_text_comes_in_several_deltas(model):
    assert len(deltas(events_of(synthetic(ask("hi"), model), model))) > 5


def test_titan_sends_the_whole_text_in_one_delta():
    assert len(deltas(events_of(synthetic(ask("hi"), TITAN), TITAN))) == 1


def test_nova_sends_words_with_the_space_before_them():
    assert deltas(events_of(made({"text": "One two  three."}), NOVA)) == [
        {"text": "One"},
        {"text": " two"},
        {"text": "  three."},
    ]


def test_an_empty_text_still_has_one_delta():
    assert deltas(events_of(made({"text": ""}), NOVA)) == [{"text": ""}]


def test_gpt_oss_opens_its_stream_with_an_empty_text_block():
    events = events_of(synthetic(ask("hi"), GPT_OSS), GPT_OSS)
    assert events[1:3] == [
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": ""}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
    ]
    assert "reasoningContent" in events[3][1]["delta"]


TOOL_USE = {
    "toolUse": {"toolUseId": "tooluse_x", "name": "f", "input": {"city": "São Paulo"}, "type": "tool_use"}
}


def test_claude_streams_tool_input_in_fragments_after_an_empty_one():
    inputs = [delta["toolUse"]["input"] for delta in deltas(events_of(made(TOOL_USE), CLAUDE))]
    assert inputs[0] == ""
    assert len(inputs) > 2
    assert json.loads("".join(inputs)) == {"city": "São Paulo"}


def test_nova_streams_tool_input_in_one_delta():
    assert deltas(events_of(made(TOOL_USE), NOVA)) == [{"toolUse": {"input": '{"city":"São Paulo"}'}}]


@pytest.mark.parametrize(("model", "pieces"), [(CLAUDE, [""]), (NOVA, ["{}"])])
def test_a_tool_without_arguments_streams_as_its_family_does(model, pieces):
    block = {"toolUse": {"toolUseId": "tooluse_x", "name": "f", "input": {}}}
    assert [delta["toolUse"]["input"] for delta in deltas(events_of(made(block), model))] == pieces


def test_a_tool_block_starts_with_all_but_its_input():
    start = events_of(made({"text": "a"}, TOOL_USE), CLAUDE)[3]
    assert start == (
        "contentBlockStart",
        {
            "contentBlockIndex": 1,
            "start": {"toolUse": {"toolUseId": "tooluse_x", "name": "f", "type": "tool_use"}},
        },
    )


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            {"reasoningContent": {"redactedContent": b"xyz"}},
            [{"reasoningContent": {"redactedContent": b"xyz"}}],
        ),
        (
            {"citationsContent": {"citations": [{"title": "t"}], "content": [{"text": "a b"}]}},
            [{"citation": {"title": "t"}}, {"text": "a"}, {"text": " b"}],
        ),
        (
            {"toolResult": {"toolUseId": "t", "content": [{"json": {"x": 1}}], "status": "success"}},
            [{"toolResult": [{"json": {"x": 1}}]}],
        ),
        ({"image": {"format": "png", "source": {"bytes": b"x"}}}, [{"image": {"source": {"bytes": b"x"}}}]),
    ],
    ids=["redacted", "citations", "toolResult", "image"],
)
def test_scripted_blocks_have_their_own_deltas(block, expected):
    assert deltas(events_of(made(block), NOVA)) == expected


CACHED = Usage(
    input_tokens=3, output_tokens=5, cache_read_tokens=11, cache_write_tokens=13, cache_points=True
)


@pytest.mark.parametrize(
    ("model", "usage", "whole", "streamed"),
    [
        (CLAUDE, USAGE, {"serverToolUsage", *READ, *WRITE}, {"serverToolUsage"}),
        (
            CLAUDE,
            CACHED,
            {"serverToolUsage", *READ, *WRITE, "cacheDetails"},
            {"serverToolUsage", *READ, *WRITE, "cacheDetails"},
        ),
        ("us.anthropic.claude-sonnet-5", USAGE, {"serverToolUsage", *READ}, {"serverToolUsage"}),
        (NOVA, USAGE, {"serverToolUsage"}, {"serverToolUsage"}),
        (NOVA, CACHED, {"serverToolUsage", *READ, *WRITE}, {"serverToolUsage", *READ, *WRITE}),
        (TITAN, USAGE, set(), set()),
        ("anthropic.claude-v2", USAGE, {"serverToolUsage"}, {"serverToolUsage"}),
    ],
    ids=["claude", "claude-cached", "sonnet-5", "nova", "nova-cached", "titan", "claude-2"],
)
def test_usage_has_the_members_of_the_family(model, usage, whole, streamed):
    assert output_of(made(usage=usage), model)["usage"].keys() == THREE | whole
    assert events_of(made(usage=usage), model)[-1][1]["usage"].keys() == THREE | streamed


def test_the_total_counts_cached_tokens():
    assert output_of(made(usage=CACHED), CLAUDE)["usage"]["totalTokens"] == 3 + 5 + 11 + 13


def test_service_tier_and_performance_config_are_echoed_only_when_given():
    echo = {"serviceTier": {"type": "flex"}, "performanceConfig": {"latency": "optimized"}}
    assert echo.items() <= output_of(made(), NOVA, echo=echo).items()
    assert echo.items() <= events_of(made(), NOVA, echo=echo)[-1][1].items()
    assert events_of(made(), NOVA)[-1][1].keys() == {"usage", "metrics"}


def test_additional_fields_stand_in_message_stop_and_in_the_answer():
    reply = made(additional_fields={"stop_sequence": "END"})
    assert output_of(reply, CLAUDE)["additionalModelResponseFields"] == {"stop_sequence": "END"}
    assert events_of(reply, CLAUDE)[-2] == (
        "messageStop",
        {"stopReason": "end_turn", "additionalModelResponseFields": {"stop_sequence": "END"}},
    )


@given(
    st.text(st.characters() | st.sampled_from(" \n\t")),
    st.sampled_from([split for name, split in chunks.CHUNKERS.items() if name != "fragments"]),
)
def test_joined_pieces_are_the_text(text, split):
    pieces = list(split(text))
    assert "".join(pieces) == text
    assert "" not in pieces


@pytest.mark.parametrize(
    ("model_id", "name"),
    [
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5", "claude"),
        ("amazon.nova-2-lite-v1:0", "nova"),
        ("mistral.pixtral-large-2502-v1:0", "mistral"),
        ("cohere.command-r-v1:0", "cohere"),
        ("writer.palmyra-x5-v1:0", "other"),
    ],
)
def test_the_family_is_read_from_any_form_of_the_id(model_id, name):
    assert family_of(model_id).name == name
