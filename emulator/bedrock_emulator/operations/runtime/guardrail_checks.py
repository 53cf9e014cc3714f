"""InvokeGuardrailChecks: the checks of guardrails on messages, with scores and without a guardrail."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_emulator.call import Call, Output, Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.guardrails.content import Source, TextPiece
from bedrock_emulator.guardrails.lexicon import ATTACKS, CONTENT, Confidence
from bedrock_emulator.guardrails.material import Material, units
from bedrock_emulator.guardrails.policies.filters import DefaultContent, stated_confidence
from bedrock_emulator.guardrails.policies.sensitive import SensitivePolicy
from bedrock_emulator.guardrails.verdicts import Verdicts

_SEVERITY: Mapping[Confidence, float] = {"NONE": 0.0, "LOW": 0.25, "MEDIUM": 0.5, "HIGH": 1.0}
"""Scores for confidences [guess]."""

_CERTAIN = 1.0
"""The confidence of what was found by its form [guess]."""

_PHRASES: Mapping[str, Mapping[str, Confidence]] = {
    **CONTENT,
    **{category: dict.fromkeys(phrases, "HIGH") for category, phrases in ATTACKS.items()},
}


def invoke_guardrail_checks(call: Call, params: Params) -> Output:
    """The results of every check that the request names.

    Raises:
        AwsError: it names none.
    """
    checks = {name: check for name, check in params["checks"].items() if check is not None}
    if not checks:  # [guess]
        raise validation_error("Specify at least one check in the checks field and try again.")
    materials = [_material(message, call.lab.verdicts) for message in params["messages"]]
    length = sum(material.total_characters for material in materials)
    return {
        "results": {name: _results(name, check, materials) for name, check in checks.items()},
        "usage": {name: {"textUnits": units(length)} for name in checks},
    }


def _material(message: Mapping[str, Any], verdicts: Verdicts) -> Material:
    """A message; verdicts on one guardrail are not about it."""
    source: Source = "OUTPUT" if message["role"] == "assistant" else "INPUT"
    pieces = [TextPiece(text=block["text"]) for block in message["content"]]
    return Material(pieces, verdicts.narrowed((), source))


def _results(name: str, check: Mapping[str, Any], materials: Sequence[Material]) -> dict[str, Any]:
    if name == "sensitiveInformation":
        types = [row["type"] for row in check["entities"]]
        return {"results": list(_entities(types, materials)), "truncated": False}
    return {"results": [_scored(row["category"], materials) for row in check["categories"]]}


def _scored(category: str, materials: Sequence[Material]) -> dict[str, Any]:
    """The most severe of all texts."""
    default = DefaultContent(_PHRASES[category])
    seen = [
        stated_confidence(material.stated[number], category) or default.confidence(piece.text)
        for material in materials
        for number, piece in material.guarded
    ]
    # A null in place of a message or of a block is none, which leaves nothing to be severe.
    score = max((_SEVERITY[each] for each in seen), default=_SEVERITY["NONE"])
    return {"category": category, "severityScore": score}


def _entities(types: Sequence[str], materials: Sequence[Material]) -> Iterator[dict[str, Any]]:
    policy = SensitivePolicy({"piiEntities": [{"type": type_, "action": "NONE"} for type_ in types]}, "INPUT")
    for index, material in enumerate(materials):
        for finding in policy.find(material):
            if finding.span is not None:
                yield {
                    "type": finding.members["type"],
                    "confidenceScore": _CERTAIN,
                    "beginOffset": finding.span.start,
                    "endOffset": finding.span.end,
                    "messageIndex": index,
                    "contentIndex": finding.span.piece,
                }
