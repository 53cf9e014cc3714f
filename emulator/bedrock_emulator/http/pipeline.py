"""The path of every AWS request, as one list of steps.

Each step reads and extends the exchange; a refusal is raised as AwsError by the step that finds it. The journal
wraps the whole list, so refused and half-read requests are seen too.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bedrock_emulator.auth.authenticate import Authenticator
from bedrock_emulator.call import Call, EventStream, Handler, Output, PreparedBody
from bedrock_emulator.delivery import Delivered
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.http.streaming import frames_of, joined
from bedrock_emulator.model.parse import Parser
from bedrock_emulator.model.router import Match, Router
from bedrock_emulator.model.serialize import (
    body_headers,
    event_stream_headers,
    serialize,
    serialize_error,
    unknown_route,
)
from bedrock_emulator.operations.dispatch import not_served
from bedrock_emulator.operations.runtime.resolution import model_names
from bedrock_emulator.state.journal import Journal, JournalEntry
from bedrock_emulator.state.lab import DEFAULT_LAB, Lab
from bedrock_emulator.state.labs import Labs
from bedrock_emulator.wire.events import paddings

_LAB_PREFIX = re.compile(r"/_lab/(?P<lab>[^/]+)(?:/_region/(?P<region>[^/]+))?(?P<path>/.*)", re.DOTALL)

STREAM_BYTES_KEPT = 4 * 1024 * 1024
"""Bytes of one stream that the journal keeps, so that many long streams at once fit into memory."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Exchange:
    """One request on its way; the steps fill it in from top to bottom."""

    request: HttpRequest
    refusal: AwsError | None = None
    """What the reader of the request found wrong with it."""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    arrived: datetime = field(default_factory=lambda: datetime.now(UTC))
    _start: float = field(default_factory=time.perf_counter)
    lab: Lab | None = None
    journal: Journal | None = None
    """The lab's, as it was when the request came: a reset gives the lab a new one."""
    pinned_region: str | None = None
    """The region that the path names, `/_lab/<name>/_region/<region>/`."""
    path: str = ""
    """Without the lab's prefix."""
    match: Match | None = None
    call: Call | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    output: Output | EventStream | PreparedBody | None = None
    response: HttpResponse | None = None

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the request was read."""
        return (time.perf_counter() - self._start) * 1000


Step: TypeAlias = Callable[[Exchange], None]


class Pipeline:
    """Answers AWS requests for every lab of a server."""

    def __init__(self, *, labs: Labs, router: Router, handlers: Mapping[str, Handler]) -> None:
        self._labs = labs
        self._router = router
        self._handlers = handlers
        self._parser = Parser()
        self._authenticator = Authenticator()
        self._steps: tuple[Step, ...] = (
            self._find_lab,
            self._route,
            self._refuse_unreadable,
            self._authenticate,
            self._refuse_unserved,
            self._parse_and_validate,
            self._fault,
            self._operate,
            self._serialize,
        )

    def answer(self, request: HttpRequest, refusal: AwsError | None = None) -> HttpResponse:
        """Answer one request, or refuse it for what its reader found wrong with it."""
        exchange = Exchange(request, refusal)
        try:
            for step in self._steps:
                step(exchange)
        except AwsError as error:
            return self._refuse(exchange, error)
        except Exception:  # noqa: BLE001
            # The boundary: a defect of the emulator answers as a fault of the service would, and is logged whole.
            _log.exception("%s %s failed", request.method, exchange.path)
            text = "The emulator failed on this request, which is a defect of the emulator. Its log has the details."
            return self._refuse(exchange, AwsError("InternalServerException", text, status=500))
        return self._journaled(exchange)

    # The steps, in order.

    def _find_lab(self, exchange: Exchange) -> None:
        found = _LAB_PREFIX.fullmatch(exchange.request.path)
        name = DEFAULT_LAB if found is None else found["lab"]
        exchange.path = exchange.request.path if found is None else found["path"]
        exchange.pinned_region = None if found is None else found["region"]
        exchange.lab = self._labs.get(name)
        if exchange.lab is None:
            message = f"This emulator has no lab {name!r}. Create it with PUT /_emulator/labs/{name}."
            raise AwsError("ResourceNotFoundException", message, status=404)
        exchange.journal = exchange.lab.journal

    def _route(self, exchange: Exchange) -> None:
        exchange.match = self._router.match(exchange.request.method, exchange.path)
        if exchange.match is None:
            raise unknown_route()

    def _refuse_unreadable(self, exchange: Exchange) -> None:
        if exchange.refusal is not None:
            raise exchange.refusal

    def _authenticate(self, exchange: Exchange) -> None:
        lab, match = _lab(exchange), _match(exchange)
        caller = self._authenticator.authenticate(
            exchange.request,
            mode=lab.auth,
            credentials=lab.credentials,
            now=exchange.arrived,
            lab_now=lab.clock.now,
            pinned_region=exchange.pinned_region,
        )
        exchange.call = Call(
            lab=lab,
            operation=match.operation,
            caller=caller,
            region=exchange.pinned_region or caller.region or lab.region,
            account=caller.account,
            request_id=exchange.request_id,
        )

    def _refuse_unserved(self, exchange: Exchange) -> None:
        operation = _match(exchange).operation
        if operation.name not in self._handlers:
            raise not_served(operation.name)

    def _parse_and_validate(self, exchange: Exchange) -> None:
        match = _match(exchange)
        exchange.params = self._parser.parse(match.operation, exchange.request, match.labels)

    def _fault(self, exchange: Exchange) -> None:
        call = _call(exchange)
        error = call.lab.faults.take_error(call.operation.name, *_models(exchange))
        if error is not None:
            raise error

    def _operate(self, exchange: Exchange) -> None:
        call = _call(exchange)
        output = self._handlers[call.operation.name](call, exchange.params)
        exchange.output = output.answer if isinstance(output, Delivered) else output
        if isinstance(exchange.output, EventStream):
            fault = call.lab.faults.take_stream(call.operation.name, *_models(exchange))
            if fault is not None:
                exchange.output = replace(exchange.output, parts=fault.apply(exchange.output.events))

    def _serialize(self, exchange: Exchange) -> None:
        operation, output = _match(exchange).operation, exchange.output
        if isinstance(output, EventStream):
            headers = [*event_stream_headers(exchange.request_id), *output.headers]
            exchange.response = HttpResponse(status=200, headers=headers, body=self._stream(exchange, output))
        elif isinstance(output, PreparedBody):
            headers = [*body_headers(exchange.request_id, output.content_type), *output.headers]
            exchange.response = HttpResponse(status=operation.status, headers=headers, body=output.data)
        else:
            exchange.response = serialize(operation, output or {}, exchange.request_id)

    # Around the steps.

    def _refuse(self, exchange: Exchange, error: AwsError) -> HttpResponse:
        operation = exchange.match.operation if exchange.match else None
        exchange.response = serialize_error(error, operation, exchange.request_id)
        return self._journaled(exchange, error)

    def _journaled(self, exchange: Exchange, error: AwsError | None = None) -> HttpResponse:
        """Journal an answer in one piece now; a stream journals itself when it ends."""
        response = exchange.response
        assert response is not None  # the last step and every refusal set it
        if isinstance(response.body, bytes):
            _journal(exchange, response_body=response.body, error=error)
        return response

    def _stream(self, exchange: Exchange, stream: EventStream) -> Iterator[bytes]:
        """The frames of a stream; the exchange is journaled just before the client can see the end of it."""
        kept: list[bytes] = []
        size = 0
        frames = frames_of(stream, paddings(exchange.request_id))
        complete = left_out = False
        try:
            for chunk in frames if stream.paced else joined(frames):
                left_out = size > STREAM_BYTES_KEPT
                if not left_out:
                    kept.append(chunk)
                    size += len(chunk)
                yield chunk
            complete = True
        finally:
            # Closed early means that the client has left; granian then closes this generator.
            _journal(
                exchange,
                frames=kept,
                frames_left_out=left_out,
                complete=complete,
                client_closed=not complete,
            )


def _journal(exchange: Exchange, *, error: AwsError | None = None, **answer: Any) -> None:
    """Keep the exchange in the journal of its lab; a request to no lab has none."""
    if exchange.journal is None or exchange.response is None:
        return
    entry = JournalEntry(
        time=exchange.arrived,
        duration_ms=exchange.elapsed_ms,
        request=exchange.request,
        request_id=exchange.request_id,
        operation=exchange.match.operation.name if exchange.match else None,
        region=exchange.call.region if exchange.call else exchange.pinned_region,
        caller=exchange.call.caller if exchange.call else None,
        status=exchange.response.status,
        response_headers=exchange.response.headers,
        error_code=error.code if error else None,
        error_message=error.message if error else None,
        **answer,
    )
    exchange.journal.append(entry)


def _models(exchange: Exchange) -> tuple[str, ...]:
    """Every name by which a fault may mean the model of this call; none are looked up where nothing can fail."""
    call, model_id = _call(exchange), exchange.params.get("modelId")
    return () if model_id is None or not call.lab.faults else model_names(call, model_id)


def _lab(exchange: Exchange) -> Lab:
    assert exchange.lab is not None  # the first step sets it or refuses
    return exchange.lab


def _match(exchange: Exchange) -> Match:
    assert exchange.match is not None  # the routing step sets it or refuses
    return exchange.match


def _call(exchange: Exchange) -> Call:
    assert exchange.call is not None  # the authentication step sets it or refuses
    return exchange.call
