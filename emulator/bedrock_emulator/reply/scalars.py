"""Strings and numbers that a schema may accept, in order of preference; reply/instance.py chooses."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import chain, count
from math import ceil, floor
from typing import Any

from bedrock_emulator.reply.pattern import strings_matching

MAX_SIZE = 10_000
"""The longest string or list that is made to please minLength or minItems."""

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
    least, most = schema.get("minLength", 0), schema.get("maxLength", MAX_SIZE)
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema["format"]]
    if least > MAX_SIZE:
        return
    if "pattern" in schema:
        yield from strings_matching(schema["pattern"], least)
    for number in count(1):
        text = f"synthetic {name}" if number == 1 else f"{number} synthetic {name}"
        if most < len(text):
            text = str(number)[:most] if number > 1 else name[:most]
        yield text + "." * (least - len(text))


def numbers(schema: Mapping[str, Any]) -> Iterator[int | float]:
    """Small whole numbers first, then what the bounds and multipleOf ask for."""
    yield from (1, 0)
    low = max(_bounds(schema, "minimum", "exclusiveMinimum"), default=None)
    high = min(_bounds(schema, "maximum", "exclusiveMaximum"), default=None)
    step = _exact(schema.get("multipleOf", 1))
    if low is not None and high is not None:
        whole = (number * step for number in range(ceil(low / step), floor(high / step) + 1))
        parts = (low + (high - low) / part for part in count(2))  # lists may ask for numbers that differ
        yield from map(_plain, chain(whole, parts))
        return
    first, towards = (ceil(low / step), 1) if low is not None else (0, 1)
    if high is not None:
        first, towards = floor(high / step), -1
    yield from (_plain(number * step) for number in count(first, towards))


def _plain(value: Fraction) -> int | float:
    try:
        return int(value) if value.denominator == 1 else float(value)
    except OverflowError:  # beyond every float
        return int(value)


def _bounds(schema: Mapping[str, Any], *keywords: str) -> list[Fraction]:
    return [_exact(schema[keyword]) for keyword in keywords if keyword in schema]


def _exact(number: float) -> Fraction:
    """The number as it is written: 0.1 is a tenth."""
    return Fraction(number) if isinstance(number, int) else Fraction(str(number))
