"""A real OpenAI-compatible server on this machine, whose answers a test writes line by line."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

PATIENCE_SECONDS = 30.0
"""After which a test that waits for something is wrong."""


class Exchange(BaseHTTPRequestHandler):
    """One request and what is sent for it."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_SECONDS
    server: "UpstreamServer"

    def do_POST(self) -> None:
        """Read the request, and do what the test wants."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(
            Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body))
        )
        self.server.script(self)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def begin(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        """Send the head; the body ends with the connection, as that of a server without chunks does."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        """Send bytes of the body at once."""
        self.wfile.write(data)
        self.wfile.flush()

    def event(self, document: Any) -> None:
        """Send one event."""
        self.send(b"data: " + json.dumps(document).encode() + b"\n\n")

    def say(self, finish: str | None = None, **delta: Any) -> None:
        """Send one chunk."""
        self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def done(self, **usage: int) -> None:
        """End the answer."""
        if usage:
            self.event({"choices": [], "usage": usage})
        self.send(b"data: [DONE]\n\n")

    def refuse(self, status: int, document: Any, **headers: str) -> None:
        """Send an error."""
        self.begin(status, "application/json", **headers)
        self.send(json.dumps(document).encode())

    def wait_until_left(self) -> None:
        """Wait until the one who asked has closed the connection."""
        if self.connection.recv(1) == b"":
            self.server.left.set()


Script: TypeAlias = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: Any


class UpstreamServer(ThreadingHTTPServer):
    """The server; `script` answers each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.asked: list[Asked] = []
        self.left = threading.Event()
        """Set when somebody left before the answer ended."""
        self.script: Script = lambda exchange: exchange.refuse(500, {"error": "no script"})

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"


@contextmanager
def upstream_server() -> Iterator[UpstreamServer]:
    """A running one."""
    with UpstreamServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Gate:
    """A point that a script does not pass before the test opens it."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def open(self) -> None:
        """Let the script go on."""
        self._opened.set()

    def wait(self) -> None:
        """Wait until it is open; a test that never opens it is wrong."""
        assert self._opened.wait(PATIENCE_SECONDS)
