"""A detector: a pattern that proposes candidates and a reader that judges each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import re2

from bedrock_emulator.guardrails.pii.entity import Evidence

Reader: TypeAlias = Callable[[str], str]
"""Gives the part of a candidate, from its first character, that is the entity; an empty text refuses it."""


def as_found(candidate: str) -> str:
    """Takes every candidate as it stands."""
    return candidate


def when(holds: Callable[[str], bool]) -> Reader:
    """A reader that takes a candidate whole or not at all."""
    return lambda candidate: candidate if holds(candidate) else ""


@dataclass(frozen=True, slots=True)
class Detector:
    """How one type is found.

    Every repetition in `pattern` is bounded or ends at a character that cannot start it again, so that a search
    reads each character a bounded number of times.
    """

    type: str
    evidence: Evidence
    how: str
    """For the documentation: what is looked for."""
    pattern: str
    """RE2; where groups are marked, the one that took part is the candidate."""
    read: Reader = as_found
    trigger: str = r"\d"
    """Some part of every text that the pattern matches; elsewhere nobody looks."""
    joined_by: bytes = b""
    """With one of these between, a neighbouring word belongs to the candidate and spoils it."""

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where entities start and end in a text in UTF-8; an empty span stands for a candidate that was refused.

        After a refusal the search goes on behind the first word: the next candidate may start within the refused one.
        """
        search = _compiled(self.pattern).search
        position = 0
        while found := search(data, position):
            start, end = found.span(found.lastindex or 0)
            length = self._accepted(data, start, end)
            yield start, start + length
            position = start + (length or _first_word(data, start, end))

    def _accepted(self, data: bytes, start: int, end: int) -> int:
        if self._is_spoiled(data, start, end):
            return 0
        return len(self.read(data[start:end].decode()).encode())

    def _is_spoiled(self, data: bytes, start: int, end: int) -> bool:
        before, after = data[max(start - 2, 0) : start][::-1], data[end : end + 2]
        return self._goes_on(data[start : start + 1], before) or self._goes_on(data[end - 1 : end], after)

    def _goes_on(self, edge: bytes, outside: bytes) -> bool:
        """Whether the word at an edge of the candidate continues in the two bytes outside, the nearest first."""
        near, far = outside[:1], outside[1:]
        if near and near in self.joined_by:
            return far.isalnum()
        return (edge.isalnum() or edge in self.joined_by) and (near.isalnum() or near == b"_")


@cache
def _compiled(pattern: str) -> Any:
    """On first use, so that the server starts without them; google-re2's own cache is shared with users' patterns."""
    return re2.compile(pattern)


def _first_word(data: bytes, start: int, end: int) -> int:
    """The length of the word at `start`, which no second candidate starts in; at least 1."""
    position = start + 1
    while position < end and data[position - 1 : position + 1].isalnum():
        position += 1
    return position - start


_SEPARATORS = r"""[ \t_:=#"'(*-]"""
_FILLER = r"(?:numbers?|no|nr|num|code|is|was|are|reads|of|for|the|my|your|his|her|our|their|this|card|to|set|as|value|here)"


def cued(cue: str, value: str) -> str:
    """The pattern of a value that says nothing without its cue: `PIN is 1234`, `"pin": "1234"`, `1234 is my PIN`.

    Only words like `number`, `is` or `of my` may stand between the two.
    """
    before, after = rf"(?:\b|_)(?i:{cue})", rf"(?i:{cue})\b"
    between = rf"""(?i:{_SEPARATORS}{{1,3}}{_FILLER}\b\.?){{0,6}}[ \t\n:=#"'(*,-]{{1,6}}"""
    back = r"(?i:[ \t]{1,3}(?:is|was|as)[ \t]{1,3}(?:(?:my|your|his|her|our|their|the|a)[ \t]{1,3})?|[ \t]{0,3}[(=][ \t]{0,3})"
    return rf"{before}{between}({value})\b|\b({value}){back}{after}"
