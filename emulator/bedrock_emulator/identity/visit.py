"""One request to a credential endpoint on its way, and what the endpoint says to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bedrock_emulator.call import Call, Caller
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.model.service import Operation
from bedrock_emulator.state.lab import Lab


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request; the endpoint notes what it finds out, so that the journal can tell it, refusals included."""

    lab: Lab
    request: HttpRequest
    """With the path as the client signed it."""
    path: str
    """Below the endpoint."""
    request_id: str
    arrived: datetime
    """The real time."""
    operation: str | None = None
    """The name under which the journal has it."""
    caller: Caller | None = None
    region: str | None = None
    asked: Mapping[str, Any] | None = field(default=None, repr=False)
    """The parameters in the body, which the journal shows in its place."""

    def call(self, operation: Operation) -> Call:
        """The call of a modelled operation, once the caller and the region are known."""
        assert self.caller is not None
        assert self.region is not None
        return Call(
            lab=self.lab,
            operation=operation,
            caller=self.caller,
            region=self.region,
            account=self.caller.account,
            request_id=self.request_id,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and the document in it that the journal shows once its secrets are out."""

    response: HttpResponse
    document: Any = field(default=None, repr=False)


class Endpoint(Protocol):
    """One of the services that hand out credentials."""

    def answer(self, visit: Visit) -> Told:
        """Answer a request.

        Raises:
            AwsError: it is refused.
        """

    def refuse(self, visit: Visit, error: AwsError) -> HttpResponse:
        """Say no in the form that this service's clients read."""
