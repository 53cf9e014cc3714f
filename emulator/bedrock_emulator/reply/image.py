"""What kind of image some bytes are, and how large: both stand in the first bytes."""

from struct import unpack_from

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers whose segment says the size; the three left out are tables."""
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a segment."""
_START_OF_SCAN = 0xDA


def image_format(data: bytes) -> str | None:
    """The format that the first bytes of an image show, or None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return None


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None where the bytes do not say."""
    found = image_format(data)
    size: tuple[int, int] | None = None
    if found == "png" and data[12:16] == b"IHDR" and len(data) >= 24:
        size = unpack_from(">II", data, 16)
    elif found == "gif" and len(data) >= 10:
        size = unpack_from("<HH", data, 6)
    elif found == "webp" and len(data) >= 30:
        size = _webp_size(data)
    elif found == "jpeg":
        size = _jpeg_size(data)
    return size if size and all(size) else None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """By the first chunk: extended, lossy or lossless."""
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """In the first frame header; segments before it are passed over by their length."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = unpack_from(">HH", data, at + 5)
            return width, height
        if marker == _START_OF_SCAN:
            return None
        if marker == 0xFF:  # a filling byte
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None
