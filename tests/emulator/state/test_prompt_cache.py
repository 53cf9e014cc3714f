"""The prompt cache of a lab: what is written, read, kept and forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from bedrock_emulator.reply.caching import Boundary, Cached
from bedrock_emulator.state.prompt_cache import CacheRules, PromptCache

CLAUDE = CacheRules(minimum=100, lookback=20)
NOVA = CacheRules(minimum=100, lookback=0)


class Clock:
    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now

    def advance(self, **duration):
        self.now += timedelta(**duration)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    return PromptCache(clock)


def prompt(*ends):
    """Boundaries from names: `a`, or `a*` for a cachePoint, `a**` for one of an hour; each block has 100 tokens."""
    made, path = [], ""
    for number, end in enumerate(ends, 1):
        name = end.rstrip("*")
        path += name
        ttl = {0: None, 1: "5m", 2: "1h"}[len(end) - len(name)]
        made.append(Boundary(path.encode(), 100 * number, ttl))
    return made


def ask(cache, *ends, owner="one", rules=CLAUDE):
    found = cache.find(owner, prompt(*ends), rules)
    cache.keep(found)
    return found.cached


def test_a_prefix_is_written_once_and_then_read(cache):
    assert ask(cache, "a*", "b") == Cached(write=100)
    assert ask(cache, "a*", "b") == Cached(read=100)
    assert ask(cache, "a*", "c") == Cached(read=100)
    assert ask(cache, "b*", "a") == Cached(write=100)


def test_a_longer_prefix_reads_the_shorter_and_writes_the_rest(cache):
    ask(cache, "a*")
    assert ask(cache, "a*", "b", "c*", "d") == Cached(read=100, write=200)
    assert ask(cache, "a*", "b", "c*", "d*") == Cached(read=300, write=100)


def test_without_a_cache_point_nothing_is_read(cache):
    ask(cache, "a*")
    assert ask(cache, "a", "b") == Cached()


def test_a_prefix_below_the_minimum_is_not_cached(cache):
    rules = CacheRules(minimum=200, lookback=20)
    assert ask(cache, "a*", "b", rules=rules) == Cached()
    assert ask(cache, "a*", "b*", rules=rules) == Cached(write=200)
    assert len(cache) == 1


def test_accounts_regions_and_models_share_nothing(cache):
    ask(cache, "a*", owner="one")
    assert ask(cache, "a*", owner="two") == Cached(write=100)


@pytest.mark.parametrize(("mark", "lives"), [("*", timedelta(minutes=5)), ("**", timedelta(hours=1))])
def test_a_prefix_lives_from_its_last_use(cache, clock, mark, lives):
    ask(cache, f"a{mark}")
    for _ in range(3):
        clock.advance(seconds=(lives - timedelta(seconds=1)).total_seconds())
        assert ask(cache, f"a{mark}").read == 100
    clock.advance(seconds=lives.total_seconds())
    assert ask(cache, f"a{mark}").write == 100


def test_what_is_kept_for_an_hour_is_counted_apart(cache):
    assert ask(cache, "a**", "b", "c*") == Cached(write=300, write_1h=100)


def test_a_shorter_life_does_not_shorten_a_longer_one(cache, clock):
    ask(cache, "a**")
    ask(cache, "a*")
    clock.advance(minutes=30)
    assert ask(cache, "a*").read == 100


def test_a_moved_cache_point_finds_the_prefix_within_the_lookback(cache):
    ask(cache, "a", "b*")
    assert ask(cache, "a", "b", "c*") == Cached(read=200, write=100)
    assert ask(cache, "a", "b", *"cdefghijklmnopqrstuv", "x*") == Cached(read=300, write=2000)
    assert ask(cache, "a", "b", *(f"<{n}>" for n in range(19)), "y*") == Cached(read=200, write=2000)
    assert ask(cache, "a", "b", *(f"({n})" for n in range(21)), "z*") == Cached(write=2400)


def test_without_lookback_only_cache_points_find_a_prefix(cache):
    ask(cache, "a*", rules=NOVA)
    assert ask(cache, "a", "b*", rules=NOVA) == Cached(write=200)
    assert ask(cache, "a*", "b*", "c*", rules=NOVA) == Cached(read=200, write=100)


def test_finding_alone_changes_nothing(cache):
    cache.find("one", prompt("a*"), CLAUDE)
    assert len(cache) == 0
    assert ask(cache, "a*") == Cached(write=100)


def test_the_cache_is_bounded_and_forgets_what_was_not_used_for_longest(cache):
    for number in range(10_005):
        ask(cache, f"{number}*")
        if number % 1000 == 0:
            ask(cache, "0*")
    assert len(cache) == 10_000
    assert ask(cache, "0*").read == 100
    assert ask(cache, "1*").write == 100
