"""What a guardrail finds: the rows of an assessment, and where in the text they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

Action: TypeAlias = Literal["BLOCKED", "ANONYMIZED", "NONE"]

_TAKEN: Mapping[str, Action] = {"BLOCK": "BLOCKED", "ANONYMIZE": "ANONYMIZED", "NONE": "NONE"}
_WEIGHT: Mapping[Action, int] = {"NONE": 0, "ANONYMIZED": 1, "BLOCKED": 2}


def action_taken(configured: str) -> Action:
    """What an assessment calls the action that a policy configures."""
    return _TAKEN[configured]


@dataclass(frozen=True, slots=True)
class Span:
    """A place in one piece of the content."""

    piece: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row. Members, `action` and `detected` among them, stand in the order that InvokeModel shows [recorded]."""

    policy: str
    """The member of the assessment: `topicPolicy`."""
    rows: str
    """The list in it: `topics`."""
    action: Action
    members: Mapping[str, Any] = field(repr=False)
    is_detected: bool = True
    is_always_shown: bool = False
    """Whether it is listed without having been detected: scores are [recorded]."""
    span: Span | None = None
    placeholder: str = ""
    """What stands in the masked text."""

    def reported(self) -> "Finding":
        """The same without a mask."""
        if self.action != "ANONYMIZED":
            return self
        return replace(self, action="NONE", members={**self.members, "action": "NONE"})


def strongest(findings: list[Finding]) -> Action:
    """The action that wins: blocking over masking over reporting."""
    return max((each.action for each in findings), key=_WEIGHT.__getitem__, default="NONE")


def in_text_order(findings: list[Finding]) -> list[Finding]:
    """Rows as the text has them, every occurrence for itself [recorded]; rows without a place stay behind in order."""
    return sorted(findings, key=_place)


def _place(finding: Finding) -> tuple[bool, int, int, int]:
    span = finding.span
    return (True, 0, 0, 0) if span is None else (False, span.piece, span.start, -span.end)
