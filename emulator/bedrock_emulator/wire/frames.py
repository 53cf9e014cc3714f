"""Frames of an event stream, both directions, without I/O.

WireError (in errors.py)
├── TruncatedStream    the bytes end inside a frame
├── BadChecksum        a CRC does not fit the bytes before it
├── MalformedFrame     the lengths of a prelude contradict each other
├── MalformedHeaders   in headers.py
├── LimitExceeded      in headers.py
└── MalformedEvent     in events.py

A frame is: total length, headers length, CRC-32 of these two, headers, payload, CRC-32 of everything before it; the
four numbers are unsigned, 32 bits, big-endian [recorded].
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from zlib import crc32

from bedrock_emulator.errors import WireError
from bedrock_emulator.wire.headers import (
    MAX_HEADERS_LENGTH,
    Header,
    LimitExceeded,
    decode_headers,
    encode_headers,
)

MAX_PAYLOAD_LENGTH = 24 * 1024 * 1024
"""Bytes of a payload [botocore]."""

PRELUDE_LENGTH = 12
"""Bytes of the two lengths and their checksum."""

CHECKSUM_LENGTH = 4
"""Bytes of the message checksum at the end of a frame."""

_OVERHEAD = PRELUDE_LENGTH + CHECKSUM_LENGTH
_LENGTHS = struct.Struct(">II")
_PRELUDE = struct.Struct(">III")
_CHECKSUM = struct.Struct(">I")

Part = Literal["prelude", "headers", "payload", "message checksum"]


class TruncatedStream(WireError):  # noqa: N818 - named by what is wrong
    """The stream ended inside a frame; a stream that ends after a frame ends cleanly."""

    def __init__(self, part: Part, held: int, needed: int) -> None:
        super().__init__(f"The stream ended in the {part} of a frame: {held:,} of {needed:,} bytes arrived.")
        self.part = part
        self.held = held
        self.needed = needed


class BadChecksum(WireError):  # noqa: N818 - named by what is wrong
    """The bytes of a frame are not those that were sent."""

    def __init__(self, part: Literal["prelude", "message"], stated: int, computed: int) -> None:
        super().__init__(f"The {part} checksum is {stated:#010x}, but its bytes give {computed:#010x}.")
        self.part = part
        self.stated = stated
        self.computed = computed


class MalformedFrame(WireError):  # noqa: N818 - named by what is wrong
    """The total length of a frame has no room for its headers."""

    def __init__(self, total_length: int, headers_length: int) -> None:
        super().__init__(
            f"A frame of {total_length:,} bytes cannot hold {headers_length:,} bytes of headers."
        )
        self.total_length = total_length
        self.headers_length = headers_length


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of an event stream."""

    headers: tuple[Header, ...]
    payload: bytes


def encode_frame(headers: Iterable[Header], payload: bytes) -> bytes:
    """The bytes of one frame."""
    return encode_string_frame(encode_headers(headers), payload)


def encode_string_frame(header_block: bytes, payload: bytes) -> bytes:
    """The bytes of one frame whose headers were encoded before."""
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise LimitExceeded("payload", len(payload), MAX_PAYLOAD_LENGTH)
    head, checksum = _head(header_block, len(payload))
    return b"".join((head, payload, _CHECKSUM.pack(crc32(payload, checksum))))


@lru_cache(maxsize=2048)
def _head(header_block: bytes, payload_length: int) -> tuple[bytes, int]:
    """Prelude and headers with their checksum so far: a stream has few kinds of events of few lengths."""
    lengths = _LENGTHS.pack(_OVERHEAD + len(header_block) + payload_length, len(header_block))
    head = b"".join((lengths, _CHECKSUM.pack(crc32(lengths)), header_block))
    return head, crc32(head)


def decode_frames(data: bytes) -> list[Frame]:
    """The frames of a whole stream.

    Raises:
        WireError: the bytes are not a whole number of valid frames.
    """
    return [frame for frame, _ in whole_frames(data)]


def whole_frames(data: bytes) -> Iterator[tuple[Frame, int]]:
    """The frames of a stream one by one, each with the place where it ends.

    Raises:
        WireError: what follows is not a valid frame.
    """
    buffer, end = bytearray(data), 0
    while (read := _read_frame(buffer, end)) is not None:
        yield read
        _, end = read
    if end < len(buffer):
        raise _truncation(buffer[end:])


class FrameDecoder:
    """Turns bytes, however they are split, into frames.

    A bad frame does not hide the good ones before it: they are returned first, and the error is raised by the next
    call. After an error nothing more can be read, so every later call raises it again.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._error: WireError | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete.

        Raises:
            WireError: the next frame is bad.
        """
        if self._error is not None:
            raise self._error
        self._buffer += data
        frames: list[Frame] = []
        consumed = 0
        try:
            while (read := _read_frame(self._buffer, consumed)) is not None:
                frame, consumed = read
                frames.append(frame)
        except WireError as error:
            self._error = error
            if not frames:
                raise
        del self._buffer[:consumed]
        return frames

    def finish(self) -> None:
        """Say that no more bytes come; silence means a clean end.

        Raises:
            TruncatedStream: the bytes of an unfinished frame are left.
            WireError: a bad frame was met before.
        """
        if self._error is not None:
            raise self._error
        if self._buffer:
            self._error = _truncation(self._buffer)
            raise self._error


def _read_frame(buffer: bytearray, start: int) -> tuple[Frame, int] | None:
    """The frame at `start` and where it ends; None until it is complete."""
    lengths = _read_prelude(buffer, start)
    if lengths is None or len(buffer) - start < lengths[0]:
        return None
    total_length, headers_length = lengths
    message = bytes(buffer[start : start + total_length])
    payload_end = total_length - CHECKSUM_LENGTH
    (stated,) = _CHECKSUM.unpack_from(message, payload_end)
    computed = crc32(message[:payload_end])
    if stated != computed:
        raise BadChecksum("message", stated, computed)
    headers_end = PRELUDE_LENGTH + headers_length
    headers = decode_headers(message[PRELUDE_LENGTH:headers_end])
    return Frame(headers, message[headers_end:payload_end]), start + total_length


def _read_prelude(buffer: bytearray, start: int) -> tuple[int, int] | None:
    """Total and headers length, judged before any byte of a frame is waited for; None until the prelude is there."""
    if len(buffer) - start < PRELUDE_LENGTH:
        return None
    total_length, headers_length, stated = _PRELUDE.unpack_from(buffer, start)
    computed = crc32(buffer[start : start + _LENGTHS.size])
    if stated != computed:
        raise BadChecksum("prelude", stated, computed)
    if headers_length > MAX_HEADERS_LENGTH:
        raise LimitExceeded("header block", headers_length, MAX_HEADERS_LENGTH)
    payload_length = total_length - headers_length - _OVERHEAD
    if payload_length < 0:
        raise MalformedFrame(total_length, headers_length)
    if payload_length > MAX_PAYLOAD_LENGTH:
        raise LimitExceeded("payload", payload_length, MAX_PAYLOAD_LENGTH)
    return total_length, headers_length


def _truncation(buffer: bytearray) -> TruncatedStream:
    lengths = _read_prelude(buffer, 0)
    held = len(buffer)
    if lengths is None:
        return TruncatedStream("prelude", held, PRELUDE_LENGTH)
    total_length, headers_length = lengths
    if held < PRELUDE_LENGTH + headers_length:
        return TruncatedStream("headers", held, total_length)
    part: Part = "payload" if held < total_length - CHECKSUM_LENGTH else "message checksum"
    return TruncatedStream(part, held, total_length)
