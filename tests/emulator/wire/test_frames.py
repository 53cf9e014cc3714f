"""Whatever frames hold and however their bytes are split, they arrive, or the fault is named."""

from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.errors import WireError
from bedrock_emulator.wire.frames import (
    MAX_PAYLOAD_LENGTH,
    BadChecksum,
    Frame,
    FrameDecoder,
    TruncatedStream,
    decode_frames,
    encode_frame,
)
from bedrock_emulator.wire.headers import LimitExceeded
from tests.emulator.wire import strategies


def wire_of(frames: list[Frame]) -> bytes:
    return b"".join(encode_frame(frame.headers, frame.payload) for frame in frames)


@given(st.lists(strategies.frames, max_size=4), st.data())
def test_any_split_gives_the_same_frames(frames: list[Frame], data: st.DataObject) -> None:
    wire = wire_of(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    decoder = FrameDecoder()
    arrived = []
    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        arrived += decoder.feed(wire[start:end])
    decoder.finish()
    assert arrived == frames


@given(st.lists(strategies.frames, min_size=1, max_size=3), st.data())
def test_an_end_inside_a_frame_is_a_truncation(frames: list[Frame], data: st.DataObject) -> None:
    wire = wire_of(frames)
    last = len(wire_of(frames[-1:]))
    cut = data.draw(st.integers(len(wire) - last + 1, len(wire) - 1))
    decoder = FrameDecoder()
    assert decoder.feed(wire[:cut]) == frames[:-1]
    with pytest.raises(TruncatedStream) as raised:
        decoder.finish()
    assert raised.value.held == cut - (len(wire) - last)


@given(strategies.frames, st.data())
def test_no_changed_byte_goes_unnoticed(frame: Frame, data: st.DataObject) -> None:
    wire = bytearray(wire_of([frame]))
    wire[data.draw(st.integers(0, len(wire) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadChecksum):
        decode_frames(bytes(wire))


@given(st.binary(max_size=200))
def test_noise_is_refused_with_an_error_of_ours(noise: bytes) -> None:
    try:
        frames = decode_frames(noise)
    except WireError:
        return
    assert wire_of(frames) == noise


@given(strategies.frames)
def test_botocore_reads_every_frame(frame: Frame) -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(wire_of([frame]))
    message: Any = buffer.next()  # its stubs call the headers a number
    assert list(message.headers) == [name for name, _ in frame.headers]
    assert message.payload == frame.payload


def test_the_largest_payload_is_written_and_one_byte_more_is_not() -> None:
    largest = bytes(MAX_PAYLOAD_LENGTH)
    (frame,) = decode_frames(encode_frame((), largest))
    assert frame.payload == largest
    with pytest.raises(LimitExceeded):
        encode_frame((), largest + b"\0")
