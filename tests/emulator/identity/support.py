"""Credential endpoints without a server: a front over fresh labs, and requests as SDKs make them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from bedrock_emulator.http.identity import IdentityFront
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.state.lab import Lab
from bedrock_emulator.state.labs import Labs
from tests.emulator.state.samples import fresh_labs

HOST = "127.0.0.1:4577"
ROLE = "arn:aws:iam::123456789012:role/service/application"


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs a request."""

    access: str = "test"
    secret: str = "test"
    token: str | None = None


@cache
def server() -> tuple[Labs, IdentityFront]:
    """The labs of all tests, each of which makes its own; building them takes longer than most tests."""
    labs = fresh_labs()
    return labs, IdentityFront(labs)


class Desk:
    """The credential endpoints of a fresh lab."""

    def __init__(self) -> None:
        self.labs, self.front = server()
        self.name = f"desk-{len(self.labs)}"
        self.labs.put(self.name, {})

    @property
    def lab(self) -> Lab:
        return self.labs.existing(self.name)

    def sts(
        self,
        action: str,
        *,
        keys: Keys | None = Keys(),
        service: str = "sts",
        **parameters: str | int,
    ) -> HttpResponse:
        """An STS operation, signed unless there are no keys."""
        form = {"Action": action, "Version": "2011-06-15", **parameters}
        return self.front.answer(self.sts_request(urlencode(form), keys=keys, service=service))

    def sts_request(
        self, body: str, *, keys: Keys | None, service: str = "sts", method: str = "POST"
    ) -> HttpRequest:
        url = f"http://{HOST}/_lab/{self.name}/_identity/sts/"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        request = AWSRequest(method, url, headers=headers, data=body)
        if keys is not None:
            credentials = Credentials(keys.access, keys.secret, keys.token)
            SigV4Auth(credentials, service, "eu-west-1").add_auth(request)
        return received(method, url, dict(request.headers.items()), body.encode())

    def get(self, path: str, **headers: str) -> HttpResponse:
        """GET one of the endpoints below /_identity/; underscores of header names stand for hyphens."""
        url = f"http://{HOST}/_lab/{self.name}/_identity/{path}"
        return self.front.answer(received("GET", url, _spelled(headers), b""))

    def post(self, path: str, body: bytes, method: str = "POST") -> HttpResponse:
        url = f"http://{HOST}/_lab/{self.name}/_identity/{path}"
        return self.front.answer(received(method, url, {"content-type": "application/json"}, body))

    def imds(self, method: str, path: str, **headers: str) -> HttpResponse:
        """A request to the lab's instance metadata."""
        request = received(method, f"http://127.0.0.1:5000/latest/{path}", _spelled(headers), b"")
        return self.front.answer_instance(self.lab, request)

    def imds_token(self, seconds: int = 60) -> str:
        return text(self.imds("PUT", "api/token", x_aws_ec2_metadata_token_ttl_seconds=str(seconds)))

    def journal(self) -> list[dict[str, Any]]:
        return self.lab.journal.entries()


def received(method: str, url: str, headers: Mapping[str, str], body: bytes) -> HttpRequest:
    """A request as the WSGI shell hands it over."""
    parts = urlsplit(url)
    lower = {"host": parts.netloc, **{name.lower(): value for name, value in headers.items()}}
    return HttpRequest(method=method, path=unquote(parts.path), query=parts.query, headers=lower, body=body)


def _spelled(headers: Mapping[str, str]) -> dict[str, str]:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    # The one header that AWS spells with an underscore.
    return {name.replace("sso-bearer-token", "sso_bearer_token"): value for name, value in spelled.items()}


def text(response: HttpResponse) -> str:
    assert isinstance(response.body, bytes)
    return response.body.decode()


def document(response: HttpResponse) -> Any:
    return json.loads(text(response))


def read_by_botocore(response: HttpResponse, operation: str, service: str = "sts") -> Any:
    """An answer, or its `Error`, as botocore's own parser understands it."""
    model = _model(service)
    parser: Any = create_parser(model.metadata["protocol"])
    answer = {"status_code": response.status, "headers": dict(response.headers), "body": response.body}
    return parser.parse(answer, model.operation_model(operation).output_shape)


@cache
def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"))
