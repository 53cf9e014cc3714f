"""A cache for answers that cost a call: one load for many callers, nothing kept that failed."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Loaded(Generic[V]):
    """What a load gave, and whether it is complete enough to be kept."""

    value: V
    keep: bool


@dataclass(frozen=True, slots=True)
class Entry(Generic[V]):
    """A kept value and the moment its load began."""

    value: V
    since: float


def is_fresh(since: float, now: float, interval: float) -> bool:
    """Whether a value loaded at `since` may still answer; at the interval itself it may not."""
    return now < since + interval


class Cache(Generic[V]):
    """Keeps values for an interval that the reader names; values must be immutable, for all share them.

    Args:
        clock: seconds that never go back.
        fresh: decides whether an entry may answer.
    """

    def __init__(self, clock: Clock, fresh: Callable[[float, float, float], bool] = is_fresh) -> None:
        self._clock = clock
        self._fresh = fresh
        self._lock = threading.Lock()
        self._entries: dict[Hashable, Entry[V]] = {}
        self._flights: dict[Hashable, Future[V]] = {}

    def get(self, key: Hashable, interval: float, load: Callable[[], Loaded[V]], *, force: bool = False) -> V:
        """The fresh value of a key, else what `load` gives; callers at the same time share one load.

        An interval of 0 asks every time and shares nothing. `force` asks once more and keeps the answer.
        """
        if interval <= 0 or force:
            return self._load(key, load)
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and self._fresh(entry.since, self._clock(), interval):
                return entry.value
            flight = self._flights.get(key)
            mine = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if mine:
            self._fly(key, flight, load)
        return flight.result()

    def last(self, key: Hashable) -> V | None:
        """The last value kept for a key, however old."""
        with self._lock:
            entry = self._entries.get(key)
        return entry.value if entry is not None else None

    def _fly(self, key: Hashable, flight: Future[V], load: Callable[[], Loaded[V]]) -> None:
        try:
            value = self._load(key, load)
            flight.set_result(value)
        except BaseException as error:
            flight.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flights[key]

    def _load(self, key: Hashable, load: Callable[[], Loaded[V]]) -> V:
        since = self._clock()
        loaded = load()
        if loaded.keep:
            with self._lock:
                self._entries[key] = Entry(loaded.value, since)
        return loaded.value
