"""Streams whose frames are sound and whose order of events is not: one is missing, doubled, late or unknown."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bedrock_emulator.call import Event
from bedrock_emulator.delivery import CUT, Cut, Pause

LONGEST_SECONDS = 300.0
"""After this long a stalled or a never-ending answer ends: five times the read timeout of botocore [botocore: 60 s]."""

GAP_SECONDS = 0.02
"""Between the events of a stream without end, so that one does not keep a processor busy."""

ENDLESS_REPEATS = round(LONGEST_SECONDS / GAP_SECONDS)

_Chooser: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChoice:
    """Events of a stream: the one at an index, or those of a name, or the n-th of a name."""

    name: str | None = None
    occurrence: int | None = None
    """Counted from 1, as in "the second contentBlockDelta"."""
    index: int | None = None
    """Counted from 0 over all events."""

    def chooser(self) -> _Chooser:
        """A function that is told the name of each event in turn and says whether it is meant."""
        place, seen = -1, 0

        def is_meant(name: str) -> bool:
            nonlocal place, seen
            place += 1
            seen += name == self.name
            if self.index is not None:
                return place == self.index
            return name == self.name and self.occurrence in (None, seen)

        return is_meant


@dataclass(frozen=True, slots=True)
class Drop:
    """Leaves the chosen events out."""

    choice: EventChoice

    def apply(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events that are left."""
        is_meant = self.choice.chooser()
        return (event for event in events if not is_meant(event[0]))


@dataclass(frozen=True, slots=True)
class Repeat:
    """Sends the chosen events several times more, or without end: nothing comes after the first of them then."""

    choice: EventChoice
    times: int | None = 1
    """None is without end, which the emulator gives up after LONGEST_SECONDS."""

    def apply(self, events: Iterable[Event]) -> Iterator[Event | Pause | Cut]:
        """The events with the repeated ones behind their originals."""
        is_meant = self.choice.chooser()
        for event in events:
            yield event
            if is_meant(event[0]):
                if self.times is None:
                    yield from _without_end(event)
                    return
                yield from (event for _ in range(self.times))


def _without_end(event: Event) -> Iterator[Event | Pause | Cut]:
    for _ in range(ENDLESS_REPEATS):
        yield Pause(GAP_SECONDS, or_end=True)
        yield event
    yield CUT


@dataclass(frozen=True, slots=True)
class Postpone:
    """Sends the chosen events later: behind so many of those that follow, or last."""

    choice: EventChoice
    by: int = 1

    def apply(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events in their wrong order."""
        is_meant = self.choice.chooser()
        late: list[tuple[int, Event]] = []
        for place, event in enumerate(events):
            if is_meant(event[0]):
                late.append((place + self.by, event))
            else:
                yield event
            while late and late[0][0] <= place:
                yield late.pop(0)[1]
        yield from (event for _, event in late)


@dataclass(frozen=True, slots=True)
class Insert:
    """Sends an event that the service did not, an unknown one perhaps."""

    name: str
    payload: Mapping[str, Any]
    before: EventChoice | None = None
    """Where; None is after the last event."""

    def apply(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events with the new one among them."""
        new = (self.name, self.payload)
        is_meant = (self.before or EventChoice(index=-1)).chooser()
        for event in events:
            if is_meant(event[0]):
                yield new
            yield event
        if self.before is None:
            yield new
