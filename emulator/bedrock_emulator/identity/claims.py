"""Web identity tokens: JSON Web Tokens that say whom an identity provider vouches for."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

ISSUER = "https://oidc.bedrock-emulator.invalid"
AUDIENCE = "sts.amazonaws.com"
SUBJECT = "system:serviceaccount:default:bedrock-emulator"
"""Whom a lab's own tokens are for, as Kubernetes spells it."""

LIFETIME = timedelta(hours=24)
"""How long a lab's own token is good, as Kubernetes gives it to pods on EKS [docs]."""

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says about itself; a token that is no JWT says nothing."""

    subject: str = "unknown"
    audience: str = ""
    issuer: str = ""
    expires_at: datetime | None = None


def mint_token(now: datetime, sign: Sign) -> str:
    """A token of the lab's own identity provider."""
    issued = int(now.timestamp())
    claims = {
        "aud": [AUDIENCE],
        "exp": issued + int(LIFETIME.total_seconds()),
        "iat": issued,
        "iss": ISSUER,
        "sub": SUBJECT,
    }
    content = f"{_encode(orjson.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_encode(orjson.dumps(claims))}"
    return f"{content}.{_encode(sign(content.encode()))}"


def is_signed(token: str, sign: Sign) -> bool:
    """Whether this lab issued the token."""
    content, _, signature = token.rpartition(".")
    return hmac.compare_digest(signature.encode(), _encode(sign(content.encode())).encode())


def read_claims(token: str) -> Claims:
    """What a token says, whoever signed it."""
    try:
        _, payload, _ = token.split(".")
        document = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expiry = document.get("exp")
        return Claims(
            subject=_text(document, "sub") or Claims().subject,
            audience=_text(document, "aud"),
            issuer=_text(document, "iss"),
            expires_at=None if expiry is None else datetime.fromtimestamp(expiry, UTC),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, OSError, binascii.Error):
        return Claims()


def _text(document: Mapping[str, Any], name: str) -> str:
    """A claim, or the first of several; what is no text says nothing."""
    value = document.get(name)
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, str) else ""


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
