"""The path of every AWS request, as one list of steps.

Each step reads and extends the exchange; a refusal is raised as AwsError by the step that finds it. The journal
wraps the whole list, so refused and half-read requests are seen too.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from bedrock_emulator.auth.authenticate import Authenticator
from bedrock_emulator.call import Call, Handler
from bedrock_emulator.delivery import Delivered
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.deliver import Deliverer, models_of
from bedrock_emulator.http.exchange import Exchange
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.http.waiting import Timing
from bedrock_emulator.model.parse import Parser
from bedrock_emulator.model.router import Router
from bedrock_emulator.model.serialize import serialize_error, unknown_route
from bedrock_emulator.operations.authorization import authorize
from bedrock_emulator.operations.dispatch import not_served
from bedrock_emulator.state.lab import DEFAULT_LAB
from bedrock_emulator.state.labs import Labs

_LAB_PREFIX = re.compile(r"/_lab/(?P<lab>[^/]+)(?:/_region/(?P<region>[^/]+))?(?P<path>/.*)", re.DOTALL)

_log = logging.getLogger(__name__)

Step: TypeAlias = Callable[[Exchange], None]


class Pipeline:
    """Answers AWS requests for every lab of a server."""

    def __init__(
        self, *, labs: Labs, router: Router, handlers: Mapping[str, Handler], timing: Timing | None = None
    ) -> None:
        self._labs = labs
        self._router = router
        self._handlers = handlers
        self._parser = Parser()
        self._authenticator = Authenticator()
        delivery = Deliverer(timing or Timing())
        self._steps: tuple[Step, ...] = (
            self._find_lab,
            self._route,
            self._refuse_unreadable,
            self._authenticate,
            self._refuse_unserved,
            self._parse_and_validate,
            self._authorize,
            self._fail,
            self._operate,
            delivery.add_fault,
            delivery.pace_whole,
            delivery.serialize,
            delivery.damage_whole,
            delivery.hold,
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
        return self._recorded(exchange)

    # The steps, in order.

    def _find_lab(self, exchange: Exchange) -> None:
        found = _LAB_PREFIX.fullmatch(exchange.request.path)
        name = DEFAULT_LAB if found is None else found["lab"]
        exchange.path = exchange.request.path if found is None else found["path"]
        exchange.pinned_region = None if found is None else found["region"]
        lab = exchange.found_lab = self._labs.get(name)
        if lab is None:
            message = f"This emulator has no lab {name!r}. Create it with PUT /_emulator/labs/{name}."
            raise AwsError("ResourceNotFoundException", message, status=404)
        exchange.journal, exchange.over = lab.journal, lab.over

    def _route(self, exchange: Exchange) -> None:
        exchange.found_match = self._router.match(exchange.request.method, exchange.path)
        if exchange.found_match is None:
            raise unknown_route()

    def _refuse_unreadable(self, exchange: Exchange) -> None:
        if exchange.refusal is not None:
            raise exchange.refusal

    def _authenticate(self, exchange: Exchange) -> None:
        lab = exchange.lab
        caller = self._authenticator.authenticate(
            exchange.request,
            mode=lab.auth,
            credentials=lab.keys,
            now=exchange.arrived,
            lab_now=lab.clock.now,
            pinned_region=exchange.pinned_region,
        )
        caller = lab.iam.identify(caller)
        exchange.made_call = Call(
            lab=lab,
            operation=exchange.match.operation,
            caller=caller,
            region=exchange.pinned_region or caller.region or lab.region,
            account=caller.account,
            request_id=exchange.request_id,
        )

    def _refuse_unserved(self, exchange: Exchange) -> None:
        operation = exchange.match.operation
        if operation.name not in self._handlers:
            raise not_served(operation.name)

    def _parse_and_validate(self, exchange: Exchange) -> None:
        match = exchange.match
        exchange.params = self._parser.parse(match.operation, exchange.request, match.labels)

    def _authorize(self, exchange: Exchange) -> None:
        # After validation: a request that no policy could judge, since its members are missing, is malformed [guess].
        call = exchange.call
        if call.lab.iam:
            authorize(call, exchange.params)

    def _fail(self, exchange: Exchange) -> None:
        call = exchange.call
        error = call.lab.faults.take_error(call.operation.name, *models_of(exchange))
        if error is not None:
            raise error

    def _operate(self, exchange: Exchange) -> None:
        call = exchange.call
        output = self._handlers[call.operation.name](call, exchange.params)
        if isinstance(output, Delivered):
            exchange.output, exchange.delivery = output.answer, output.delivery
        else:
            exchange.output = output

    # Around the steps.

    def _refuse(self, exchange: Exchange, error: AwsError) -> HttpResponse:
        operation = exchange.found_match.operation if exchange.found_match else None
        exchange.made_response = serialize_error(error, operation, exchange.request_id)
        return self._recorded(exchange, error)

    def _recorded(self, exchange: Exchange, error: AwsError | None = None) -> HttpResponse:
        """Record an answer in one piece now; what is sent bit by bit is recorded when it ends."""
        response = exchange.response
        if isinstance(response.body, bytes):
            exchange.record(response_body=response.body, error=error)
        return response
