"""Requests signed by the real signers: boto3 for its own, botocore's SigV4Auth for the header sets of others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials

from bedrock_emulator.auth.authenticate import Authenticator
from bedrock_emulator.call import Caller
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.state.credentials import CredentialStore, Key

ENDPOINT = "http://127.0.0.1:4577"


class _Caught(Exception):  # noqa: N818 - not an error
    """Carries a signed request out of boto3 before it is sent."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request


def as_received(method: str, url: str, headers: dict[str, str], body: bytes) -> HttpRequest:
    """The request as a WSGI server hands it over: path decoded, header names in lower case."""
    parts = urlsplit(url)
    lower = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
    return HttpRequest(method=method, path=unquote(parts.path), query=parts.query, headers=lower, body=body)


def signed_by_boto3(
    service: str,
    call: Callable[[Any], object],
    *,
    endpoint: str = ENDPOINT,
    key: str = "test",
    secret: str = "test",  # noqa: S107 - the pair that every lab knows
    token: str | None = None,
) -> HttpRequest:
    """The request that a boto3 client would send; nothing is sent."""
    client = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}),
    )

    def catch(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        sent: dict[str, Any] = dict(request.headers.items())
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in sent.items()
        }
        body = request.body or b""
        assert isinstance(body, bytes | bytearray)
        raise _Caught(as_received(request.method or "", request.url or "", headers, bytes(body)))

    client.meta.events.register("before-send", catch)
    with pytest.raises(_Caught) as caught:
        call(client)
    return caught.value.request


def converse(model: str = "anthropic.claude-3-haiku-20240307-v1:0", **options: Any) -> HttpRequest:
    """A Converse request."""
    messages = [{"role": "user", "content": [{"text": "Hi"}]}]
    return signed_by_boto3(
        "bedrock-runtime", lambda client: client.converse(modelId=model, messages=messages), **options
    )


def signed_by_hand(
    path: str,
    headers: dict[str, str],
    *,
    body: bytes = b"{}",
    region: str = "us-east-1",
    service: str = "bedrock",
    host_as: str = "host",
) -> HttpRequest:
    """A POST with exactly these headers, host (under the name `host_as`) and date signed."""

    class Signer(SigV4Auth):
        def headers_to_sign(self, request: AWSRequest) -> Any:
            signed: Any = super().headers_to_sign(request)
            host = signed["host"]
            del signed["host"]
            signed[host_as] = host
            return signed

    request = AWSRequest("POST", ENDPOINT + path, headers=headers, data=body)
    Signer(Credentials("test", "test"), service, region).add_auth(request)
    return as_received("POST", ENDPOINT + path, dict(request.headers.items()), body)


def authenticate(request: HttpRequest, *keys: Key, **options: Any) -> Caller:
    """The caller, by the rules of mode known and at the moment of the signature unless said otherwise.

    A request may have been signed when the tests were collected, minutes before they run.
    """
    now = signed_at(request)
    arguments: dict[str, Any] = {"mode": "known", "now": now, "lab_now": lambda: now, **options}
    return Authenticator().authenticate(request, credentials=CredentialStore(keys), **arguments)


def signed_at(request: HttpRequest) -> datetime:
    """When the request was signed; now, if it says nothing readable about that."""
    try:
        return datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)


def with_headers(request: HttpRequest, **headers: str) -> HttpRequest:
    """The same request with some headers changed; underscores stand for hyphens."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers={**request.headers, **changed})
