"""The yardstick: a bare Flask view that answers recorded bytes, on the same server with the same settings.

    python benchmarks/bare_server.py PORT DIRECTORY

DIRECTORY holds one file for each answer, named by `file_name` of its path: `.json` files are sent whole,
`.frames` files as a chunked body in one write, as the emulator sends an unpaced stream.
"""

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


def create_bare_app(directory: Path) -> Flask:
    """One view for every path."""
    app = Flask("bare")
    whole = {file.stem: file.read_bytes() for file in directory.glob("*.json")}
    streams = {file.stem: file.read_bytes() for file in directory.glob("*.frames")}

    @app.route("/<path:path>", methods=["GET", "POST"])
    def answer(path: str) -> Response:
        request.get_data()
        name = file_name(path)
        if name in whole:
            return Response(whole[name], content_type="application/json")
        return Response(_streamed(streams[name]), content_type="application/vnd.amazon.eventstream")

    return app


def _streamed(frames: bytes) -> Iterator[bytes]:
    """In one write, as the emulator joins a stream that nothing paces."""
    yield frames


def _load(_target: str, *, directory: Path) -> Flask:
    return create_bare_app(directory)


def main() -> None:
    """Serve until stopped."""
    port, directory = int(sys.argv[1]), Path(sys.argv[2])
    granian_server(listen("127.0.0.1", port)).serve(target_loader=partial(_load, directory=directory))


if __name__ == "__main__":
    main()
