"""Who sent a request, and whether they may be believed."""

import hmac
from collections.abc import Callable
from datetime import datetime

from bedrock_emulator.auth.bearer import bearer_caller, check_bearer
from bedrock_emulator.auth.principal import user_arn
from bedrock_emulator.auth.sigv4 import (
    ALGORITHM,
    SERVICE,
    Signature,
    SigningKeys,
    check_scope,
    incomplete_signature,
    invalid_signature,
    read_signature,
    verify,
)
from bedrock_emulator.call import Caller
from bedrock_emulator.config import AuthMode
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.state.credentials import DEFAULT_ACCOUNT, Credential
from bedrock_emulator.state.keys import KeyLookup

_BEARER = "bearer"
"""In lower case: the names of HTTP authentication schemes have none."""


class Authenticator:
    """Authenticates requests; it holds nothing but signing keys that it derived before."""

    def __init__(self) -> None:
        self._keys = SigningKeys()

    def authenticate(
        self,
        request: HttpRequest,
        *,
        mode: AuthMode,
        credentials: KeyLookup,
        now: datetime,
        lab_now: Callable[[], datetime],
        pinned_region: str | None = None,
        service: str = SERVICE,
    ) -> Caller:
        """The caller of a request.

        Args:
            request: with the path as the client signed it, a lab's prefix included.
            mode: how strictly to check; see the type.
            credentials: the keys that the lab knows.
            now: the real time, against which the date of a signature is judged.
            lab_now: the lab's clock, on which keys expire.
            pinned_region: the one region that the endpoint serves; None for any.
            service: the one for which the request must be signed.

        Raises:
            AwsError: what AWS's authentication layer answers.
        """
        if mode == "off":
            return _believed(request, credentials)
        scheme, token = _authorization(request)
        if scheme == ALGORITHM:
            signature = read_signature(request.headers)
            check_scope(signature, now=now, pinned_region=pinned_region, service=service)
            return self._signed(request, signature, mode=mode, credentials=credentials, lab_now=lab_now)
        if scheme.lower() == _BEARER:
            return check_bearer(
                token,
                strict=mode == "strict",
                credentials=credentials,
                keys=self._keys,
                lab_now=lab_now,
                pinned_region=pinned_region,
            )
        raise _refusal_without_scheme(request, scheme)

    def _signed(
        self,
        request: HttpRequest,
        signature: Signature,
        *,
        mode: AuthMode,
        credentials: KeyLookup,
        lab_now: Callable[[], datetime],
    ) -> Caller:
        credential = credentials.lookup(signature.access_key_id)
        if credential is None:
            if mode == "strict":
                raise _unrecognized()
            return _caller(signature, None)
        _check_token(request, credential, lab_now)
        path = verify(request, signature, secret=credential.secret_access_key, keys=self._keys)
        return _caller(signature, credential, canonical_path=path)


def _believed(request: HttpRequest, credentials: KeyLookup) -> Caller:
    """The caller that a request names, unchecked; one that names none is anonymous."""
    scheme, token = _authorization(request)
    if scheme.lower() == _BEARER:
        return bearer_caller(token, credentials)
    try:
        signature = read_signature(request.headers) if scheme == ALGORITHM else None
    except AwsError:  # nothing is required here, so half a signature is no signature
        signature = None
    if signature is None:
        return Caller(kind="anonymous", account=DEFAULT_ACCOUNT)
    return _caller(signature, credentials.lookup(signature.access_key_id))


def _authorization(request: HttpRequest) -> tuple[str, str]:
    """The scheme of the Authorization header and what follows it; empty when there is none."""
    scheme, _, rest = request.headers.get("authorization", "").strip().partition(" ")
    return scheme, rest.strip()


def _caller(
    signature: Signature, credential: Credential | None, *, canonical_path: str | None = None
) -> Caller:
    if credential is None:
        account, arn = DEFAULT_ACCOUNT, user_arn(DEFAULT_ACCOUNT, signature.access_key_id)
    else:
        account, arn = credential.account, credential.principal_arn
    return Caller(
        kind="sigv4",
        account=account,
        arn=arn,
        access_key_id=signature.access_key_id,
        region=signature.region,
        canonical_path=canonical_path,
    )


def _check_token(request: HttpRequest, credential: Credential, lab_now: Callable[[], datetime]) -> None:
    if credential.session_token is not None:
        token = request.headers.get("x-amz-security-token", "")
        if not hmac.compare_digest(token.encode(), credential.session_token.encode()):
            raise _unrecognized()
    if credential.is_expired(lab_now()):
        message = "The security token included in the request is expired"  # [recorded]
        raise AwsError("ExpiredTokenException", message, status=403, authentication=True)


def _unrecognized() -> AwsError:
    message = "The security token included in the request is invalid."  # [recorded]
    return AwsError("UnrecognizedClientException", message, status=403, authentication=True)


def _refusal_without_scheme(request: HttpRequest, scheme: str) -> AwsError:
    if "x-amz-signature=" in request.query.lower():
        return invalid_signature(
            "A signature in the query string is not supported here. Sign with the Authorization header."
        )
    if scheme:
        # The scheme is not repeated: a client that sends a bare key would find its key in the message.
        return incomplete_signature(f"Authorization must begin with '{ALGORITHM}' or 'Bearer'.")
    return AwsError(
        "MissingAuthenticationTokenException", "Missing Authentication Token", status=403, authentication=True
    )
