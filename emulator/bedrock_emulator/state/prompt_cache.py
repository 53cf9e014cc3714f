"""The prompt prefixes that the models of a lab remember, each until its time is over on the lab's clock."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from bedrock_emulator.reply.caching import Boundary, Cached

_LIFETIMES: Mapping[str, timedelta] = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
"""By `ttl` [botocore]; every read begins it anew [docs]."""
_MOST_PREFIXES = 10_000
"""Of one lab; those that were not used for longest go first."""

Key: TypeAlias = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRules:
    """How one model caches."""

    minimum: int
    """The tokens that a prefix has at least; shorter ones are not cached, and nothing says so [docs]."""
    lookback: int
    """How many blocks before a cachePoint the end of a known prefix may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a request finds in the cache and will leave in it."""

    cached: Cached = field(default_factory=Cached)
    kept: tuple[tuple[Key, str], ...] = ()
    """The prefixes to remember, each with its `ttl`."""


@dataclass(slots=True)
class _Entry:
    ends: datetime
    ttl: str


class PromptCache:
    """Finds and remembers prefixes. A request that the model never saw leaves nothing: finding changes nothing."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, owner: str, ends: Sequence[Boundary], rules: CacheRules) -> Lookup:
        """What a prompt reads and writes.

        Args:
            owner: the account, region and model; nothing is shared between two of them.
            ends: the prompt's boundaries in order.
            rules: of the model.
        """
        points = [at for at, end in enumerate(ends) if end.ttl is not None and end.tokens >= rules.minimum]
        if not points:
            return Lookup()
        hit = self._longest(owner, ends, points, rules.lookback)
        read = ends[hit].tokens if hit is not None else 0
        kept = [((owner, ends[at].digest), ends[at].ttl or "") for at in points]
        if hit is not None and hit not in points:
            kept.append(((owner, ends[hit].digest), ""))
        return Lookup(cached=_counted([ends[at] for at in points], read), kept=tuple(kept))

    def keep(self, lookup: Lookup) -> None:
        """Remember what a request found or wrote, from now on for its time to live."""
        now = self._now()
        with self._lock:
            for key, ttl in lookup.kept:
                self._keep(key, ttl, now)
            while len(self._entries) > _MOST_PREFIXES:
                self._entries.popitem(last=False)

    def _keep(self, key: Key, ttl: str, now: datetime) -> None:
        """A prefix that is there already keeps the longer of two lives."""
        known = self._entries.pop(key, None)
        lives = [each for each in (ttl, known.ttl if known and known.ends > now else "") if each]
        if lives:
            longest = max(lives, key=lambda each: _LIFETIMES[each])
            self._entries[key] = _Entry(now + _LIFETIMES[longest], longest)

    def _longest(
        self, owner: str, ends: Sequence[Boundary], points: Sequence[int], lookback: int
    ) -> int | None:
        """The last boundary, at a cachePoint or not too far before one, whose prefix is known."""
        candidates = {at for point in points for at in range(max(point - lookback, 0), point + 1)}
        now = self._now()
        with self._lock:
            for at in sorted(candidates, reverse=True):
                entry = self._entries.get((owner, ends[at].digest))
                if entry is not None and entry.ends > now:
                    return at
        return None


def _counted(points: Sequence[Boundary], read: int) -> Cached:
    """The tokens from the end of what is known to the last cachePoint, by how long they are kept."""
    written = {"5m": 0, "1h": 0}
    start = read
    for point in points:
        if point.tokens > start:
            written[point.ttl or "5m"] += point.tokens - start
            start = point.tokens
    return Cached(read=read, write=sum(written.values()), write_1h=written["1h"])
