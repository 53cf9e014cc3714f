"""Answers per second of the emulator, beside a bare Flask view that sends the same bytes on the same server.

    python benchmarks/throughput.py [--seconds 2] [--rounds 3] [--connections 4]

Both servers run at the same time and are asked in turns, so that whatever else the machine does meets both.
The requests are signed beforehand and sent over kept-alive connections; the emulator verifies each signature.
The ratio is the figure to look at: what the emulator's work adds to what Flask and the server cost anyway.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bare_server import file_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bedrock_emulator.client import Emulator

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
ANSWER = " ".join(f"Sentence {number} of a reply that flows past." for number in range(1, 12))
"""Long enough for about 36 text deltas."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, ready to be signed for a server."""

    name: str
    method: str
    path: str
    body: bytes = b""

    def to_bytes(self, server: str) -> bytes:
        """The whole HTTP/1.1 request, signed with the key pair that every emulator knows."""
        headers = {"Content-Type": "application/json"} if self.body else {}
        request = AWSRequest(self.method, server + self.path, headers=headers, data=self.body)
        SigV4Auth(Credentials("test", "test"), "bedrock", "us-east-1").add_auth(request)
        sent = {
            "Host": urlsplit(server).netloc,
            **dict(request.headers.items()),
            "Content-Length": len(self.body),
        }
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def questions() -> list[Question]:
    """What is asked: a large list, an answer and a stream."""
    asked = {"messages": [{"role": "user", "content": [{"text": "Tell me something."}]}]}
    body = json.dumps(asked).encode()
    model = f"/model/{MODEL.replace(':', '%3A')}"
    return [
        Question("ListFoundationModels", "GET", "/foundation-models"),
        Question("Converse", "POST", f"{model}/converse", body),
        Question("ConverseStream", "POST", f"{model}/converse-stream", body),
    ]


class Connection:
    """A kept-alive HTTP/1.1 connection that reads no more of an answer than it needs to find its end."""

    def __init__(self, server: str) -> None:
        address = urlsplit(server)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the raw body (chunk sizes included for a stream) of its 200 answer."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, body = received.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not answered: {head.decode()}\n{body.decode(errors='replace')}")
        return self._rest(head.lower(), body)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _rest(self, head: bytes, body: bytes) -> bytes:
        parts, size = [body], len(body)
        if b"transfer-encoding: chunked" in head:
            while not parts[-1].endswith(b"0\r\n\r\n"):
                parts.append(self._receive())
            return b"".join(parts)
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while size < length:
            parts.append(self._receive())
            size += len(parts[-1])
        return b"".join(parts)

    def _receive(self) -> bytes:
        data = self._socket.recv(1 << 18)
        if not data:
            raise SystemExit("the server hung up in the middle of an answer")
        return data


def dechunked(body: bytes) -> bytes:
    """The content of a chunked body."""
    content = b""
    while body:
        size, body = body.split(b"\r\n", 1)
        content += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return content


def rate(server: str, question: Question, *, seconds: float, connections: int) -> float:
    """Answers per second over several connections, each with one question under way at a time."""
    request = question.to_bytes(server)
    counts = [0] * connections
    lines = [Connection(server) for _ in range(connections)]
    end = time.perf_counter() + seconds

    def ask_until_the_end(index: int) -> None:
        while time.perf_counter() < end:
            lines[index].ask(request)
            counts[index] += 1

    threads = [threading.Thread(target=ask_until_the_end, args=(index,)) for index in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    for line in lines:
        line.close()
    return sum(counts) / took


def record(server: str, directory: Path) -> int:
    """Keep one answer to each question for the bare server; returns how many text deltas its stream has."""
    deltas = 0
    for question in questions():
        line = Connection(server)
        body = line.ask(question.to_bytes(server))
        line.close()
        name = file_name(unquote(question.path))
        if question.name == "ConverseStream":
            stream = dechunked(body)
            deltas = stream.count(b"contentBlockDelta")
            (directory / f"{name}.frames").write_bytes(stream)
        else:
            (directory / f"{name}.json").write_bytes(body)
    return deltas


@contextmanager
def bare_server(directory: Path, *flags: str) -> Iterator[str]:
    """The yardstick on a free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).with_name("bare_server.py")
    process = subprocess.Popen([sys.executable, str(script), str(port), str(directory), *flags])
    try:
        _wait_until_open(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def compare(servers: dict[str, str], question: Question, options: argparse.Namespace) -> dict[str, float]:
    """The median rate of each server over rounds in which they take turns."""
    rounds: dict[str, list[float]] = {name: [] for name in servers}
    for server in servers.values():
        rate(server, question, seconds=0.3, connections=options.connections)
    for turn in range(options.rounds):
        order = list(servers.items())[:: 1 if turn % 2 == 0 else -1]
        for name, server in order:
            measured = rate(server, question, seconds=options.seconds, connections=options.connections)
            rounds[name].append(measured)
    return {name: statistics.median(rates) for name, rates in rounds.items()}


def row(name: str, *, emulator: float, bare: float) -> str:
    """One line of the table."""
    return f"{name:22}{emulator:12.0f}{bare:14.0f}{emulator / bare:8.2f}"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each server for each operation")
    parser.add_argument("--connections", type=int, default=4, help="requests under way at a time")
    options = parser.parse_args()

    rule = {"when": {"model": MODEL}, "reply": {"content": [{"text": ANSWER}]}}
    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        emulator.lab("default").put_scenario({"version": 1, "rules": [rule]})
        deltas = record(emulator.url, Path(folder))
        turns = f"{options.rounds} turns of {options.seconds:g} s over {options.connections} connections"
        print(f"Medians of {turns}; the stream has {deltas} text deltas.\n")
        print(f"{'':22}{'emulator/s':>12}{'bare Flask/s':>14}{'ratio':>8}")
        with bare_server(Path(folder)) as bare, bare_server(Path(folder), "--frame-by-frame") as framed:
            for question in questions():
                found = compare({"emulator": emulator.url, "bare": bare}, question, options)
                print(row(question.name, emulator=found["emulator"], bare=found["bare"]))
            found = compare({"emulator": emulator.url, "bare": framed}, question, options)
            print(row("… frame by frame", emulator=found["emulator"], bare=found["bare"]))


if __name__ == "__main__":
    main()
