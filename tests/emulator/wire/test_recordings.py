"""Every recorded stream decodes, and encodes to the identical bytes."""

import json
from base64 import b64decode
from typing import Any

import pytest

from bedrock_emulator.wire.events import (
    MAX_PADDING,
    PADDING_ALPHABET,
    decode_events,
    encode_event,
    encode_exception,
)
from bedrock_emulator.wire.frames import decode_frames, encode_frame
from tests.recordings import records, requires_recordings

STREAMS = [
    pytest.param(record["response"], id=record["id"])
    for operation in ("ConverseStream", "InvokeModelWithResponseStream")
    for record in records(operation)
    if "stream_base64" in record["response"]
]

pytestmark = requires_recordings
every_stream = pytest.mark.parametrize("response", STREAMS)


def test_there_are_recorded_streams() -> None:
    assert STREAMS


@every_stream
def test_frames_encode_to_the_recorded_bytes(response: dict[str, Any]) -> None:
    wire = b64decode(response["stream_base64"])
    frames = decode_frames(wire)
    assert [frame.payload.decode() for frame in frames] == [
        event["payload_text"] for event in response["events"]
    ]
    assert b"".join(encode_frame(frame.headers, frame.payload) for frame in frames) == wire


@every_stream
def test_events_encode_to_the_recorded_bytes(response: dict[str, Any]) -> None:
    for recorded in decode_frames(b64decode(response["stream_base64"])):
        wire = encode_frame(recorded.headers, recorded.payload)
        (event,) = decode_events(wire)
        assert encode_again(event) == wire


def encode_again(event: dict[str, Any]) -> bytes:
    members = dict(event["payload"])
    if event["messageType"] == "exception":
        return encode_exception(event["type"], members.pop("message"), members)
    return encode_event(event["type"], members, padding=members.pop("p", None))


@every_stream
def test_recorded_paddings_are_beginnings_of_the_alphabet(response: dict[str, Any]) -> None:
    paddings = [json.loads(event["payload_text"]).get("p", "") for event in response["events"]]
    assert all(PADDING_ALPHABET.startswith(each) and len(each) <= MAX_PADDING for each in paddings)
