"""A server that answers in a model's place: what a rule says about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bedrock_emulator.errors import AdminError, validation_error
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import model_glob

SILENCE_SECONDS = 120.0
"""How long an upstream may say nothing, unless the rule says otherwise: a large model is loaded in that time."""

CONNECT_SECONDS = 5.0
"""How long a connection may take, unless the rule says otherwise."""

_PATH = "/chat/completions"

_OWN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
    }
)
_SECRET_HEADERS = frozenset({"api-key", "authorization", "cookie", "proxy-authorization", "x-api-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """An OpenAI-compatible server. Its key is no part of this: only where it is found."""

    url: str
    """Of its chat completions."""
    model: str | None = None
    models: tuple[tuple[re.Pattern[str], str], ...] = ()
    """Globs over the names of a model, and what the upstream calls it."""
    api_key_variable: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    silence_seconds: float = SILENCE_SECONDS
    connect_seconds: float = CONNECT_SECONDS

    def model_for(self, request: ModelRequest) -> str:
        """What the upstream calls the model that is asked.

        Raises:
            AwsError: the rule does not say.
        """
        for glob, name in self.models:
            if any(glob.match(each) for each in request.names):
                return name
        if self.model is not None:
            return self.model
        if self.models:
            raise validation_error(
                f"The rule's upstream {self.url} has no entry for {request.names[0]} in `models`. "
                "Add one, or a `model` for all the others."
            )
        return request.model_id


def compile_upstream(document: Mapping[str, Any], *, path: str = "") -> Upstream:
    """Read an `Upstream` of the schema.

    Raises:
        AdminError: an address or a header that cannot be used.
    """
    headers = document.get("headers", {})
    _check_headers(headers, join_path(path, "headers"))
    return Upstream(
        url=_url(document["baseUrl"], join_path(path, "baseUrl")),
        model=document.get("model"),
        models=tuple((model_glob(glob), name) for glob, name in document.get("models", {}).items()),
        api_key_variable=document.get("apiKeyEnv"),
        headers=headers,
        silence_seconds=document.get("timeoutSeconds", SILENCE_SECONDS),
        connect_seconds=document.get("connectTimeoutSeconds", CONNECT_SECONDS),
    )


def _url(base: str, path: str) -> str:
    """The address of the chat completions. Refusals do not repeat it: it may hold a password."""
    parts = _split(base, path)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AdminError(
            400, "must be an http or https address, such as http://127.0.0.1:11434/v1", path=path
        )
    if parts.username is not None or parts.password is not None:
        raise AdminError(
            400, "must not hold a user or password; name the variable of a key in apiKeyEnv", path=path
        )
    if parts.query or parts.fragment:
        raise AdminError(400, "must end before any '?' or '#'", path=path)
    stem = parts.path.rstrip("/").removesuffix(_PATH)
    return f"{parts.scheme}://{parts.netloc}{stem}{_PATH}"


def _split(base: str, path: str) -> SplitResult:
    try:
        parts = urlsplit(base)
        _ = parts.port  # read on demand, and refused then
    except ValueError as error:
        raise AdminError(400, "must be an address with a valid host and port", path=path) from error
    return parts


def _check_headers(headers: Mapping[str, str], path: str) -> None:
    for name in headers:
        if name.lower() in _SECRET_HEADERS:
            message = "secrets do not belong into a document; name the variable of the key in apiKeyEnv"
            raise AdminError(400, message, path=join_path(path, name))
        if name.lower() in _OWN_HEADERS:
            raise AdminError(400, "the emulator sets this header itself", path=join_path(path, name))
