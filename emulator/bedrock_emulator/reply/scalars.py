"""Strings and numbers that a schema may accept, in order of preference; reply/instance.py chooses."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import count
from math import ceil, floor, isfinite
from typing import Any

from bedrock_emulator.reply.pattern import UnreadablePatternError, string_matching
from bedrock_emulator.reply.schema import is_number

MAX_SIZE = 10_000
"""The longest string or list that is made to please minLength or minItems."""
_STEPS = 100

_FORMATS = {
    "date": "2025-01-15",
    "date-time": "2025-01-15T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "user@example.com",
    "idn-email": "user@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uri-reference": "https://example.com/",
    "iri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "regex": "a",
    "json-pointer": "/a",
    "byte": "dGV4dA==",
    "binary": "text",
}


def strings(schema: Mapping[str, Any], name: str) -> Iterator[str]:
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema["format"]]
    if "pattern" in schema:
        yield from strings_matching(schema["pattern"])
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", MAX_SIZE))
    if least > MAX_SIZE:
        return
    for number in count(1):
        text = f"synthetic {name}" if number == 1 else f"{number} synthetic {name}"
        if most < len(text):
            text = str(number)[:most] if number > 1 else name[:most]
        yield text + "." * (least - len(text))


def strings_matching(pattern: str) -> Iterator[str]:
    try:
        text = string_matching(pattern)
    except UnreadablePatternError:
        return
    yield text
    for number in count(1):  # an unanchored pattern lets more stand around the match
        yield f"{text}{number}"


def numbers(schema: Mapping[str, Any]) -> Iterator[int | float]:
    """Small whole numbers first, then what the bounds and multipleOf ask for."""
    low, high = _lowest(schema), _highest(schema)
    step = schema.get("multipleOf", 1)
    yield from (1, 0)
    start = ceil(low / Fraction(str(step))) if low is not None else None
    end = floor(high / Fraction(str(step))) if high is not None else None
    first = start if start is not None else end if end is not None else 0
    towards = 1 if start is not None or end is None else -1
    for distance in range(_STEPS):
        yield _plain((first + towards * distance) * Fraction(str(step)))
    if low is not None and high is not None:
        yield _plain((low + high) / 2)
        yield float((low + high) / 2)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _lowest(schema: Mapping[str, Any]) -> Fraction | None:
    return max(_bounds(schema, "minimum", "exclusiveMinimum"), default=None)


def _highest(schema: Mapping[str, Any]) -> Fraction | None:
    return min(_bounds(schema, "maximum", "exclusiveMaximum"), default=None)


def _bounds(schema: Mapping[str, Any], *keywords: str) -> list[Fraction]:
    return [
        Fraction(str(schema[word]))
        for word in keywords
        if is_number(schema.get(word)) and isfinite(schema[word])
    ]
