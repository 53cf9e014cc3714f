"""Takes secrets out of what is shown of an exchange: by the name of their place, and by their value anywhere.

A secret that a model repeats in pieces, over several events, is not recognised.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

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
_SECRET_PARAMETERS = frozenset({"x-amz-security-token", "x-amz-signature"})
"""In lower case; presigned requests carry them in the query."""

_SIGV4 = "AWS4-HMAC-SHA256"
_PUBLIC_SIGNATURE_PARTS = re.compile(r"(?:Credential|SignedHeaders)=[^,\s]*")

_SHORTEST_GUESS = 8
"""A presented token of fewer characters is taken out of its header only: as a word it may be anywhere."""


def presented_tokens(headers: Mapping[str, str]) -> set[str]:
    """The secrets that a request itself carries: a bearer key or other credential, a session token."""
    scheme, credential = _split(headers.get("authorization", ""))
    found = {
        "" if scheme == _SIGV4 else credential or scheme,
        headers.get("x-amz-security-token", "").strip(),
    }
    return {each for each in found if len(each) >= _SHORTEST_GUESS}


class Redactor:
    """Replaces known secrets, in every spelling in which an exchange may hold them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        # The longest first, or a secret that contains another one would keep its rest.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without secrets."""
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, REDACTED)
        return text

    def value(self, value: Any) -> Any:
        """Parsed JSON without secrets, names of members included."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(name): self.value(member) for name, member in value.items()}
            case list():
                return [self.value(item) for item in value]
            case int() | float() if not isinstance(value, bool) and self._spellings:
                shown = json.dumps(value)
                return value if self.text(shown) == shown else REDACTED
            case _:
                return value

    def base64(self, data: bytes) -> str:
        """Bytes without secrets, in base64."""
        for spelling in self._spellings:
            data = data.replace(spelling.encode(), REDACTED.encode())
        return b64encode(data).decode()

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


def _spellings(secret: str) -> set[str]:
    """As it is, in JSON strings, percent-encoded, and as UTF-8 in a header that was read as latin-1."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        secret.encode().decode("latin-1"),
    }


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
