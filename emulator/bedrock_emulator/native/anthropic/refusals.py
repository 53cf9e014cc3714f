"""The words in which Claude refuses a request: a place, a colon, and what is wrong there, one thing at a time.

The service passes them on as they are; Converse alone puts "The model returned the following errors: " before them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from bedrock_emulator.errors import AwsError, validation_error

_KINDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "string": (str, "a valid string"),
    "list": (list, "a valid list"),
    "dictionary": (Mapping, "a valid dictionary"),
    "integer": (int, "a valid integer"),
    "number": ((int, float), "a valid number"),
}


def refusal(place: str, problem: str) -> AwsError:
    """What is wrong at a place, as `messages.0.content.1.text`."""
    return validation_error(f"{place}: {problem}")


def require(document: Mapping[str, Any], name: str, place: str = "") -> Any:
    """The member of this name [reported by users: max_tokens, anthropic_version]."""
    if name not in document:
        raise refusal(inside(place, name), "Field required")
    return document[name]


def expect(value: Any, kind: str, place: str) -> Any:
    """The value, when it is of this kind."""
    types, words = _KINDS[kind]
    if not isinstance(value, types) or isinstance(value, bool):
        raise refusal(place, f"Input should be {words}")
    return value


def expect_range(value: Any, kind: str, place: str, *, least: float, most: float | None = None) -> Any:
    """The number, when it is one and lies between the two limits."""
    expect(value, kind, place)
    if value < least:
        raise refusal(place, f"Input should be greater than or equal to {least}")
    if most is not None and value > most:
        raise refusal(place, f"Input should be less than or equal to {most}")
    return value


def expect_one_of(value: Any, choices: Collection[str], place: str) -> Any:
    """The value, when it is one of these texts."""
    if value not in choices:
        *others, last = (f"'{choice}'" for choice in choices)
        raise refusal(
            place, f"Input should be {', '.join(others)} or {last}" if others else f"Input should be {last}"
        )
    return value


def expect_tag(block: Any, tags: Collection[str], place: str) -> str:
    """The `type` of a block, when it is one of these [recorded with a tool]."""
    tag = require(expect(block, "dictionary", place), "type", place)
    if not isinstance(tag, str) or tag not in tags:
        expected = ", ".join(f"'{one}'" for one in tags)
        raise refusal(
            place,
            f"Input tag '{tag}' found using 'type' does not match any of the expected tags: {expected}",
        )
    return tag


def inside(place: str, name: str | int) -> str:
    """The place of a member."""
    return f"{place}.{name}" if place else str(name)
