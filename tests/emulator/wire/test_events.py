"""Events look as Bedrock's do, and botocore's parser understands them."""

import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import botocore.session
import orjson
import pytest
from botocore.eventstream import EventStream
from botocore.exceptions import EventStreamError
from botocore.model import StructureShape
from botocore.parsers import EventStreamJSONParser
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.wire.events import (
    MAX_PADDING,
    MIN_PADDING,
    PADDING_ALPHABET,
    MalformedEvent,
    decode_events,
    encode_event,
    encode_exception,
    padding,
    paddings,
)
from bedrock_emulator.wire.frames import decode_frames, encode_frame


class Body(io.BytesIO):
    """What botocore's stream wants of urllib3's response."""

    def stream(self) -> Iterator[bytes]:
        while piece := self.read(7):
            yield piece


def botocore_events(operation: str, member: str, wire: bytes) -> list[dict[str, Any]]:
    """What a boto3 user gets for these bytes."""
    model = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model(operation)
    assert isinstance(model.output_shape, StructureShape)
    shape = model.output_shape.members[member]
    assert isinstance(shape, StructureShape)
    return list(EventStream(Body(wire), shape, EventStreamJSONParser(), operation))


CONVERSE: list[tuple[str, dict[str, Any]]] = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm."}}}),
    (
        "contentBlockDelta",
        {"contentBlockIndex": 0, "delta": {"reasoningContent": {"redactedContent": b"\x00\xff"}}},
    ),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": 'Grüße, "Welt"\n\u2028😀'}}),
    ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t", "name": "n"}}}),
    ("contentBlockStop", {"contentBlockIndex": 2}),
    ("messageStop", {"stopReason": "end_turn"}),
    (
        "metadata",
        {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 4}},
    ),
]


def test_botocore_gives_back_every_converse_event() -> None:
    source = paddings("seed")
    wire = b"".join(encode_event(name, payload, padding=next(source)) for name, payload in CONVERSE)
    assert botocore_events("ConverseStream", "stream", wire) == [
        {name: payload} for name, payload in CONVERSE
    ]


def test_botocore_gives_back_the_bytes_of_a_chunk() -> None:
    wire = encode_event("chunk", {"bytes": b'{"a":1}'}, padding="ab")
    events = botocore_events("InvokeModelWithResponseStream", "body", wire)
    assert events == [{"chunk": {"bytes": b'{"a":1}'}}]


def test_botocore_raises_an_exception_frame() -> None:
    wire = encode_exception("throttlingException", "Too many tokens.")
    with pytest.raises(EventStreamError) as raised:
        botocore_events("ConverseStream", "stream", wire)
    assert raised.value.response["Error"] == {"Code": "throttlingException", "Message": "Too many tokens."}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def ordered(value: Any) -> bool:
    """Whether every object in it has its keys in order."""
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(ordered, value.values()))
    return not isinstance(value, list) or all(map(ordered, value))


@given(
    st.dictionaries(st.text(max_size=8).filter(lambda name: name != "p"), json_values, max_size=5),
    st.integers(0, 62),
)
def test_keys_are_sorted_at_every_level_and_nothing_is_lost(payload: dict[str, Any], length: int) -> None:
    wire = encode_event("metadata", payload, padding=padding(length))
    (event,) = decode_events(wire)
    assert event["payload"] == {**payload, "p": padding(length)}
    assert ordered(event["payload"])


@pytest.mark.parametrize(
    ("result", "written"),
    [
        pytest.param(
            [{"json": {"z": {"b": 1, "a": 2}, "c": 3}}], b'[{"json":{"z":{"b":1,"a":2},"c":3}}]', id="json"
        ),
        pytest.param([{"text": "7"}], b'[{"text":"7"}]', id="text"),
        pytest.param([{"b": 1, "a": 2}, "c"], b'[{"a":2,"b":1},"c"]', id="neither"),
        pytest.param("json", b'"json"', id="no list"),
    ],
)
def test_what_a_tool_returned_keeps_its_order(result: Any, written: bytes) -> None:
    delta = {"toolResult": result}
    (frame,) = decode_frames(
        encode_event("contentBlockDelta", {"delta": delta, "contentBlockIndex": 1}, padding=None)
    )
    assert frame.payload == b'{"contentBlockIndex":1,"delta":{"toolResult":' + written + b"}}"


@pytest.mark.parametrize("payload", [{}, {"delta": None}, {"delta": "toolResult"}])
def test_a_delta_that_is_none_is_framed_as_it_is(payload: dict[str, Any]) -> None:
    (event,) = decode_events(encode_event("contentBlockDelta", payload, padding=None))
    assert event["payload"] == payload


def test_json_is_compact_and_not_escaped_to_ascii() -> None:
    (frame,) = decode_frames(encode_event("messageStop", {"z": [1, "é"], "a": {}}, padding=None))
    assert frame.payload == '{"a":{},"z":[1,"é"]}'.encode()


def test_an_exception_has_no_padding_and_keeps_its_members() -> None:
    wire = encode_exception("modelStreamErrorException", "text", {"originalStatusCode": 500})
    (event,) = decode_events(wire)
    assert event["messageType"] == "exception"
    assert event["payload"] == {"message": "text", "originalStatusCode": 500}


def test_a_value_without_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable: object"):
        encode_event("chunk", {"bytes": object()}, padding=None)


def test_paddings_repeat_with_their_seed_and_cover_every_length_evenly() -> None:
    def lengths(seed: str) -> list[int]:
        return [len(each) for each in islice(paddings(seed), 6_000)]

    assert lengths("a") == lengths("a")
    assert lengths("a") != lengths("b")
    counts = Counter(lengths("a"))
    assert set(counts) == set(range(MIN_PADDING, MAX_PADDING + 1))
    assert all(50 < count < 150 for count in counts.values())


def test_a_padding_is_a_beginning_of_the_alphabet() -> None:
    assert padding(3) == "abc"
    assert padding(62) == PADDING_ALPHABET
    for length in (-1, 63):
        with pytest.raises(ValueError, match="0 to 62"):
            padding(length)


@pytest.mark.parametrize(
    ("headers", "payload"),
    [
        pytest.param([], b"{}", id="no headers"),
        pytest.param([(":message-type", "error")], b"{}", id="another message type"),
        pytest.param([(":message-type", "event")], b"{}", id="no event type"),
        pytest.param([(":message-type", "event"), (":event-type", True)], b"{}", id="event type not text"),
        pytest.param([(":message-type", "event"), (":event-type", "chunk")], b"{", id="payload not JSON"),
    ],
)
def test_a_frame_that_is_no_event_is_refused(headers: list[tuple[str, Any]], payload: bytes) -> None:
    with pytest.raises(MalformedEvent):
        decode_events(encode_frame(headers, payload))


def test_a_stream_of_no_bytes_has_no_events() -> None:
    assert decode_events(b"") == []


def test_events_of_any_type_name_are_framed() -> None:
    (frame,) = decode_frames(encode_event("someFutureEvent", {}, padding=None))
    assert dict(frame.headers)[":event-type"] == "someFutureEvent"
    assert orjson.loads(frame.payload) == {}
