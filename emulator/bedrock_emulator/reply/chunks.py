"""How a text is cut into the deltas of a stream. Joining the pieces always gives the text back.

Every chunker is lazy, so that a reply of a million tokens streams piece by piece.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, cycle, islice, repeat

from bedrock_emulator.reply.reply import Split

_WORD = re.compile(r"\s*\S+|\s+")
_TOKEN = re.compile(r"\s*\S{1,8}|\s+")
_CLAUDE_RUNS = (1, 3, 2, 4)
_FRAGMENT_SIZES = (6, 13, 3, 9)


def by_word(text: str) -> Iterator[str]:
    """One word at a time, the space before it kept."""
    return (match[0] for match in _WORD.finditer(text))


def by_words(text: str) -> Iterator[str]:
    """One to four words at a time."""
    words = by_word(text)
    for run in cycle(_CLAUDE_RUNS):
        piece = "".join(islice(words, run))
        if not piece:
            return
        yield piece


def by_token(text: str) -> Iterator[str]:
    """Words, long ones in several pieces."""
    return (match[0] for match in _TOKEN.finditer(text))


def by_character(text: str) -> Iterator[str]:
    """One character at a time."""
    return iter(text)


def whole(text: str) -> Iterator[str]:
    """Everything at once; nothing for an empty text."""
    if text:
        yield text


def fragments(json_text: str) -> Iterator[str]:
    """The pieces of a tool's input as Claude streams them: an empty one, then cuts anywhere [recorded]."""
    yield ""
    if json_text == "{}":  # a tool without arguments streams the empty piece alone [recorded]
        return
    start = 0
    for size in cycle(_FRAGMENT_SIZES):
        if start >= len(json_text):
            return
        yield json_text[start : start + size]
        start += size


CHUNKERS: Mapping[str, Split] = {
    "word": by_word,
    "words": by_words,
    "token": by_token,
    "character": by_character,
    "whole": whole,
    "fragments": fragments,
}
"""The names by which a scenario asks for a chunker."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text whose pieces are given: they are all that is sent, so the text itself is not looked at."""

    pieces: tuple[str, ...]
    times: int = 1

    def __call__(self, _text: str) -> Iterable[str]:
        return chain.from_iterable(repeat(self.pieces, self.times))
