"""The regions of a text in which entities can stand.

Most of a text is prose in which nothing is found. One scan finds the few characters that every entity has (a digit, an
`@`, a word like `password`); the detectors then read only their surroundings instead of the whole text.
"""

from collections.abc import Iterator

import re2

AROUND = 96
"""Bytes on each side of a trigger that the detectors see, at least: a cue stands that close to its value."""
_STRIDE = 64
"""Characters behind a trigger that are not searched for further ones, so that no text has many of them."""


def regions(data: bytes, trigger: str) -> Iterator[tuple[int, int]]:
    """Start and end of the surroundings of every trigger, whole words only; regions that would meet are one."""
    first = covered = 0
    for found in re2.finditer(rf"(?:{trigger})(?s:.{{0,{_STRIDE}}})", data):
        start, end = found.span()
        if end + AROUND <= covered:
            continue
        start = data.rfind(b" ", covered, max(start - AROUND, covered)) + 1 or covered
        if start > covered:
            yield from _unless_empty(first, covered)
            first = start
        covered = data.find(b" ", end + AROUND)
        covered = len(data) if covered < 0 else covered
    yield from _unless_empty(first, covered)


def _unless_empty(start: int, end: int) -> Iterator[tuple[int, int]]:
    if start < end:
        yield start, end
