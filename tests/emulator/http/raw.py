"""Sends bytes that no HTTP client would send."""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as it came: status, headers in lower case, body with chunks undone."""

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool
    """False when the connection ended before the announced body did."""

    def json(self) -> Any:
        return json.loads(self.body)


def exchange(url: str, data: bytes, *, timeout: float = 20) -> RawResponse | None:
    """Send `data`, read one response; None when the server hangs up without one."""
    with connect(url, timeout=timeout) as connection:
        connection.sendall(data)
        return read_response(connection)


def connect(url: str, *, timeout: float = 20) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=timeout)


def post(path: str, body: bytes, headers: dict[str, str] | None = None, method: str = "POST") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: localhost",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_response(connection: socket.socket) -> RawResponse | None:
    data, complete = _more(connection, b"", lambda data: b"\r\n\r\n" in data)
    if not complete:
        return None
    head, rest = data.split(b"\r\n\r\n", 1)
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body, complete = _read_chunks(connection, rest)
    else:
        length = int(headers.get("content-length", 0))
        body, complete = _more(connection, rest, partial(_holds, length))
    return RawResponse(int(status_line.split()[1]), headers, body, complete)


def _read_chunks(connection: socket.socket, data: bytes) -> tuple[bytes, bool]:
    body = b""
    while True:
        data, complete = _more(connection, data, lambda data: b"\r\n" in data)
        if not complete:
            return body, False
        size_text, data = data.split(b"\r\n", 1)
        size = int(size_text, 16)
        data, complete = _more(connection, data, partial(_holds, size + 2))
        body, data = body + data[:size], data[size + 2 :]
        if size == 0 or not complete:
            return body, complete


def _holds(length: int, data: bytes) -> bool:
    return len(data) >= length


def _more(connection: socket.socket, data: bytes, enough: Callable[[bytes], bool]) -> tuple[bytes, bool]:
    """Read until there is enough; False when the connection ended before."""
    while not enough(data):
        chunk = connection.recv(65536)
        if not chunk:
            return data, False
        data += chunk
    return data, True
