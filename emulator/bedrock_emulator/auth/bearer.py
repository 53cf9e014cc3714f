"""Bedrock API keys, sent as bearer tokens."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.credentials import DEFAULT_ACCOUNT, CredentialStore

SHORT_TERM_PREFIX = "bedrock-api-key-"
"""What precedes the base64 of the presigned URL that a short-term key is [docs]."""

_PREFIXES = ("ABSK", SHORT_TERM_PREFIX)
"""How every real key begins, a long-term or a short-term one [docs]."""

_EXPIRED = "Bearer Token has expired"  # [reported by users]
_UNKNOWN = "Authentication failed: Please make sure your API Key is valid."  # [reported by users]
_MALFORMED = "Invalid API Key format: Must start with pre-defined prefix"  # [reported by users]

_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SECONDS = re.compile(r"[0-9]{1,6}")


def check_bearer(
    token: str, *, strict: bool, credentials: CredentialStore, lab_now: Callable[[], datetime]
) -> str:
    """The account of a bearer key.

    Expiry is judged on the lab's clock. Unless strict, a key that nobody registered is accepted.

    Raises:
        AwsError: AccessDeniedException, the key is empty, has expired or, when strict, is unknown.
    """
    if not token:
        raise _denied(_MALFORMED)
    key = credentials.lookup_bearer(token)
    if key is not None and key.is_expired(lab_now()):
        raise _denied(_EXPIRED)
    expiry = short_term_expiry(token)
    if expiry is not None and lab_now() >= expiry:
        raise _denied(_EXPIRED)
    if key is None and strict:
        raise _denied(_UNKNOWN if token.startswith(_PREFIXES) else _MALFORMED)
    return DEFAULT_ACCOUNT if key is None else key.account


def short_term_expiry(token: str) -> datetime | None:
    """When a short-term key ends by its own words; None for other keys and for ones that do not say it."""
    if not token.startswith(SHORT_TERM_PREFIX):
        return None
    try:
        url = b64decode(token.removeprefix(SHORT_TERM_PREFIX)).decode()
        parameters = parse_qs(url.partition("?")[2])
        (signed_at,), (seconds,) = parameters["X-Amz-Date"], parameters["X-Amz-Expires"]
        if not (_DATE.fullmatch(signed_at) and _SECONDS.fullmatch(seconds)):
            return None
        return datetime.fromisoformat(signed_at).astimezone(UTC) + timedelta(seconds=int(seconds))
    except (binascii.Error, ValueError, KeyError, OverflowError):
        return None


def _denied(message: str) -> AwsError:
    return AwsError("AccessDeniedException", message, status=403, authentication=True, capital_message=True)
