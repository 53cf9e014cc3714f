"""The ids in native answers, made of a request id: they look random, and one request has one of each kind."""

import re
from base64 import b32encode
from hashlib import blake2b
from uuid import UUID

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH = 22
_MADE_TOOL_ID = re.compile(r"tooluse_([A-Za-z0-9_-]{22})")


def made_for_converse(tool_use_id: str) -> str | None:
    """What is random in a tool call's id that was made for Converse; None for an id that a scenario gives."""
    made = _MADE_TOOL_ID.fullmatch(tool_use_id)
    return made[1] if made else None


def short_id(*parts: str) -> str:
    """Twenty-two characters of base58, as they follow `msg_bdrk_01` and `toolu_bdrk_01` [recorded]."""
    number = int.from_bytes(_digest(parts))
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_BASE58))
        characters.append(_BASE58[digit])
    return "".join(characters)


def long_id(*parts: str) -> str:
    """Fifty-two characters of base32, as they follow `msg_bdrk_` in answers of newer models [recorded, Opus 4.8]."""
    return b32encode(blake2b("\0".join(parts).encode(), digest_size=32).digest()).decode().rstrip("=").lower()


def uuid(*parts: str) -> str:
    """A UUID of version 4, in lower case."""
    return str(UUID(bytes=_digest(parts), version=4))


def _digest(parts: tuple[str, ...]) -> bytes:
    return blake2b("\0".join(parts).encode(), digest_size=16).digest()
