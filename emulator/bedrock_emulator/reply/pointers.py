"""JSON pointers into a model's own answer, as `additionalModelResponseFieldPaths` has them."""

from collections.abc import Iterable, Mapping
from typing import Any

from bedrock_emulator.call import Params

_MISSING = object()


def additional_fields(params: Params, stop_sequence: str | None) -> dict[str, Any] | None:
    """The fields asked for, where nothing of the native answer is known but the stop sequence that was met."""
    paths = params.get("additionalModelResponseFieldPaths")
    if not paths or stop_sequence is None:
        return None
    return pointed({"stop_sequence": stop_sequence, "delta": {"stop_sequence": stop_sequence}}, paths) or None


def pointed(document: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """What JSON pointers name, each value at its place in objects of the same names; null is as good as missing."""
    found: dict[str, Any] = {}
    for path in paths:
        names = [name.replace("~1", "/").replace("~0", "~") for name in path.split("/")[1:]]
        value = _at(document, names)
        if value is not _MISSING and value is not None:
            inner = found
            for name in names[:-1]:
                nested = inner.get(name)
                inner[name] = inner = dict(nested) if isinstance(nested, Mapping) else {}
            inner[names[-1]] = value
    return found


def _at(value: Any, names: Iterable[str]) -> Any:
    for name in names:
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list | tuple) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return _MISSING
    return value
