"""Scripted verdicts: what a test says a guardrail finds, where the service would ask a model."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.lexicon import Confidence


@dataclass(frozen=True, slots=True)
class IsTopic:
    """The text is about this topic of the guardrail."""

    name: str


@dataclass(frozen=True, slots=True)
class IsContent:
    """A content filter, or a category of attack, sees this in the text; NONE takes back a default."""

    type: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Scores:
    """How grounded or relevant the text is."""

    type: Literal["GROUNDING", "RELEVANCE"]
    score: float


@dataclass(frozen=True, slots=True)
class HasEntity:
    """Every occurrence of these words in the text is personal data of this type."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Finds:
    """What automated reasoning says of the text: a finding as ApplyGuardrail answers it."""

    finding: Mapping[str, Any]


Statement: TypeAlias = IsTopic | IsContent | Scores | HasEntity | Finds


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One statement, and of what texts it is true."""

    says: Statement
    guardrails: re.Pattern[str] | None = None
    """A glob over the ids, ARNs and names of guardrails; None for all."""
    source: Source | None = None
    holds: Callable[[str], bool]
    """Whether a text is meant."""

    def is_for(self, names: Iterable[str], source: Source) -> bool:
        """Whether a guardrail with these names is meant, and what this side says."""
        if self.source not in {None, source}:
            return False
        return self.guardrails is None or any(self.guardrails.match(name) for name in names)


class Verdicts:
    """The verdicts of a lab, in order: where one value is wanted, the first wins."""

    def __init__(self, verdicts: Iterable[Verdict] = ()) -> None:
        self._verdicts = tuple(verdicts)

    def __len__(self) -> int:
        return len(self._verdicts)

    def __add__(self, other: "Verdicts") -> "Verdicts":
        return Verdicts((*self._verdicts, *other._verdicts))

    def narrowed(self, names: Sequence[str], source: Source) -> "Verdicts":
        """Those for one guardrail and one side."""
        return Verdicts(each for each in self._verdicts if each.is_for(names, source))

    def of(self, text: str) -> list[Statement]:
        """What is true of a text."""
        return [each.says for each in self._verdicts if each.holds(text)]
