"""Signatures of reasoning: made so that a replayed block shows whether it was altered, without anything being kept.

Claude's own are base64 of a message of one field, whose length stands at its front [recorded]. Nobody but Claude can
verify those, so one that is whole is taken for genuine. Ours have the same frame and hold a digest of the text.
"""

import json
import zlib
from base64 import b64decode, b64encode
from hashlib import blake2b
from typing import Literal, TypeAlias

from bedrock_emulator.call import Params

Verdict: TypeAlias = Literal["intact", "altered", "foreign", "malformed"]
"""What a signature says of its text; `foreign` ones were made by Claude itself, or look so."""

_MADE_HERE = b"\x0a\x10bedrock-emulator"
_NONCE_BYTES = 16
_DIGEST_BYTES = 64
_FRAME = 0x12
"""The tag of the one field that every recorded signature begins with."""
_ENDING = 0x18
"""The tag of the number that follows it."""
_VERSION = b"\x18\x01"


def sign(text: str, params: Params) -> str:
    """The signature of a reasoning text in the conversation `params`; the same ones always give the same."""
    nonce = fingerprint(params, "signature", size=_NONCE_BYTES)
    body = _MADE_HERE + nonce + _digest(nonce, text)
    return b64encode(bytes([_FRAME]) + _varint(len(body)) + body + _VERSION).decode()


def verdict(signature: str, text: str) -> Verdict:
    """What a signature that comes back with a text says of it."""
    body = _body(signature)
    if body is None:
        return "malformed"
    if not body.startswith(_MADE_HERE):
        return "foreign"
    nonce, digest = body[len(_MADE_HERE) :][:_NONCE_BYTES], body[len(_MADE_HERE) + _NONCE_BYTES :]
    return "intact" if digest == _digest(nonce, text) else "altered"


def fingerprint(params: Params, *more: str, size: int) -> bytes:
    """Bytes that follow from the conversation; media count by a checksum, so that large ones stay cheap."""
    seed = json.dumps((more, params.get("system"), params["messages"]), default=_checksum, sort_keys=True)
    return blake2b(seed.encode(), digest_size=size).digest()


def _checksum(value: object) -> int | str:
    return zlib.crc32(value) if isinstance(value, bytes | bytearray) else str(value)


def _digest(nonce: bytes, text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=nonce, digest_size=_DIGEST_BYTES).digest()


def _body(signature: str) -> bytes | None:
    """The field inside the frame; None when the frame is cut or is none."""
    try:
        data = b64decode(signature, validate=True)
    except ValueError:  # no base64, or not even ASCII
        return None
    read = _read_varint(data, 1)
    if data[:1] != bytes([_FRAME]) or read is None:
        return None
    length, start = read
    rest = data[start + length :]
    whole = start + length <= len(data) and (not rest or rest[0] == _ENDING)
    return data[start : start + length] if whole else None


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _read_varint(data: bytes, start: int) -> tuple[int, int] | None:
    """A number and where it ends; None when it does not end in the few bytes that a length has."""
    number = 0
    for at, byte in enumerate(data[start : start + 4]):
        number |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            return number, start + at + 1
    return None
