"""Waits inside an answer: on a timetable, in slices short enough to notice that the client or the lab is gone."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from bedrock_emulator.delivery import Pause

SLICE_SECONDS = 0.1
"""After so long a waiting answer offers its connection no bytes, which fails when the client has left [measured, granian]."""

_FLUSHES = 3
_FLUSH_SECONDS = 0.01
"""Offers of no bytes before a cut, and the time between them: what was sent before has then left this machine. granian
takes one chunk at a time and writes it out as soon as no other is there; a cut at once can swallow it [measured]."""


MOST_WAITING = 1_000
"""Answers that wait at the same moment. Each holds a thread, and the few that are left answer whoever wants to end the
waiting: with all of them silent, no lab could be reset."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The time that answers take, for tests to replace."""

    clock: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait
    seats: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_WAITING))
    """Held by those who wait; who finds none does not wait at all."""


@dataclass(slots=True)
class Timetable:
    """The pauses of one answer; what sending takes is not added to them."""

    timing: Timing
    over: threading.Event
    """Set when nobody shall wait any longer."""
    _due: float = field(init=False)

    def __post_init__(self) -> None:
        self._due = self.timing.clock()

    def wait(self, pause: Pause) -> Generator[bytes, None, bool]:
        """Offer no bytes again and again until the pause is over; returns whether it was given up."""
        if pause.from_now:
            self._due = max(self._due, self.timing.clock())
        self._due += pause.seconds
        if not self.timing.seats.acquire(blocking=False):
            return True
        try:
            return (yield from self._until_due())
        finally:
            self.timing.seats.release()

    def _until_due(self) -> Generator[bytes, None, bool]:
        while (left := self._due - self.timing.clock()) > 0:
            if self.timing.wait(self.over, min(left, SLICE_SECONDS)):
                return True
            if left > SLICE_SECONDS:
                yield b""
        return self.over.is_set()

    def hold(self, seconds: float) -> None:
        """Wait so long with nothing to offer, as before the first byte; a client that leaves is not noticed."""
        for _ in self.wait(Pause(seconds)):
            pass

    def flush(self) -> Generator[bytes, None, None]:
        """Let what was sent reach the client before its connection ends."""
        for _ in range(_FLUSHES):
            yield b""
            self.timing.wait(self.over, _FLUSH_SECONDS)
