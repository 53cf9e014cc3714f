"""What every policy of a guardrail can do, and how its settings differ between input and output."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.findings import Action, Finding, action_taken
from bedrock_emulator.guardrails.material import Material


class Policy(Protocol):
    """One policy, as it is set for one side of a conversation."""

    def find(self, material: Material) -> list[Finding]:
        """The rows of the assessment, those of undetected things too."""

    def units(self, material: Material) -> Mapping[str, int]:
        """What the evaluation has used, by member of the usage."""


def enabled(rows: Iterable[Mapping[str, Any]] | None, source: Source) -> list[Mapping[str, Any]]:
    """The rows that are evaluated on this side: others are neither shown nor counted [docs]."""
    return [row for row in rows or () if row.get(f"{source.lower()}Enabled") is not False]


def action_of(row: Mapping[str, Any], source: Source) -> Action:
    """What happens on this side when the row is detected; blocking unless the row says otherwise [docs]."""
    return action_taken(row.get(f"{source.lower()}Action") or row.get("action") or "BLOCK")
