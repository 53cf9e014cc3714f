"""The page that reports how faithful the answers are says what the replays showed."""

from tests.emulator.golden.fidelity import PAGE, exception_of, page, verdicts
from tests.emulator.native.golden import golden
from tests.emulator.native.test_golden import FAMILIES
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings


def test_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert page(text) == text, "write it anew: python -m tests.emulator.golden.fidelity"


def test_every_difference_has_a_reason() -> None:
    assert [each for each in verdicts() if (each.agrees_in is None) is not bool(each.reason)] == []


def test_the_stream_that_broke_off_is_among_the_replayed() -> None:
    """Its exception is ordered by a rule, since nothing in the request tells that it comes."""
    _, parts = FAMILIES["nova"]
    operation = "InvokeModelWithResponseStream"
    replayed = [parameter.values[0]["id"] for parameter in golden(operation, *parts)]
    broken = [record["id"] for record in records(operation) if exception_of(record)]

    assert broken
    assert set(broken) <= set(replayed)
