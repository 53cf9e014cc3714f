"""What must hold of a request for a rule to answer it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.template import Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that must hold of a request."""

    member: str
    """The place in `when`: `lastUserText.contains`."""
    wanted: Any
    """What it asks for, so that two conditions can be compared."""
    holds: Callable[[Facts], bool]
    words: str
    """What must be so: `lastUserText must contain 'weather'`."""
    found: Callable[[Facts], str]
    """What is so in a request, in words."""
    keys: tuple[Hashable, ...] = ()
    """The request has one of these keys whenever this holds; without any, an index cannot help."""


@dataclass(frozen=True, slots=True)
class When:
    """All the conditions of one rule."""

    conditions: tuple[Condition, ...] = ()
    pattern: Any = None
    """The regular expression on the last user text, whose groups a template may use."""

    def holds(self, facts: Facts) -> bool:
        """Whether all of them hold."""
        return all(condition.holds(facts) for condition in self.conditions)

    def failed(self, facts: Facts) -> list[Condition]:
        """Those that do not, in order."""
        return [condition for condition in self.conditions if not condition.holds(facts)]

    @property
    def operation(self) -> str | None:
        """The only operation that is meant, if there is such."""
        names = next((each.wanted for each in self.conditions if each.member == "operation"), ())
        return next(iter(names)) if len(names) == 1 else None

    @property
    def group_names(self) -> frozenset[str]:
        """The groups of the pattern, by name and by number; 0 is all that it found."""
        if self.pattern is None:
            return frozenset()
        return frozenset(map(str, range(self.pattern.groups + 1))).union(self.pattern.groupindex)

    def groups(self, facts: Facts) -> Groups:
        """What the groups found in a request that this holds of."""
        match = None if self.pattern is None else self.pattern.search(facts.last_user_text)
        return {} if match is None else {name: match[_group(name)] or "" for name in self.group_names}


def _group(name: str) -> int | str:
    return int(name) if name.isdecimal() else name
