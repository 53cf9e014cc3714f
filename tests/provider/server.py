"""A small HTTP server that stands for AWS where a test needs bytes of its own."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


@dataclass
class Aws:
    """A running server: what it answers to `METHOD /path`, whatever the query, and what it was asked."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def says(self, route: str, document: Any, *, status: int = 200, error: str | None = None) -> None:
        """Answer a route with JSON, or with an AWS error."""
        self.answers[route] = lambda handler: handler.reply(json.dumps(document).encode(), status, error)

    def asked(self, route: str) -> list[dict[str, str]]:
        """The headers of every request for a route, with names in lower case."""
        return [headers for path, headers in self.requests if path == route]


class Handler(BaseHTTPRequestHandler):
    """Answers from the table of its server."""

    protocol_version = "HTTP/1.1"
    aws: Aws

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def reply(self, data: bytes, status: int = 200, error: str | None = None) -> None:
        """Send a whole answer."""
        self.send_response(status)
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        route = f"{self.command} {self.path.partition('?')[0]}"
        self.aws.requests.append((route, {name.lower(): value for name, value in self.headers.items()}))
        answer = self.aws.answers.get(route)
        if answer is None:
            self.reply(b"{}", 404, "ResourceNotFoundException")
        else:
            answer(self)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815  # the names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def running() -> Iterator[Aws]:
    """A server on a free port until the end of the block."""
    aws = Aws()
    handler = type("BoundHandler", (Handler,), {"aws": aws})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        aws.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield aws
        finally:
            server.shutdown()
            thread.join()
