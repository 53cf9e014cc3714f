"""Events and exceptions as Bedrock frames them: three string headers and compact JSON with sorted keys."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from typing import Any

import orjson

from bedrock_emulator.errors import WireError
from bedrock_emulator.wire.frames import Frame, decode_frames, encode_string_frame, whole_frames
from bedrock_emulator.wire.headers import encode_headers

PADDING_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""Every padding is a beginning of this text [recorded]."""

MIN_PADDING, MAX_PADDING = 2, 61
"""Characters; the lengths between are equally frequent [recorded]."""


_SHORT_TEXT = 32
"""Characters of a text delta whose frame is remembered."""


class MalformedEvent(WireError):  # noqa: N818 - named by what is wrong
    """A valid frame that is neither an event nor an exception."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Not an event: {problem}.")


def padding(length: int) -> str:
    """The padding of this length, which hides how long the text of an event is."""
    if not 0 <= length <= len(PADDING_ALPHABET):
        raise ValueError(f"a padding has 0 to {len(PADDING_ALPHABET)} characters, not {length}")
    return PADDING_ALPHABET[:length]


_PADDINGS = tuple(padding(length) for length in range(MIN_PADDING, MAX_PADDING + 1))


def paddings(seed: str) -> Iterator[str]:
    """The paddings of one stream, without end: evenly spread lengths, the same ones for the same seed."""
    # Digests in counter mode, since seeding a random.Random takes 10 µs; bytes beyond `even` would favour some lengths.
    even = 256 - 256 % len(_PADDINGS)
    for block in count():
        for byte in blake2b(f"{seed}/{block}".encode()).digest():
            if byte < even:
                yield _PADDINGS[byte % len(_PADDINGS)]


@lru_cache(maxsize=64)
def event_header_block(event_type: str) -> bytes:
    """The headers of an event, in the recorded order."""
    return _header_block("event", event_type)


@lru_cache(maxsize=64)
def exception_header_block(exception_type: str) -> bytes:
    """The headers of an exception, in the recorded order."""
    return _header_block("exception", exception_type)


def _header_block(message_type: str, name: str) -> bytes:
    return encode_headers(
        (
            (f":{message_type}-type", name),
            (":content-type", "application/json"),
            (":message-type", message_type),
        )
    )


def encode_event(event_type: str, payload: Mapping[str, Any], *, padding: str | None) -> bytes:
    """The frame of an event; the padding takes its alphabetical place as `p` [recorded]."""
    if event_type == "contentBlockDelta":
        index, text = _short_text(payload)
        if text is not None:
            return _short_text_delta(index, text, padding)
    return _encode(event_type, payload, padding)


def _short_text(payload: Mapping[str, Any]) -> tuple[int, str | None]:
    """Block and text of a delta that holds a short text and nothing else."""
    index, delta = payload.get("contentBlockIndex"), payload.get("delta")
    if len(payload) == 2 and type(index) is int and type(delta) is dict and len(delta) == 1:
        text = delta.get("text")
        if type(text) is str and len(text) <= _SHORT_TEXT:
            return index, text
    return 0, None


@lru_cache(maxsize=4096)
def _short_text_delta(index: int, text: str, padding: str | None) -> bytes:
    """The frame of a word or two: in a stream of words most of them come again."""
    return _encode("contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": text}}, padding)


def _encode(event_type: str, payload: Mapping[str, Any], padding: str | None) -> bytes:
    body = dict(payload) if padding is None else {**payload, "p": padding}
    if event_type == "contentBlockDelta" and "delta" in body:
        body["delta"] = _with_documents_as_written(body["delta"])
    return encode_string_frame(event_header_block(event_type), _json(body))


def _with_documents_as_written(delta: Any) -> Any:
    """A delta in which a tool's result keeps the order in which the tool wrote it [recorded, Nova's code interpreter]."""
    parts = delta.get("toolResult") if isinstance(delta, Mapping) else None
    if not isinstance(parts, list):
        return delta
    return {**delta, "toolResult": [_as_written(part) for part in parts]}


def _as_written(part: Any) -> Any:
    if not isinstance(part, Mapping) or "json" not in part:
        return part
    return {**part, "json": orjson.Fragment(orjson.dumps(part["json"], default=_blob))}


def encode_exception(exception_type: str, message: str, members: Mapping[str, Any] | None = None) -> bytes:
    """The frame of an exception, its name in lower camel case; exceptions have no padding [recorded]."""
    body = {**(members or {}), "message": message}
    return encode_string_frame(exception_header_block(exception_type), _json(body))


def _json(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, default=_blob, option=orjson.OPT_SORT_KEYS)


def _blob(value: object) -> str:
    """A blob member is base64 in JSON [botocore]."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode_events(data: bytes) -> list[dict[str, Any]]:
    """What a whole stream says, as `type`, `messageType` and the parsed `payload` (padding included) of each frame.

    Raises:
        WireError: the bytes are not a whole number of valid frames, or a frame is not an event.
    """
    return [_decode_event(frame) for frame in decode_frames(data)]


def sound_events(data: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """The same as far as it can be read, and the bytes from the first broken frame or event on."""
    events: list[dict[str, Any]] = []
    consumed = 0
    try:
        for frame, end in whole_frames(data):
            events.append(_decode_event(frame))
            consumed = end
    except WireError:
        return events, data[consumed:]
    return events, b""


def _decode_event(frame: Frame) -> dict[str, Any]:
    headers = dict(frame.headers)
    message_type = headers.get(":message-type")
    if message_type not in ("event", "exception"):
        raise MalformedEvent(f":message-type is {message_type!r}")
    name = headers.get(f":{message_type}-type")
    if not isinstance(name, str):
        raise MalformedEvent(f":{message_type}-type is {name!r}")
    try:
        payload = orjson.loads(frame.payload)
    except orjson.JSONDecodeError as error:
        raise MalformedEvent(f"the payload of {name} is not JSON: {error}") from None
    return {"type": name, "messageType": message_type, "payload": payload}
