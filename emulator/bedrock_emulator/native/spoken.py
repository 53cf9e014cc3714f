"""The plain text of a streamed answer, for families whose native format has nothing but text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.call import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a streamed answer ended."""

    stop_reason: str
    """In Converse's words."""
    input_tokens: int
    output_tokens: int
    stop_sequence: str | None = None
    """The one that was met, where the answer says it."""


def spoken(events: Iterable[Event]) -> Iterator[str | Ending]:
    """Each piece of text as it comes, then the ending, once: after the event `metadata`, or where events ran out."""
    stop: Mapping[str, Any] = {}
    metadata: Mapping[str, Any] = {}
    for name, payload in events:
        if name == "contentBlockDelta" and "text" in payload["delta"]:
            yield payload["delta"]["text"]
        elif name == "messageStop":
            stop = payload
        elif name == "metadata":
            metadata = payload
    yield ending(stop, metadata)


def ending(stop: Mapping[str, Any], metadata: Mapping[str, Any]) -> Ending:
    """The ending that the payloads of `messageStop` and `metadata` tell; either may have been lost."""
    usage = metadata.get("usage") or {}
    return Ending(
        stop_reason=stop.get("stopReason", "end_turn"),
        input_tokens=usage.get("inputTokens", 0),
        output_tokens=usage.get("outputTokens", 0),
        stop_sequence=stop_sequence(stop.get("additionalModelResponseFields")),
    )


def stop_sequence(fields: Mapping[str, Any] | None) -> str | None:
    """The stop sequence that was met, where `additionalModelResponseFields` tells it."""
    fields = fields or {}
    found = fields.get("stop_sequence") or (fields.get("delta") or {}).get("stop_sequence")
    return found if isinstance(found, str) else None
