"""Which operation a method and a path name; the table is the service models' own `requestUri`s."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bedrock_emulator.model.service import Api, Operation

_LABEL = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """The operation, and the percent-decoded labels of its path."""

    operation: Operation
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Route:
    """A path template, cut at its labels: one literal more than there are labels."""

    literals: tuple[str, ...]
    names: tuple[str, ...]
    operation: Operation

    @classmethod
    def of(cls, operation: Operation) -> Self:
        parts = _LABEL.split(operation.uri)
        return cls(tuple(parts[::2]), tuple(parts[1::2]), operation)

    def match(self, path: str) -> dict[str, str] | None:
        """The labels, each at least one character, the first as long as it can be; in time linear in the path."""
        first, *between, last = self.literals
        if not (path.startswith(first) and path.endswith(last)):
            return None
        start, end = len(first), len(path) - len(last)
        labels = []
        for literal in reversed(between):
            at = path.rfind(literal, start + 1, end - 1)
            if at < 0:
                return None
            labels.append(path[at + len(literal) : end])
            end = at
        labels.append(path[start:end])
        return dict(zip(self.names, reversed(labels), strict=True)) if end > start else None


class Router:
    """Finds the operation of a decoded path.

    A label may hold slashes and colons: ARNs are model ids, and a WSGI path arrives decoded.
    """

    def __init__(self, api: Api) -> None:
        self._fixed = {(each.method, each.uri): each for each in api if "{" not in each.uri}
        self._routes: dict[tuple[str, str], list[_Route]] = {}
        for operation in sorted((each for each in api if "{" in each.uri), key=_generality):
            key = (operation.method, _first_segment(operation.uri))
            self._routes.setdefault(key, []).append(_Route.of(operation))

    def match(self, method: str, path: str) -> Match | None:
        """The operation that `method path` calls, or None where the models know none."""
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return Match(fixed, {})
        for route in self._routes.get((method, _first_segment(path)), ()):
            labels = route.match(path)
            if labels is not None:
                return Match(route.operation, labels)
        return None


def _first_segment(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _generality(operation: Operation) -> int:
    """Templates with more literal text first, so that a greedy label never hides a longer route."""
    return -len(_LABEL.sub("", operation.uri))
