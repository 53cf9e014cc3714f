"""The shortest plain string that a regular expression accepts, for the `pattern` keyword of a schema."""

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

_PARSER = import_module("re._parser")  # the standard library's own reading of a pattern, which never runs it
_MAX_LENGTH = 10_000
_FAVOURITES = "a0A-_ .x1"
_CATEGORIES = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}


class UnreadablePatternError(ValueError):
    """A pattern that is not a regular expression, or one whose strings would be too long."""


def string_matching(pattern: str) -> str:
    """A string that contains a match of `pattern`. What look-around demands is not seen: check the result."""
    try:
        parsed = _PARSER.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnreadablePatternError(pattern) from error
    return _Writer().sequence(parsed)


class _Writer:
    """Walks a parsed pattern and writes the least that it accepts."""

    __slots__ = ("groups",)

    def __init__(self) -> None:
        self.groups: dict[int, str] = {}

    def sequence(self, parts: Iterable[tuple[Any, Any]]) -> str:
        text = ""
        for opcode, argument in parts:
            text += self._part(str(opcode), argument)
            if len(text) > _MAX_LENGTH:
                raise UnreadablePatternError("too long")
        return text

    def _part(self, opcode: str, argument: Any) -> str:
        match opcode:
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return ""
            case "BRANCH":
                return self.sequence(argument[1][0])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(argument[0], argument[2])
            case "SUBPATTERN":
                self.groups[argument[0]] = text = self.sequence(argument[3])
                return text
            case "ATOMIC_GROUP":
                return self.sequence(argument)
            case "GROUPREF":
                return self.groups.get(argument, "")
        return _character(opcode, argument)

    def _repeat(self, count: int, parts: Any) -> str:
        text = self.sequence(parts) if count else ""
        if count * len(text) > _MAX_LENGTH:
            raise UnreadablePatternError("too long")
        return text * count


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
    raise UnreadablePatternError(opcode)


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
