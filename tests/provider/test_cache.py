import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bedrock_provider.cache import Cache, Loaded


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Loads:
    """Counts loads and gives their number as the value."""

    def __init__(self, *, keep: bool = True) -> None:
        self.count = 0
        self.keep = keep

    def __call__(self) -> Loaded[int]:
        self.count += 1
        return Loaded(self.count, keep=self.keep)


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [(0, 1), (3599.999, 1), (3600, 2), (3600.5, 2)],
    ids=["at once", "just before", "at the interval", "after"],
)
def test_a_value_answers_until_its_interval_is_over(elapsed: float, expected: int) -> None:
    clock, load = Clock(), Loads()
    cache: Cache[int] = Cache(clock)
    cache.get("k", 3600, load)
    clock.now += elapsed
    assert cache.get("k", 3600, load) == expected


def test_reading_does_not_prolong() -> None:
    clock, load = Clock(), Loads()
    cache: Cache[int] = Cache(clock)
    seen = []
    for _ in range(5):
        seen.append(cache.get("k", 10, load))
        clock.now += 4
    assert seen == [1, 1, 1, 2, 2]


def test_the_interval_counts_from_the_start_of_the_load() -> None:
    clock = Clock()
    cache: Cache[str] = Cache(clock)

    def slow() -> Loaded[str]:
        clock.now += 8
        return Loaded("slow", keep=True)

    cache.get("k", 10, slow)
    clock.now += 2
    assert cache.get("k", 10, lambda: Loaded("again", keep=True)) == "again"


@pytest.mark.parametrize(
    ("interval", "keep", "force"), [(0, True, False), (10, False, False), (10, True, True)]
)
def test_zero_failure_and_force_ask_again(interval: float, keep: bool, force: bool) -> None:
    load = Loads(keep=keep)
    cache: Cache[int] = Cache(Clock())
    assert [cache.get("k", interval, load, force=force) for _ in range(3)] == [1, 2, 3]


def test_a_forced_answer_is_kept() -> None:
    load = Loads()
    cache: Cache[int] = Cache(Clock())
    cache.get("k", 10, load, force=True)
    assert cache.get("k", 10, load) == 1


def test_keys_do_not_mix() -> None:
    cache: Cache[str] = Cache(Clock())
    cache.get("a", 10, lambda: Loaded("A", keep=True))
    assert cache.get("b", 10, lambda: Loaded("B", keep=True)) == "B"
    assert cache.last("a") == "A"


def test_the_last_good_value_outlives_its_interval_and_a_failure() -> None:
    clock = Clock()
    cache: Cache[str] = Cache(clock)
    cache.get("k", 10, lambda: Loaded("good", keep=True))
    clock.now += 100
    cache.get("k", 10, lambda: Loaded("bad", keep=False))
    assert cache.last("k") == "good"


def test_callers_at_the_same_time_share_one_load() -> None:
    cache: Cache[int] = Cache(Clock())
    callers = 8
    waiting, entered = threading.Semaphore(0), threading.Event()
    load = Loads()

    def blocked() -> Loaded[int]:
        entered.set()
        for _ in range(callers - 1):
            assert waiting.acquire(timeout=10)
        return load()

    def follow() -> int:
        assert entered.wait(10)
        waiting.release()
        return cache.get("k", 10, load)

    with ThreadPoolExecutor(callers) as pool:
        first = pool.submit(cache.get, "k", 10, blocked)
        others = [pool.submit(follow) for _ in range(callers - 1)]
        results = {future.result(timeout=10) for future in (first, *others)}
    assert (results, load.count) == ({1}, 1)


def test_a_load_that_raises_frees_the_key() -> None:
    cache: Cache[int] = Cache(Clock())

    def broken() -> Loaded[int]:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        cache.get("k", 10, broken)
    assert cache.get("k", 10, Loads()) == 1
