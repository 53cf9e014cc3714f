"""The search for entities: regions, detectors, precedence; linear in the text."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import re2

from bedrock_emulator.guardrails.pii.detector import Detector
from bedrock_emulator.guardrails.pii.entity import Candidate, Entity, in_text_order, resolve
from bedrock_emulator.guardrails.pii.regions import regions

_PASSES = 4
"""What stood beside an entity may be one itself once that is taken away; nobody writes a longer chain."""
_MEMORY = 64 << 20
"""For RE2's automaton of all patterns, of which it uses what the texts ask for."""


class Search:
    """Finds the entities of some detectors in any number of texts."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._detectors = detectors
        self._trigger = "|".join(dict.fromkeys(each.trigger for each in detectors))

    @cached_property
    def _gate(self) -> Any:
        """One scan that tells which of the patterns occur at all."""
        options = re2.Options()
        options.max_mem = _MEMORY
        gate = re2.Set.SearchSet(options)
        for detector in self._detectors:
            gate.Add(detector.pattern)
        gate.Compile()
        return gate

    def find(self, text: str) -> list[Entity]:
        """The entities of a text, in its order, none overlapping another; positions count characters."""
        if not self._detectors:
            return []
        data = text.encode()
        found = [
            Entity(it.type, start + it.start, start + it.end)
            for start, end in regions(data, self._trigger)
            for it in self._find_in(data[start:end])
        ]
        return found if text.isascii() else list(_in_characters(data, found))

    def _find_in(self, region: bytes) -> list[Entity]:
        return _passes(region, [self._detectors[index] for index in self._gate.Match(region) or ()])


def _passes(data: bytes, detectors: Sequence[Detector]) -> list[Entity]:
    """Search again in what is left, as a second masking of the same text would."""
    found: list[Entity] = []
    for _ in range(_PASSES):
        new, detectors = _pass(data, detectors)
        found += new
        if not new or not detectors:
            break
        data = _without(data, new)
    return in_text_order(found)


def _pass(data: bytes, detectors: Sequence[Detector]) -> tuple[list[Entity], list[Detector]]:
    """What is found, and the detectors that may find more in the rest: those with a candidate that was not kept."""
    spans = [(detector, list(detector.find(data))) for detector in detectors]
    kept = resolve(
        Candidate(Entity(detector.type, start, end), detector.evidence)
        for detector, found in spans
        for start, end in found
        if start < end
    )
    places = {(it.type, it.start, it.end) for it in kept}
    return kept, [
        detector
        for detector, found in spans
        if any((detector.type, start, end) not in places for start, end in found)
    ]


def _without(data: bytes, entities: Iterable[Entity]) -> bytes:
    left = bytearray(data)
    for it in entities:
        left[it.start : it.end] = bytes(it.end - it.start)
    return bytes(left)


def _in_characters(data: bytes, entities: Iterable[Entity]) -> Iterator[Entity]:
    """The same entities with positions in characters; the text is decoded once."""
    position = characters = 0
    for it in entities:
        start = characters + len(data[position : it.start].decode())
        characters = start + len(data[it.start : it.end].decode())
        position = it.end
        yield Entity(it.type, start, characters)
