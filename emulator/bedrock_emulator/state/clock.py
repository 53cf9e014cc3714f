"""The clock of a lab: the real time, the real time moved, or a moment at which it stands."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bedrock_emulator.errors import AdminError

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""The range in which every later calculation with a lab's time is safe."""


def real_time() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class LabClock:
    """A clock that a test can move."""

    def __init__(self, real: Callable[[], datetime] = real_time) -> None:
        self._real = real
        self._lock = threading.Lock()
        self._stopped_at: datetime | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The lab's time, in UTC."""
        with self._lock:
            return self._stopped_at or self._real() + self._offset

    @property
    def mode(self) -> str:
        """How it runs: real, moved or stopped."""
        if self._stopped_at is not None:
            return "stopped"
        return "moved" if self._offset else "real"

    def stop_at(self, instant: datetime) -> None:
        """Stand still at this instant until moved."""
        self._stopped_at = _in_range(lambda: instant.astimezone(UTC), "now")

    def advance(self, seconds: float) -> None:
        """Move by so many seconds, back when negative; a stopped clock stays stopped."""
        with self._lock:
            moved = _in_range(
                lambda: (self._stopped_at or self._real() + self._offset) + timedelta(seconds=seconds),
                "advanceSeconds",
            )
            if self._stopped_at is None:
                self._offset = moved - self._real()
            else:
                self._stopped_at = moved

    def reset(self) -> None:
        """Follow the real time again."""
        with self._lock:
            self._stopped_at = None
            self._offset = timedelta()

    def apply(self, document: Mapping[str, Any], *, path: str = "") -> None:
        """Do what a `Clock` document says.

        Raises:
            AdminError: no instant, or one out of range.
        """
        if "now" in document:
            self.stop_at(read_instant(document["now"], path=f"{path}.now" if path else "now"))
        elif "advanceSeconds" in document:
            self.advance(document["advanceSeconds"])
        else:
            self.reset()


def read_instant(text: str, *, path: str) -> datetime:
    """Parse ISO 8601 with a time zone.

    Raises:
        AdminError: it is something else.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise AdminError(
            400, f"{text!r} is not ISO 8601 with a time zone, as in 2026-01-31T12:00:00Z", path=path
        )
    return instant


def write_instant(instant: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond, as `read_instant` takes it."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in_range(compute: Callable[[], datetime], path: str) -> datetime:
    try:
        instant = compute()
    except OverflowError:
        instant = None
    if instant is None or not EARLIEST <= instant <= LATEST:
        raise AdminError(400, f"the clock runs from {EARLIEST.year} to {LATEST.year}", path=path)
    return instant
