"""How often a fault happens: a number of times, and with a probability that a seed makes repeatable."""

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from hashlib import blake2b

_DRAWS = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """Of the calls that a fault means, which ones it hits; by default all of them. `Tallies` keep the count."""

    count: int | None = None
    """How many it hits at most."""
    probability: float = 1.0
    seed: int = 0
    """The same seed hits the same calls of a sequence."""

    def hit(self, call: int) -> bool:
        """Whether the dice are against this call, counted from 0; says nothing of the count."""
        if self.probability >= 1:
            return True
        digest = blake2b(f"{self.seed}/{call}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / _DRAWS < self.probability


@dataclass(slots=True)
class _Tally:
    calls: int = 0
    hits: int = 0


class Tallies:
    """How often each fault was asked about and has happened; one object for each lab, safe between threads."""

    def __init__(self) -> None:
        self._tallies: dict[Hashable, _Tally] = {}
        self._lock = threading.Lock()

    def strikes(self, key: Hashable, odds: Odds) -> bool:
        """Whether the fault happens to this call, which is counted.

        Args:
            key: names the fault; its counts live as long as this object.
            odds: of the fault.
        """
        with self._lock:
            tally = self._tallies.setdefault(key, _Tally())
            if odds.count is not None and tally.hits >= odds.count:
                return False
            is_hit = odds.hit(tally.calls)
            tally.calls += 1
            tally.hits += is_hit
            return is_hit

    def is_used_up(self, key: Hashable, odds: Odds) -> bool:
        """Whether the fault has happened as often as it may."""
        tally = self._tallies.get(key)
        return odds.count is not None and tally is not None and tally.hits >= odds.count
