"""Personal data in texts: where entities of the guardrails' 31 types stand.

`find_entities` is pure and linear in the text. Types that have a format are judged by their check digits and rules;
types that only language tells apart by simple heuristics (`Evidence.HEURISTIC`), which scripted verdicts complete.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from bedrock_emulator.guardrails.pii import (
    banking,
    national,
    network,
    payment,
    people,
    phone,
    secrets,
    vehicle,
)
from bedrock_emulator.guardrails.pii.detector import Detector
from bedrock_emulator.guardrails.pii.entity import Entity, Evidence
from bedrock_emulator.guardrails.pii.search import Search

__all__ = ["DETECTORS", "Detector", "Entity", "Evidence", "find_entities"]


def _by_type(detectors: Collection[Detector]) -> Mapping[str, tuple[Detector, ...]]:
    types = dict.fromkeys(sorted(each.type for each in detectors))
    return {type_: tuple(each for each in detectors if each.type == type_) for type_ in types}


DETECTORS = _by_type(
    (
        *network.DETECTORS,
        *payment.DETECTORS,
        *banking.DETECTORS,
        *national.DETECTORS,
        *vehicle.DETECTORS,
        *phone.DETECTORS,
        *secrets.DETECTORS,
        *people.DETECTORS,
    )
)
"""By type; an entity is what any of a type's detectors finds."""


def find_entities(text: str, types: Collection[str]) -> list[Entity]:
    """Every entity of the given types, in text order; positions count characters and none overlaps another.

    Of candidates that overlap the longest is kept, then the one with the stronger `Evidence`, then the first by name.

    Raises:
        KeyError: a type is none of the service model's.
    """
    return _search_for(frozenset(types)).find(text)


@lru_cache(
    maxsize=64
)  # guardrails ask for the same few selections again and again; compiling one takes 20 ms
def _search_for(types: frozenset[str]) -> Search:
    return Search([detector for type_ in sorted(types) for detector in DETECTORS[type_]])
