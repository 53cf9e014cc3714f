"""Plain strings that a regular expression accepts, the shortest first, for the `pattern` keyword of a schema."""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import count
from typing import Any

_PARSER = import_module("re._parser")  # the standard library's own reading of a pattern, which never runs it
_MAX_LENGTH = 10_000
_FAVOURITES = "a0A-_ .x1"
_CATEGORIES = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}


def strings_matching(pattern: str, least: int = 0) -> Iterator[str]:
    """Strings that contain a match of `pattern`: the shortest, then longer ones from `least` characters on.

    None for a pattern that is no regular expression, or whose strings would be too long. What look-around
    demands is not seen: check the result.
    """
    try:
        parsed = _PARSER.parse(pattern)
        shortest = _whole_characters(_Writer().sequence(parsed))
        yield shortest
        for more in count(1):
            yield _whole_characters(_Writer(max(least - len(shortest), 0) + more - 1).sequence(parsed))
            yield f"{shortest}{more}"  # an unanchored pattern lets more stand around the match
    except (re.error, OverflowError, RecursionError, _TooLongError, UnicodeDecodeError):
        return


def _whole_characters(text: str) -> str:
    """Pairs of surrogates, as patterns written for JavaScript ask for, become the character that they stand for.

    Raises:
        UnicodeDecodeError: a surrogate stands alone, which no JSON text can hold.
    """
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


class _TooLongError(ValueError):
    """A string of more than _MAX_LENGTH characters."""


class _Writer:
    """Walks a parsed pattern and writes the least that it accepts, or about `spare` characters more."""

    __slots__ = ("groups", "spare")

    def __init__(self, spare: int = 0) -> None:
        self.groups: dict[int, str] = {}
        self.spare = spare

    def sequence(self, parts: Iterable[tuple[Any, Any]]) -> str:
        text = ""
        for opcode, argument in parts:
            text += self._part(str(opcode), argument)
            if len(text) > _MAX_LENGTH:
                raise _TooLongError
        return text

    def _part(self, opcode: str, argument: Any) -> str:
        match opcode:
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return ""
            case "BRANCH":
                return self.sequence(argument[1][0])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(*argument)
            case "SUBPATTERN":
                self.groups[argument[0]] = text = self.sequence(argument[3])
                return text
            case "ATOMIC_GROUP":
                return self.sequence(argument)
            case "GROUPREF":
                return self.groups.get(argument, "")
        return _character(opcode, argument)

    def _repeat(self, least: int, most: int, parts: Any) -> str:
        """The outermost repetition that has room takes the spare characters, so that few are too many."""
        room = most - least
        spare, self.spare = self.spare, 0 if room else -(-self.spare // max(least, 1))
        text = self.sequence(parts) if least or spare else ""
        if room and text:
            more = min(room, -(-spare // len(text)))
            least, self.spare = least + more, max(spare - more * len(text), 0)
        if least * len(text) > _MAX_LENGTH:
            raise _TooLongError
        return text * least


def _character(opcode: str, argument: Any) -> str:
    match opcode:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return next(char for char in _FAVOURITES if ord(char) != argument)
        case "ANY":
            return _FAVOURITES[0]
        case "IN":
            return _member(argument)
    raise re.error(opcode)


def _member(items: Any) -> str:
    """One character of a set, a plain one when the set is negated."""
    if str(items[0][0]) == "NEGATE":
        return next((char for char in _FAVOURITES if not any(_covers(item, char) for item in items[1:])), "~")
    opcode, argument = items[0]
    match str(opcode):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(argument[0])
    category = str(argument)
    return next((_CATEGORIES[name] for name in _CATEGORIES if name == category), "-")


def _covers(item: tuple[Any, Any], char: str) -> bool:
    opcode, argument = item
    match str(opcode):
        case "LITERAL":
            return ord(char) == int(argument)
        case "RANGE":
            return bool(argument[0] <= ord(char) <= argument[1])
    tests = {"CATEGORY_DIGIT": char.isdigit(), "CATEGORY_SPACE": char.isspace()}
    name = str(argument)
    inverted = "_NOT_" in name
    found = tests.get(name.replace("_NOT", ""), char.isalnum() or char == "_")
    return found != inverted
