"""Makes short-term Bedrock API keys as aws-bedrock-token-generator does, for a lab's own clock."""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

from bedrock_emulator.auth.short_term import ACTION, LIFETIME, PREFIX
from bedrock_emulator.auth.sigv4 import ALGORITHM, SERVICE, Signature, SigningKeys, canonical_query, compute
from bedrock_emulator.state.credentials import Credential

_HOST = "bedrock.amazonaws.com"
_NO_BODY = sha256(b"").hexdigest()


def mint_short_term(credential: Credential, *, region: str, now: datetime) -> str:
    """A key with which its holder calls Bedrock in a region as the owner of the credential."""
    timestamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    signature = Signature(
        access_key_id=credential.access_key_id,
        date=timestamp[:8],
        region=region,
        service=SERVICE,
        terminator="aws4_request",
        signed_headers=("host",),
        timestamp=timestamp,
        signed_at=now,
        value="",
    )
    query = _query(credential, signature)
    canonical = f"POST\n/\n{canonical_query(query)}\nhost:{_HOST}\n\nhost\n{_NO_BODY}"
    value = compute(SigningKeys().key(credential.secret_access_key, signature), signature, canonical).decode()
    url = f"{_HOST}/?{query}&X-Amz-Signature={value}&Version=1"
    return PREFIX + b64encode(url.encode()).decode()


def _query(credential: Credential, signature: Signature) -> str:
    parameters = {
        "Action": ACTION,
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{signature.access_key_id}/{signature.scope}",
        "X-Amz-Date": signature.timestamp,
        "X-Amz-Expires": str(int(LIFETIME.total_seconds())),
        "X-Amz-SignedHeaders": "host",
    }
    if credential.session_token is not None:
        parameters["X-Amz-Security-Token"] = credential.session_token
    return urlencode(parameters, quote_via=quote, safe="")
