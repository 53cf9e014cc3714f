"""Short-term Bedrock API keys: a prefix and the base64 of a URL that some access key has presigned."""

import binascii
import hmac
import re
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Self
from urllib.parse import parse_qs

from bedrock_emulator.auth.sigv4 import (
    ALGORITHM,
    UNSIGNED_PAYLOAD,
    Signature,
    SigningKeys,
    canonical_query,
    compute,
    read_scope,
)

PREFIX = "bedrock-api-key-"
"""How every short-term key begins [docs]."""

ACTION = "CallWithBearerToken"
"""What the URL asks for; one that was presigned for something else is no key."""

LIFETIME = timedelta(hours=12)
"""The longest that a short-term key works, whatever it says of itself [docs]."""

_METHOD = "POST"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SECONDS = re.compile(r"[0-9]{1,6}")
_NOT_SIGNED = ("X-Amz-Signature=", "Version=")
"""Parameters that are added after signing [measured: aws-bedrock-token-generator]."""

_NO_BODY = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTermKey:
    """What a key says about itself; parts that it does not say are None."""

    host: str
    action: str
    query: str = field(repr=False)
    expires_at: datetime | None
    signature: Signature | None
    session_token: str | None = field(repr=False)

    @classmethod
    def read(cls, token: str) -> Self | None:
        """The key in a token; None for a token that is none, or whose URL cannot be read."""
        if not token.startswith(PREFIX):
            return None
        try:
            url = b64decode(token.removeprefix(PREFIX), validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        host, _, query = url.partition("/?")
        parameters = {name: values[0] for name, values in parse_qs(query).items() if len(values) == 1}
        signed_at = _read_date(parameters.get("X-Amz-Date", ""))
        return cls(
            host=host,
            action=parameters.get("Action", ""),
            query=query,
            expires_at=_read_expiry(signed_at, parameters.get("X-Amz-Expires", "")),
            signature=None if signed_at is None else _read_signature(parameters, signed_at),
            session_token=parameters.get("X-Amz-Security-Token"),
        )

    def is_signed_with(self, secret: str, keys: SigningKeys) -> bool:
        """Whether this secret gives the signature."""
        signature = self.signature
        if signature is None:
            return False
        signed = "&".join(part for part in self.query.split("&") if not part.startswith(_NOT_SIGNED))
        rest = f"{canonical_query(signed)}\nhost:{self.host}\n\nhost\n"
        key = keys.key(secret, signature)
        return any(
            hmac.compare_digest(
                compute(key, signature, f"{_METHOD}\n/\n{rest}{payload}"), signature.value.encode()
            )
            for payload in (_NO_BODY, UNSIGNED_PAYLOAD)
        )


def _read_date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _read_expiry(signed_at: datetime | None, seconds: str) -> datetime | None:
    if signed_at is None:
        return None
    stated = timedelta(seconds=int(seconds)) if _SECONDS.fullmatch(seconds) else LIFETIME
    try:
        return signed_at + min(stated, LIFETIME)
    except OverflowError:
        return None


def _read_signature(parameters: dict[str, str], signed_at: datetime) -> Signature | None:
    scope = read_scope(parameters.get("X-Amz-Credential", ""))
    if scope is None or parameters.get("X-Amz-Algorithm") != ALGORITHM:
        return None
    access_key_id, date, region, service, terminator = scope
    return Signature(
        access_key_id=access_key_id,
        date=date,
        region=region,
        service=service,
        terminator=terminator,
        signed_headers=("host",),
        timestamp=parameters["X-Amz-Date"],
        signed_at=signed_at,
        value=parameters.get("X-Amz-Signature", ""),
    )
