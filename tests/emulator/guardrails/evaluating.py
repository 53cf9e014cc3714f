"""Evaluations of short texts under short policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_emulator.guardrails.assessment import Scope, assessment
from bedrock_emulator.guardrails.content import Piece, Source, TextPiece
from bedrock_emulator.guardrails.evaluation import Evaluation, Evaluator
from bedrock_emulator.guardrails.verdicts import Verdicts
from bedrock_emulator.state.guardrail_verdicts import compile_verdicts
from bedrock_emulator.state.schema import check_document
from tests.emulator.state.samples import api

Rows = list[Mapping[str, Any]]


def verdicts(*documents: Mapping[str, Any]) -> Verdicts:
    """As the admin API reads them."""
    check_document({"verdicts": list(documents)}, "GuardrailVerdicts")
    return compile_verdicts(documents, api=api(), path="verdicts")


def judged(
    policies: Mapping[str, Mapping[str, Any]],
    *content: str | Piece,
    source: Source = "INPUT",
    told: Sequence[Mapping[str, Any]] = (),
) -> Evaluation:
    """What these policies make of this content."""
    pieces = [TextPiece(text=each) if isinstance(each, str) else each for each in content]
    return Evaluator(policies, source).evaluate(pieces, verdicts=verdicts(*told).narrowed(("any",), source))


def rows(evaluation: Evaluation, policy: str, kind: str, *, scope: Scope = "INTERVENTIONS") -> Rows:
    """One list of the assessment; empty where the policy is not there."""
    found: Rows = assessment(evaluation, scope=scope).get(policy, {}).get(kind, [])
    return found


def words(*texts: str, **settings: Any) -> dict[str, Any]:
    """A word policy."""
    return {"wordPolicy": {"words": [{"text": text, **settings} for text in texts]}}


def regexes(action: str = "ANONYMIZE", /, **patterns: str) -> dict[str, Any]:
    """A sensitive information policy with these patterns by name."""
    listed = [{"name": name, "pattern": pattern, "action": action} for name, pattern in patterns.items()]
    return {"sensitiveInformationPolicy": {"regexes": listed}}


def pii(**actions: str) -> dict[str, Any]:
    """A sensitive information policy with an action for every type."""
    listed = [{"type": type_, "action": action} for type_, action in actions.items()]
    return {"sensitiveInformationPolicy": {"piiEntities": listed}}


def topics(*names: str, **settings: Any) -> dict[str, Any]:
    """A topic policy."""
    listed = [{"name": name, "definition": name, "type": "DENY", **settings} for name in names]
    return {"topicPolicy": {"topics": listed}}


def content_filter(type_: str, strength: str, **settings: Any) -> dict[str, Any]:
    """A content policy of one filter, as strong on both sides."""
    row = {"type": type_, "inputStrength": strength, "outputStrength": strength, **settings}
    return {"contentPolicy": {"filters": [row]}}


def grounding(**thresholds: float) -> dict[str, Any]:
    """A contextual grounding policy."""
    listed = [{"type": type_, "threshold": threshold} for type_, threshold in thresholds.items()]
    return {"contextualGroundingPolicy": {"filters": listed}}
