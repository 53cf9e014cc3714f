"""Texts that take words from the request: `{{ last_user_text }}` and the few other names below, and nothing else.

There is no expression language: a name is replaced by a text, once, and what was put in is not read again.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bedrock_emulator.reply.facts import Facts

_PLACE = re.compile(r"\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}")
"""Other text in double braces is left alone: JSX and Python formats have it too."""

METADATA = "request_metadata."
"""Begins the name of a member of `requestMetadata`; a request without it gives an empty text."""
MATCH = "match."
"""Begins the name of a group of the regular expression that found the last user text."""

Groups: TypeAlias = Mapping[str, str]
"""What the groups of a rule's regular expression found, by name and by number."""

NAMES: Mapping[str, Callable[[Facts], str]] = {
    "last_user_text": lambda facts: facts.last_user_text,
    "system_text": lambda facts: facts.system_text,
    "tool_result": lambda facts: facts.tool_result_text,
    "model_id": lambda facts: facts.request.model_id,
    "invoked_model": lambda facts: facts.request.names[0],
    "operation": lambda facts: facts.request.operation,
    "turn": lambda facts: str(facts.turn),
    "account": lambda facts: facts.request.caller.account,
}
"""Every name that a template may use, besides those that begin with METADATA and MATCH."""


class UnknownNameError(ValueError):
    """A template asks for what there is not."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places in it."""

    parts: tuple[str, ...]
    """Text and names in turn, beginning and ending with text."""

    def render(self, facts: Facts, groups: Groups) -> str:
        """The text for one request."""
        return "".join(
            _value(part, facts, groups) if index % 2 else part for index, part in enumerate(self.parts)
        )


def compile_text(text: str, groups: Collection[str] | None) -> str | Template:
    """The template that a text is; a text without places stays what it is.

    Args:
        text: as a person wrote it.
        groups: of the rule's regular expression; None takes the text as it is.

    Raises:
        UnknownNameError: there is no such name.
    """
    if groups is None:
        return text
    parts = tuple(_PLACE.split(text))
    for name in parts[1::2]:
        if name not in NAMES and not name.startswith(METADATA) and name.removeprefix(MATCH) not in groups:
            raise UnknownNameError(name, [*NAMES, *(MATCH + group for group in groups)])
    return text if len(parts) == 1 else Template(parts)


def compile_value(value: Any, groups: Collection[str] | None) -> Any:
    """JSON with every text in it compiled."""
    if isinstance(value, str):
        return compile_text(value, groups)
    if isinstance(value, Mapping):
        return {name: compile_value(item, groups) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [compile_value(item, groups) for item in value]
    return value


def count_places(value: Any) -> int:
    """How many places there are in compiled JSON."""
    return sum(len(leaf.parts) // 2 for leaf in _leaves(value) if isinstance(leaf, Template))


def render(value: Any, facts: Facts, groups: Groups) -> Any:
    """Compiled JSON with every place filled."""
    if isinstance(value, Template):
        return value.render(facts, groups)
    if isinstance(value, Mapping):
        return {name: render(item, facts, groups) for name, item in value.items()}
    if isinstance(value, list):
        return [render(item, facts, groups) for item in value]
    return value


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _value(name: str, facts: Facts, groups: Groups) -> str:
    if name in NAMES:
        return NAMES[name](facts)
    if name.startswith(METADATA):
        return facts.metadata.get(name.removeprefix(METADATA), "")
    return groups.get(name.removeprefix(MATCH), "")
