import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.faults.odds import Odds, Tallies


def outcomes(odds: Odds, calls: int) -> list[bool]:
    tallies = Tallies()
    return [tallies.strikes("a fault", odds) for _ in range(calls)]


@given(st.integers(0, 2**53), st.floats(0.01, 1))
def test_the_same_seed_hits_the_same_calls(seed, probability):
    odds = Odds(probability=probability, seed=seed)
    assert outcomes(odds, 50) == outcomes(odds, 50)


def test_another_seed_hits_others():
    assert len({tuple(outcomes(Odds(probability=0.5, seed=seed), 64)) for seed in range(20)}) == 20


@pytest.mark.parametrize("probability", [0.05, 0.3, 0.9])
def test_a_probability_is_kept_over_many_calls(probability):
    assert sum(outcomes(Odds(probability=probability), 4000)) / 4000 == pytest.approx(probability, abs=0.03)


@given(st.integers(1, 9), st.floats(0.2, 1))
def test_a_count_says_how_many_are_hit_not_how_many_are_asked(count, probability):
    hits = outcomes(Odds(count=count, probability=probability), 200)
    assert sum(hits) == count


def test_faults_are_counted_apart():
    tallies, once = Tallies(), Odds(count=1)
    assert [tallies.strikes(key, once) for key in "abab"] == [True, True, False, False]
    assert [tallies.is_used_up(key, once) for key in "abc"] == [True, True, False]


def test_a_fault_without_odds_always_happens():
    assert outcomes(Odds(), 20) == [True] * 20
