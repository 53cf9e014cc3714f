"""The async invocations of one account in one region."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bedrock_emulator.state.arn import partition_of
from bedrock_emulator.state.home import Home

MOST_INVOCATIONS = 10_000
"""That are remembered; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInvocation:
    """One invocation; it is over when StartAsyncInvoke is answered."""

    arn: str
    number: int
    """Counts up in one account and region, so that invocations of one moment have an order."""
    model_arn: str
    output: Mapping[str, Any]
    """The `outputDataConfig` of the request."""
    submitted: datetime
    status: Literal["InProgress", "Completed", "Failed"] = "InProgress"
    ended: datetime | None = None
    failure: str | None = None
    client_request_token: str | None = None


class AsyncInvocations:
    """Invocations by ARN; whoever adds one holds the lock of the region."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._invocations: dict[str, AsyncInvocation] = {}
        self._last_number = 0

    def new_id(self) -> str:
        """The last part of an ARN that nothing has yet."""
        return self._home.identifiers.new()

    def arn(self, invocation_id: str) -> str:
        """The ARN of an invocation that lives here."""
        home = self._home
        return f"arn:{partition_of(home.region)}:bedrock:{home.region}:{home.account}:async-invoke/{invocation_id}"

    def next_number(self) -> int:
        """The number of a new invocation."""
        self._last_number += 1
        return self._last_number

    def add(self, invocation: AsyncInvocation) -> None:
        """Remember an invocation."""
        if len(self._invocations) >= MOST_INVOCATIONS:
            del self._invocations[next(iter(self._invocations))]
        self._invocations[invocation.arn] = invocation

    def end(self, arn: str, failure: str | None) -> None:
        """An invocation is over, with its results written unless there is a failure."""
        with self._home.lock:
            begun = self._invocations.get(arn)
            if begun is not None:  # as many as are remembered may have begun since
                self._invocations[arn] = replace(
                    begun,
                    status="Completed" if failure is None else "Failed",
                    ended=self._home.now(),
                    failure=failure,
                )

    def find(self, arn: str) -> AsyncInvocation | None:
        """The invocation with this ARN."""
        return self._invocations.get(arn)

    def all(self) -> list[AsyncInvocation]:
        """Every invocation, the oldest first."""
        with self._home.lock:
            return list(self._invocations.values())
