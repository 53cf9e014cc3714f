"""One model call while it runs: pulls from the service, hands out library events, can be cancelled."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, Self

from bedrock_provider.errors import CallError, ErrorInfo
from bedrock_provider.events import StreamEvent
from bedrock_provider.streaming import ConverseMapper

ABORTED = ErrorInfo(
    type="Aborted", category="aborted", message="the call was cancelled by its caller", retryable=False
)


class EventSource(Protocol):
    """An open ConverseStream answer."""

    @property
    def request_id(self) -> str | None:
        """The id that AWS gave the request."""

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """The events as they arrive; raises CallError when the stream breaks."""

    def close(self) -> None:
        """Close the connection, from any thread."""


class ModelCall(Iterator[StreamEvent]):
    """The events of one call, as they arrive.

    Nothing is sent before the first event is asked for. `close` cancels, from this thread or another one: the
    connection is closed, and unless the call was over its last event is `error` with the reason `aborted`.
    Letting go of a call half-way closes its connection too.

    Args:
        open_source: sends the request; raises CallError when it is refused.
        mapper: turns service events into library events.
    """

    def __init__(self, open_source: Callable[[], EventSource], mapper: ConverseMapper) -> None:
        self._line = _Line()
        # The generator must not refer to this object: a circle would keep a forgotten call open.
        self._events = _events(open_source, mapper, self._line)

    def __next__(self) -> StreamEvent:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cancel the call; does nothing when it is over."""
        self._line.close()


class _Line:
    """The connection of a call, and whether it may still be used; shared between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._source: EventSource | None = None
        self._is_closed = False

    def connect(self, source: EventSource) -> EventSource:
        """Take over an open answer; it is closed at once when the call was cancelled meanwhile."""
        with self._lock:
            self._source = source
            if self._is_closed:
                source.close()
        return source

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._source is not None:
                self._source.close()

    def check(self) -> None:
        if self._is_closed:
            raise _CancelledError


class _CancelledError(Exception):
    """The caller does not want the rest."""


def _events(
    open_source: Callable[[], EventSource], mapper: ConverseMapper, line: _Line
) -> Iterator[StreamEvent]:
    try:
        yield from _answer(open_source, mapper, line)
    except _CancelledError:
        yield from mapper.fail(ABORTED, "aborted")
    finally:
        line.close()


def _answer(
    open_source: Callable[[], EventSource], mapper: ConverseMapper, line: _Line
) -> Iterator[StreamEvent]:
    try:
        line.check()
        source = line.connect(open_source())
        mapper.request_id = source.request_id
        line.check()
        for event in source:
            line.check()
            yield from mapper.feed(event)
        line.check()
    except CallError as failure:
        line.check()
        info = failure.info
        yield from mapper.fail(replace(info, request_id=info.request_id or mapper.request_id))
    else:
        yield from mapper.finish()
