"""The yardstick: a bare Flask view that answers recorded bytes, on the same server with the same settings.

    python benchmarks/bare_server.py PORT DIRECTORY

DIRECTORY holds one file for each answer, named by `file_name` of its path: `.json` files are sent whole,
`.frames` files frame by frame as the emulator streams them.
"""

import struct
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Flask, Response, request

from bedrock_emulator.config import Settings
from bedrock_emulator.http.server import granian_server as emulator_server


def file_name(path: str) -> str:
    """The file that holds the answer to a (decoded) path, without its suffix."""
    return path.strip("/").replace("/", "_").replace(":", "_")


def frames(stream: bytes) -> list[bytes]:
    """The event-stream messages of a recorded answer; each begins with its length."""
    found, start = [], 0
    while start < len(stream):
        (length,) = struct.unpack_from(">I", stream, start)
        found.append(stream[start : start + length])
        start += length
    return found


def create_bare_app(directory: Path) -> Flask:
    """One view for every path."""
    app = Flask("bare")
    whole = {file.stem: file.read_bytes() for file in directory.glob("*.json")}
    streams = {file.stem: frames(file.read_bytes()) for file in directory.glob("*.frames")}

    @app.route("/<path:path>", methods=["GET", "POST"])
    def answer(path: str) -> Response:
        request.get_data()
        name = file_name(path)
        if name in whole:
            return Response(whole[name], content_type="application/json")
        return Response(_sent(streams[name]), content_type="application/vnd.amazon.eventstream")

    return app


def _sent(messages: list[bytes]) -> Iterator[bytes]:
    yield from messages


def _load(_target: str, *, directory: Path) -> Flask:
    return create_bare_app(directory)


def main() -> None:
    """Serve until stopped."""
    port, directory = int(sys.argv[1]), Path(sys.argv[2])
    emulator_server(Settings(port=port), port).serve(target_loader=partial(_load, directory=directory))


if __name__ == "__main__":
    main()
