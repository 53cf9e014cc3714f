"""The Flask app: admin API and pages through Flask, AWS requests through the pipeline beside it.

See docs/decisions/0002-aws-requests-beside-flask-routing.md.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from functools import lru_cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

import flask
from werkzeug.wsgi import get_input_stream

from bedrock_emulator.config import DEFAULT_PORT, Settings
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.admin import admin_blueprint
from bedrock_emulator.http.identity import IdentityFront, is_identity
from bedrock_emulator.http.identity_admin import identity_blueprint
from bedrock_emulator.http.imds import ImdsListeners
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.http.pages import pages_blueprint
from bedrock_emulator.http.pipeline import Pipeline
from bedrock_emulator.http.watch import watch_scenarios
from bedrock_emulator.model.router import Router
from bedrock_emulator.model.service import load_api
from bedrock_emulator.operations.dispatch import HANDLERS, DispatchTable
from bedrock_emulator.state.labs import Labs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer: TypeAlias = Callable[[HttpRequest, AwsError | None], HttpResponse]

BODY_LIMIT = 25_000_000
"""Bytes of a request body: the largest that the service models allow for any operation [botocore, InvokeModel]."""

_DISCARDED_AT_ONCE = 1 << 20

_STATUS_LINES: Mapping[int, str] = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def create_app(settings: Settings | None = None, *, port: int = DEFAULT_PORT) -> flask.Flask:
    """Build the app, with state of its own: two apps in one process share nothing.

    Args:
        settings: the choices of the server; None for the defaults.
        port: where it listens, for the addresses in the admin API's answers.
    """
    settings = settings or Settings()
    api = load_api()
    labs = Labs(settings, api)
    if settings.watch:
        watch_scenarios(settings.scenarios, labs, api)
    app = flask.Flask("bedrock_emulator", static_folder=None)
    app.register_blueprint(admin_blueprint(labs, host=settings.host, port=port))
    table = DispatchTable.of(api, HANDLERS)
    app.register_blueprint(pages_blueprint(api, table, hosts=(settings.host,)))
    pipeline = Pipeline(labs=labs, router=Router(api), handlers=table.handlers)
    identity = IdentityFront(labs)
    listeners = ImdsListeners(settings.host, lambda lab: _imds(partial(identity.answer_instance, lab)))
    app.register_blueprint(identity_blueprint(labs, listeners, hosts=(settings.host,)))
    app.wsgi_app = AwsFront(pipeline, identity, app.wsgi_app)  # type: ignore[method-assign]
    return app


class AwsFront:
    """The WSGI callable that sends admin requests and pages to Flask and everything else to the AWS services."""

    def __init__(self, pipeline: Pipeline, identity: IdentityFront, flask_app: "WSGIApplication") -> None:
        self._pipeline = pipeline
        self._identity = identity
        self._flask_app = flask_app
        # granian lays the environ over the process's environment, where HTTP_PROXY would look like a header [measured].
        self._inherited = frozenset(os.environ) - {"CONTENT_TYPE", "CONTENT_LENGTH"}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if _is_for_flask(environ["REQUEST_METHOD"], environ["PATH_INFO"]):
            return self._flask_app(environ, start_response)
        answer = self._identity.answer if is_identity(environ["PATH_INFO"]) else self._pipeline.answer
        keeps_alive = _keeps_alive(environ)
        return _respond(answer, environ, start_response, inherited=self._inherited, keeps_alive=keeps_alive)


def _respond(
    answer: Answer,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    *,
    inherited: frozenset[str],
    keeps_alive: bool,
) -> Iterable[bytes]:
    response = answer(*_read_request(environ, inherited))
    start_response(
        _STATUS_LINES.get(response.status, f"{response.status} Unknown"),
        _wire_headers(response, keeps_alive=keeps_alive),
    )
    return [response.body] if isinstance(response.body, bytes) else response.body


def _imds(answer: Answer) -> "WSGIApplication":
    """The WSGI callable of one lab's instance metadata."""

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.input"] = get_input_stream(environ)  # ends with the body, which werkzeug's own does not
        # werkzeug closes the connection after each answer.
        body = _respond(answer, environ, start_response, inherited=frozenset(), keeps_alive=False)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body  # which werkzeug would send along

    return app


def _is_for_flask(method: str, path: str) -> bool:
    """Whether a person or an admin client asks; SDKs of other AWS services POST to the root."""
    return (
        path.startswith("/_emulator/") or path == "/_emulator" or (path == "/" and method in {"GET", "HEAD"})
    )


def _keeps_alive(environ: "WSGIEnvironment") -> bool:
    """Whether the connection stays open by a header: HTTP/2 has no such header, and a client may want to close."""
    protocol: str = environ.get("SERVER_PROTOCOL", "")
    wanted: str = environ.get("HTTP_CONNECTION", "")
    return protocol.startswith("HTTP/1") and wanted.lower() != "close"


def _wire_headers(response: HttpResponse, *, keeps_alive: bool) -> list[tuple[str, str]]:
    """The headers in the recorded order: Date, Content-Type, Content-Length, Connection, then x-amzn-*."""
    content_type, *rest = response.headers
    headers = [("date", formatdate(usegmt=True)), content_type]
    length = len(response.body) if isinstance(response.body, bytes) else response.length
    if length is not None:
        headers.append(("content-length", str(length)))
    if keeps_alive:
        headers.append(("connection", "keep-alive"))
    return headers + rest


def _read_request(
    environ: "WSGIEnvironment", inherited: frozenset[str]
) -> tuple[HttpRequest, AwsError | None]:
    """The request as a value, its body read to the end, because a client may not listen before; or why not."""
    body, refusal = _read_body(environ["wsgi.input"], environ.get("CONTENT_LENGTH"))
    path = environ["PATH_INFO"]
    request = HttpRequest(
        method=environ["REQUEST_METHOD"],
        # WSGI hands over bytes as latin-1.
        path=path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace"),
        query=environ.get("QUERY_STRING", ""),
        headers=_headers(environ, inherited),
        body=body,
    )
    return request, refusal


def _headers(environ: "WSGIEnvironment", inherited: frozenset[str]) -> dict[str, str]:
    names = environ.keys() - inherited
    headers = {_header_name(name): environ[name] for name in names if name.startswith("HTTP_")}
    if "CONTENT_TYPE" in environ:
        headers["content-type"] = environ["CONTENT_TYPE"]
    if "CONTENT_LENGTH" in environ:
        headers["content-length"] = environ["CONTENT_LENGTH"]
    return headers


_WITH_UNDERSCORE = {"x-amz-sso-bearer-token": "x-amz-sso_bearer_token"}
"""Headers that AWS spells so; WSGI servers write every hyphen as an underscore."""


@lru_cache(maxsize=512)
def _header_name(name: str) -> str:
    lower_case = name[5:].replace("_", "-").lower()
    return _WITH_UNDERSCORE.get(lower_case, lower_case)


def _read_body(stream: Any, announced: str | None) -> tuple[bytes, AwsError | None]:
    body = stream.read(BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        while stream.read(_DISCARDED_AT_ONCE):
            pass
        message = f"The request body is larger than the limit of {BODY_LIMIT:,} bytes."
        # Name and status as other AWS services answer; no capture for Bedrock [guess].
        return b"", AwsError("RequestEntityTooLargeException", message, status=413)
    if announced and announced.isdecimal() and len(body) < int(announced):
        # The client left before it had sent everything: nobody reads this, but the journal shows it.
        message = f"The request body ended after {len(body):,} of {int(announced):,} bytes."
        return body, AwsError("IncompleteBodyException", message, status=400)
    return body, None
