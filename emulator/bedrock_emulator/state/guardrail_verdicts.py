"""Reads scripted verdicts of guardrails, of the admin API and of scenarios."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bedrock_emulator.errors import AdminError
from bedrock_emulator.guardrails.verdicts import (
    Finds,
    HasEntity,
    IsContent,
    IsTopic,
    Scores,
    Statement,
    Verdict,
    Verdicts,
)
from bedrock_emulator.model.service import Api, Shape
from bedrock_emulator.state.conditions import compile_regex
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import model_glob


def compile_verdicts(documents: Sequence[Mapping[str, Any]], *, api: Api, path: str) -> Verdicts:
    """Turn `GuardrailVerdict` documents into verdicts.

    Raises:
        AdminError: a regular expression that cannot be read, or a type that the service model does not have.
    """
    reader = _Reader(api)
    return Verdicts(reader.read(each, join_path(path, index)) for index, each in enumerate(documents))


class _Reader:
    """Knows what types and confidences there are."""

    def __init__(self, api: Api) -> None:
        assessment = _within(api, "ApplyGuardrail", "output", "assessments")
        filters = assessment.members["contentPolicy"].shape.members["filters"].shape
        entities = assessment.members["sensitiveInformationPolicy"].shape.members["piiEntities"].shape
        findings = assessment.members["automatedReasoningPolicy"].shape.members["findings"].shape
        attacks = _within(api, "InvokeGuardrailChecks", "input", "checks").members["promptAttack"].shape
        self._contents = (
            *_values(filters, "type"),
            *_values(attacks.members["categories"].shape, "category"),
        )
        self._confidences = _values(filters, "confidence")
        self._entities = _values(entities, "type")
        self._findings = () if findings.item is None else tuple(findings.item.members)

    def read(self, document: Mapping[str, Any], path: str) -> Verdict:
        when = document.get("when", {})
        return Verdict(
            says=self._statement(document, path),
            guardrails=model_glob(document["guardrail"]) if "guardrail" in document else None,
            source=when.get("source"),
            holds=_test(when, join_path(path, "when")),
        )

    def _statement(self, document: Mapping[str, Any], path: str) -> Statement:
        match document:
            case {"topic": name}:
                return IsTopic(name)
            case {"content": {"type": type_, "confidence": confidence}}:
                place = join_path(path, "content")
                _check(type_, self._contents, "content filter", join_path(place, "type"))
                _check(confidence, self._confidences, "confidence", join_path(place, "confidence"))
                return IsContent(type_, confidence)
            case {"pii": {"type": type_, "text": text}}:
                _check(type_, self._entities, "type of personal data", join_path(path, "pii", "type"))
                return HasEntity(type_, text)
            case {"reasoning": finding}:
                _check(next(iter(finding)), self._findings, "finding", join_path(path, "reasoning"))
                return Finds(finding)
            case {"grounding": score}:
                return Scores("GROUNDING", score)
        return Scores("RELEVANCE", document["relevance"])


def _within(api: Api, operation: str, side: str, member: str) -> Shape:
    """What a member of an operation is, or what it is a list of."""
    shape: Shape = getattr(api.operations[operation], side).members[member].shape
    return shape.item or shape


def _values(rows: Shape, member: str) -> tuple[str, ...]:
    """The values of one member of a list's rows."""
    return () if rows.item is None else tuple(rows.item.members[member].shape.enum)


def _check(value: str, known: Sequence[str], kind: str, path: str) -> None:
    if value not in known:
        raise AdminError(400, f"no {kind} is called {value!r}{did_you_mean(value, known)}", path=path)


def _test(when: Mapping[str, Any], path: str) -> Callable[[str], bool]:
    """Whether everything that `when` says holds of a text."""
    wanted, needles = when.get("equals"), when.get("contains", ())
    parts = [needles] if isinstance(needles, str) else needles
    pattern = compile_regex(when["regex"], path) if "regex" in when else None

    def holds(text: str) -> bool:
        return (
            (wanted is None or text == wanted)
            and all(part in text for part in parts)
            and (pattern is None or pattern.search(text) is not None)
        )

    return holds
