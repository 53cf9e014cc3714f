"""Recorded Amazon Bedrock traffic, which is not part of the repository: BEDROCK_RECORDINGS names its folder."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "recordings"

NOT_EVIDENCE = frozenset({"synthetic", "hand-edited", "shared-request-id", "request-body-lost"})
"""Flags of records that say nothing certain about the service."""


def recordings_folder() -> Path:
    """Where the recordings are, if they are anywhere."""
    return Path(os.environ.get("BEDROCK_RECORDINGS") or _BESIDE_THE_REPOSITORY)


requires_recordings = pytest.mark.skipif(
    not recordings_folder().is_dir(),
    reason="no recorded traffic: set BEDROCK_RECORDINGS to its folder",
)


@cache
def records(operation: str, *, with_lost_bodies: bool = False) -> list[dict[str, Any]]:
    """The records of an operation that count as evidence; none when the recordings are absent.

    Args:
        operation: the API operation.
        with_lost_bodies: also those of whose request only the body is unknown.
    """
    flags = NOT_EVIDENCE - {"request-body-lost"} if with_lost_bodies else NOT_EVIDENCE
    return [record for record in every_record(operation) if flags.isdisjoint(record["flags"])]


@cache
def every_record(operation: str) -> list[dict[str, Any]]:
    """The records of an operation, those that are no evidence too."""
    file = recordings_folder() / f"{operation}.jsonl"
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
