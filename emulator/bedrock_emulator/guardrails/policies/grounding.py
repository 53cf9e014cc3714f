"""The contextual grounding policy: whether an answer follows from its source and answers its question."""

from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_emulator.guardrails.content import Source, TextPiece
from bedrock_emulator.guardrails.findings import Finding, action_taken
from bedrock_emulator.guardrails.lexicon import LITTLE_WORDS
from bedrock_emulator.guardrails.material import Material, units
from bedrock_emulator.guardrails.phrases import words_of
from bedrock_emulator.guardrails.policies.policy import action_of
from bedrock_emulator.guardrails.verdicts import Scores


class GroundingPolicy:
    """`contextualGroundingPolicy`, which looks at answers that have a source and a question alone [docs].

    Without a verdict, an answer is as grounded as the share of its words that its source has, and as relevant as the
    share of the question's words that it takes up; little words do not count.
    """

    def __init__(self, policy: Mapping[str, Any], source: Source) -> None:
        rows = policy.get("filters") or () if source == "OUTPUT" else ()
        self._filters = [row for row in rows if row.get("enabled") is not False]

    def find(self, material: Material) -> list[Finding]:
        """One row for every filter, whatever its score [recorded]."""
        if not self._applies(material):
            return []
        return [_finding(row, _score(row["type"], material)) for row in self._filters]

    def units(self, material: Material) -> Mapping[str, int]:
        """Source, question and answer together [guess]."""
        if not self._applies(material):
            return {}
        around = sum(len(piece.text) for piece in {*material.sources(), *material.queries()})
        return {"contextualGroundingPolicyUnits": units(around + material.guarded_characters)}

    def _applies(self, material: Material) -> bool:
        return bool(self._filters and material.guarded and material.sources() and material.queries())


def _finding(row: Mapping[str, Any], score: float) -> Finding:
    is_detected = score < row["threshold"]
    action = action_of(row, "OUTPUT") if is_detected else action_taken("NONE")
    return Finding(
        policy="contextualGroundingPolicy",
        rows="filters",
        action=action,
        members={
            "type": row["type"],
            "threshold": row["threshold"],
            "score": score,
            "action": action,
            "detected": is_detected,
        },
        is_detected=is_detected,
        is_always_shown=True,
    )


def _score(type_: str, material: Material) -> float:
    told = next(
        (each.score for each in material.statements if isinstance(each, Scores) and each.type == type_), None
    )
    if told is not None:
        return told
    answer = _content([piece for _, piece in material.guarded])
    if type_ == "GROUNDING":
        return _share(answer, _content(material.sources()))
    return _share(_content(material.queries()), answer)


def _content(pieces: Sequence[TextPiece]) -> frozenset[str]:
    return frozenset(word for piece in pieces for word in words_of(piece.text)) - LITTLE_WORDS


def _share(words: frozenset[str], among: frozenset[str]) -> float:
    """How many of the words are among others, to two places as scores are [recorded]; all of none are."""
    return round(len(words & among) / len(words), 2) if words else 1.0
