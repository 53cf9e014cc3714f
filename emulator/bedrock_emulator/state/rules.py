"""Checks JSON that a person wrote: every refusal names the path and what belongs there."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from bedrock_emulator.errors import AdminError

_LIKENESS = 0.8
"""From here on an unknown name is taken for a misspelt one: `modelID` is refused, `vendorNotes` is kept."""

_COMPARED = 8
"""Unknown members of one object that are compared with the known ones, which takes long."""

_LONGEST_NAME = 100
"""Characters of an unknown name that is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a value must be, as a test and in the words of the refusal."""

    words: str
    holds: Callable[[Any], bool]
    members: Mapping[str, "Rule"] | None = None
    """The members known of an object; others are allowed unless they look like one of these."""

    def or_null(self) -> "Rule":
        """The same, or null, which real rows hold in many members [recorded]."""
        return Rule(
            words=f"{self.words} or null",
            holds=lambda value: value is None or self.holds(value),
            members=self.members,
        )


def text() -> Rule:
    """A string with something in it."""
    return Rule(
        words="a non-empty string", holds=lambda value: isinstance(value, str) and bool(value.strip())
    )


def identifier() -> Rule:
    """A string that can stand in a line of text."""
    return Rule(
        words="a non-empty string without control characters",
        holds=lambda value: isinstance(value, str) and bool(value.strip()) and value.isprintable(),
    )


def boolean() -> Rule:
    """True or false."""
    return Rule(words="true or false", holds=lambda value: isinstance(value, bool))


def count() -> Rule:
    """A whole number from 1."""
    return Rule(
        words="a whole number of at least 1",
        holds=lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 1,
    )


def one_of(*allowed: str) -> Rule:
    """One of a few strings."""
    return Rule(words=" or ".join(allowed), holds=lambda value: isinstance(value, str) and value in allowed)


def strings() -> Rule:
    """A list of strings, perhaps empty."""
    return Rule(
        words="a list of strings",
        holds=lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    )


def strings_of(words: str, holds: Callable[[str], bool], *, empty: bool = True) -> Rule:
    """A list of strings that each pass a test."""
    rule = strings()
    return Rule(
        words=words,
        holds=lambda value: (
            rule.holds(value) and (empty or bool(value)) and all(holds(each) for each in value)
        ),
    )


def moment() -> Rule:
    """An ISO 8601 timestamp."""
    return Rule(words="an ISO 8601 timestamp such as 2026-02-03T19:06:46Z", holds=_is_moment)


def an_object(members: Mapping[str, Rule]) -> Rule:
    """An object whose known members follow their own rules."""
    return Rule(words="an object", holds=lambda value: isinstance(value, dict), members=members)


def check(value: object, rule: Rule, path: str) -> None:
    """Refuse a value that breaks its rule, at the first place where it does.

    Raises:
        AdminError: 400 with the path.
    """
    if not rule.holds(value):
        raise refusal(path, f"must be {rule.words}")
    if isinstance(value, dict) and rule.members is not None:
        _refuse_misspelt((name for name in value if name not in rule.members), rule.members, path)
        for name in (name for name in value if name in rule.members):
            check(value[name], rule.members[name], f"{path}.{name}")


def objects(value: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a list, each with its path."""
    if not isinstance(value, list | tuple):
        raise refusal(path, "must be a list of objects")
    for index, each in enumerate(value):
        if not isinstance(each, dict):
            raise refusal(f"{path}[{index}]", "must be an object")
        yield f"{path}[{index}]", each


def refusal(path: str, problem: str) -> AdminError:
    """The 400 that says where and what."""
    return AdminError(400, f"{path} {problem}", path=path)


def _refuse_misspelt(unknown: Iterable[str], known: Iterable[str], path: str) -> None:
    names = {each.lower(): each for each in known}
    for name in islice(unknown, _COMPARED):
        close = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), names, n=1, cutoff=_LIKENESS)
        if close:
            raise refusal(f"{path}.{name}", f"is unknown; did you mean {names[close[0]]}?")


def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
