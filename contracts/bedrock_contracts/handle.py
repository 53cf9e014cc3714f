"""The provider under test as the checks see it: every fault of it is one kind of error, every answer is well typed."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn, TypeVar

from bedrock_contracts.api import (
    AuthResolution,
    Catalog,
    ConfigurationError,
    Message,
    Provider,
    ProviderFactory,
    Setup,
    StreamEvent,
    StreamRequest,
)
from bedrock_contracts.codec import JsonValue

DEADLINE = 20.0
"""Seconds that one call to the provider may take; the emulator answers in milliseconds."""

TERMINAL_EVENTS = ("done", "error")

Value = TypeVar("Value", bound=JsonValue)


class ProviderError(AssertionError):
    """The provider raised, hung, or answered something that is not what its interface says."""


class RefusedError(ProviderError):
    """The provider refused its configuration; the message quotes it."""


class _DeadlinePassed(BaseException):
    """Not an Exception, so that no `except Exception` of a provider swallows it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """All events of one model call."""

    events: tuple[StreamEvent, ...]

    @property
    def types(self) -> list[str]:
        """The event types in order."""
        return [event.type for event in self.events]

    @property
    def last(self) -> StreamEvent:
        """The final event; a reply without events is a fault."""
        if not self.events:
            raise ProviderError("stream() yielded no event at all")
        return self.events[-1]

    @property
    def message(self) -> Message:
        """The message of the terminal event."""
        if self.last.message is None:
            raise ProviderError(f"the last event, {self.last.type!r}, carries no message")
        return self.last.message

    @property
    def text(self) -> str:
        """The text blocks of the message, joined."""
        blocks = self.message.content
        return "".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")

    def outline(self) -> str:
        """The event types in one line, for messages."""
        return " ".join(self.types) or "(no events)"

    def succeeded(self) -> "Reply":
        """This reply, or a fault that quotes the provider's own error."""
        error = self.last.error
        if self.last.type != "done":
            detail = (
                f"{error.type} ({error.category}): {error.message}" if error else "without an error value"
            )
            raise ProviderError(f"the model call ended with {self.last.type!r}, {detail}")
        return self


class Handle:
    """Calls the provider under test and vouches for the form of its answers."""

    def __init__(self, provider: Provider, *, deadline: float = DEADLINE) -> None:
        self._provider = provider
        self._deadline = deadline

    def resolve_auth(self) -> AuthResolution:
        """The reported credential source."""
        with guarded("resolve_auth()", self._deadline):
            return _checked(AuthResolution, self._provider.resolve_auth())

    def discover(self, *, force: bool = False) -> Catalog | None:
        """The implicit provider's catalogue, or None."""
        with guarded("discover()", self._deadline):
            found = self._provider.discover(force=force)
            return None if found is None else _checked(Catalog, found)

    def stream(self, request: StreamRequest) -> Reply:
        """One model call, read to its end."""
        with guarded("stream()", self._deadline):
            return Reply(tuple(_checked(StreamEvent, event) for event in self._provider.stream(request)))

    def close(self) -> None:
        """Release the provider."""
        with guarded("close()", self._deadline):
            self._provider.close()


def opened(factory: ProviderFactory, setup: Setup) -> Handle:
    """A handle on a fresh provider; raises RefusedError when it does not take the configuration."""
    with guarded("open()"):
        try:
            return Handle(factory.open(setup))
        except ConfigurationError as error:
            refusal = str(error)
    raise RefusedError(f"the provider refused its configuration: {refusal}")


def _checked(kind: type[Value], answer: Value) -> Value:
    return kind.from_json(answer.to_json())


@contextmanager
def guarded(call: str, seconds: float = DEADLINE) -> Iterator[None]:
    """Whatever goes wrong inside belongs to the provider and becomes a ProviderError."""
    try:
        with _deadline(seconds):
            yield
    except _DeadlinePassed:
        raise ProviderError(f"{call} did not come back within {seconds:g} s") from None
    except Exception as error:
        raise ProviderError(f"{call} raised {type(error).__name__}: {error}") from error


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield  # no way to interrupt a call from outside here
        return
    previous = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _DeadlinePassed
