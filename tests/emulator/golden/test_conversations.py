"""Every recorded conversation, and every count of tokens, comes back as it was recorded."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.emulator.golden.replay import replay
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

OPERATIONS = ("Converse", "ConverseStream", "CountTokens")
GUARDED = "guardrails are not evaluated: no trace is sent"


def deviation(record: Mapping[str, Any]) -> str | None:
    """Why the emulator answers otherwise, if it does; the test of such a record must fail."""
    return GUARDED if "guardrailConfig" in record["request"]["body"] else None


def answered(operation: str) -> list[dict[str, Any]]:
    """The records that were answered with 200."""
    return [record for record in records(operation) if record["response"]["status"] == 200]


def _parameter(record: Mapping[str, Any]) -> Any:
    reason = deviation(record)
    marks = [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)] if reason else []
    return pytest.param(record, id=f"{record['op']} {record['id']}", marks=marks)


@pytest.mark.parametrize(
    "record", [_parameter(record) for operation in OPERATIONS for record in answered(operation)]
)
def test_a_recorded_exchange_is_answered_as_it_was(record: Mapping[str, Any]) -> None:
    replay(record)
