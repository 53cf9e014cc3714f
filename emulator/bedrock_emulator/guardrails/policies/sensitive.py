"""The sensitive information policy: personal data by type, and regular expressions of one's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import re2

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.findings import Action, Finding, Span
from bedrock_emulator.guardrails.material import Material
from bedrock_emulator.guardrails.pii import Entity, find_entities
from bedrock_emulator.guardrails.policies.policy import action_of, enabled
from bedrock_emulator.guardrails.verdicts import HasEntity, Statement

_POLICY = "sensitiveInformationPolicy"


@dataclass(frozen=True, slots=True)
class _Regex:
    name: str
    pattern: str
    action: Action
    compiled: Any = field(repr=False)


class SensitivePolicy:
    """`sensitiveInformationPolicy` on one side."""

    def __init__(self, policy: Mapping[str, Any], source: Source) -> None:
        self._types: Mapping[str, Action] = {
            row["type"]: action_of(row, source) for row in enabled(policy.get("piiEntities"), source)
        }
        self._regexes = [
            _Regex(row["name"], row["pattern"], action_of(row, source), re2.compile(row["pattern"]))
            for row in enabled(policy.get("regexes"), source)
        ]

    def find(self, material: Material) -> list[Finding]:
        """One row for every occurrence, and one for every type of which there is none."""
        found = [
            finding
            for number, piece in material.guarded
            for finding in (
                *self._entities(piece.text, number, material.stated[number]),
                *self._matches(piece.text, number),
            )
        ]
        seen = {finding.members.get("type") for finding in found}
        return [*found, *(_undetected(type_) for type_ in self._types if type_ not in seen)]

    def units(self, material: Material) -> Mapping[str, int]:
        """Regular expressions are free [docs]: they have a counter of their own [recorded]."""
        used = {
            "sensitiveInformationPolicyUnits": self._types,
            "sensitiveInformationPolicyFreeUnits": self._regexes,
        }
        return {name: material.text_units for name, rows in used.items() if rows}

    def _entities(self, text: str, number: int, stated: list[Statement]) -> Iterator[Finding]:
        entities = find_entities(text, frozenset(self._types)) if self._types else []
        scripted = [each for each in stated if isinstance(each, HasEntity) and each.type in self._types]
        told = [entity for each in scripted for entity in _occurrences(each, text)]
        for entity in dict.fromkeys((*entities, *told)):
            action = self._types[entity.type]
            yield Finding(
                policy=_POLICY,
                rows="piiEntities",
                action=action,
                members={
                    "type": entity.type,
                    "match": text[entity.start : entity.end],
                    "action": action,
                    "detected": True,
                },
                span=Span(number, entity.start, entity.end),
                placeholder=f"{{{entity.type}}}",
            )

    def _matches(self, text: str, number: int) -> Iterator[Finding]:
        for regex in self._regexes:
            for match in regex.compiled.finditer(text):
                if match.start() < match.end():
                    yield _match(regex, number, match)


def _match(regex: _Regex, number: int, match: Any) -> Finding:
    return Finding(
        policy=_POLICY,
        rows="regexes",
        action=regex.action,
        members={
            "name": regex.name,
            "regex": regex.pattern,
            "match": match.group(),
            "action": regex.action,
            "detected": True,
        },
        span=Span(number, match.start(), match.end()),
        placeholder=f"{{{regex.name}}}",
    )


def _undetected(type_: str) -> Finding:
    return Finding(
        policy=_POLICY,
        rows="piiEntities",
        action="NONE",
        members={"type": type_, "match": "", "action": "NONE", "detected": False},  # [recorded]
        is_detected=False,
    )


def _occurrences(told: HasEntity, text: str) -> Iterator[Entity]:
    at = text.find(told.text)
    while at >= 0:
        yield Entity(start=at, end=at + len(told.text), type=told.type)
        at = text.find(told.text, at + len(told.text))
