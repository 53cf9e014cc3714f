"""The admin API under /_emulator/: labs and their parts, the journal, health, and the schema of all of it."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import flask
import orjson
from flask import Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from bedrock_emulator._version import __version__
from bedrock_emulator.config import DEFAULT_HOST, DEFAULT_PORT
from bedrock_emulator.depth import is_deeper
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.journal import MAX_ENTRIES
from bedrock_emulator.state.lab import PARTS, Lab
from bedrock_emulator.state.labs import Labs
from bedrock_emulator.state.schema import schema_bytes

MAX_BODY = 16 * 1024 * 1024
"""Bytes of an admin request."""

_MOST_DISCARDED = 256 * 1024 * 1024
"""Bytes of a larger body that are read, since many clients look for an answer only after they sent everything."""

_DISCARDED_AT_ONCE = 1 << 20

MAX_DEPTH = 64
"""Levels of JSON in an admin request."""

MAX_WAIT = 60.0
"""Seconds that a request may wait for the journal."""

MAX_WAITING = 64
"""Requests that may wait for journals at the same moment: each holds a thread that AWS requests need too."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_Number = TypeVar("_Number", int, float)


def admin_blueprint(
    labs: Labs, *, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT, names: Collection[str] = ()
) -> flask.Blueprint:
    """The admin API of these labs; in the whole app, what nothing answers is refused in JSON.

    Args:
        labs: what it administers.
        host: the address that the server is bound to.
        port: its HTTP port, for the addresses in answers.
        names: further host names by which it may be addressed; loopback ones always are.
    """
    admin = flask.Blueprint("admin", __name__, url_prefix="/_emulator")
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    admin.record_once(_route_exactly)
    admin.before_request(lambda: check_sender((host, *names)))
    admin.app_errorhandler(AdminError)(lambda error: _refusal(error.status, error.message, error.path))
    admin.app_errorhandler(HTTPException)(_http_refusal)
    _add_server_routes(admin, labs)
    _add_lab_routes(admin, labs, url)
    _add_journal_routes(admin, labs)
    return admin


def check_sender(hosts: Collection[str]) -> None:
    """Refuse web pages: those that got a name of their own to resolve to us, and those that post across origins.

    Args:
        hosts: by which the server may be addressed, besides the loopback names.

    Raises:
        AdminError: 403, the Host or the Origin is another one.
    """
    allowed = LOOPBACK_NAMES.union(name.lower() for name in hosts)
    origin = request.headers.get("Origin")
    names = [_host_name(f"//{request.headers.get('Host', '')}")]
    if origin is not None:
        names.append(_host_name(origin))
    for name in names:
        if name not in allowed:
            raise AdminError(
                403,
                f"the admin API is not for {name!r}; address the emulator as {', '.join(sorted(allowed))}",
            )


def _route_exactly(state: BlueprintSetupState) -> None:
    """No redirects, which clients of an API do not follow, and no answers to OPTIONS that nobody wrote."""
    state.app.url_map.strict_slashes = False
    state.app.url_map.merge_slashes = False
    state.app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False


def _add_server_routes(admin: flask.Blueprint, labs: Labs) -> None:
    @admin.get("/health")
    def health() -> Response:
        return _answer({"status": "ok", "version": __version__, "labs": len(labs)})

    @admin.get("/schema")
    def schema() -> Response:
        return Response(schema_bytes(), content_type="application/schema+json")


def _add_lab_routes(admin: flask.Blueprint, labs: Labs, url: str) -> None:
    def described(lab: Lab, *, status: int = 200) -> Response:
        return _answer({**lab.describe(), "endpointUrl": url + lab.path}, status=status)

    @admin.put("/labs/<name>")
    def put_lab(name: str) -> Response:
        lab, is_new = labs.put(name, _body(default={}))
        return described(lab, status=201 if is_new else 200)

    @admin.get("/labs/<name>")
    def get_lab(name: str) -> Response:
        return described(labs.existing(name))

    @admin.delete("/labs/<name>")
    def delete_lab(name: str) -> Response:
        labs.delete(name)
        return Response(status=204)

    @admin.post("/labs/<name>/reset")
    def reset_lab(name: str) -> Response:
        lab = labs.existing(name)
        lab.reset()
        return described(lab)

    @admin.put(f"/labs/<name>/<any({', '.join(map(repr, PARTS))}):part>")
    def put_part(name: str, part: str) -> Response:
        lab = labs.existing(name)
        lab.put(part, _body())
        return described(lab)


def _add_journal_routes(admin: flask.Blueprint, labs: Labs) -> None:
    waiting = threading.BoundedSemaphore(MAX_WAITING)

    @admin.get("/labs/<name>/journal")
    def get_journal(name: str) -> Response:
        return _answer(
            labs.existing(name).journal.page(operation=request.args.get("operation"), after=_after())
        )

    @admin.get("/labs/<name>/journal/wait")
    def wait_for_journal(name: str) -> Response:
        journal = labs.existing(name).journal
        operation, after = request.args.get("operation"), _after()
        count = _number("count", int, default=1, most=MAX_ENTRIES)
        timeout = _number("timeout", float, default=10.0, most=MAX_WAIT)
        with _place(waiting):
            is_complete = journal.wait(count, timeout, operation=operation, after=after)
        return _answer({**journal.page(operation=operation, after=after), "complete": is_complete})

    @admin.delete("/labs/<name>/journal")
    def clear_journal(name: str) -> Response:
        labs.existing(name).journal.clear()
        return Response(status=204)


@contextmanager
def _place(waiting: threading.BoundedSemaphore) -> Iterator[None]:
    """One of the places for requests that wait.

    Raises:
        AdminError: 503, all are taken.
    """
    if not waiting.acquire(blocking=False):
        message = f"{MAX_WAITING} requests wait already, as many as may; try again, or GET the journal without /wait"
        raise AdminError(503, message)
    try:
        yield
    finally:
        waiting.release()


def _host_name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _body(default: Any = None) -> Any:
    """The JSON of the request; `default` when it has no body."""
    data = _read_body()
    if not data and default is not None:
        return default
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise AdminError(400, f"the body is not JSON: {error.msg} at {place}", path=place) from error
    if is_deeper(document, MAX_DEPTH):
        raise AdminError(400, f"the body nests deeper than {MAX_DEPTH} levels")
    return document


def _read_body() -> bytes:
    """The whole body.

    Raises:
        AdminError: the client left before its end.
        RequestEntityTooLarge: it is larger than MAX_BODY.
    """
    stream, stated = request.environ["wsgi.input"], request.content_length
    most = MAX_BODY + 1 if stated is None else min(stated, MAX_BODY + 1)
    data: bytes = stream.read(most)
    if len(data) > MAX_BODY:
        left = _MOST_DISCARDED if stated is None else min(stated - most, _MOST_DISCARDED)
        while left > 0 and (discarded := stream.read(min(left, _DISCARDED_AT_ONCE))):
            left -= len(discarded)
        raise RequestEntityTooLarge
    if stated is not None and len(data) < stated:
        raise AdminError(400, f"the body ended after {len(data):,} of {stated:,} bytes; nothing was changed")
    return data


def _after() -> int | None:
    return _number("after", int, default=0, most=2**63) if "after" in request.args else None


def _number(name: str, kind: type[_Number], *, default: _Number, most: _Number) -> _Number:
    text = request.args.get(name)
    try:
        number = default if text is None else kind(text)
    except ValueError:
        number = None
    if number is None or not 0 <= number <= most:
        whole = "whole " if kind is int else ""
        raise AdminError(400, f"must be a {whole}number from 0 to {most:,}, not {text!r}", path=f"?{name}")
    return number


def _http_refusal(error: HTTPException) -> Response:
    status = error.code or 500
    response = _refusal(status, _SENTENCES.get(status, error.description or error.name), None)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


_SENTENCES = {
    404: (
        "nothing is at this address; GET /_emulator/schema gives the documents of the admin API, "
        "and GET /_emulator/operations the AWS operations that are served"
    ),
    405: "this address does not take that method; the Allow header says which it takes",
    413: f"the body is larger than {MAX_BODY:,} bytes",
    500: "the emulator failed; its log says where",
}


def _refusal(status: int, message: str, path: str | None) -> Response:
    return _answer({"error": {"message": message, "path": path}}, status=status)


def _answer(document: Any, *, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status=status, content_type="application/json")
