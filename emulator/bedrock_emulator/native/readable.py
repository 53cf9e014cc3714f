"""The events that a scenario gives word for word, as far as native formats can read them: a person may write anything."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event

_COUNTS = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
_INDEXED = frozenset({"contentBlockStart", "contentBlockDelta", "contentBlockStop"})


def readable(events: Iterable[Event]) -> Iterator[Event]:
    """The events whose members have the types that ConverseStream gives them; the others are passed over."""
    for name, payload in events:
        numbered = {"contentBlockIndex": 0, **payload} if name in _INDEXED else payload
        if _is_readable(name, numbered):
            yield name, numbered


def _is_readable(name: str, payload: Mapping[str, Any]) -> bool:
    if name in _INDEXED and not isinstance(payload["contentBlockIndex"], int):
        return False
    match name:
        case "contentBlockStart":
            return _is_start(payload.get("start"))
        case "contentBlockDelta":
            return _is_delta(payload.get("delta"))
        case "messageStop":
            return isinstance(payload.get("stopReason", ""), str)
        case "metadata":
            return _is_metadata(payload)
        case _:
            return name in {"messageStart", "contentBlockStop"}


def _is_start(start: Any) -> bool:
    if not _is_union(start):
        return False
    ((kind, opened),) = start.items()
    return isinstance(opened, Mapping) and (kind != "toolUse" or _has_texts(opened, "toolUseId", "name"))


def _is_delta(delta: Any) -> bool:
    if not _is_union(delta):
        return False
    ((kind, piece),) = delta.items()
    if kind == "text":
        return isinstance(piece, str)
    if kind == "toolUse":
        return isinstance(piece, Mapping) and _has_texts(piece, "input")
    if kind == "reasoningContent":
        return _is_union(piece) and all(isinstance(value, str | bytes) for value in piece.values())
    if kind == "citation":
        return isinstance(piece, Mapping) and _is_citation(piece)
    return isinstance(piece, Mapping | list)


def _is_citation(citation: Mapping[str, Any]) -> bool:
    parts, location = citation.get("sourceContent", []), citation.get("location", {"web": {}})
    return (
        isinstance(parts, list)
        and all(isinstance(part, Mapping) and _has_texts(part, "text") for part in parts)
        and _is_union(location)
        and all(isinstance(place, Mapping) for place in location.values())
    )


def _is_union(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) == 1


def _has_texts(members: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(members.get(name), str) for name in names)


def _is_metadata(payload: Mapping[str, Any]) -> bool:
    usage, metrics = payload.get("usage", {}), payload.get("metrics", {})
    counts = [usage.get(name, 0) for name in _COUNTS] if isinstance(usage, Mapping) else [None]
    times = [metrics.get("latencyMs", 0)] if isinstance(metrics, Mapping) else [None]
    return all(isinstance(count, int) for count in (*counts, *times))
