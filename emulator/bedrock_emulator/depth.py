"""How deep a JSON document nests; recursive readers are safe once they know it is not too deep."""

from collections.abc import Iterable
from typing import Any


def is_deeper(document: Any, levels: int) -> bool:
    """Whether objects and lists nest in more than so many levels."""
    layer: list[Any] = [document]
    for _ in range(levels):
        layer = [child for node in layer for child in _containers_in(node)]
    return bool(layer)


def _containers_in(node: Any) -> Iterable[Any]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return (child for child in children if isinstance(child, (dict, list)))
