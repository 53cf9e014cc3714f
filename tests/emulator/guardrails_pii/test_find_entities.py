"""What holds for every text."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.guardrails.pii import DETECTORS, Entity, Evidence, find_entities
from tests.emulator.guardrails_pii.table import TYPES, rows

FORMAT_LIKE = {type_ for type_, by in DETECTORS.items() if any(it.evidence > Evidence.HEURISTIC for it in by)}
TEXTS = [row.text for type_ in TYPES for row in rows(type_)]
VALUES = [row.value for type_ in TYPES for row in rows(type_) if row.value]

pieces = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(VALUES),
    st.sampled_from(
        ["", " ", "-", ".", "/", ":", "\n", ", ", "@", "(", ")", "é", "🙂", "PIN ", "SSN: ", "+", "1", "a"]
    ),
    st.text(max_size=8),
    st.text("0123456789 -.", max_size=12),
)
texts = st.lists(pieces, max_size=8).map("".join)


def masked(text: str, entities: list[Entity]) -> str:
    for it in reversed(entities):
        text = f"{text[: it.start]}{{{it.type}}}{text[it.end :]}"
    return text


@given(texts, st.sets(st.sampled_from(TYPES)))
def test_entities_lie_in_the_text_in_order_and_apart(text: str, types: set[str]) -> None:
    found = find_entities(text, types)

    edges = [edge for it in found for edge in (it.start, it.end)]
    assert edges == sorted(edges)
    assert all(it.start < it.end for it in found)
    assert all(0 <= edge <= len(text) for edge in edges)
    assert {it.type for it in found} <= types


@given(texts)
def test_masked_text_holds_nothing_format_like(text: str) -> None:
    once = masked(text, find_entities(text, DETECTORS))

    assert [(it, once[it.start : it.end]) for it in find_entities(once, FORMAT_LIKE)] == []


@given(
    st.sampled_from([row for type_ in TYPES for row in rows(type_)]),
    st.integers(0, 400),
    st.sampled_from(["prose ", "é 🙂 ", "word\n"]),
)
def test_what_stands_far_away_changes_nothing(row, count: int, filler: str) -> None:
    before = filler * count
    alone = find_entities(row.text, {row.type})

    assert find_entities(f"{before}\n{row.text}\n{before}", {row.type}) == [
        Entity(it.type, it.start + len(before) + 1, it.end + len(before) + 1) for it in alone
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "see https://example.com/?to=a@b.com now",
            [("URL", "https://example.com/?to=a@b.com")],
            id="the longest",
        ),
        pytest.param("NHS phone 943 476 5919", [("PHONE", "943 476 5919")], id="the cue beside it"),
        pytest.param(
            "SIN 130-692-544", [("CA_SOCIAL_INSURANCE_NUMBER", "130-692-544")], id="the best proven"
        ),
        pytest.param(
            "card 4111 1111 1111 1111, PIN 1234",
            [("CREDIT_DEBIT_CARD_NUMBER", "4111 1111 1111 1111"), ("PIN", "1234")],
            id="two types",
        ),
        pytest.param(
            "a@b.com, a@b.com", [("EMAIL", "a@b.com"), ("EMAIL", "a@b.com")], id="one for each occurrence"
        ),
        pytest.param(
            "1234 4111 1111 1111 1111",
            [("CREDIT_DEBIT_CARD_NUMBER", "4111 1111 1111 1111")],
            id="behind a refused start",
        ),
    ],
)
def test_one_of_overlapping_candidates_is_kept(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(it.type, text[it.start : it.end]) for it in find_entities(text, DETECTORS)] == expected


def test_no_types_find_nothing_and_an_unknown_one_is_an_error() -> None:
    assert find_entities("a@b.com", ()) == []
    with pytest.raises(KeyError, match="SHOE_SIZE"):
        find_entities("a@b.com", {"SHOE_SIZE"})


HOSTILE = (
    *(
        "7",
        "@",
        ".",
        ":",
        "a@",
        "a.",
        "a:",
        "1 ",
        "1.",
        "+1",
        "(1)",
        "ab:",
        "4111 ",
        "000-00-0000 ",
        "1.2.3.4.",
        "a/1+",
    ),
    *(
        "pin is ",
        "password: ",
        "ABCDEF1",
        "http://",
        "www.",
        "GB82 WEST ",
        "My name is A",
        "12 Main ",
        "é@é.",
        "\0",
    ),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_as_much_hostile_text_proposes_twice_as_many_candidates(piece: str) -> None:
    """Each candidate costs a bounded time; benchmarks/pii.py measures it."""
    counts = [sum(_candidates(piece * count)) for count in (500, 1000)]
    assert counts[1] <= 2 * counts[0] + 40
    assert counts[1] <= 3 * len(piece) * 1000


def _candidates(text: str):
    return (sum(1 for _ in detector.find(text.encode())) for by in DETECTORS.values() for detector in by)


def test_the_validators_are_loaded_when_they_are_first_needed() -> None:
    program = (
        "import sys, bedrock_emulator.guardrails.pii as pii; pii.find_entities('12 plain words', pii.DETECTORS);"
        "print([name for name in ('stdnum', 'phonenumbers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
