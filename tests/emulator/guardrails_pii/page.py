"""The table of docs/pii.md, written from the detectors and from what is measured.

`python -m tests.emulator.guardrails_pii.page` writes it anew.
"""

from pathlib import Path

from bedrock_emulator.guardrails.pii import DETECTORS
from tests.emulator.guardrails_pii.measure import score
from tests.emulator.guardrails_pii.table import TYPES

PAGE = Path(__file__).parents[3] / "docs" / "pii.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def table() -> str:
    """The Markdown table of all types."""
    return "".join(
        [
            "| Type | Found by | Precision | Recall |\n",
            "|---|---|---|---|\n",
            *(_row(type_) for type_ in sorted(TYPES)),
        ]
    )


def _row(type_: str) -> str:
    found = "; ".join(detector.how for detector in DETECTORS[type_])
    result = score(type_)
    return f"| {type_} | {found} | {result.precision:.2f} | {result.recall:.2f} |\n"


def written() -> str:
    """The table as the page has it."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


def rewrite() -> None:
    """Put the present table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    rewrite()
