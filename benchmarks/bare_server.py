"""The yardstick: a bare Flask view that answers recorded bytes, on the same server with the same settings.

    python benchmarks/bare_server.py PORT DIRECTORY [--frame-by-frame]

DIRECTORY holds one file for each answer, named by `file_name` of its path: `.json` files are sent whole,
`.frames` files as a chunked body, in one write (as the emulator sends an unpaced stream) or frame by frame (as a view
would that makes them).
"""

import struct
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Flask, Response, request

from bedrock_emulator.http.ports import listen
from bedrock_emulator.http.server import granian_server


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


def create_bare_app(directory: Path, *, frame_by_frame: bool) -> Flask:
    """One view for every path."""
    app = Flask("bare")
    whole = {file.stem: file.read_bytes() for file in directory.glob("*.json")}
    cut = frames if frame_by_frame else lambda stream: [stream]
    streams = {file.stem: cut(file.read_bytes()) for file in directory.glob("*.frames")}

    @app.route("/<path:path>", methods=["GET", "POST"])
    def answer(path: str) -> Response:
        request.get_data()
        name = file_name(path)
        if name in whole:
            return Response(whole[name], content_type="application/json")
        return Response(_streamed(streams[name]), content_type="application/vnd.amazon.eventstream")

    return app


def _streamed(writes: list[bytes]) -> Iterator[bytes]:
    yield from writes


def _load(_target: str, *, directory: Path, frame_by_frame: bool) -> Flask:
    return create_bare_app(directory, frame_by_frame=frame_by_frame)


def main() -> None:
    """Serve until stopped."""
    port, directory = int(sys.argv[1]), Path(sys.argv[2])
    load = partial(_load, directory=directory, frame_by_frame="--frame-by-frame" in sys.argv)
    granian_server(listen("127.0.0.1", port)).serve(target_loader=load)


if __name__ == "__main__":
    main()
