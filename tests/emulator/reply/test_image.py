"""What the first bytes of an image say."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.reply.image import image_format, image_size
from tests.media import media

SIDES = st.integers(1, 0x3FFF)


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height)


def jpeg(width, height):
    """With a segment before the frame, and a filling byte."""
    frame = b"\xff\xc2\0\x0b\x08" + struct.pack(">HH", height, width)
    return b"\xff\xd8\xff\xe0\0\x06JFIF" + b"\xff" + frame + b"\x01"


def webp(kind, chunk):
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + chunk.ljust(10, b"\0")


def lossy(width, height):
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


def lossless(width, height):
    return webp(b"VP8L", b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little"))


def extended(width, height):
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X", b"\0\0\0\0" + sides)


@pytest.mark.parametrize("drawn", [png, gif, jpeg, lossy, lossless, extended], ids=lambda made: made.__name__)
@given(width=SIDES, height=SIDES)
def test_the_size_stands_in_the_header(drawn, width, height):
    assert image_size(drawn(width, height)) == (width, height)


@pytest.mark.parametrize("file_format", ["png", "jpeg", "gif", "webp"])
@given(rest=st.binary(max_size=60))
def test_bytes_that_do_not_say_give_no_size_or_some(file_format, rest):
    data = media(file_format, 12) + rest
    size = image_size(data)
    assert size is None or (len(size) == 2 and all(side > 0 for side in size))


@given(st.binary(max_size=40))
def test_what_is_no_image_has_no_size(data):
    assert image_format(data) is not None or image_size(data) is None
