"""One request on its way through the pipeline, and what the journal keeps of it."""

import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bedrock_emulator.call import Call, EventStream, Output, PreparedBody
from bedrock_emulator.delivery import Delivery
from bedrock_emulator.errors import AwsError
from bedrock_emulator.faults.errors import OrderedError
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.model.router import Match
from bedrock_emulator.state.journal import Journal, JournalEntry
from bedrock_emulator.state.lab import Lab


@dataclass(slots=True)
class Exchange:
    """The steps fill it in from top to bottom."""

    request: HttpRequest
    refusal: AwsError | None = None
    """What the reader of the request found wrong with it."""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    arrived: datetime = field(default_factory=lambda: datetime.now(UTC))
    _start: float = field(default_factory=time.perf_counter)
    found_lab: Lab | None = None
    journal: Journal | None = None
    """The lab's, as it was when the request came: a reset gives the lab a new one."""
    over: threading.Event = field(default_factory=threading.Event)
    """The lab's too: set when it is reset or deleted, so that nobody waits any longer."""
    pinned_region: str | None = None
    """The region that the path names, `/_lab/<name>/_region/<region>/`."""
    path: str = ""
    """Without the lab's prefix."""
    found_match: Match | None = None
    made_call: Call | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    output: Output | EventStream | PreparedBody | None = None
    delivery: Delivery = field(default_factory=Delivery)
    """How the output travels: what its rule orders, and what the lab's fault book adds."""
    held_seconds: float = 0.0
    """How long nothing at all is sent."""
    made_response: HttpResponse | None = None

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the request was read."""
        return (time.perf_counter() - self._start) * 1000

    @property
    def lab(self) -> Lab:
        """The lab, once it is found."""
        assert self.found_lab is not None  # the first step sets it or refuses
        return self.found_lab

    @property
    def match(self) -> Match:
        """The route, once it is found."""
        assert self.found_match is not None  # the routing step sets it or refuses
        return self.found_match

    @property
    def call(self) -> Call:
        """The call, once it is authenticated."""
        assert self.made_call is not None  # the authentication step sets it or refuses
        return self.made_call

    @property
    def response(self) -> HttpResponse:
        """The answer, once there is one."""
        assert self.made_response is not None  # the serializing step and every refusal set it
        return self.made_response

    def record(self, *, error: AwsError | None = None, **answer: Any) -> None:
        """Keep the exchange in the journal of its lab; a request to no lab has none.

        Args:
            error: what it was refused with.
            answer: members of the entry that tell what was sent.
        """
        if self.journal is None:
            return
        entry = JournalEntry(
            time=self.arrived,
            duration_ms=self.elapsed_ms,
            request=self.request,
            request_id=self.request_id,
            operation=self.found_match.operation.name if self.found_match else None,
            region=self.made_call.region if self.made_call else self.pinned_region,
            caller=self.made_call.caller if self.made_call else None,
            status=self.response.status,
            response_headers=self.response.headers,
            error_code=error.code if error else None,
            error_message=error.message if error else None,
            fault=self._fault(error),
            **answer,
        )
        self.journal.append(entry)

    def _fault(self, error: AwsError | None) -> str | None:
        """The place of the fault that happened."""
        if error is not None:
            return error.place if isinstance(error, OrderedError) else None
        return None if self.delivery.fault is None else self.delivery.fault.place
