"""What a user gets from the three wheels is what lies in the folders they are built from."""

import importlib.metadata
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("emulator", "provider", "contracts")


def installed_files(part: str) -> set[str]:
    """The files of a distribution's import package as they were installed."""
    distribution = importlib.metadata.distribution(f"bedrock-{part}")
    if '"editable"' in (distribution.read_text("direct_url.json") or ""):
        lack = pytest.fail if os.environ.get("REQUIRE_WHEELS") else pytest.skip
        lack("installed as a link to the checkout; `tox -e wheels` installs what is built")
    return {str(file) for file in distribution.files or () if str(file).startswith(f"bedrock_{part}/")}


@pytest.mark.parametrize("part", PARTS)
def test_a_wheel_holds_every_file_of_its_package(part: str) -> None:
    folder = f"{part}/bedrock_{part}"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {str(Path(name).relative_to(part)) for name in listed.stdout.splitlines()}
    if part == "contracts":  # the page lies beside the package and is shipped inside it
        expected.add("bedrock_contracts/SPEC.md")

    installed = {name for name in installed_files(part) if "__pycache__" not in name}

    assert installed == expected
    assert f"bedrock_{part}/py.typed" in installed


@pytest.mark.parametrize("part", PARTS)
def test_the_tests_import_what_is_installed(part: str) -> None:
    installed_files(part)
    package = importlib.import_module(f"bedrock_{part}")

    assert ROOT / part not in Path(package.__file__ or "").parents
