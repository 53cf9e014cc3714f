from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.delivery import CUT, Pause
from bedrock_emulator.faults.grammar import (
    ENDLESS_REPEATS,
    GAP_SECONDS,
    LONGEST_SECONDS,
    Drop,
    EventChoice,
    Insert,
    Postpone,
    Repeat,
)

NAMES = ["start", "delta", "delta", "delta", "blockStop", "stop", "metadata"]
EVENTS = [(name, {"place": place}) for place, name in enumerate(NAMES)]

DELTAS = EventChoice(name="delta")
SECOND_DELTA = EventChoice(name="delta", occurrence=2)
FIRST = EventChoice(index=0)
NOWHERE = EventChoice(name="delta", occurrence=9)


@pytest.mark.parametrize(
    ("fault", "places"),
    [
        pytest.param(Drop(DELTAS), [0, 4, 5, 6], id="all of a name are dropped"),
        pytest.param(Drop(SECOND_DELTA), [0, 1, 3, 4, 5, 6], id="the second of a name is dropped"),
        pytest.param(Drop(FIRST), [1, 2, 3, 4, 5, 6], id="the event at an index is dropped"),
        pytest.param(Drop(NOWHERE), [0, 1, 2, 3, 4, 5, 6], id="nothing is dropped that does not come"),
        pytest.param(Repeat(SECOND_DELTA), [0, 1, 2, 2, 3, 4, 5, 6], id="one is repeated"),
        pytest.param(Repeat(FIRST, 2), [0, 0, 0, 1, 2, 3, 4, 5, 6], id="one is repeated twice"),
        pytest.param(Repeat(DELTAS), [0, 1, 1, 2, 2, 3, 3, 4, 5, 6], id="all of a name are repeated"),
        pytest.param(Postpone(FIRST), [1, 0, 2, 3, 4, 5, 6], id="one comes behind the next"),
        pytest.param(Postpone(FIRST, 3), [1, 2, 3, 0, 4, 5, 6], id="one comes behind three others"),
        pytest.param(Postpone(FIRST, 99), [1, 2, 3, 4, 5, 6, 0], id="one comes last"),
        pytest.param(Postpone(DELTAS, 4), [0, 4, 5, 1, 6, 2, 3], id="several come late, in their order"),
        pytest.param(Insert("new", {"place": 9}), [0, 1, 2, 3, 4, 5, 6, 9], id="a new one comes last"),
        pytest.param(
            Insert("new", {"place": 9}, SECOND_DELTA), [0, 1, 9, 2, 3, 4, 5, 6], id="a new one comes before"
        ),
        pytest.param(Insert("new", {"place": 9}, NOWHERE), [0, 1, 2, 3, 4, 5, 6], id="or before none"),
    ],
)
def test_the_order_of_events_that_a_fault_leaves(fault, places):
    assert [payload["place"] for _, payload in fault.apply(EVENTS)] == places


CHOICES = st.one_of(
    st.builds(EventChoice, index=st.integers(0, 9)),
    st.builds(EventChoice, name=st.sampled_from(NAMES), occurrence=st.none() | st.integers(1, 4)),
)


@given(CHOICES, st.integers(1, 9))
def test_a_postponed_event_is_neither_lost_nor_doubled(choice, by):
    assert Counter(name for name, _ in Postpone(choice, by).apply(EVENTS)) == Counter(NAMES)


@given(CHOICES)
def test_what_one_fault_drops_is_what_another_repeats(choice):
    kept = Counter(name for name, _ in Drop(choice).apply(EVENTS))
    doubled = Counter(piece[0] for piece in Repeat(choice).apply(EVENTS) if isinstance(piece, tuple))
    assert doubled - Counter(NAMES) == Counter(NAMES) - kept


def test_a_stream_without_end_ends_all_the_same_and_not_as_if_it_were_complete():
    pieces = list(Repeat(DELTAS, None).apply(EVENTS))
    assert pieces[:4] == [EVENTS[0], EVENTS[1], Pause(GAP_SECONDS, or_end=True), EVENTS[1]]
    assert pieces[-1] is CUT
    pauses = [piece.seconds for piece in pieces if isinstance(piece, Pause)]
    assert len(pauses) == ENDLESS_REPEATS
    assert sum(pauses) == pytest.approx(LONGEST_SECONDS)
