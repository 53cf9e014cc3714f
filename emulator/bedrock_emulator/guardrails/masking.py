"""Puts placeholders where something sensitive stood, in a whole text or across the deltas of a stream."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Mask:
    """What is hidden, and what is read instead."""

    start: int
    end: int
    placeholder: str


def joined(masks: Iterable[Mask]) -> list[Mask]:
    """Masks that do not overlap: what overlaps is hidden as a whole behind the placeholder of what begins first [guess]."""
    apart: list[Mask] = []
    for mask in sorted(masks, key=lambda each: (each.start, -each.end)):
        if apart and mask.start < apart[-1].end:
            apart[-1] = replace(apart[-1], end=max(apart[-1].end, mask.end))
        else:
            apart.append(mask)
    return apart


def masked(text: str, masks: Iterable[Mask]) -> str:
    """The text with placeholders."""
    shown, at = [], 0
    for mask in joined(masks):
        shown += [text[at : mask.start], mask.placeholder]
        at = mask.end
    return "".join([*shown, text[at:]])


def masked_deltas(deltas: Sequence[str], masks: Iterable[Mask]) -> list[str]:
    """The same text in as many deltas as it had.

    The delta in which something sensitive starts has the placeholder, the rest of it is empty; white space that was
    a delta of its own right before it moves into that delta [recorded, Nova].
    """
    text, ends = "".join(deltas), list(accumulate(map(len, deltas)))
    shown: list[list[str]] = [[] for _ in deltas]
    at = number = 0
    for mask in joined(masks):
        number = _copy(text, at, mask.start, ends, shown, number)
        while ends[number] <= mask.start:
            number += 1
        if mask.start == ends[number] - len(deltas[number]):
            _pull_space(shown, number)
        shown[number].append(mask.placeholder)
        at = mask.end
    _copy(text, at, len(text), ends, shown, number)
    return ["".join(each) for each in shown]


def _copy(text: str, start: int, end: int, ends: Sequence[int], shown: list[list[str]], number: int) -> int:
    """Spread what stays over its deltas; gives the delta in which it ended."""
    while start < end:
        while ends[number] <= start:
            number += 1
        stop = min(end, ends[number])
        shown[number].append(text[start:stop])
        start = stop
    return number


def _pull_space(shown: list[list[str]], number: int) -> None:
    """Move the white space before a placeholder to it, past deltas that say nothing."""
    for before in range(number - 1, -1, -1):
        said = "".join(shown[before])
        if said.strip():
            return
        if said:
            shown[number].insert(0, said)
            shown[before].clear()
            return
