"""The word policy: words and phrases of one's own, and the managed list of profanity."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.findings import Action, Finding, Span
from bedrock_emulator.guardrails.lexicon import PROFANITY
from bedrock_emulator.guardrails.material import Material
from bedrock_emulator.guardrails.phrases import Hit, Phrases
from bedrock_emulator.guardrails.policies.policy import action_of, enabled


class WordPolicy:
    """`wordPolicy` on one side."""

    def __init__(self, policy: Mapping[str, Any], source: Source) -> None:
        custom = enabled(policy.get("words"), source)
        self._actions: Sequence[Action] = [action_of(row, source) for row in custom]
        self._words = Phrases(row["text"] for row in custom)
        self._lists = [
            (row["type"], action_of(row, source)) for row in enabled(policy.get("managedWordLists"), source)
        ]
        self._profanity = Phrases(PROFANITY if self._lists else ())
        self._is_on = bool(custom or self._lists)

    def find(self, material: Material) -> list[Finding]:
        """One row for every occurrence, as it is written in the text."""
        return [
            finding for number, piece in material.guarded for finding in self._occurrences(number, piece.text)
        ]

    def units(self, material: Material) -> Mapping[str, int]:
        """One for every text unit, if anything is enabled."""
        return {"wordPolicyUnits": material.text_units} if self._is_on else {}

    def _occurrences(self, number: int, text: str) -> Iterator[Finding]:
        for hit in self._words.find(text):
            yield _row("customWords", hit, number, text, self._actions[hit.phrase], {})
        for hit in self._profanity.find(text):
            for type_, action in self._lists:
                yield _row("managedWordLists", hit, number, text, action, {"type": type_})


def _row(rows: str, hit: Hit, number: int, text: str, action: Action, members: Mapping[str, str]) -> Finding:
    return Finding(
        policy="wordPolicy",
        rows=rows,
        action=action,
        members={"match": text[hit.start : hit.end], **members, "action": action, "detected": True},
        span=Span(number, hit.start, hit.end),
    )
