"""Headers of an event-stream frame: all ten value types, both directions.

A header is a name (one length byte), a type byte and a value. Python's own types stand for a wire type where they
mean exactly one; the four widths of integer and the timestamp have a type of their own, so that decoding and encoding
again gives the same bytes.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias
from uuid import UUID

from bedrock_emulator.errors import WireError

MAX_NAME_LENGTH = 255
"""Bytes of a header name; its length is one unsigned byte."""

MAX_VALUE_LENGTH = 32_767
"""Bytes of a string or byte-array value [AWS C and Smithy event-stream libraries: the largest signed 16-bit number]."""

MAX_HEADERS_LENGTH = 128 * 1024
"""Bytes of all headers of a frame together [botocore]."""


class LimitExceeded(WireError):  # noqa: N818 - named by what is wrong
    """A part of a frame is longer than the format or its readers allow."""

    def __init__(self, part: str, length: int, limit: int) -> None:
        super().__init__(f"The {part} is {length:,} bytes long; the limit is {limit:,} bytes.")
        self.part = part
        self.length = length
        self.limit = limit


class MalformedHeaders(WireError):  # noqa: N818 - named by what is wrong
    """A header block that cannot be read, or headers that cannot be written."""

    def __init__(self, problem: str, *, offset: int | None = None) -> None:
        where = "" if offset is None else f" (byte {offset} of the headers)"
        super().__init__(f"Malformed headers: {problem}{where}.")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class _Number:
    value: int

    wire_type: ClassVar[int]
    layout: ClassVar[struct.Struct]

    def __post_init__(self) -> None:
        bits = 8 * self.layout.size
        if not -(1 << bits - 1) <= self.value < 1 << bits - 1:
            raise MalformedHeaders(
                f"{self.value} does not fit {bits} bits, the size of a {type(self).__name__}"
            )


class Byte(_Number):
    """A signed 8-bit integer."""

    __slots__ = ()
    wire_type, layout = 2, struct.Struct(">b")


class Short(_Number):
    """A signed 16-bit integer."""

    __slots__ = ()
    wire_type, layout = 3, struct.Struct(">h")


class Integer(_Number):
    """A signed 32-bit integer."""

    __slots__ = ()
    wire_type, layout = 4, struct.Struct(">i")


class Long(_Number):
    """A signed 64-bit integer."""

    __slots__ = ()
    wire_type, layout = 5, struct.Struct(">q")


class Timestamp(_Number):
    """Milliseconds since the Unix epoch. Not a datetime: the wire's range is wider."""

    __slots__ = ()
    wire_type, layout = 8, struct.Struct(">q")


HeaderValue: TypeAlias = bool | Byte | Short | Integer | Long | bytes | str | Timestamp | UUID
Header: TypeAlias = tuple[str, HeaderValue]

_TRUE, _FALSE, _BYTES, _STRING, _UUID = 0, 1, 6, 7, 9
_NUMBERS: dict[int, type[Byte | Short | Integer | Long | Timestamp]] = {
    number.wire_type: number for number in (Byte, Short, Integer, Long, Timestamp)
}


def encode_headers(headers: Iterable[Header]) -> bytes:
    """The header block, in the order given.

    Raises:
        MalformedHeaders: a name is empty or appears twice.
        LimitExceeded: a name, a value or the block is too long.
    """
    names = set()
    block = bytearray()
    for name, value in headers:
        if name in names:
            raise MalformedHeaders(f"{name!r} appears twice")
        names.add(name)
        block += _encode_name(name)
        block += _encode_value(name, value)
    if len(block) > MAX_HEADERS_LENGTH:
        raise LimitExceeded("header block", len(block), MAX_HEADERS_LENGTH)
    return bytes(block)


def _encode_name(name: str) -> bytes:
    encoded = name.encode()
    if not encoded:
        raise MalformedHeaders("a name is empty")
    if len(encoded) > MAX_NAME_LENGTH:
        raise LimitExceeded("header name", len(encoded), MAX_NAME_LENGTH)
    return bytes((len(encoded),)) + encoded


def _encode_value(name: str, value: HeaderValue) -> bytes:
    match value:
        case bool():
            return bytes((_TRUE if value else _FALSE,))
        case _Number():
            return bytes((value.wire_type,)) + value.layout.pack(value.value)
        case bytes():
            return _encode_sized(name, _BYTES, value)
        case str():
            return _encode_sized(name, _STRING, value.encode())
        case UUID():
            return bytes((_UUID,)) + value.bytes


def _encode_sized(name: str, wire_type: int, value: bytes) -> bytes:
    if len(value) > MAX_VALUE_LENGTH:
        raise LimitExceeded(f"value of header {name!r}", len(value), MAX_VALUE_LENGTH)
    return struct.pack(">BH", wire_type, len(value)) + value


def decode_headers(block: bytes) -> tuple[Header, ...]:
    """The headers in their order.

    Raises:
        MalformedHeaders: the block ends inside a header, holds an unknown type, text that is not UTF-8, an empty name
            or a name twice.
        LimitExceeded: a value is too long.
    """
    reader = _Reader(block)
    headers: dict[str, HeaderValue] = {}
    while reader.offset < len(block):
        start = reader.offset
        name = reader.text(reader.take(1)[0])
        if not name:
            raise MalformedHeaders("a name is empty", offset=start)
        if name in headers:
            raise MalformedHeaders(f"{name!r} appears twice", offset=start)
        headers[name] = _decode_value(reader)
    return tuple(headers.items())


def _decode_value(reader: "_Reader") -> HeaderValue:
    wire_type = reader.take(1)[0]
    if wire_type in _NUMBERS:
        number = _NUMBERS[wire_type]
        return number(*number.layout.unpack(reader.take(number.layout.size)))
    if wire_type in (_TRUE, _FALSE):
        return wire_type == _TRUE
    if wire_type == _BYTES:
        return reader.take(reader.value_length())
    if wire_type == _STRING:
        return reader.text(reader.value_length())
    if wire_type == _UUID:
        return UUID(bytes=reader.take(16))
    raise MalformedHeaders(f"{wire_type} is no header type", offset=reader.offset - 1)


class _Reader:
    """Takes bytes off a block and knows where it stands."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self.offset = 0

    def take(self, length: int) -> bytes:
        taken = self._block[self.offset : self.offset + length]
        if len(taken) < length:
            raise MalformedHeaders(
                f"{length} more bytes are needed, {len(taken)} are left", offset=self.offset
            )
        self.offset += length
        return taken

    def value_length(self) -> int:
        length = int.from_bytes(self.take(2))
        if length > MAX_VALUE_LENGTH:
            raise LimitExceeded("header value", length, MAX_VALUE_LENGTH)
        return length

    def text(self, length: int) -> str:
        start = self.offset
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise MalformedHeaders("text is not UTF-8", offset=start) from None
