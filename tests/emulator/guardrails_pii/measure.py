"""How well the detectors do on the labelled table."""

from dataclasses import dataclass

from bedrock_emulator.guardrails.pii import find_entities
from tests.emulator.guardrails_pii.table import Row, rows


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of what is there, and what is there of what was found; both from 0 to 1."""

    precision: float
    recall: float
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    """Texts with an entity where there is none or another one."""


def found(row: Row) -> list[str]:
    """The texts of the entities of the row's own type."""
    return [row.text[it.start : it.end] for it in find_entities(row.text, {row.type})]


def score(type_: str) -> Score:
    """Of one type: a row counts as hit when exactly its entity was found, to the character."""
    positives = [row for row in rows(type_) if row.value is not None]
    missed = tuple(row.text for row in positives if row.value not in found(row))
    wrong = tuple(row.text for row in rows(type_) for value in found(row) if value != row.value)
    hits = len(positives) - len(missed)
    return Score(hits / (hits + len(wrong)) if hits else 0.0, hits / len(positives), missed, wrong)
