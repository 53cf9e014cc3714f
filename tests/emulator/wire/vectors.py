"""Frames written out one field per line: what encoding must give and decoding must take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """The arguments of encode_event."""

    type: str
    payload: Mapping[str, Any]
    padding: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """The arguments of encode_exception."""

    type: str
    message: str
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A frame and what it says."""

    name: str
    event: Event | Failure
    wire: bytes


VECTORS = (
    Vector(
        name="messageStart",
        event=Event("messageStart", {"role": "assistant"}, padding="abcdefghijk"),
        wire=(
            b"\x00\x00\x00\x88"  # total length: 136
            b"\x00\x00\x00\x52"  # headers length: 82
            b"\x61\xd1\x14\xe2"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x0c"  # value length: 12
            b"messageStart"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"p":"abcdefghijk","role":"assistant"}'  # payload
            b"\xb7\xf5\x6a\xc9"  # message CRC
        ),
    ),
    Vector(
        name="text delta",
        event=Event(
            "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hello"}}, padding="abcdefgh"
        ),
        wire=(
            b"\x00\x00\x00\xa6"  # total length: 166
            b"\x00\x00\x00\x57"  # headers length: 87
            b"\x6f\x4a\x71\x08"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x11"  # value length: 17
            b"contentBlockDelta"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"abcdefgh"}'  # payload
            b"\x3a\xfb\x5d\x9c"  # message CRC
        ),
    ),
    Vector(
        name="toolUse start",
        event=Event(
            "contentBlockStart",
            {
                "start": {"toolUse": {"toolUseId": "tooluse_1", "name": "get_weather", "type": "tool_use"}},
                "contentBlockIndex": 1,
            },
            padding="abcd",
        ),
        wire=(
            b"\x00\x00\x00\xde"  # total length: 222
            b"\x00\x00\x00\x57"  # headers length: 87
            b"\xa6\xe8\xda\x06"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x11"  # value length: 17
            b"contentBlockStart"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":1,"p":"abcd","start":{"toolUse":{"name":"get_weather","toolUseId":"tooluse_'  # payload
            b'1","type":"tool_use"}}}'  # payload, continued
            b"\xc0\xe8\x5b\xd1"  # message CRC
        ),
    ),
    Vector(
        name="toolUse delta",
        event=Event(
            "contentBlockDelta",
            {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "ion"}}},
            padding="ab",
        ),
        wire=(
            b"\x00\x00\x00\xab"  # total length: 171
            b"\x00\x00\x00\x57"  # headers length: 87
            b"\x97\xda\xb5\xb9"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x11"  # value length: 17
            b"contentBlockDelta"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":1,"delta":{"toolUse":{"input":"ion"}},"p":"ab"}'  # payload
            b"\x02\xed\xb7\xe9"  # message CRC
        ),
    ),
    Vector(
        name="reasoning delta",
        event=Event(
            "contentBlockDelta",
            {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm."}}},
            padding="abcdef",
        ),
        wire=(
            b"\x00\x00\x00\xb7"  # total length: 183
            b"\x00\x00\x00\x57"  # headers length: 87
            b"\x32\xca\xcf\x3a"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x11"  # value length: 17
            b"contentBlockDelta"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}},"p":"abcdef"}'  # payload
            b"\xa7\x7f\xfb\x09"  # message CRC
        ),
    ),
    Vector(
        name="reasoning signature",
        event=Event(
            "contentBlockDelta",
            {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "EuYB"}}},
            padding="abc",
        ),
        wire=(
            b"\x00\x00\x00\xba"  # total length: 186
            b"\x00\x00\x00\x57"  # headers length: 87
            b"\xca\x5a\x0b\x8b"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x11"  # value length: 17
            b"contentBlockDelta"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"EuYB"}},"p":"abc"}'  # payload
            b"\xf1\x63\xd2\x3c"  # message CRC
        ),
    ),
    Vector(
        name="redacted reasoning, a blob",
        event=Event(
            "contentBlockDelta",
            {"contentBlockIndex": 0, "delta": {"reasoningContent": {"redactedContent": b"\x00\x01\x02\xff"}}},
            padding="abcde",
        ),
        wire=(
            b"\x00\x00\x00\xc6"  # total length: 198
            b"\x00\x00\x00\x57"  # headers length: 87
            b"\xf6\x78\x06\x45"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x11"  # value length: 17
            b"contentBlockDelta"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"AAEC/w=="}},"p":"abcde"}'  # payload
            b"\xfb\x44\xba\x99"  # message CRC
        ),
    ),
    Vector(
        name="contentBlockStop",
        event=Event("contentBlockStop", {"contentBlockIndex": 0}, padding="abcdefghi"),
        wire=(
            b"\x00\x00\x00\x8d"  # total length: 141
            b"\x00\x00\x00\x56"  # headers length: 86
            b"\xae\x5c\x5f\x8b"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"contentBlockStop"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"contentBlockIndex":0,"p":"abcdefghi"}'  # payload
            b"\x24\xf1\x10\xb1"  # message CRC
        ),
    ),
    Vector(
        name="messageStop",
        event=Event("messageStop", {"stopReason": "end_turn"}, padding="abcdefgh"),
        wire=(
            b"\x00\x00\x00\x89"  # total length: 137
            b"\x00\x00\x00\x51"  # headers length: 81
            b"\xc5\xb8\x6c\xe8"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x0b"  # value length: 11
            b"messageStop"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"p":"abcdefgh","stopReason":"end_turn"}'  # payload
            b"\x63\x39\xaf\x2d"  # message CRC
        ),
    ),
    Vector(
        name="metadata",
        event=Event(
            "metadata",
            {
                "usage": {"inputTokens": 9, "outputTokens": 3, "totalTokens": 12},
                "metrics": {"latencyMs": 412},
            },
            padding="abcdefghij",
        ),
        wire=(
            b"\x00\x00\x00\xc8"  # total length: 200
            b"\x00\x00\x00\x4e"  # headers length: 78
            b"\x2d\x23\x10\xe4"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x08"  # value length: 8
            b"metadata"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"metrics":{"latencyMs":412},"p":"abcdefghij","usage":{"inputTokens":9,"outputTokens":3,"totalTo'  # payload
            b'kens":12}}'  # payload, continued
            b"\x9c\x96\x69\x86"  # message CRC
        ),
    ),
    Vector(
        name="metadata without padding, as in 2024",
        event=Event(
            "metadata",
            {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}},
            padding=None,
        ),
        wire=(
            b"\x00\x00\x00\xb4"  # total length: 180
            b"\x00\x00\x00\x4e"  # headers length: 78
            b"\x11\x01\x1d\x2a"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x08"  # value length: 8
            b"metadata"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"metrics":{"latencyMs":1},"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}'  # payload
            b"\xa3\x11\xaa\x3b"  # message CRC
        ),
    ),
    Vector(
        name="invoke chunk",
        event=Event("chunk", {"bytes": b'{"type":"message_stop"}'}, padding="abcdefg"),
        wire=(
            b"\x00\x00\x00\x95"  # total length: 149
            b"\x00\x00\x00\x4b"  # headers length: 75
            b"\x9d\xca\xef\x11"  # prelude CRC
            b"\x0b"  # name length: 11
            b":event-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"chunk"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x05"  # value length: 5
            b"event"  # value
            b'{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0=","p":"abcdefg"}'  # payload
            b"\x0d\xba\xfc\xa2"  # message CRC
        ),
    ),
    Vector(
        name="modelStreamErrorException",
        event=Failure(
            "modelStreamErrorException",
            "The system failed.",
            {"originalStatusCode": 500, "originalMessage": "worker lost"},
        ),
        wire=(
            b"\x00\x00\x00\xd0"  # total length: 208
            b"\x00\x00\x00\x67"  # headers length: 103
            b"\x3f\x01\x54\xcb"  # prelude CRC
            b"\x0f"  # name length: 15
            b":exception-type"  # name
            b"\x07"  # value type: string
            b"\x00\x19"  # value length: 25
            b"modelStreamErrorException"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x09"  # value length: 9
            b"exception"  # value
            b'{"message":"The system failed.","originalMessage":"worker lost","originalStatusCode":500}'  # payload
            b"\xf3\x53\xab\x91"  # message CRC
        ),
    ),
    Vector(
        name="throttlingException",
        event=Failure("throttlingException", "Too many tokens, please wait before trying again.", {}),
        wire=(
            b"\x00\x00\x00\xb0"  # total length: 176
            b"\x00\x00\x00\x61"  # headers length: 97
            b"\x4f\x50\x86\xb3"  # prelude CRC
            b"\x0f"  # name length: 15
            b":exception-type"  # name
            b"\x07"  # value type: string
            b"\x00\x13"  # value length: 19
            b"throttlingException"  # value
            b"\x0d"  # name length: 13
            b":content-type"  # name
            b"\x07"  # value type: string
            b"\x00\x10"  # value length: 16
            b"application/json"  # value
            b"\x0d"  # name length: 13
            b":message-type"  # name
            b"\x07"  # value type: string
            b"\x00\x09"  # value length: 9
            b"exception"  # value
            b'{"message":"Too many tokens, please wait before trying again."}'  # payload
            b"\xf7\x0a\xe5\x7f"  # message CRC
        ),
    ),
)
