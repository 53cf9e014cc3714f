"""Words and phrases: whole, whatever their case, all in one pass."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bedrock_emulator.guardrails.phrases import Phrases

LETTERS = "abéßİ_1 -.,"


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        pytest.param("cactus", "a Cactus, CACTUS!", ["Cactus", "CACTUS"], id="whatever the case"),
        pytest.param("cactus", "cactuses and supercactus", [], id="not inside another word"),
        pytest.param("cactus", "cactus_x 1cactus", [], id="digits and underscores belong to words"),
        pytest.param("cactus", "cactus-like (cactus)", ["cactus", "cactus"], id="punctuation ends a word"),
        pytest.param("buy stocks", "Buy stocks; buy  stocks", ["Buy stocks"], id="a phrase is exact"),
        pytest.param("c++", "c++ and C++, not abc++", ["c++", "C++"], id="a word with punctuation"),
        pytest.param(
            "straße", "STRASSE, Straße", ["Straße"], id="a fold that would change the length is left"
        ),
        pytest.param(
            "istanbul", "İstanbul istanbul", ["istanbul"], id="what comes after an odd letter is found"
        ),
        pytest.param("cafe", "cafe\u0301 cafe", ["cafe"], id="an accent of its own belongs to the word"),
    ],
)
def test_a_phrase_is_found_as_whole_words(phrase: str, text: str, found: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in Phrases([phrase]).find(text)] == found


def test_phrases_that_overlap_are_all_found_in_text_order() -> None:
    hits = Phrases(["bar baz", "foo bar", "foo"]).find("Foo bar baz")

    assert [(hit.phrase, hit.start, hit.end) for hit in hits] == [(1, 0, 7), (2, 0, 3), (0, 4, 11)]


def test_no_phrases_find_nothing() -> None:
    assert Phrases([]).find("anything") == []


@given(st.lists(st.text("ab é", min_size=1, max_size=4), max_size=6), st.text("abé -", max_size=30))
def test_the_same_is_found_as_by_one_pattern_after_the_other(phrases: list[str], text: str) -> None:
    found = {(text[hit.start : hit.end], hit.start) for hit in Phrases(phrases).find(text)}

    patterns = [re.escape(phrase) for phrase in phrases]
    expected = {
        (match[1], match.start(1))
        for phrase, pattern in zip(phrases, patterns, strict=True)
        for match in re.finditer(f"(?=({pattern}))", text)
        if not re.match(r"\w\w", text[max(match.start(1) - 1, 0) :]) or not match.start(1)
        if not re.match(r"\w\w", text[match.end(1) - 1 :])
        if phrase
    }
    assert found == expected


@given(st.text(LETTERS, max_size=40), st.text(LETTERS, min_size=1, max_size=5))
@example("İİß word", "word")
def test_a_hit_is_the_phrase_at_its_place(text: str, phrase: str) -> None:
    for hit in Phrases([phrase]).find(text):
        assert text[hit.start : hit.end].casefold() == phrase.casefold()
