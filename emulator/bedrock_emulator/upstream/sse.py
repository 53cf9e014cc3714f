"""The data of server-sent events, read from bytes as they come, however these are cut."""

from collections.abc import Iterator

from bedrock_emulator.errors import UpstreamError

MAX_LINE = 4 * 1024 * 1024
"""Bytes of one line: a whole tool call or answer in one chunk has room."""

MAX_EVENT = 2 * MAX_LINE
"""Bytes of one event, which may have several lines of data."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SseReader:
    """Lines end in LF or CRLF; comments and every field but `data` are passed over."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._is_first = True

    def feed(self, received: bytes) -> Iterator[bytes]:
        """The data of each event that these bytes complete.

        Raises:
            UpstreamError: a line or an event is too long to be held.
        """
        *lines, rest = received.split(b"\n")
        for line in lines:
            yield from self._take(bytes(self._rest) + line)
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > MAX_LINE:
            raise UpstreamError(f"sent a line of more than {MAX_LINE:,} bytes")

    def _take(self, line: bytes) -> Iterator[bytes]:
        if self._is_first:
            line, self._is_first = line.removeprefix(_BYTE_ORDER_MARK), False
        line = line.removesuffix(b"\r")
        if not line and self._data:
            yield b"\n".join(self._data)
            self._data, self._size = [], 0
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._size += len(value)
        if self._size > MAX_EVENT:
            raise UpstreamError(f"sent an event of more than {MAX_EVENT:,} bytes")
