"""Stand-ins for media that recordings leave out: bytes of the stated length and a valid start."""

import base64
from collections.abc import Mapping
from typing import Any

MAGIC = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\x00\x00\x00\x00WEBP",
    "pdf": b"%PDF-1.4\n",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "mp4": b"\x00\x00\x00\x18ftypmp42",
    "webm": b"\x1a\x45\xdf\xa3",
}
_BLOBS = frozenset({"bytes", "redactedContent"})
"""The members of Converse that the service model calls blobs."""


def media(file_format: str, size: int) -> bytes:
    """`size` bytes that look like a file of this format at its start."""
    magic = MAGIC.get(file_format.rpartition("/")[2], b"text")
    return magic[:size] + b"\x00" * max(0, size - len(magic))


def refilled(body: Any, file_format: str = "") -> Any:
    """A recorded body with each `$media` marker replaced by base64 of bytes of the stated length."""
    if isinstance(body, Mapping):
        if "$media" in body:
            encoded = base64.b64encode(media(file_format, body["bytes"])).decode()
            return body.get("prefix", "") + encoded
        file_format = body.get("format", file_format) if isinstance(body.get("format"), str) else file_format
        return {name: refilled(value, file_format) for name, value in body.items()}
    if isinstance(body, list):
        return [refilled(value, file_format) for value in body]
    return body


def with_blobs(body: Any) -> Any:
    """A JSON body as the emulator parses it: the modelled blobs as bytes."""
    if isinstance(body, Mapping):
        return {
            name: base64.b64decode(value) if name in _BLOBS and isinstance(value, str) else with_blobs(value)
            for name, value in body.items()
        }
    if isinstance(body, list):
        return [with_blobs(value) for value in body]
    return body
