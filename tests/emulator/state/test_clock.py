from datetime import UTC, datetime, timedelta

import pytest

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.clock import LabClock, read_instant, write_instant
from tests.emulator.state.samples import NOON


class Ticking:
    """A real time that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_a_fresh_clock_follows_the_real_time():
    real = Ticking()
    clock = LabClock(real)
    real.now += timedelta(seconds=5)
    assert (clock.now(), clock.mode) == (NOON + timedelta(seconds=5), "real")


def test_an_advanced_clock_keeps_running():
    real = Ticking()
    clock = LabClock(real)
    clock.apply({"advanceSeconds": 3600})
    real.now += timedelta(seconds=5)
    assert (clock.now(), clock.mode) == (NOON + timedelta(seconds=3605), "moved")


def test_advances_add_up_and_may_go_back():
    clock = LabClock(Ticking())
    for seconds in (60, 30.5, -10):
        clock.apply({"advanceSeconds": seconds})
    assert clock.now() == NOON + timedelta(seconds=80.5)


def test_a_stopped_clock_stands_still_until_it_is_advanced():
    real = Ticking()
    clock = LabClock(real)
    clock.apply({"now": "2030-01-01T01:00:00+01:00"})
    real.now += timedelta(days=1)
    assert (clock.now(), clock.mode) == (datetime(2030, 1, 1, tzinfo=UTC), "stopped")
    clock.apply({"advanceSeconds": 1})
    assert clock.now() == datetime(2030, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_reset_clock_is_a_fresh_one():
    clock = LabClock(Ticking())
    clock.apply({"now": "2030-01-01T00:00:00Z"})
    clock.apply({"reset": True})
    assert (clock.now(), clock.mode) == (NOON, "real")


@pytest.mark.parametrize(
    "document",
    [
        {"now": "1969-12-31T23:59:59Z"},
        {"now": "9999-01-01T00:00:00Z"},
        {"advanceSeconds": 1e12},
        {"advanceSeconds": -1e10},
    ],
    ids=["before", "after", "overflow", "back before"],
)
def test_a_clock_outside_its_range_is_refused_and_stays(document):
    clock = LabClock(Ticking())
    with pytest.raises(AdminError, match="1970 to 9000") as refused:
        clock.apply(document)
    assert refused.value.path == next(iter(document))
    assert clock.now() == NOON


@pytest.mark.parametrize("text", ["yesterday", "", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"])
def test_an_instant_needs_iso_8601_and_a_time_zone(text):
    with pytest.raises(AdminError, match="time zone"):
        read_instant(text, path="now")


def test_an_instant_is_written_as_it_can_be_read():
    written = write_instant(NOON + timedelta(milliseconds=7))
    assert written == "2026-05-01T12:00:00.007Z"
    assert read_instant(written, path="") == NOON + timedelta(milliseconds=7)
