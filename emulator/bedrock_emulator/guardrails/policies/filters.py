"""The content policy: filters for harmful content and for attacks on the prompt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.findings import Action, Finding
from bedrock_emulator.guardrails.lexicon import CONTENT, Confidence
from bedrock_emulator.guardrails.material import Material
from bedrock_emulator.guardrails.phrases import Phrases, spoken
from bedrock_emulator.guardrails.policies.policy import action_of, enabled
from bedrock_emulator.guardrails.verdicts import IsContent, Statement

CONFIDENCES: tuple[Confidence, ...] = ("NONE", "LOW", "MEDIUM", "HIGH")
_LEAST: Mapping[str, Confidence] = {"LOW": "HIGH", "MEDIUM": "MEDIUM", "HIGH": "LOW"}
"""The confidence from which a filter of each strength acts [docs]."""


@dataclass(frozen=True, slots=True)
class _Filter:
    type: str
    strength: str
    action: Action
    modalities: frozenset[str]

    def acts_on(self, confidence: Confidence) -> bool:
        return CONFIDENCES.index(confidence) >= CONFIDENCES.index(_LEAST[self.strength])


class ContentPolicy:
    """`contentPolicy` on one side."""

    def __init__(self, policy: Mapping[str, Any], source: Source) -> None:
        side = source.lower()
        self._filters = [
            _Filter(
                row["type"],
                row[f"{side}Strength"],
                action_of(row, source),
                frozenset(row.get(f"{side}Modalities") or ("TEXT",)),
            )
            for row in enabled(policy.get("filters"), source)
            if row[f"{side}Strength"] != "NONE"
        ]
        self._defaults = {each.type: DefaultContent(CONTENT.get(each.type, {})) for each in self._filters}

    def find(self, material: Material) -> list[Finding]:
        """One row for every filter, in the order of the policy."""
        applied = (each for each in self._filters if each.type not in material.without)
        return [self._finding(each, self._confidence(each, material)) for each in applied]

    def units(self, material: Material) -> Mapping[str, int]:
        """Text units, and one for every image."""
        used: dict[str, int] = {}
        if self._reads("TEXT"):
            used["contentPolicyUnits"] = material.text_units
        if self._reads("IMAGE"):
            used["contentPolicyImageUnits"] = len(material.images)
        return used

    def guards_images(self) -> bool:
        """Whether any filter looks at images."""
        return self._reads("IMAGE")

    def _reads(self, modality: str) -> bool:
        return any(modality in each.modalities for each in self._filters)

    def _confidence(self, filter_: _Filter, material: Material) -> Confidence:
        return max(self._seen(filter_, material), key=CONFIDENCES.index, default="NONE")

    def _seen(self, filter_: _Filter, material: Material) -> Iterator[Confidence]:
        if "TEXT" in filter_.modalities:
            default = self._defaults[filter_.type]
            for number, piece in material.guarded:
                told = stated_confidence(material.stated[number], filter_.type)
                yield default.confidence(piece.text) if told is None else told
        if "IMAGE" in filter_.modalities and material.images:
            # Nothing is known of an image: what is true of every text is true of it.
            yield stated_confidence(material.verdicts.of(""), filter_.type) or "NONE"

    def _finding(self, filter_: _Filter, confidence: Confidence) -> Finding:
        is_detected = filter_.acts_on(confidence)
        action = filter_.action if is_detected else "NONE"
        return Finding(
            policy="contentPolicy",
            rows="filters",
            action=action,
            members={
                "type": filter_.type,
                "confidence": confidence,
                "filterStrength": filter_.strength,
                "action": action,
                "detected": is_detected,
            },
            is_detected=is_detected,
        )


class DefaultContent:
    """What is made of a text without a verdict: the surest of the phrases that it holds."""

    def __init__(self, phrases: Mapping[str, Confidence]) -> None:
        self._phrases = Phrases(phrases)
        self._confidences = list(phrases.values())

    def confidence(self, text: str) -> Confidence:
        """NONE where there is no such phrase."""
        found = [self._confidences[hit.phrase] for hit in self._phrases.find(spoken(text))]
        return max(found, key=CONFIDENCES.index, default="NONE")


def stated_confidence(stated: list[Statement], type_: str) -> Confidence | None:
    """What the first verdict on this kind of content says."""
    return next(
        (each.confidence for each in stated if isinstance(each, IsContent) and each.type == type_), None
    )
