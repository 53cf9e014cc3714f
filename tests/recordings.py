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
def records(operation: str) -> list[dict[str, Any]]:
    """The records of an operation that count as evidence; none when the recordings are absent."""
    file = recordings_folder() / f"{operation}.jsonl"
    if not file.is_file():
        return []
    every = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [record for record in every if NOT_EVIDENCE.isdisjoint(record["flags"])]
