"""Precision and recall on the labelled table, type by type."""

import pytest

from bedrock_emulator.guardrails.pii import DETECTORS, Evidence, find_entities
from bedrock_emulator.model.service import load_api
from tests.emulator.guardrails_pii import page
from tests.emulator.guardrails_pii.measure import score
from tests.emulator.guardrails_pii.table import TYPES, Row, rows

LANGUAGE_LIKE = {
    # type: least precision, least recall; the table holds sentences that only their meaning tells apart
    "ADDRESS": (0.85, 0.70),
    "AGE": (0.90, 0.80),
    "NAME": (0.80, 0.80),
    "PASSWORD": (1.0, 0.75),
    "USERNAME": (1.0, 0.85),
}
FORMAT_LIKE = sorted(set(TYPES) - set(LANGUAGE_LIKE))
POSITIVES = [row for type_ in FORMAT_LIKE for row in rows(type_) if row.value]


def test_every_type_of_the_service_model_has_detectors_and_rows() -> None:
    apply = load_api().operations["ApplyGuardrail"].output
    assert apply is not None
    [types] = [it for it in _shapes(apply) if it.name == "GuardrailPiiEntityType"]

    assert set(DETECTORS) == set(TYPES) == set(types.enum)
    assert len(types.enum) == 31


def _shapes(shape, seen=None):
    seen = set() if seen is None else seen
    if id(shape) not in seen:
        seen.add(id(shape))
        yield shape
        for inner in (
            *(member.shape for member in shape.members.values()),
            *filter(None, (shape.item, shape.key)),
        ):
            yield from _shapes(inner, seen)


def test_the_types_that_only_heuristics_find_are_the_language_like_ones() -> None:
    heuristic = {
        type_
        for type_, found_by in DETECTORS.items()
        if all(it.evidence is Evidence.HEURISTIC for it in found_by)
    }
    assert heuristic == set(LANGUAGE_LIKE)


@pytest.mark.parametrize("type_", TYPES)
def test_the_table_is_large_enough(type_: str) -> None:
    distinct = set(rows(type_))
    assert sum(row.value is not None for row in distinct) >= 20
    assert sum(row.value is None for row in distinct) >= 20


@pytest.mark.parametrize("type_", FORMAT_LIKE)
def test_a_format_like_type_is_found_exactly(type_: str) -> None:
    result = score(type_)
    assert (result.missed, result.wrong) == ((), ())


@pytest.mark.parametrize("type_", LANGUAGE_LIKE)
def test_a_language_like_type_keeps_its_precision_and_recall(type_: str) -> None:
    result, (precision, recall) = score(type_), LANGUAGE_LIKE[type_]
    assert result.precision >= precision, result.wrong
    assert result.recall >= recall, result.missed


@pytest.mark.parametrize("type_", FORMAT_LIKE)
def test_no_type_is_taken_for_another(type_: str) -> None:
    texts = [row for row in rows(type_) if row.value]
    assert [_found(row) for row in texts] == [[(type_, row.value)] for row in texts]


def _found(row: Row) -> list[tuple[str, str]]:
    return [(it.type, row.text[it.start : it.end]) for it in find_entities(row.text, DETECTORS)]


def test_the_page_states_what_is_measured() -> None:
    assert page.written() == page.table(), "run python -m tests.emulator.guardrails_pii.page"
