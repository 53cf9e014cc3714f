"""Finds thousands of words and phrases in one pass over a text, whatever their case, as whole words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase at one place."""

    phrase: int
    """Its number in the order in which the phrases were given."""
    start: int
    end: int


class Phrases:
    """A set of phrases. Those that overlap are all found: each is a rule of its own [guess]."""

    def __init__(self, phrases: Iterable[str]) -> None:
        numbers: dict[str, int] = {}
        for number, phrase in enumerate(phrases):
            numbers.setdefault(_folded(phrase), number)
        self._numbers = list(numbers.values())
        self._automaton = AhoCorasick(list(numbers))

    def find(self, text: str) -> list[Hit]:
        """Every occurrence in text order, the longer first where two begin together."""
        found = self._automaton.find_matches_as_indexes(_folded(text), overlapping=True)
        hits = [
            Hit(self._numbers[number], start, end)
            for number, start, end in found
            if _is_whole(text, start, end)
        ]
        return sorted(hits, key=lambda hit: (hit.start, -hit.end))


def spoken(text: str) -> str:
    """The bare words of a text, between single spaces: what is the same however it is punctuated."""
    return " ".join(_WORD.findall(text))


def words_of(text: str) -> list[str]:
    """The words of a text, whatever their case."""
    return _WORD.findall(text.casefold())


def _folded(text: str) -> str:
    """The text without case, every character still at its place: one that would become two stays as it is."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(each.casefold() if len(each.casefold()) == 1 else each for each in text)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on beyond either end."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, place: int) -> bool:
    return 0 < place < len(text) and _in_word(text[place - 1]) and _in_word(text[place])


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")
