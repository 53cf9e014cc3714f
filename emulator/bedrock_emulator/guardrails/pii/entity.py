"""An entity: what kind of personal data stands where in a text, and which of two that overlap is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Evidence(IntEnum):
    """Why a candidate is believed, the weakest reason first."""

    HEURISTIC = 0
    """It reads like one: an introduction, a title, a street."""
    CONTEXT = 1
    """A word beside it says what it is."""
    FORMAT = 2
    """Nothing else is written like this."""
    CHECKSUM = 3
    """Its check digits, or the rules that its numbers are given out by, hold."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One occurrence; `text[start:end]` is what was found."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one detector claims, before it is weighed against the others."""

    entity: Entity
    evidence: Evidence


def resolve(candidates: Iterable[Candidate]) -> list[Entity]:
    """The candidates that are kept, in text order: the longest, then the best proven, then the first by name."""
    taken = _Taken()
    best_first = (candidate.entity for candidate in sorted(candidates, key=_precedence))
    return in_text_order(entity for entity in best_first if taken.add(entity.start, entity.end))


def in_text_order(entities: Iterable[Entity]) -> list[Entity]:
    """Entities that do not overlap, the first of the text first."""
    return sorted(entities, key=lambda entity: entity.start)


def _precedence(candidate: Candidate) -> tuple[int, int, str, int]:
    entity = candidate.entity
    return (entity.start - entity.end, -candidate.evidence, entity.type, entity.start)


class _Taken:
    """The characters that are taken; longer claims come first, so that looking at both ends is enough."""

    def __init__(self) -> None:
        self._positions: set[int] = set()

    def add(self, start: int, end: int) -> bool:
        """Take a stretch if all of it is free."""
        if start in self._positions or end - 1 in self._positions:
            return False
        self._positions.update(range(start, end))
        return True
