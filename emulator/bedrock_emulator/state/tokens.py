"""Tokens that a lab hands out and knows again without keeping them: each is signed with the lab's key.

Another lab has another key, and so has this one after a reset: tokens of elsewhere and of before are unknown.
"""

import base64
import hmac
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["valid", "expired", "unknown"]

_KEY_BYTES, _NONCE_BYTES, _EXPIRY_BYTES, _SEAL_BYTES = 32, 16, 8, 18
_TOKEN = re.compile(r"[A-Za-z0-9_-]{56}")
"""An expiry, a nonce and a seal in base64; Python's decoder would overlook what else stands in a text."""


class TokenMint:
    """Issues and checks the tokens of one lab; its clock decides when they end."""

    def __init__(self, *, now: Callable[[], datetime], random: Callable[[int], bytes] = os.urandom) -> None:
        self._now = now
        self._random = random
        self._key = random(_KEY_BYTES)

    def __repr__(self) -> str:
        return "TokenMint()"

    def issue(self, purpose: str, ttl: timedelta) -> str:
        """A token that is good for one purpose until `ttl` is over."""
        expiry = int((self._now() + ttl).timestamp()).to_bytes(_EXPIRY_BYTES)
        content = expiry + self._random(_NONCE_BYTES)
        return base64.urlsafe_b64encode(content + self._seal(purpose, content)).decode()

    def check(self, purpose: str, token: str) -> Verdict:
        """Whether the token was issued here for this purpose, and its time is not over."""
        if not _TOKEN.fullmatch(token):
            return "unknown"
        data = base64.urlsafe_b64decode(token)
        content, seal = data[:-_SEAL_BYTES], data[-_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(purpose, content)):
            return "unknown"
        expiry = datetime.fromtimestamp(int.from_bytes(content[:_EXPIRY_BYTES]), UTC)
        return "valid" if self._now() < expiry else "expired"

    def sign(self, content: bytes) -> bytes:
        """The HMAC-SHA256 of a document that carries its own expiry."""
        return hmac.digest(self._key, b"document\n" + content, "sha256")

    def _seal(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._key, f"token {purpose}\n".encode() + content, "sha256")[:_SEAL_BYTES]
