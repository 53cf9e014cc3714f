"""Placeholders in place of what is hidden, in whole texts and across deltas."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.guardrails.masking import Mask, joined, masked, masked_deltas
from tests.emulator.guardrails.evaluating import judged, regexes

PATTERNS = {"Account Number": r"\b\d{6,}\b", "SHOUT": r"!{2,}", "MAIL": r"[a-z]+@[a-z]+"}


def _cuts(text: str) -> st.SearchStrategy[list[str]]:
    return st.sets(st.integers(0, len(text)), max_size=8).map(lambda cuts: _cut(text, sorted(cuts)))


def _cut(text: str, cuts: list[int]) -> list[str]:
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def _masked_texts(draw: st.DrawFn) -> tuple[str, list[Mask]]:
    text = draw(st.text("ab 1", max_size=30))
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    masks = [
        Mask(a, b, draw(st.sampled_from(["{A}", "{B}"])))
        for a, b in draw(st.lists(places, max_size=5))
        if a < b
    ]
    return text, masks


def test_what_overlaps_is_hidden_behind_one_placeholder() -> None:
    masks = [Mask(2, 5, "{B}"), Mask(0, 3, "{A}"), Mask(5, 6, "{C}")]

    assert joined(masks) == [Mask(0, 5, "{A}"), Mask(5, 6, "{C}")]
    assert masked("abcdefg", masks) == "{A}{C}g"


@pytest.mark.parametrize(
    ("deltas", "shown"),
    [
        pytest.param(
            [" Japan", " ", "1", "2", "3", ".", ""],
            [" Japan", "", " {N}", "", "", ".", ""],
            id="white space moves to the placeholder, as Nova was recorded",
        ),
        pytest.param(["to 1", "23."], ["to {N}", "."], id="a delta keeps what is around"),
        pytest.param(["to 123."], ["to {N}."], id="one delta, as Titan was recorded"),
        pytest.param(["to", " ", "", "123"], ["to", "", "", " {N}"], id="past an empty delta"),
        pytest.param(["to ", "123"], ["to ", "{N}"], id="space that ends a delta stays"),
        pytest.param(["123", " ", "123"], ["{N}", "", " {N}"], id="two in a row"),
    ],
)
def test_the_delta_in_which_it_starts_has_the_placeholder(deltas: list[str], shown: list[str]) -> None:
    text = "".join(deltas)
    masks = [Mask(match.start(), match.end(), "{N}") for match in re.finditer(r"\d+", text)]

    assert masked_deltas(deltas, masks) == shown


@given(_masked_texts(), st.data())
def test_deltas_tell_the_masked_text_however_they_are_cut(
    given_: tuple[str, list[Mask]], data: st.DataObject
) -> None:
    text, masks = given_
    deltas = data.draw(_cuts(text))

    shown = masked_deltas(deltas, masks)

    assert len(shown) == len(deltas)
    assert "".join(shown) == masked(text, masks)


@given(st.text("a@1! 9-", max_size=60))
def test_masked_text_holds_no_match_and_stays_as_it_is(text: str) -> None:
    once = judged(regexes(**PATTERNS), text).masked_texts()[0]

    again = judged(regexes(**PATTERNS), once)
    assert not [each for each in again.findings if each.is_detected]
    assert again.masked_texts() == [once]
