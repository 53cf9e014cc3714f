"""The example scenarios have no errors and no rule that can never match."""

from pathlib import Path

import pytest

from bedrock_emulator.model.service import load_api
from bedrock_emulator.state.catalog import load_catalogue
from bedrock_emulator.state.scenario_check import check_file

FILES = sorted((Path(__file__).parents[2] / "examples" / "scenarios").glob("*.scenario.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_example_can_be_served(file: Path) -> None:
    report = check_file(file, api=load_api(), model_names=load_catalogue(documented_ids=True).names)
    assert (report.rules > 0, report.findings) == (True, ())


def test_there_are_examples() -> None:
    assert len(FILES) >= 2
