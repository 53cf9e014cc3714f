"""What is committed says nothing about the machine that it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w./:-])/(?:root|work|home/\w+|Users/\w+)/"),
    "a package registry": re.compile(
        r"registry\.[\w.-]+\.\w+/|files\.pythonhosted\.org|/pypi/[s]imple|/[n]pm/"
    ),
}


def tracked_files() -> list[Path]:
    """Every file that git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing is tracked")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def foreign_words(text: str) -> list[str]:
    """What in a text belongs to one machine, with its line."""
    return [
        f"line {number}: {what}: {found[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in FOREIGN.items()
        if (found := pattern.search(line))
    ]


def test_no_tracked_file_names_a_machine_path_or_a_registry() -> None:
    files = [file for file in tracked_files() if file.is_file()]
    texts = {file: file.read_bytes().decode("utf-8", errors="ignore") for file in files}

    found = [
        f"{file.relative_to(ROOT)}, {words}" for file, text in texts.items() for words in foreign_words(text)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        '"resolved": "https://registry.' + 'npmjs.org/bowser/-/bowser-2.11.0.tgz"',
        "ca = /ho" + "me/somebody/ca.pem",
        "see /ro" + "ot/notes",
    ],
)
def test_such_words_would_be_found(line: str) -> None:
    assert len(foreign_words(line)) == 1


@pytest.mark.parametrize(
    "line", ["https://docs.example.com/home/page/", "GET /work-orders/1", "npm ci", "the root/work folder"]
)
def test_ordinary_paths_are_not_mistaken_for_them(line: str) -> None:
    assert foreign_words(line) == []
