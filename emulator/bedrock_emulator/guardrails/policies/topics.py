"""The topic policy: what a guardrail refuses to talk about."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.findings import Finding
from bedrock_emulator.guardrails.material import Material
from bedrock_emulator.guardrails.phrases import Phrases, spoken
from bedrock_emulator.guardrails.policies.policy import action_of, enabled
from bedrock_emulator.guardrails.verdicts import IsTopic


class TopicPolicy:
    """`topicPolicy` on one side. Tiers differ in languages and accuracy, which nothing here depends on [docs].

    A text is about a topic when a verdict says so, or when it holds the topic's name or one of its examples, word by
    word. Definitions are for a model to understand.
    """

    def __init__(self, policy: Mapping[str, Any], source: Source) -> None:
        rows = enabled(policy.get("topics"), source)
        self._rows = [(row["name"], row.get("type") or "DENY", action_of(row, source)) for row in rows]
        said = [
            (row["name"], phrase) for row in rows for phrase in (row["name"], *(row.get("examples") or ()))
        ]
        named = [(name, spoken(phrase)) for name, phrase in said if spoken(phrase)]
        self._names = [name for name, _ in named]
        self._phrases = Phrases(phrase for _, phrase in named)

    def find(self, material: Material) -> list[Finding]:
        """One row for every topic that is there, in the order of the policy."""
        if not self._rows:
            return []
        about = {each.name for each in material.statements if isinstance(each, IsTopic)}
        for _, piece in material.guarded:
            about |= {self._names[hit.phrase] for hit in self._phrases.find(spoken(piece.text))}
        return [
            Finding(
                policy="topicPolicy",
                rows="topics",
                action=action,
                members={"name": name, "type": type_, "action": action, "detected": True},
            )
            for name, type_, action in self._rows
            if name in about
        ]

    def units(self, material: Material) -> Mapping[str, int]:
        """One for every text unit, if any topic is enabled."""
        return {"topicPolicyUnits": material.text_units} if self._rows else {}
