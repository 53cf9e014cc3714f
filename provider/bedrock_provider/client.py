"""The shell around boto3: sessions, clients and calls; the only file that knows the SDK.

A botocore session remembers profiles, files and credentials from its first use on. So one is kept only as
long as the environment and the shared files stay as they are: rotated credentials serve the next call, and
credentials that refresh themselves live on. The loader, which holds the parsed service models, is shared.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import urllib3
from botocore.config import Config
from botocore.credentials import CredentialResolver, EnvProvider
from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import Loader
from botocore.session import Session
from botocore.tokens import FrozenAuthToken

from bedrock_provider.auth import (
    ACCESS_KEY,
    BEARER_TOKEN,
    PROFILE,
    SECRET_KEY,
    SESSION_TOKEN,
    AuthKind,
    Environment,
    ReadVariable,
)
from bedrock_provider.classify import RETRYABLE, Category
from bedrock_provider.embedding_calls import NativeAnswer
from bedrock_provider.errors import CallError, ErrorInfo
from bedrock_provider.probe import credential_source

CONNECT_TIMEOUT = 10.0
LIST_READ_TIMEOUT = 30.0
STREAM_READ_TIMEOUT = 600.0
"""A model may think for minutes before its first token; boto3's own 60 s cut such calls off [reported by users]."""

INPUT_TOKENS = "x-amzn-bedrock-input-token-count"
PROFILE_TYPES = ("SYSTEM_DEFINED", "APPLICATION")
DEFAULT_PROFILE = "default"
_SHARED_FILES = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}
_SDK_VARIABLES = ("HOME", "USERPROFILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE")
_SHORTEST_SECRET = 8
"""Shorter values occur in ordinary words; a message is not made unreadable for them."""

_SDK_ERRORS = (BotoCoreError, ClientError, ParserError, urllib3.exceptions.HTTPError, OSError, ValueError)
"""What an SDK call or a stream may raise. urllib3's own errors come through while a stream
is read [measured]; ValueError is botocore's answer to an endpoint that is no URL [botocore]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose credentials a call uses, as the environment says at that moment."""

    kind: AuthKind
    environment: Environment = field(repr=False)
    read: ReadVariable = field(repr=False)

    def value(self, name: str) -> str | None:
        """A variable, by the provider's own rule of what counts as unset."""
        return self.read(self.environment, name)

    def fingerprint(self) -> bytes:
        """Changes whenever the SDK could come to another answer."""
        relevant = sorted(
            (name, value)
            for name, value in self.environment.items()
            if name.startswith("AWS_") or name.upper() in _SDK_VARIABLES
        )
        state = (
            self.kind,
            relevant,
            [_file_state(self.value(name) or path) for name, path in _SHARED_FILES.items()],
        )
        return hashlib.sha256(repr(state).encode("utf-8", "surrogatepass")).digest()

    def secrets(self) -> list[str]:
        """The values in the environment that must never be shown."""
        values = (self.value(name) for name in (BEARER_TOKEN, ACCESS_KEY, SECRET_KEY, SESSION_TOKEN))
        return [value for value in values if value and len(value) >= _SHORTEST_SECRET]


class BedrockClient:
    """Bedrock's operations as this package needs them; every failure is a CallError.

    Args:
        classify: the category of an error, from its name and message.
    """

    def __init__(self, classify: Callable[[str, str], Category]) -> None:
        self._classify = classify
        self._lock = threading.Lock()
        self._loader = _shared_loader()
        self._fingerprint = b""
        self._session: Session | None = None
        self._clients: dict[tuple[str, str, str | None], Any] = {}

    def foundation_models(self, identity: Identity, region: str) -> list[dict[str, Any]]:
        """Everything that ListFoundationModels lists; it has no pages [botocore]."""
        with self._failures(identity):
            answer = self._client(identity, "bedrock", region).list_foundation_models()
            return list(answer.get("modelSummaries", ()))

    def inference_profiles(self, identity: Identity, region: str) -> list[dict[str, Any]]:
        """Every page of both types; a list without the filter leaves application profiles out [reported by users]."""
        with self._failures(identity):
            paginator = self._client(identity, "bedrock", region).get_paginator("list_inference_profiles")
            return [
                row
                for kind in PROFILE_TYPES
                for page in paginator.paginate(typeEquals=kind)
                for row in page.get("inferenceProfileSummaries", ())
            ]

    def inference_profile(self, identity: Identity, region: str, identifier: str) -> dict[str, Any]:
        """One inference profile, by id or ARN."""
        with self._failures(identity):
            client = self._client(identity, "bedrock", region)
            return dict(client.get_inference_profile(inferenceProfileIdentifier=identifier))

    def converse_stream(
        self, identity: Identity, region: str, endpoint: str | None, request: Mapping[str, Any]
    ) -> "ConverseSource":
        """Send a ConverseStream request and give back its open answer."""
        with self._failures(identity):
            client = self._client(identity, "bedrock-runtime", region, endpoint)
            return ConverseSource(client.converse_stream(**request), lambda: self._failures(identity))

    def invoke_model(
        self, identity: Identity, region: str, endpoint: str | None, request: Mapping[str, Any]
    ) -> NativeAnswer:
        """Send an InvokeModel request and give back its whole answer."""
        with self._failures(identity):
            client = self._client(identity, "bedrock-runtime", region, endpoint)
            answer = client.invoke_model(**request)
            metadata = answer["ResponseMetadata"]
            counted = str(metadata["HTTPHeaders"].get(INPUT_TOKENS, ""))
            return NativeAnswer(
                data=answer["body"].read(),
                input_tokens=int(counted) if counted.isdecimal() else None,
                request_id=metadata.get("RequestId"),
            )

    def credential_source(self, identity: Identity, region: str) -> str | None:
        """The part of the SDK's chain that yields credentials; None when no part does."""
        with self._failures(identity):
            may_ask_metadata = (identity.value("AWS_EC2_METADATA_DISABLED") or "").lower() != "true"
            session = open_session(identity, region, self._loader)
            return credential_source(session, may_ask_metadata=may_ask_metadata)

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            self._forget()

    def _client(self, identity: Identity, service: str, region: str, endpoint: str | None = None) -> Any:
        key = (service, region, endpoint)
        fingerprint = identity.fingerprint()
        with self._lock:
            if self._session is None or fingerprint != self._fingerprint:
                self._forget()
                self._session, self._fingerprint = open_session(identity, region, self._loader), fingerprint
            if key not in self._clients:
                config = client_config(identity.kind, service)
                self._clients[key] = self._session.create_client(
                    service, region_name=region, endpoint_url=endpoint, config=config
                )
            return self._clients[key]

    def _forget(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._session = None

    @contextmanager
    def _failures(self, identity: Identity) -> Iterator[None]:
        try:
            yield
        except _SDK_ERRORS as error:
            raise CallError(self._describe(error, identity)) from error

    def _describe(self, error: Exception, identity: Identity) -> ErrorInfo:
        facts = error.response if isinstance(error, ClientError) else {}
        reported: Mapping[str, Any] = facts.get("Error", {})
        metadata: Mapping[str, Any] = facts.get("ResponseMetadata", {})
        name = str(reported.get("Code") or type(error).__name__)
        message = str(reported.get("Message") or error)
        category = self._classify(name, message)
        return ErrorInfo(
            type=name[:1].upper() + name[1:],
            category=category,
            message=_without(identity.secrets(), message),
            retryable=category in RETRYABLE,
            request_id=metadata.get("RequestId"),
            status=metadata.get("HTTPStatusCode"),
        )


class ConverseSource:
    """An open ConverseStream answer; one thread reads it, any thread may close it."""

    def __init__(self, answer: Mapping[str, Any], failures: Callable[[], Any]) -> None:
        self.request_id: str | None = answer.get("ResponseMetadata", {}).get("RequestId")
        self._stream = answer["stream"]
        self._failures = failures
        self._reading = threading.Lock()
        self._is_closed = False

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        events = iter(self._stream)
        while (event := self._next(events)) is not None:
            yield event

    def close(self) -> None:
        """Close the connection, even while another thread waits for its next byte.

        Closing a file that is being read breaks the reader in unforeseeable ways [measured], so the socket is
        shut down first, which wakes the reader, and the file is closed when nobody reads. A reader that woke up
        may have handed the connection back to its pool, so it is closed by name [measured].
        """
        self._is_closed = True
        raw = self._stream._raw_stream  # botocore gives no other way to the connection
        connection = raw.connection
        with suppress(OSError, RuntimeError, ValueError):  # the answer is over
            raw.shutdown()
        with self._reading:
            self._stream.close()
            if connection is not None:
                connection.close()

    def _next(self, events: Iterator[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        with self._reading, self._failures():
            return None if self._is_closed else next(events, None)


@cache
def _shared_loader() -> Loader:
    """Reads and parses each service model once in a process; that takes some 60 ms [measured]."""
    return Loader()


@cache
def _shared_hooks() -> HierarchicalEmitter:
    """botocore's own event handlers, registered once in a process; that takes some 10 ms [measured].

    They belong to no session, and each session works on a copy, as each of botocore's clients does.
    """
    hooks = HierarchicalEmitter()
    Session(event_hooks=hooks)
    return hooks


def open_session(identity: Identity, region: str, loader: Loader) -> Session:
    """A session whose credentials come from the identity's source and from nowhere before it."""
    session = Session(
        session_vars={"profile": (None, None, None, None)},
        event_hooks=copy(_shared_hooks()),
        include_builtin_handlers=False,
    )
    session.register_component("data_loader", loader)
    session.set_config_variable("region", region)  # for the calls that fetch credentials
    profile = _profile(identity, session)
    if profile is not None:
        session.session_var_map["profile"] = (None, None, profile, None)
    if identity.kind == "bearer":
        session.register_component("token_provider", _BearerToken(identity.value(BEARER_TOKEN) or ""))
        session.register_component("credential_provider", CredentialResolver([]))
    elif identity.kind == "keys":
        session.register_component("credential_provider", CredentialResolver([_keys(identity)]))
    else:
        # Half a key pair is no marker, but botocore's environment provider would stop the chain for it.
        session.get_component("credential_provider").remove("env")
    return session


def client_config(kind: AuthKind, service: str) -> Config:
    """The signature is named outright: botocore alone would take a blank bearer token for one [botocore]."""
    is_runtime = service == "bedrock-runtime"
    return Config(
        signature_version="bearer" if kind == "bearer" else "v4",
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=STREAM_READ_TIMEOUT if is_runtime else LIST_READ_TIMEOUT,
        tcp_keepalive=True,
    )


def _profile(identity: Identity, session: Session) -> str | None:
    """The profile in use; the profile `default` need not exist.

    The documentation tells users on instance roles to set AWS_PROFILE=default, on hosts that have no AWS
    files. botocore alone refuses a profile that it cannot find [measured].
    """
    name = identity.value(PROFILE) or identity.value("AWS_DEFAULT_PROFILE")
    is_missing_default = name == DEFAULT_PROFILE and name not in session.available_profiles
    return None if is_missing_default else name


def _keys(identity: Identity) -> EnvProvider:
    values = {name: identity.value(name) for name in (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN)}
    return EnvProvider(environ={name: value for name, value in values.items() if value is not None})


class _BearerToken:
    """A token provider that knows one token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def load_token(self, **_: Any) -> FrozenAuthToken:
        return FrozenAuthToken(self._token)


def _file_state(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).expanduser().stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _without(secrets: list[str], message: str) -> str:
    """The message without secrets: a signature mismatch, for one, quotes the request and its session token."""
    for secret in secrets:
        message = message.replace(secret, "***")
    return message
