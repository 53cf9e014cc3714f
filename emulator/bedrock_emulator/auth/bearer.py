"""Bedrock API keys, sent as bearer tokens: whose they are, and whether they are accepted."""

import binascii
import hmac
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime

from bedrock_emulator.auth.principal import user_arn
from bedrock_emulator.auth.short_term import ACTION, PREFIX, ShortTermKey
from bedrock_emulator.auth.sigv4 import SERVICE, SigningKeys
from bedrock_emulator.call import Caller
from bedrock_emulator.errors import AwsError
from bedrock_emulator.regions import is_region
from bedrock_emulator.state.credentials import DEFAULT_ACCOUNT, Credential
from bedrock_emulator.state.keys import KeyLookup

LONG_TERM_PREFIX = "ABSK"
"""How every long-term key begins [docs]."""

_LONG_TERM = re.compile(r"(?P<user>BedrockAPIKey-\w+)-at-(?P<account>[0-9]{12}):.+", re.ASCII | re.DOTALL)
"""What follows the prefix, in base64: the user that was made for the key, and its secret [reported by users]."""

_NAMELESS = "BedrockAPIKey"
"""The user of a key that nobody registered and that names none [guess]."""

_EXPIRED = "Bearer Token has expired"  # [reported by users]
_UNKNOWN = "Authentication failed: Please make sure your API Key is valid."  # [reported by users]
_MALFORMED = "Invalid API Key format: Must start with pre-defined prefix"  # [reported by users]


def check_bearer(
    token: str,
    *,
    strict: bool,
    credentials: KeyLookup,
    keys: SigningKeys,
    lab_now: Callable[[], datetime],
    pinned_region: str | None = None,
) -> Caller:
    """The caller with this key.

    Expiry is judged on the lab's clock. Unless strict, a key that nobody registered is accepted; a short-term one that
    an access key of the lab has signed needs no registration, and its signature is verified.

    Raises:
        AwsError: AccessDeniedException, the key is empty, has expired, is forged or, when strict, is unknown.
    """
    if not token:
        raise _denied(_MALFORMED)
    registered = credentials.lookup_bearer(token)
    if registered is not None and registered.is_expired(lab_now()):
        raise _denied(_EXPIRED)
    short_term = ShortTermKey.read(token)
    is_known = registered is not None
    if short_term is not None:
        is_known |= _is_vouched_for(short_term, credentials, keys, lab_now(), pinned_region)
    if strict and not is_known:
        raise _denied(_UNKNOWN if token.startswith((LONG_TERM_PREFIX, PREFIX)) else _MALFORMED)
    return bearer_caller(token, credentials)


def bearer_caller(token: str, credentials: KeyLookup) -> Caller:
    """The caller that a key names, unchecked."""
    registered = credentials.lookup_bearer(token)
    signature = getattr(ShortTermKey.read(token), "signature", None)
    if signature is not None:
        signer = credentials.lookup(signature.access_key_id)
        account = signer.account if signer else DEFAULT_ACCOUNT
        arn = signer.principal_arn if signer else user_arn(account, signature.access_key_id)
    else:
        account, arn = _long_term_user(token)
    if registered is not None:
        arn = registered.arn or (arn if registered.account == account else "")
        account = registered.account
    return Caller(
        kind="bearer",
        account=account,
        access_key_id=None if signature is None else signature.access_key_id,
        region=None if signature is None else signature.region,
        arn=arn or user_arn(account, _NAMELESS),
        bearer="SHORT_TERM" if token.startswith(PREFIX) else "LONG_TERM",
    )


def _is_vouched_for(
    key: ShortTermKey,
    credentials: KeyLookup,
    keys: SigningKeys,
    lab_now: datetime,
    pinned_region: str | None,
) -> bool:
    """Whether an access key of the lab has signed it.

    Raises:
        AwsError: it has expired, or is not what its access key would have signed.
    """
    if key.expires_at is not None and lab_now >= key.expires_at:
        raise _denied(_EXPIRED)
    signature = key.signature
    if signature is None:
        return False
    # A key works in the region that it was made in [docs]; which of the texts says so is a [guess].
    if not is_region(signature.region) or pinned_region not in {None, signature.region}:
        raise _denied(_UNKNOWN)
    signer = credentials.lookup(signature.access_key_id)
    if signer is None:
        return False
    if signer.is_expired(lab_now):
        raise _denied(_EXPIRED)
    if (signature.service, key.action) != (SERVICE, ACTION) or not _is_genuine(key, signer, keys):
        raise _denied(_UNKNOWN)
    return True


def _is_genuine(key: ShortTermKey, signer: Credential, keys: SigningKeys) -> bool:
    token = (key.session_token or "").encode()
    is_same_session = hmac.compare_digest(token, (signer.session_token or "").encode())
    return is_same_session and key.is_signed_with(signer.secret_access_key, keys)


def _long_term_user(token: str) -> tuple[str, str]:
    """The account and the user that a long-term key names; the default account and nobody for other texts."""
    try:
        text = b64decode(token.removeprefix(LONG_TERM_PREFIX), validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    found = _LONG_TERM.fullmatch(text) if token.startswith(LONG_TERM_PREFIX) else None
    if found is None:
        return DEFAULT_ACCOUNT, ""
    return found["account"], user_arn(found["account"], found["user"])


def _denied(message: str) -> AwsError:
    return AwsError("AccessDeniedException", message, status=403, authentication=True, capital_message=True)
