import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.delivery import CUT, Pause
from bedrock_emulator.faults.grammar import LONGEST_SECONDS
from bedrock_emulator.faults.wire import CutShort, Spot, Stall, WrongChecksum, divided
from bedrock_emulator.wire.events import encode_event, sound_events
from bedrock_emulator.wire.frames import BadChecksum, FrameDecoder

FRAMES = [encode_event("contentBlockDelta", {"text": "x" * size}, padding=None) for size in (3, 40, 7, 0)]
WHOLE = b"".join(FRAMES)

SPOTS = st.one_of(
    st.builds(Spot, after_bytes=st.integers(0, len(WHOLE) + 9)),
    st.builds(Spot, after_events=st.integers(0, len(FRAMES) + 2)),
    st.builds(Spot, inside_event=st.integers(0, len(FRAMES) + 2)),
)


def sent(pieces) -> bytes:
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


@given(SPOTS)
def test_both_sides_of_a_place_are_the_whole_answer(spot):
    before, after = divided(FRAMES, spot)
    assert sent(before) + sent(after) == WHOLE


@given(st.integers(0, len(WHOLE)), st.lists(st.integers(1, 60), max_size=9))
def test_a_cut_after_bytes_sends_exactly_these_however_they_are_divided(count, sizes):
    pieces: list[bytes] = []
    rest = WHOLE
    for size in sizes:
        pieces, rest = [*pieces, rest[:size]], rest[size:]
    cut = list(CutShort(Spot(after_bytes=count)).apply([*pieces, rest]))
    assert sent(cut) == WHOLE[:count]
    assert cut[-1] is CUT


@pytest.mark.parametrize("place", range(4))
def test_a_cut_inside_an_event_leaves_those_before_it_and_a_part_of_its_frame(place):
    events, broken = sound_events(sent(CutShort(Spot(inside_event=place)).apply(FRAMES)))
    assert len(events) == place
    assert FRAMES[place].startswith(broken)
    assert 0 < len(broken) < len(FRAMES[place])


def test_an_answer_that_is_shorter_than_its_cut_is_cut_at_its_end():
    assert list(CutShort(Spot(inside_event=9)).apply(FRAMES)) == [*FRAMES, CUT]


@pytest.mark.parametrize("part", ["prelude", "message"])
@pytest.mark.parametrize("place", range(4))
def test_one_frame_has_a_wrong_checksum_and_the_others_are_as_they_were(part, place):
    pieces = list(WrongChecksum(part, place).apply(FRAMES))
    assert [piece == frame for piece, frame in zip(pieces, FRAMES, strict=True)] == [
        index != place for index in range(4)
    ]
    with pytest.raises(BadChecksum) as raised:
        FrameDecoder().feed(pieces[place])
    assert raised.value.part == part


@given(SPOTS)
def test_a_silence_of_some_length_loses_nothing(spot):
    pieces = list(Stall(spot, 1.5).apply(FRAMES))
    assert sent(pieces) == WHOLE
    assert [piece for piece in pieces if not isinstance(piece, bytes)] == [Pause(1.5, from_now=True)]


@given(SPOTS)
def test_a_silence_without_a_length_is_bounded_and_nothing_follows(spot):
    *before, pause, end = Stall(spot).apply(FRAMES)
    assert (pause, end) == (Pause(LONGEST_SECONDS, or_end=True, from_now=True), CUT)
    assert WHOLE.startswith(sent(before))
