"""The fixture `bedrock_emulator`: a lab of its own for each test, on one server for each run.

Loaded by pytest wherever the package is installed, so it imports nothing until a test asks for the fixture. Under
pytest-xdist each worker has its own session and with it its own server.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bedrock_emulator.client import Emulator, LabClient


@pytest.fixture(scope="session")
def bedrock_emulator_server() -> "Iterator[Emulator]":
    """The server of this run, with HTTPS."""
    from bedrock_emulator.client import Emulator

    with Emulator(tls=True) as emulator:
        yield emulator


@pytest.fixture
def bedrock_emulator(bedrock_emulator_server: "Emulator") -> "Iterator[LabClient]":
    """A fresh lab of an offline Amazon Bedrock; `endpoint_url` and `environment()` point an SDK at it."""
    with bedrock_emulator_server.lab() as lab:
        yield lab
