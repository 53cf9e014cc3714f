"""What is streamed and put together again is what was said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.reply.chunks import CHUNKERS, Pieces
from bedrock_emulator.reply.collect import reply_of
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.reply import Reply, Usage
from tests.emulator.reply.requests import CLAUDE, GPT_OSS, LLAMA, NOVA, TITAN

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n"), min_size=1, max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
BLOCKS = st.one_of(
    st.fixed_dictionaries({"text": TEXTS}),
    st.fixed_dictionaries(
        {
            "toolUse": st.fixed_dictionaries(
                {"toolUseId": TEXTS, "name": TEXTS, "input": st.dictionaries(TEXTS, JSON, max_size=3)},
                optional={"type": TEXTS},
            )
        }
    ),
    st.fixed_dictionaries(
        {
            "reasoningContent": st.fixed_dictionaries(
                {"reasoningText": st.fixed_dictionaries({"text": TEXTS}, optional={"signature": TEXTS})}
            )
        }
    ),
    st.sampled_from(
        [
            {"reasoningContent": {"redactedContent": "AAAA"}},
            {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
            {"toolResult": {"toolUseId": "t", "content": [{"text": "x"}, {"json": {"a": 1}}], "type": "web"}},
            {
                "citationsContent": {
                    "content": [{"text": "Blue sky."}],
                    "citations": [{"title": "a"}, {"title": "b"}],
                }
            },
        ]
    ),
)
SPLITS = st.sampled_from([None, *CHUNKERS.values()])
USAGE = Usage(input_tokens=3, output_tokens=5, cache_read_tokens=7, cache_write_tokens=11)


def events(reply: Reply, model: str) -> Any:
    return converse_events(reply, family=family_of(model), latency_ms=17)


@given(
    st.lists(st.tuples(BLOCKS, SPLITS), max_size=5),
    st.sampled_from([CLAUDE, NOVA, TITAN, LLAMA, GPT_OSS]),
    st.none() | st.just({"stop_sequence": "END"}),
)
def test_any_chunking_of_a_reply_is_the_same_message(said, model, fields):
    reply = Reply(
        blocks=tuple(block for block, _ in said),
        stop_reason="end_turn",
        usage=USAGE,
        additional_fields=fields,
        chunks=tuple(split for _, split in said),
    )
    collected = reply_of(events(reply, model))
    assert (collected.blocks, collected.stop_reason) == (reply.blocks, "end_turn")
    assert (collected.additional_fields, collected.latency_ms) == (fields, 17)
    assert collected.usage.total_tokens == USAGE.total_tokens
    assert collected.usage.cache_read_tokens == 7


@given(st.lists(st.text("ab", max_size=3), min_size=1), st.integers(1, 3))
def test_given_pieces_are_sent_as_they_are(pieces, times):
    text = "".join(pieces) * times
    reply = Reply(
        blocks=({"text": text},), stop_reason="end_turn", usage=USAGE, chunks=(Pieces(tuple(pieces), times),)
    )
    said = [payload["delta"]["text"] for name, payload in events(reply, NOVA) if name == "contentBlockDelta"]
    assert said == pieces * times
    assert reply_of(events(reply, NOVA)).blocks == (({"text": text},) if text else ())


def delta(index: int, **value: Any) -> tuple[str, dict[str, Any]]:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": value}


@pytest.mark.parametrize(
    ("told", "blocks"),
    [
        ([delta(1, text="b"), delta(0, text="a"), delta(1, text="c")], ({"text": "a"}, {"text": "bc"})),
        ([delta(0, toolUse={"input": '{"a":'})], ({"toolUse": {"toolUseId": "", "name": "", "input": {}}},)),
        ([delta(0, toolUse={"input": "{}"})], ({"toolUse": {"toolUseId": "", "name": "", "input": {}}},)),
        ([("contentBlockStart", {"contentBlockIndex": 0, "start": {}})], ()),
        ([delta(0, text="")], ()),
        ([("tomorrowsEvent", {"x": 1}), delta(0, text="a")], ({"text": "a"},)),
        (
            [delta(0, reasoningContent={"redactedContent": "AAAA"}), delta(0, reasoningContent={"redactedContent": b"b"})],
            ({"reasoningContent": {"redactedContent": b"\0\0\0b"}},),
        ),
        (
            [delta(0, reasoningContent={"redactedContent": "AAAA"}), delta(0, reasoningContent={"redactedContent": "YQ=="})],
            ({"reasoningContent": {"redactedContent": "AAAAYQ=="}},),
        ),
    ],
    ids=["order", "cut input", "no start", "no delta", "empty", "unknown event", "bytes", "base64"],
)  # fmt: skip
def test_events_out_of_the_ordinary_are_made_the_best_of(told, blocks):
    assert reply_of(told).blocks == blocks


def test_a_stream_without_an_ending_is_counted_by_its_text():
    reply = reply_of([delta(0, text="x" * 40)], input_tokens=9)
    assert (reply.stop_reason, reply.usage) == ("end_turn", Usage(input_tokens=9, output_tokens=10))


def test_an_exception_ends_the_collection():
    def broken():
        yield delta(0, text="a")
        raise AwsError("ModelStreamErrorException", "Broken.")

    with pytest.raises(AwsError, match="Broken"):
        reply_of(broken())
