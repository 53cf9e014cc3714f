"""The reference provider earns the certificate, from the command and from pytest, and never for a part of the suite."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("bedrock_provider", reason="the reference needs bedrock-contracts[reference]")

REFERENCE = "bedrock_contracts.reference:factory"


def run(folder: Path, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def run_pytest(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    chosen = ("--pyargs", "bedrock_contracts.suite", "--bedrock-provider", REFERENCE)
    return run(folder, "pytest", "-q", "-p", "no:cacheprovider", *chosen, *arguments)


def test_the_reference_is_certified(tmp_path: Path) -> None:
    done = run(tmp_path, "bedrock_contracts", "certify", "--provider", REFERENCE)
    report = json.loads((tmp_path / "bedrock-contracts-report.json").read_text(encoding="utf-8"))
    broken = [each["id"] for each in report["requirements"] if each["status"] != "pass"]
    assert broken == []
    assert (done.returncode, report["verdict"], report["complete"]) == (0, "CERTIFIED", True)
    assert "bedrock-provider 0.1.0 is CERTIFIED for profile slice of contract 0.1" in done.stdout


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param(("-k", "temperature"), id="rows left out by -k"),
        pytest.param(("-n", "2", "-k", "enabling"), id="xdist"),
        pytest.param(("-k", "no such scenario"), id="nothing left"),
    ],
)
def test_a_part_of_the_suite_is_never_a_certificate(tmp_path: Path, choice: tuple[str, ...]) -> None:
    done = run_pytest(tmp_path, *choice)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "is neither certified nor refused" in done.stdout
    assert "INCOMPLETE" in done.stdout
