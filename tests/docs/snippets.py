"""The code blocks of a Markdown page and what a test does with them.

`bash` and `python` blocks are run, in order, in one folder for each page; pytest runs a Python block that
defines tests. An HTML comment on the line before a block changes that:

    <!-- not run: REASON -->     a reader runs it, the test does not
    <!-- file: NAME -->          written to a file for the blocks that follow
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RUN_LANGUAGES = ("bash", "python")

_BLOCK = re.compile(
    r"^(?:<!-- *(?P<directive>[^:>]*?) *(?:: *(?P<argument>.*?))? *-->\n)?"
    r"(?P<fence>`{3,})(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block of a page."""

    line: int
    """Where the fence opens, counted from 1."""
    language: str
    text: str
    action: Literal["run", "test", "write", "leave"]
    argument: str = ""
    """The file name of `write`, the reason of `leave`."""


def snippets(page: str) -> list[Snippet]:
    """The fenced blocks of a page's text, in order.

    Raises:
        ValueError: a comment before a block is none of the known ones, or lacks its name or reason.
    """
    return [_snippet(page, match) for match in _BLOCK.finditer(page)]


def _snippet(page: str, match: re.Match[str]) -> Snippet:
    line = page.count("\n", 0, match.start("fence")) + 1
    language, text = match["language"], match["text"]
    directive, argument = match["directive"], match["argument"] or ""
    if directive is None:
        return Snippet(line, language, text, _default_action(language, text))
    if directive not in ("not run", "file") or not argument:
        raise ValueError(
            f"line {line - 1}: write <!-- not run: REASON --> or <!-- file: NAME --> before a block"
        )
    return Snippet(line, language, text, "leave" if directive == "not run" else "write", argument)


def _default_action(language: str, text: str) -> Literal["run", "test", "leave"]:
    if language not in RUN_LANGUAGES:
        return "leave"
    defines_tests = language == "python" and re.search(r"^def test_", text, re.MULTILINE)
    return "test" if defines_tests else "run"


def pages(root: Path) -> list[Path]:
    """Every page whose blocks are run."""
    fixed = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
    parts = ("emulator/README.md", "provider/README.md", "contracts/README.md")
    named = [root / name for name in (*fixed, *parts)]
    return [page for page in (*named, *sorted((root / "docs").rglob("*.md"))) if page.exists()]
