"""Takes secrets out of what is shown of an exchange: by the name of their place, and by their value anywhere.

Not recognised is a secret that a model repeats in pieces over several events, and one inside a compressed document.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

import re2

REDACTED = "[redacted]"

_SECRET_HEADERS = frozenset(
    {
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-amz-sso_bearer_token",
        "x-api-key",
        "x-aws-ec2-metadata-token",
    }
)
_TOKEN_HEADERS = ("x-amz-security-token", "x-amz-sso_bearer_token", "x-aws-ec2-metadata-token")
"""Those whose whole value is a token that the request presents."""

_SECRET_PARAMETERS = frozenset({"webidentitytoken", "x-amz-security-token", "x-amz-signature"})
"""In lower case; presigned requests carry them in the query."""

_SIGV4 = "AWS4-HMAC-SHA256"
_PUBLIC_SIGNATURE_PARTS = re.compile(r"(?:Credential|SignedHeaders)=[^,\s]*")

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")

_START = 32
"""Bytes of a secret by which it is looked for; the whole is compared where they are found."""

_PATTERN_MEMORY = 1 << 30
"""Bytes that RE2 may take at the most; the starts of 10,000 secrets take a hundredth."""

_LONGEST_CHARACTER = 4
"""Bytes, in UTF-8."""

_SHORTEST_GUESS = 8
"""A presented token of fewer characters is taken out of its header only: as a word it may be anywhere."""


def presented_tokens(headers: Mapping[str, str]) -> set[str]:
    """The secrets that a request itself carries: a bearer key or other credential, tokens."""
    scheme, credential = _split(headers.get("authorization", ""))
    found = {
        "" if scheme == _SIGV4 else credential or scheme,
        *(headers.get(name, "").strip() for name in _TOKEN_HEADERS),
    }
    return {each for each in found if len(each) >= _SHORTEST_GUESS}


class Redactor:
    """Replaces known secrets, in every spelling in which an exchange may hold them.

    The time grows with the text and not with the number of secrets: one pattern finds where any of them may begin.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._spellings = frozenset(spelling for secret in secrets for spelling in _spellings(secret))
        # The longest first, or a secret that contains another one would keep its rest.
        self._lengths = sorted({len(each) for each in self._spellings}, reverse=True)
        self._starts = _any_of({each[:_START] for each in self._spellings}) if self._spellings else None

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._starts is None or len(text) * _LONGEST_CHARACTER < self._lengths[-1]:
            return text
        data = text.encode("utf-8", "surrogatepass")
        shown = self._without_secrets(data)
        return text if shown is data else shown.decode("utf-8", "surrogatepass")

    def value(self, value: Any) -> Any:
        """Parsed JSON without secrets, names of members included."""
        match value:
            case str():
                return self._string(value)
            case dict():
                return {self.text(name): self.value(member) for name, member in value.items()}
            case list():
                return [self.value(item) for item in value]
            case int() | float() if not isinstance(value, bool) and self._starts is not None:
                shown = json.dumps(value)
                return value if self.text(shown) == shown else REDACTED
            case _:
                return value

    def base64(self, data: bytes) -> str:
        """Bytes without secrets, in base64."""
        return b64encode(self._without_secrets(data)).decode()

    def _string(self, text: str) -> str:
        """A string of a JSON document, which may be a blob."""
        if self._starts is not None and len(text) % 4 == 0 and _BASE64.fullmatch(text):
            data = b64decode(text)
            if self._without_secrets(data) is not data:
                text = self.base64(data)
        return self.text(text)

    def _without_secrets(self, data: bytes) -> bytes:
        """The data with every secret replaced; the very same object when there is none."""
        pieces: list[bytes] = []
        done = at = 0
        while self._starts is not None and (found := self._starts.search(data, at)) is not None:
            begin = found.start()
            length = next((n for n in self._lengths if data[begin : begin + n] in self._spellings), 0)
            at = begin + (length or 1)
            if length:
                pieces += data[done:begin], REDACTED.encode()
                done = at
        return b"".join([*pieces, data[done:]]) if pieces else data

    def header(self, name: str, value: str) -> str:
        """The value of a header, as far as it may be shown."""
        lower_case = name.lower()
        if lower_case in _SECRET_HEADERS:
            return REDACTED
        if lower_case == "authorization":
            value = _authorization(value)
        return self.text(value)

    def encoded(self, text: str) -> str:
        """Percent-encoded text, gone as a whole when a secret shows once it is decoded."""
        decoded = unquote_plus(text)
        return self.text(text) if self.text(decoded) == decoded else REDACTED

    def query(self, query: str) -> str:
        """A raw query string, as far as it may be shown."""
        return "&".join(self._parameter(each) for each in self.text(query).split("&"))

    def _parameter(self, parameter: str) -> str:
        name, equals, value = parameter.partition("=")
        is_secret = unquote_plus(name).lower() in _SECRET_PARAMETERS
        return self.encoded(name) + equals + (REDACTED if is_secret else self.encoded(value))


def _spellings(secret: str) -> set[bytes]:
    """As it is, in JSON strings, percent-encoded, and all these as UTF-8 that was read as latin-1."""
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    escaped = {each.replace("/", "\\/") for each in in_json}  # as PHP writes JSON
    plain = {each.encode() for each in {secret, quote(secret, safe=""), *in_json, *escaped}}
    return plain | {each.decode("latin-1").encode() for each in plain}


def _any_of(starts: Iterable[bytes]) -> Any:
    """One pattern for all of them, matched in linear time."""
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, not characters
    options.max_mem = _PATTERN_MEMORY
    return re2.compile(b"|".join(map(re2.escape, sorted(starts))), options)


def _split(authorization: str) -> tuple[str, str]:
    """The scheme and the credential, which a lone word is without."""
    scheme, credential, *_ = [*authorization.split(maxsplit=1), "", ""]
    return scheme, credential.strip()


def _authorization(value: str) -> str:
    """Who signed and what was signed stays readable; the signature and every other credential goes."""
    scheme, rest = _split(value)
    if scheme == _SIGV4:
        public = _PUBLIC_SIGNATURE_PARTS.findall(rest)
        return f"{_SIGV4} " + ", ".join([*public, f"Signature={REDACTED}"])
    return f"{scheme} {REDACTED}" if rest else REDACTED
