"""AWS Signature Version 4: reads the Authorization header and recomputes the signature with botocore's own rules."""

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import product
from urllib.parse import quote, unquote_to_bytes

from botocore.utils import normalize_url_path

from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.regions import is_region

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "bedrock"
"""The signing name of both planes [botocore]."""

MAX_SKEW = timedelta(minutes=5)
"""How far the date of a signature may be from the service's clock, either way [recorded]."""

_TERMINATOR = "aws4_request"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")

_HOST_NAMES = frozenset({"host", ":authority"})
"""Over HTTP/2 the JavaScript SDK signs the pseudo-header in the place of Host [measured]."""

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)  # [recorded]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a signed request says about its signature."""

    access_key_id: str
    date: str
    """The day of the scope, YYYYMMDD."""
    region: str
    service: str
    terminator: str
    signed_headers: tuple[str, ...]
    timestamp: str
    """X-Amz-Date, YYYYMMDDTHHMMSSZ."""
    signed_at: datetime
    value: str = field(repr=False)

    @property
    def scope(self) -> str:
        """What the signing key is bound to."""
        return f"{self.date}/{self.region}/{self.service}/{self.terminator}"


def invalid_signature(message: str) -> AwsError:
    """The refusal of a signature that can be read."""
    return AwsError("InvalidSignatureException", message, status=403, authentication=True)


def incomplete_signature(message: str) -> AwsError:
    """The refusal of a header that cannot be read; 400 is the status that the list of common errors gives [docs]."""
    return AwsError("IncompleteSignatureException", message, status=400, authentication=True)


def read_signature(headers: Mapping[str, str]) -> Signature:
    """What the Authorization and X-Amz-Date headers say; no message repeats what stood in them.

    Raises:
        AwsError: IncompleteSignatureException, a part is missing or malformed.
    """
    parts = _read_parts(headers["authorization"].partition(" ")[2])
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if not parts.get(name)]
    problems = [f"Authorization header requires '{name}' parameter." for name in missing]
    timestamp = headers.get("x-amz-date", "")
    if not timestamp:
        problems.append("Authorization header requires existence of a 'X-Amz-Date' header.")
    if problems:
        raise incomplete_signature(" ".join(problems))
    credential = read_scope(parts["Credential"])
    if credential is None:
        raise incomplete_signature(
            "Credential must have five elements: access key id, date, region, service and 'aws4_request'."
        )
    access_key_id, date, region, service, terminator = credential
    return Signature(
        access_key_id=access_key_id,
        date=date,
        region=region,
        service=service,
        terminator=terminator,
        signed_headers=tuple(sorted(parts["SignedHeaders"].split(";"))),
        timestamp=timestamp,
        signed_at=_read_date(timestamp),
        value=parts["Signature"],
    )


def read_scope(credential: str) -> tuple[str, str, str, str, str] | None:
    """Access key id, date, region, service and terminator; None when one is missing."""
    elements = credential.rsplit("/", 4)
    if len(elements) != 5 or not elements[0]:
        return None
    access_key_id, date, region, service, terminator = elements
    return access_key_id, date, region, service, terminator


def _read_parts(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(","))
    return {name: value for name, _, value in pairs}


def _read_date(text: str) -> datetime:
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise incomplete_signature("Date must be in ISO-8601 'basic format', as in 20260131T235959Z.")


def check_scope(
    signature: Signature, *, now: datetime, pinned_region: str | None, service: str = SERVICE
) -> None:
    """Refuse a signature for another service, region or time; `now` is the real time.

    Raises:
        AwsError: InvalidSignatureException.
    """
    right_region = signature.region == pinned_region if pinned_region else is_region(signature.region)
    if not right_region:
        raise invalid_signature("Credential should be scoped to a valid region.")
    if signature.service != service:
        raise invalid_signature(f"Credential should be scoped to correct service: '{service}'.")
    if signature.terminator != _TERMINATOR:
        raise invalid_signature(f"Credential should be scoped with a valid terminator: '{_TERMINATOR}'.")
    if signature.date != signature.timestamp[:8]:
        raise invalid_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
        )
    _check_skew(signature, now.astimezone(UTC))


def _check_skew(signature: Signature, now: datetime) -> None:
    earliest, latest = now - MAX_SKEW, now + MAX_SKEW
    if signature.signed_at < earliest:
        raise invalid_signature(
            f"Signature expired: {signature.timestamp} is now earlier than {earliest:{_DATE_FORMAT}} "
            f"({now:{_DATE_FORMAT}} - 5 min.)"  # [recorded]
        )
    if signature.signed_at > latest:
        raise invalid_signature(
            f"Signature not yet current: {signature.timestamp} is still later than {latest:{_DATE_FORMAT}} "
            f"({now:{_DATE_FORMAT}} + 5 min.)"  # [guess, by symmetry]
        )


class SigningKeys:
    """Derived signing keys, kept because a client uses one all day; safe to share between threads."""

    LIMIT = 1_000
    """Keys kept; then all are forgotten, since deriving one takes microseconds."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], bytes] = {}

    def key(self, secret: str, signature: Signature) -> bytes:
        """The key that signs within the scope of this signature."""
        name = (secret, signature.scope)
        key = self._keys.get(name)
        if key is None:
            key = f"AWS4{secret}".encode()
            for part in (signature.date, signature.region, signature.service, signature.terminator):
                key = hmac.digest(key, part.encode(), "sha256")
            if len(self._keys) >= self.LIMIT:
                self._keys.clear()
            self._keys[name] = key
        return key


def verify(request: HttpRequest, signature: Signature, *, secret: str, keys: SigningKeys) -> str:
    """The raw path that the caller signed.

    Raises:
        AwsError: InvalidSignatureException, no raw path of this request gives the signature.
    """
    if not _HOST_NAMES.intersection(signature.signed_headers):
        raise incomplete_signature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    rest = _canonical_rest(request, signature)
    key = keys.key(secret, signature)
    for path, canonical_path in _candidates(request.path):
        canonical = f"{request.method.upper()}\n{canonical_path}\n{rest}"
        if hmac.compare_digest(compute(key, signature, canonical), signature.value.encode()):
            return path
    raise invalid_signature(_MISMATCH)


def compute(key: bytes, signature: Signature, canonical_request: str) -> bytes:
    """The signature, in hexadecimal, that a derived key gives to a canonical request."""
    digest = sha256(canonical_request.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{signature.timestamp}\n{signature.scope}\n{digest}"
    return hmac.digest(key, to_sign.encode(), "sha256").hex().encode()


@lru_cache(maxsize=256)
def _candidates(path: str) -> tuple[tuple[str, str], ...]:
    """The raw paths of a decoded one, each with its canonical form; remembered, because clients repeat themselves."""
    return tuple((raw, _canonical_path(raw)) for raw in raw_paths(path))


def raw_paths(path: str) -> Iterator[str]:
    """The raw paths that clients send for a decoded one, the likeliest first.

    A server under WSGI sees only the decoded path. Clients differ in two things [measured]: `:` is `%3A` for botocore
    and the JavaScript SDK and bare for others; the slashes inside an ARN are `%2F` or bare.
    """
    seen = set()
    for segments, safe in product(_segmentations(path.split("/")), ("", ":")):
        raw = "/".join(quote(segment, safe=safe) for segment in segments)
        if raw not in seen:
            seen.add(raw)
            yield raw


_MOST_SLASHES_IN_AN_ARN = 2
"""As in `custom-model/<base model>/<id>` [botocore]."""


def _segmentations(segments: list[str]) -> Iterator[list[str]]:
    """The ways to read a path in which the slashes of an ARN may have been encoded; one slash first, as in most ARNs."""
    start = next((index for index, segment in enumerate(segments) if segment.startswith("arn:")), None)
    if start is not None:
        for slashes in range(1, _MOST_SLASHES_IN_AN_ARN + 1):
            end = start + slashes + 1
            if end <= len(segments):
                yield [*segments[:start], "/".join(segments[start:end]), *segments[end:]]
    yield segments


def _canonical_path(raw: str) -> str:
    return quote(normalize_url_path(raw), safe="/~")  # encodes the encoded path once more [botocore]


def _canonical_rest(request: HttpRequest, signature: Signature) -> str:
    """The canonical request after its path, which is the same for every raw path."""
    headers = "".join(f"{name}:{_header_value(request, name)}\n" for name in signature.signed_headers)
    signed = ";".join(signature.signed_headers)
    return f"{canonical_query(request.query)}\n{headers}\n{signed}\n{_payload_hash(request)}"


def _header_value(request: HttpRequest, name: str) -> str:
    value = request.headers.get("host" if name in _HOST_NAMES else name)
    if value is None:
        raise invalid_signature(_MISMATCH)
    return " ".join(value.split())


def canonical_query(query: str) -> str:
    """The parameters in the order and the encoding in which they are signed."""
    if not query:
        return ""
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = sorted((_encode_again(name), _encode_again(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _encode_again(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="")


def _payload_hash(request: HttpRequest) -> str:
    stated = request.headers.get("x-amz-content-sha256")
    if stated == UNSIGNED_PAYLOAD:
        return stated
    computed = sha256(request.body).hexdigest()
    if stated is not None and stated != computed:
        raise invalid_signature(_MISMATCH)
    return computed
