import subprocess
import sys
from pathlib import Path

import pytest

import bedrock_emulator

TWO_TESTS = """
import pytest

seen = set()

@pytest.mark.parametrize("n", [1, 2])
def test_each_has_a_lab_of_its_own_on_the_same_server(bedrock_emulator, n):
    assert bedrock_emulator.journal() == []
    assert bedrock_emulator.name not in {name for name, _ in seen}
    seen.add((bedrock_emulator.name, bedrock_emulator.emulator.url))
    assert len({url for _, url in seen}) == 1
"""


def run_pytest(folder: Path, source: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_sample.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_each_test_gets_a_lab_of_its_own_on_one_server(tmp_path):
    ran = run_pytest(tmp_path, TWO_TESTS)
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr


def test_under_xdist_each_worker_has_a_server(tmp_path):
    pytest.importorskip("xdist")
    ran = run_pytest(tmp_path, TWO_TESTS, "-n", "2")
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr


def test_a_run_that_does_not_ask_for_it_starts_nothing(tmp_path):
    source = "import sys\ndef test_it(): assert 'bedrock_emulator.process' not in sys.modules\n"
    ran = run_pytest(tmp_path, source)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_importing_the_package_is_cheap():
    heavy = {
        "botocore",
        "click",
        "flask",
        "granian",
        "http.client",
        "jsonschema",
        "orjson",
        "rich",
        "werkzeug",
    }
    program = f"import sys, bedrock_emulator; print(sorted({heavy} & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_public_names_are_there_and_sorted():
    assert bedrock_emulator.__all__ == sorted(bedrock_emulator.__all__)
    assert all(hasattr(bedrock_emulator, name) for name in bedrock_emulator.__all__)
