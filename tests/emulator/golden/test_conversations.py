"""Every recorded conversation, and every count of tokens, comes back as it was recorded."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.emulator.golden.guarded import is_guarded
from tests.emulator.golden.replay import replay
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

OPERATIONS = ("Converse", "ConverseStream", "CountTokens")


def answered(operation: str) -> list[dict[str, Any]]:
    """The records that were answered with 200."""
    return [record for record in records(operation) if record["response"]["status"] == 200]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(record, id=f"{operation} {record['id']}")
        for operation in OPERATIONS
        for record in answered(operation)
        if not is_guarded(record)  # these are replayed in test_guarded.py
    ],
)
def test_a_recorded_exchange_is_answered_as_it_was(record: Mapping[str, Any]) -> None:
    replay(record)
