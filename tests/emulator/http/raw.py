"""Sends bytes that no HTTP client would send."""

import json
import socket
from dataclasses import dataclass
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
    head, rest = _read_head(connection)
    if head is None:
        return None
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    status = int(status_line.split()[1])
    if headers.get("transfer-encoding") == "chunked":
        body, complete = _read_chunks(connection, rest)
    else:
        body, complete = _read_length(connection, rest, int(headers.get("content-length", 0)))
    return RawResponse(status, headers, body, complete)


def _read_head(connection: socket.socket) -> tuple[bytes | None, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None, data
        data += chunk
    head, rest = data.split(b"\r\n\r\n", 1)
    return head, rest


def _read_length(connection: socket.socket, data: bytes, length: int) -> tuple[bytes, bool]:
    while len(data) < length:
        chunk = connection.recv(65536)
        if not chunk:
            return data, False
        data += chunk
    return data[:length], True


def _read_chunks(connection: socket.socket, data: bytes) -> tuple[bytes, bool]:
    body = b""
    while True:
        while b"\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return body, False
            data += chunk
        size_text, data = data.split(b"\r\n", 1)
        size = int(size_text, 16)
        data, complete = _at_least(connection, data, size + 2)
        if not complete:
            return body + data, False
        if size == 0:
            return body, True
        body, data = body + data[:size], data[size + 2 :]


def _at_least(connection: socket.socket, data: bytes, size: int) -> tuple[bytes, bool]:
    while len(data) < size:
        chunk = connection.recv(65536)
        if not chunk:
            return data, False
        data += chunk
    return data, True
