"""What a lab saw: every exchange, kept raw and rendered only when somebody reads it."""

import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from bedrock_emulator.call import Caller
from bedrock_emulator.depth import is_deeper
from bedrock_emulator.errors import AdminError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.state.clock import write_instant
from bedrock_emulator.state.redact import Redactor, presented_tokens
from bedrock_emulator.wire.events import sound_events

MAX_ENTRIES = 10_000
"""Exchanges kept; the oldest go first."""

MAX_BYTES = 128 * 1024 * 1024
"""Bytes that the journals of one server keep together."""

_OBJECTS = 1_000
"""Bytes, about, of the objects that hold the texts of one exchange."""

_MAX_DEPTH = 64
"""Levels of JSON that are shown parsed; deeper bodies are shown as base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One exchange, as raw as it was, so that keeping it costs next to nothing."""

    time: datetime
    """When the request arrived."""
    duration_ms: float
    """Until the answer was handed over, its whole stream included."""
    request: HttpRequest
    request_id: str
    operation: str | None
    """None when no route matched."""
    region: str | None
    caller: Caller | None
    """None when authentication failed."""
    status: int
    response_headers: Sequence[tuple[str, str]]
    response_body: bytes = b""
    """Of an answer in one piece."""
    frames: Sequence[bytes] = ()
    """Of a streamed answer: encoded events, joined in any way."""
    frames_left_out: bool = False
    """Whether there were more of them than were kept."""
    error_code: str | None = None
    error_message: str | None = None
    complete: bool = True
    """Whether the whole answer was handed to the connection."""
    client_closed: bool = False
    """Whether the client left before the end."""
    fault: str | None = None
    """The place in a document that ordered what went wrong."""

    @property
    def size(self) -> int:
        """The memory that it takes, as it counts towards MAX_BYTES."""
        return _OBJECTS + sum(map(sys.getsizeof, self._texts()))

    def _texts(self) -> Iterator[str | bytes]:
        """Everything in it whose length others decide."""
        request = self.request
        yield from (request.method, request.path, request.query, request.body, self.response_body)
        yield from (self.region or "", self.error_message or "", self.fault or "")
        if self.caller is not None:
            yield from (self.caller.access_key_id or "", self.caller.canonical_path or "", self.caller.arn)
        for pair in (*request.headers.items(), *self.response_headers):
            yield from pair
        yield from self.frames


_Kept: TypeAlias = tuple[int, int, JournalEntry]
"""An exchange with its id and its size."""


class Budget:
    """The memory that the journals of one server share; the largest journal gives up its oldest exchange first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.lock = threading.RLock()
        """Held by whoever changes one of the journals."""
        self._left = max_bytes
        self._held: dict[Journal, int] = {}

    def take(self, journal: "Journal", size: int) -> None:
        """Account for an exchange that was kept, and make room for it."""
        self._left -= size
        self._held[journal] = self._held.get(journal, 0) + size
        while self._left < 0:
            max(self._held, key=self._held.__getitem__).drop_oldest()

    def give_back(self, journal: "Journal", size: int) -> None:
        """Account for exchanges that were dropped."""
        self._left += size
        self._held[journal] -= size
        if not self._held[journal]:
            del self._held[journal]


class Journal:
    """The bounded list of a lab's exchanges; ids grow from 1 and are not used again after a clear."""

    def __init__(
        self,
        lab: str,
        *,
        secrets: Callable[[], Collection[str]] = frozenset,
        max_entries: int = MAX_ENTRIES,
        budget: Budget | None = None,
    ) -> None:
        self._lab = lab
        self._secrets = secrets
        self._max_entries = max_entries
        self._budget = budget or Budget()
        self._changed = threading.Condition(self._budget.lock)
        self._entries: deque[_Kept] = deque()
        self._last_id = 0
        self._dropped = 0
        self._is_closed = False

    def __len__(self) -> int:
        """How many exchanges are kept."""
        return len(self._entries)

    @property
    def dropped(self) -> int:
        """How many exchanges were given up for room since the last clear."""
        return self._dropped

    def append(self, entry: JournalEntry) -> int:
        """Keep an exchange and give it its id."""
        size = entry.size
        with self._changed:
            self._last_id += 1
            if self._is_closed:
                return self._last_id
            self._entries.append((self._last_id, size, entry))
            self._budget.take(self, size)
            if len(self._entries) > self._max_entries:
                self.drop_oldest()
            self._changed.notify_all()
            return self._last_id

    def drop_oldest(self) -> None:
        """Give up the oldest exchange for room; the budget's lock is held."""
        self._budget.give_back(self, self._entries.popleft()[1])
        self._dropped += 1

    def clear(self) -> None:
        """Forget every exchange."""
        with self._changed:
            while self._entries:
                self.drop_oldest()
            self._dropped = 0

    def close(self) -> None:
        """Forget every exchange, those that still end included, and let go who waits for them."""
        with self._changed:
            self.clear()
            self._is_closed = True
            self._changed.notify_all()

    def entries(self, *, operation: str | None = None, after: int | None = None) -> list[dict[str, Any]]:
        """The exchanges as JSON, oldest first.

        Args:
            operation: only those of this API operation.
            after: only those with a greater id.
        """
        page: list[dict[str, Any]] = self.page(operation=operation, after=after)["entries"]
        return page

    def page(self, *, operation: str | None = None, after: int | None = None) -> dict[str, Any]:
        """The exchanges with what a reader needs to go on: the `JournalPage` of the schema."""
        with self._changed:
            kept, dropped, last_id = list(self._entries), self._dropped, self._last_id
            secrets = self._secrets()
        # Of every exchange, since a token of one may be repeated in the body of another.
        tokens = {token for *_, entry in kept for token in presented_tokens(entry.request.headers)}
        redactor = Redactor(tokens.union(secrets))
        chosen = [each for each in kept if _is_meant(each, operation, after)]
        entries = [_render(number, entry, self._lab, redactor) for number, _, entry in chosen]
        return {"entries": entries, "dropped": dropped, "lastId": last_id}

    def wait(
        self, count: int, timeout: float, *, operation: str | None = None, after: int | None = None
    ) -> bool:
        """Wait until so many exchanges are there; False when they were not within `timeout` seconds.

        Args:
            count: how many, those that are there already included.
            timeout: in seconds.
            operation: as for `entries`.
            after: as for `entries`.

        Raises:
            AdminError: 409, the journal was closed.
        """

        def is_over() -> bool:
            return self._is_closed or self._count(operation, after) >= count

        with self._changed:
            is_complete = self._changed.wait_for(is_over, timeout)
            if self._is_closed:
                message = "the lab was reset or deleted while this waited for its journal; wait for it again"
                raise AdminError(409, message)
            return is_complete

    def _count(self, operation: str | None, after: int | None) -> int:
        return sum(_is_meant(each, operation, after) for each in self._entries)


def _is_meant(kept: _Kept, operation: str | None, after: int | None) -> bool:
    number, _, entry = kept
    return (after is None or number > after) and (operation is None or entry.operation == operation)


def _render(number: int, entry: JournalEntry, lab: str, redactor: Redactor) -> dict[str, Any]:
    request, caller = entry.request, entry.caller
    events, broken = sound_events(b"".join(entry.frames))
    return {
        "id": number,
        "time": write_instant(entry.time),
        "durationMs": round(entry.duration_ms, 3),
        "operation": entry.operation,
        "lab": lab,
        "region": _text(redactor, entry.region),
        "account": None if caller is None else caller.account,
        "caller": None if caller is None else _caller(caller, redactor),
        "method": redactor.text(request.method),
        "path": redactor.text(request.path),
        "canonicalPath": _canonical_path(caller, redactor),
        "query": redactor.query(request.query),
        "requestHeaders": {
            redactor.text(key): redactor.header(key, value) for key, value in request.headers.items()
        },
        "requestBody": _body(redactor, request.body),
        "status": entry.status,
        "errorCode": entry.error_code,
        "errorMessage": _text(redactor, entry.error_message),
        "requestId": entry.request_id,
        "responseHeaders": [[name, redactor.header(name, value)] for name, value in entry.response_headers],
        "responseBody": _body(redactor, entry.response_body),
        "events": redactor.value(events),
        "brokenEvents": {"$base64": redactor.base64(broken)} if broken else None,
        "complete": entry.complete,
        "clientClosed": entry.client_closed,
        "eventsLeftOut": entry.frames_left_out,
        "fault": entry.fault,
    }


def _caller(caller: Caller, redactor: Redactor) -> dict[str, Any]:
    return {
        "kind": caller.kind,
        "accessKeyId": _text(redactor, caller.access_key_id),
        "arn": _text(redactor, caller.arn or None),
    }


def _canonical_path(caller: Caller | None, redactor: Redactor) -> str | None:
    return (
        None if caller is None or caller.canonical_path is None else redactor.encoded(caller.canonical_path)
    )


def _text(redactor: Redactor, text: str | None) -> str | None:
    return None if text is None else redactor.text(text)


def _body(redactor: Redactor, body: bytes) -> Any:
    if not body:
        return None
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"$base64": redactor.base64(body)}
    if is_deeper(parsed, _MAX_DEPTH):
        return {"$base64": redactor.base64(body)}
    return redactor.value(parsed)
