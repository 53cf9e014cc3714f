"""How a text is cut into the deltas of a stream. Joining the pieces always gives the text back."""

import re
from itertools import cycle

_WORD = re.compile(r"\s*\S+|\s+")
_TOKEN = re.compile(r"\s*\S{1,8}|\s+")
_CLAUDE_RUNS = (1, 3, 2, 4)
_FRAGMENT_SIZES = (6, 13, 3, 9)


def by_word(text: str) -> list[str]:
    """One word at a time, the space before it kept."""
    return _WORD.findall(text)


def by_words(text: str) -> list[str]:
    """One to four words at a time."""
    words = _WORD.findall(text)
    pieces: list[str] = []
    start, count = 0, len(words)
    for run in cycle(_CLAUDE_RUNS):
        if start >= count:
            return pieces
        pieces.append("".join(words[start : start + run]))
        start += run
    return pieces


def by_token(text: str) -> list[str]:
    """Words, long ones in several pieces."""
    return _TOKEN.findall(text)


def whole(text: str) -> list[str]:
    """Everything at once; nothing for an empty text."""
    return [text] if text else []


def fragments(json_text: str) -> list[str]:
    """The pieces of a tool's input as Claude streams them: an empty one, then cuts anywhere [recorded]."""
    pieces = [""]
    start = 0
    if json_text == "{}":  # a tool without arguments streams the empty piece alone [recorded]
        return pieces
    for size in cycle(_FRAGMENT_SIZES):
        if start >= len(json_text):
            return pieces
        pieces.append(json_text[start : start + size])
        start += size
    return pieces
