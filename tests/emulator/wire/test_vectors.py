"""One table of frames drives encoding, decoding and botocore's own reader."""

from base64 import b64encode
from typing import Any

import orjson
import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_emulator.errors import WireError
from bedrock_emulator.wire.events import decode_events, encode_event, encode_exception
from bedrock_emulator.wire.frames import (
    BadChecksum,
    FrameDecoder,
    MalformedFrame,
    TruncatedStream,
    decode_frames,
    encode_frame,
    encode_string_frame,
)
from bedrock_emulator.wire.headers import LimitExceeded, MalformedHeaders
from tests.emulator.wire.vectors import VECTORS, Event, Vector

every_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)

STOP = next(vector.wire for vector in VECTORS if vector.name == "contentBlockStop")
STOP_HEADERS = 86
"""Bytes of its headers, as its second field says."""


def json_of(vector: Vector) -> dict[str, Any]:
    """The payload as JSON: blobs as base64, the padding or the message added."""
    event = vector.event
    if isinstance(event, Event):
        added = {} if event.padding is None else {"p": event.padding}
        payload = {**event.payload, **added}
    else:
        payload = {**event.members, "message": event.message}
    result: dict[str, Any] = orjson.loads(
        orjson.dumps(payload, default=lambda blob: b64encode(blob).decode())
    )
    return result


@every_vector
def test_encoding_gives_the_bytes(vector: Vector) -> None:
    event = vector.event
    if isinstance(event, Event):
        assert encode_event(event.type, event.payload, padding=event.padding) == vector.wire
    else:
        assert encode_exception(event.type, event.message, event.members) == vector.wire


@every_vector
def test_decoding_gives_the_event(vector: Vector) -> None:
    message_type = "event" if isinstance(vector.event, Event) else "exception"
    expected = {"type": vector.event.type, "messageType": message_type, "payload": json_of(vector)}
    assert decode_events(vector.wire) == [expected]


@every_vector
def test_a_decoded_frame_encodes_to_the_same_bytes(vector: Vector) -> None:
    (frame,) = decode_frames(vector.wire)
    assert encode_frame(frame.headers, frame.payload) == vector.wire


@every_vector
def test_botocore_reads_the_bytes(vector: Vector) -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(vector.wire)
    message: Any = buffer.next()  # its stubs call the headers a number
    (frame,) = decode_frames(vector.wire)
    assert message.headers == dict(frame.headers)
    assert orjson.loads(message.payload) == json_of(vector)


@pytest.mark.parametrize(
    ("wire", "error", "part"),
    [
        pytest.param(
            b"\x00\x00\x00\x10"  # total length: 16
            b"\x00\x00\x00\x00"  # headers length: 0
            b"\x05\xc2\x48\xec"  # prelude CRC, its last byte wrong
            b"\x7d\x98\xc8\xff",  # message CRC
            BadChecksum,
            "prelude",
            id="bad prelude CRC",
        ),
        pytest.param(
            b"\x00\x00\x00\x10"  # total length: 16
            b"\x00\x00\x00\x00"  # headers length: 0
            b"\x05\xc2\x48\xeb"  # prelude CRC
            b"\x7d\x98\xc8\xfe",  # message CRC, its last byte wrong
            BadChecksum,
            "message",
            id="bad message CRC",
        ),
        pytest.param(STOP[:11], TruncatedStream, "prelude", id="truncated in the prelude"),
        pytest.param(
            STOP[: 12 + STOP_HEADERS - 1], TruncatedStream, "headers", id="truncated in the headers"
        ),
        pytest.param(
            STOP[: 12 + STOP_HEADERS + 1], TruncatedStream, "payload", id="truncated in the payload"
        ),
        pytest.param(STOP[:-1], TruncatedStream, "message checksum", id="truncated in the message CRC"),
        pytest.param(
            b"\x01\x80\x00\x11"  # total length: 25,165,841
            b"\x00\x00\x00\x00"  # headers length: 0, so one byte too many is left for the payload
            b"\x7c\x1e\x8b\x37",  # prelude CRC
            LimitExceeded,
            "payload",
            id="oversize payload, refused before it arrives",
        ),
        pytest.param(
            b"\x00\x02\x00\x11"  # total length: 131,089
            b"\x00\x02\x00\x01"  # headers length: 131,073, one more than the limit
            b"\xdb\xbe\x94\x8a",  # prelude CRC
            LimitExceeded,
            "header block",
            id="oversize headers, refused before they arrive",
        ),
    ],
)
def test_a_bad_frame_is_refused_with_its_part(wire: bytes, error: type[WireError], part: str) -> None:
    with pytest.raises(error) as raised:
        decode_frames(wire)
    assert getattr(raised.value, "part") == part  # noqa: B009 - each of these errors has it, their base has not


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(
            b"\x00\x00\x00\x0f"  # total length: 15, less than an empty frame
            b"\x00\x00\x00\x00"  # headers length: 0
            b"\xe7\x72\x48\xb8",  # prelude CRC
            id="shorter than an empty frame",
        ),
        pytest.param(
            b"\x00\x00\x00\x10"  # total length: 16
            b"\x00\x00\x00\x01"  # headers length: 1, for which there is no room
            b"\x72\xc5\x78\x7d",  # prelude CRC
            id="headers longer than the frame",
        ),
    ],
)
def test_contradicting_lengths_are_refused(wire: bytes) -> None:
    with pytest.raises(MalformedFrame):
        decode_frames(wire)


def test_the_smallest_frame_is_empty() -> None:
    wire = (
        b"\x00\x00\x00\x10"  # total length: 16
        b"\x00\x00\x00\x00"  # headers length: 0
        b"\x05\xc2\x48\xeb"  # prelude CRC
        b"\x7d\x98\xc8\xff"  # message CRC
    )
    (frame,) = decode_frames(wire)
    assert (frame.headers, frame.payload) == ((), b"")
    assert encode_frame((), b"") == wire


def test_a_clean_end_is_silent() -> None:
    decoder = FrameDecoder()
    assert len(decoder.feed(STOP + STOP)) == 2
    decoder.finish()


def test_good_frames_are_not_lost_to_a_bad_one_behind_them() -> None:
    decoder = FrameDecoder()
    bad = bytearray(STOP)
    bad[-1] ^= 1
    assert len(decoder.feed(STOP + bytes(bad) + STOP)) == 1
    for _ in range(2):
        with pytest.raises(BadChecksum):
            decoder.feed(STOP)
    with pytest.raises(BadChecksum):
        decoder.finish()


def test_a_frame_with_broken_headers_is_refused_though_its_checksums_are_right() -> None:
    with pytest.raises(MalformedHeaders):
        decode_frames(encode_string_frame(b"\x05abc", b"{}"))
