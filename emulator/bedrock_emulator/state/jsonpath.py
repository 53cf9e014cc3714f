"""The part of JSONPath (RFC 9535) that conditions need: names, indexes, wildcards and descendants; no filters.

A path without filters runs no code of its own, and the search is bounded.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, TypeAlias

MAX_VISITED = 100_000
"""Values that one step looks at; beyond them it finds nothing more."""

_STEP = re.compile(
    r"""
    (?P<deep>\.\.)? (?:
        \.?(?P<name>[^\W\d][\w-]*)            # .name   ..name
      | \.?(?P<all>\*)                        # .*      ..*
      | \[ \s* (?:
            '(?P<single>(?:[^'\\]|\\.)*)'     # ['name']
          | "(?P<double>(?:[^"\\]|\\.)*)"     # ["name"]
          | (?P<index>-?\d{1,9})              # [0]     [-1]
          | (?P<every>\*)                     # [*]
        ) \s* \]
    )
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")

Step: TypeAlias = Callable[[Iterable[Any]], Iterator[Any]]


class JsonPath:
    """A compiled path."""

    def __init__(self, text: str) -> None:
        """Compile it.

        Raises:
            ValueError: it is not a path, or uses more than this subset; the message says from where on.
        """
        self.text = text
        self._steps = tuple(_steps(text))

    def find(self, document: Any) -> Iterator[Any]:
        """Every value at this path."""
        found: Iterable[Any] = (document,)
        for step in self._steps:
            found = islice(step(found), MAX_VISITED)
        return iter(found)


def _steps(text: str) -> Iterator[Step]:
    if not text.startswith("$"):
        raise ValueError("a path begins with '$', as in $.messages[0].role")
    at = 1
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or not _has_its_dots(match):
            raise ValueError(
                f"{text[at:]!r} is not read: write .name, ['name'], [0], [*], .* or ..name; filters and slices are not known"
            )
        at = match.end()
        if match["deep"]:
            yield _descendants
        yield _selector(match)


def _has_its_dots(match: re.Match[str]) -> bool:
    """Whether a bare name or `*` follows one dot or two, and a bracket none or two."""
    dots = len(match[0]) - len(match[0].lstrip("."))
    return dots in ({1, 2} if match["name"] or match["all"] else {0, 2})


def _selector(match: re.Match[str]) -> Step:
    if match["all"] or match["every"]:
        return lambda values: chain.from_iterable(map(_children, values))
    if match["index"]:
        index = int(match["index"])
        return lambda values: (each[index] for each in values if _has_index(each, index))
    quoted = match["single"] if match["single"] is not None else match["double"]
    name = match["name"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
    return lambda values: (each[name] for each in values if isinstance(each, Mapping) and name in each)


def _has_index(value: Any, index: int) -> bool:
    return isinstance(value, list | tuple) and -len(value) <= index < len(value)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def _descendants(values: Iterable[Any]) -> Iterator[Any]:
    """Each value, then everything inside it, outermost first; bounded also where nothing is selected."""
    waiting = list(values)
    for _ in range(MAX_VISITED):
        if not waiting:
            return
        value = waiting.pop()
        yield value
        waiting.extend(reversed(list(_children(value))))
