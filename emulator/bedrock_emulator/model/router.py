"""Which operation a method and a path name; the table is the service models' own `requestUri`s."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bedrock_emulator.model.service import Api, Operation

_LABEL = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """The operation, and the percent-decoded labels of its path."""

    operation: Operation
    labels: Mapping[str, str]


class Router:
    """Finds the operation of a decoded path.

    A label may hold slashes and colons: ARNs are model ids, and a WSGI path arrives decoded.
    """

    def __init__(self, api: Api) -> None:
        self._routes: dict[tuple[str, str], list[tuple[re.Pattern[str], Operation]]] = {}
        for operation in sorted(api, key=_generality):
            key = (operation.method, _first_segment(operation.uri))
            self._routes.setdefault(key, []).append((_pattern(operation.uri), operation))

    def match(self, method: str, path: str) -> Match | None:
        """The operation that `method path` calls, or None where the models know none."""
        for pattern, operation in self._routes.get((method, _first_segment(path)), ()):
            found = pattern.fullmatch(path)
            if found is not None:
                return Match(operation, found.groupdict())
        return None


def _first_segment(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _pattern(uri: str) -> re.Pattern[str]:
    parts = _LABEL.split(uri)
    literal = [re.escape(part) for part in parts[::2]]
    labels = [f"(?P<{name}>.+)" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(literal, [*labels, ""], strict=True)), re.DOTALL)


def _generality(operation: Operation) -> int:
    """Templates with more literal text first, so that a greedy label never hides a longer route."""
    return -len(_LABEL.sub("", operation.uri))
