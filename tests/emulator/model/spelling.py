"""Texts that match a regular expression, as short as it allows or as long as asked for."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

_MEMBERS = {codes.CATEGORY_WORD: "a", codes.CATEGORY_DIGIT: "0", codes.CATEGORY_SPACE: " "}
_ANY_CHARACTER = "a"
_OTHERS = "a0 !"
_UNICODE_CLASS = re.compile(r"\\[pP]\{\w+\}")
"""Which Python does not know."""

_NON_MEMBERS = ("!", "\N{SNOWMAN}", "a", "0", " ", "")


@cache
def matching(pattern: str | None, *, least: int = 0, most: int | None = None) -> str | None:
    """A text of `least` or a few more characters that matches the whole pattern; None where none was found."""
    if pattern is None:
        return "a" * least
    parts = parser.parse(_UNICODE_CLASS.sub(r"\\w", pattern))
    more = bisect_left(
        range(_fewest_doubled(parts, least) + 1), least, key=lambda each: len(_spell(parts, each))
    )
    text = _spell(parts, more)
    fits = len(text) >= least and (most is None or len(text) <= most)
    return text if fits and matches(pattern, text) else None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches, as RE2 reads patterns; two of the models repeat more than it allows."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options).fullmatch(text) is not None
    except re2.error:
        return re.fullmatch(pattern, text) is not None


def _fewest_doubled(parts: Sequence[Any], least: int) -> int:
    """How often to repeat beyond need for so many characters: a power of two, or as many as there are characters."""
    more = 0
    while len(_spell(parts, more)) < least and more < least:
        more = max(1, 2 * more)
    return more


def not_matching(pattern: str, *, least: int = 0) -> str | None:
    """A text that does not match the pattern as a whole; None where everything seems to match."""
    known = matching(pattern, least=least) or "a" * least
    candidates = [known + each for each in _NON_MEMBERS] + [each * max(least, 1) for each in _NON_MEMBERS]
    return next((each for each in candidates if len(each) >= least and not matches(pattern, each)), None)


def _spell(parts: Sequence[Any], more: int) -> str:
    """One text of a parsed pattern; whatever may repeat does so `more` times more than it must."""
    return "".join(_spell_one(code, argument, more) for code, argument in parts)


def _spell_one(code: Any, argument: Any, more: int) -> str:
    if code is codes.LITERAL:
        return chr(argument)
    if code is codes.NOT_LITERAL:
        return next(each for each in _OTHERS if ord(each) != argument)
    if code is codes.IN:
        return _member(argument)
    if code is codes.ANY:
        return _ANY_CHARACTER
    if code is codes.SUBPATTERN:
        return _spell(argument[-1], more)
    if code is codes.BRANCH:
        return _spell(max(argument[1], key=lambda each: len(_spell(each, 0)) if more else 0), more)
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
        least, most, parts = argument
        return _spell(parts, more) * int(min(least + more, most))
    if code in {codes.AT, codes.ASSERT, codes.ASSERT_NOT}:
        return ""
    raise ValueError(f"a pattern of the service model has {code}, of which no text can be made here")


def _member(items: Sequence[Any]) -> str:
    """One character of a set."""
    if items[0][0] is codes.NEGATE:
        excluded = re.compile("[" + "".join(_escaped(item) for item in items[1:]) + "]")
        return next(each for each in _OTHERS if not excluded.match(each))
    code, argument = items[0]
    if code is codes.RANGE:
        return chr(argument[0])
    return _MEMBERS.get(argument, "a") if code is codes.CATEGORY else chr(argument)


def _escaped(item: Any) -> str:
    code, argument = item
    if code is codes.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    if code is codes.CATEGORY:
        return r"\s" if argument is codes.CATEGORY_SPACE else r"\w"
    return re.escape(chr(argument))
