"""The events of an answer under a guardrail, in both of its streaming modes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError
from bedrock_emulator.guardrails.evaluation import Evaluation
from bedrock_emulator.guardrails.masking import masked_deltas
from bedrock_emulator.operations.runtime.guarding import INTERVENED, Guarding

_FIRST_SCAN = 200
"""Characters of an answer after which it is scanned for the first time in the mode async [guess]."""
_GROWTH = 1.25
"""How much more must have been said before it is scanned again, so that all scans together stay linear."""


def guarded_events(guarding: Guarding, events: Iterable[Event]) -> Iterator[Event]:
    """The events that are sent in place of these."""
    return _async_events(guarding, events) if guarding.is_async else _sync_events(guarding, events)


class _Said:
    """The text of every block so far, delta by delta."""

    def __init__(self) -> None:
        self._deltas: dict[int, list[str]] = {}
        self._length = 0

    def take(self, event: Event) -> str | None:
        """The text that an event says, if it says any."""
        text = delta_text(event)
        if text is not None:
            self._deltas.setdefault(_index(event), []).append(text)
            self._length += len(text)
        return text

    def __len__(self) -> int:
        return self._length

    @property
    def texts(self) -> list[str]:
        return ["".join(deltas) for deltas in self._deltas.values()]

    @property
    def whole(self) -> str:
        return "".join(self.texts)

    def masked(self, output: Evaluation) -> dict[int, Iterator[str]]:
        """The deltas of every block as they are shown."""
        return {
            index: iter(masked_deltas(deltas, output.masks(number)))
            for number, (index, deltas) in enumerate(self._deltas.items())
        }


def delta_text(event: Event) -> str | None:
    """The text of a contentBlockDelta of text; a scenario may have put anything in its place."""
    name, payload = event
    delta = payload.get("delta") if name == "contentBlockDelta" else None
    text = delta.get("text") if isinstance(delta, Mapping) else None
    return text if isinstance(text, str) else None


def _index(event: Event) -> int:
    index = event[1].get("contentBlockIndex")
    return index if isinstance(index, int) else 0


def _sync_events(guarding: Guarding, events: Iterable[Event]) -> Iterator[Event]:
    """Everything is scanned before anything is sent; an error comes after what was said before it."""
    held: list[Event] = []
    failure: AwsError | None = None
    try:
        held.extend(events)
    except AwsError as error:
        failure = error
    yield from _released(guarding, held)
    if failure is not None:
        raise failure


def _released(guarding: Guarding, events: Sequence[Event]) -> Iterator[Event]:
    said = _Said()
    for event in events:
        said.take(event)
    output = guarding.judge(said.texts)
    guarding.conclude(output, said.whole)
    if output.action == "BLOCKED":
        yield from _blocked(guarding, events)
        return
    shown = said.masked(output)
    for event in events:
        text = delta_text(event)
        if text is not None:
            guarding.outcome.is_blank = not text.strip()
            yield "contentBlockDelta", {**event[1], "delta": {"text": next(shown[_index(event)])}}
        elif event[0] == "messageStop" and output.action != "NONE" and not guarding.is_native:
            yield "messageStop", {**event[1], "stopReason": INTERVENED}
        else:
            yield _traced(event, guarding)


def _blocked(guarding: Guarding, events: Iterable[Event]) -> Iterator[Event]:
    """The message in place of the whole answer, and what came around it."""
    for event in events:
        if event[0] == "messageStart":
            yield event
        elif event[0] == "messageStop":
            yield from _message(guarding, 0)
        elif event[0] == "metadata":
            yield _traced(event, guarding)


def _message(guarding: Guarding, index: int) -> Iterator[Event]:
    text = guarding.guard.blocked_message("OUTPUT")
    yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": text}}
    yield "contentBlockStop", {"contentBlockIndex": index}
    yield "messageStop", {"stopReason": guarding.blocked_reason}


def _traced(event: Event, guarding: Guarding) -> Event:
    name, payload = event
    if name != "metadata" or guarding.outcome.trace is None:
        return event
    return name, {**payload, "trace": {"guardrail": guarding.outcome.trace}}


def _async_events(guarding: Guarding, events: Iterable[Event]) -> Iterator[Event]:
    """Events are sent at once; what a scan finds later ends the answer with the blocked message [docs]."""
    scan = _Scan(guarding)
    for event in events:
        if scan.is_over:
            if event[0] == "metadata":
                yield _traced(event, guarding)
        elif event[0] == "messageStop":  # every block is closed, so the message is one more
            yield from _message(guarding, scan.last_block + 1) if scan.finds() else (event,)
        else:
            yield _traced(event, guarding)
            if scan.is_due_after(event) and scan.finds():
                yield from _message(guarding, _index(event))


class _Scan:
    """Reads along behind a stream."""

    def __init__(self, guarding: Guarding) -> None:
        self.is_over = False
        """Whether something was found that ends the answer."""
        self.last_block = 0
        self._guarding = guarding
        self._said = _Said()
        self._due = _FIRST_SCAN

    def is_due_after(self, event: Event) -> bool:
        """Take what an event says; whether that is enough for another scan."""
        self.last_block = max(self.last_block, _index(event))
        return self._said.take(event) is not None and len(self._said) >= self._due

    def finds(self) -> bool:
        """Whether the answer so far is one to be blocked."""
        self._due = int(len(self._said) * _GROWTH)
        output = self._guarding.judge(self._said.texts).unmasked()
        self._guarding.conclude(output, self._said.whole)
        self.is_over = output.action == "BLOCKED"
        return self.is_over
