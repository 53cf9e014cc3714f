"""ConverseStream events as the chunks of Claude's Messages API."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event
from bedrock_emulator.native.anthropic.answer import (
    citation,
    ending,
    message_envelope,
    redacted_data,
    tool_use_start,
    usage,
)
from bedrock_emulator.native.format import Asked, Native, inexpressible
from bedrock_emulator.native.spoken import stop_sequence

_FIRST_TOKENS = 1
"""What `message_start` counts as spoken already [recorded, mostly]."""


def message_chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """The chunks of one message; the last two wait for the token counts."""
    blocks = _Blocks()
    stop: Mapping[str, Any] = {}
    counts: Mapping[str, Any] = {}
    for name, payload in events:
        match name:
            case "messageStart":
                yield _message_start(asked)
            case "contentBlockStart":
                yield from blocks.start(payload)
            case "contentBlockDelta":
                yield from blocks.delta(payload)
            case "contentBlockStop":
                yield from blocks.stop(payload["contentBlockIndex"])
            case "messageStop":
                stop = payload
            case "metadata":
                counts = payload.get("usage") or {}
    if stop:
        yield _message_delta(stop, counts, asked)
        yield {"type": "message_stop"}


def _message_start(asked: Asked) -> Native:
    message = message_envelope(asked)
    message["content"] = []
    message.update(ending(None, None, asked))
    message["usage"] = usage(asked, output_tokens=_FIRST_TOKENS)
    return {"type": "message_start", "message": message}


def _message_delta(stop: Mapping[str, Any], counts: Mapping[str, Any], asked: Asked) -> Native:
    sequence = stop_sequence(stop.get("additionalModelResponseFields"))
    return {
        "type": "message_delta",
        "delta": ending(stop.get("stopReason"), sequence, asked),
        "usage": {"output_tokens": counts.get("outputTokens", 0)},  # [recorded until 3.5]
    }


class _Blocks:
    """The content blocks: Converse opens those of text and reasoning with their first delta, Claude never does."""

    def __init__(self) -> None:
        self._open: dict[int, str] = {}

    def start(self, payload: Mapping[str, Any]) -> Iterator[Native]:
        """A block that Converse opens by itself."""
        kind, opened = next(iter(payload["start"].items()))
        if kind != "toolUse":
            raise inexpressible(kind, "Claude's Messages API")
        yield from self._opened(payload["contentBlockIndex"], tool_use_start(opened))

    def delta(self, payload: Mapping[str, Any]) -> Iterator[Native]:
        """A piece of a block, and its opening where this is the first piece."""
        index, (kind, piece) = payload["contentBlockIndex"], next(iter(payload["delta"].items()))
        if kind == "reasoningContent":
            kind, piece = next(iter(piece.items()))
            yield from self._reasoning(index, kind, piece)
            return
        if kind == "toolUse":
            yield _delta(index, {"type": "input_json_delta", "partial_json": piece["input"]})
            return
        if kind not in ("text", "citation"):
            raise inexpressible(kind, "Claude's Messages API")
        yield from self._text(index, kind, piece)

    def stop(self, index: int) -> Iterator[Native]:
        """The end of a block; of one that said nothing too."""
        if self._open.pop(index, None) is None:
            yield _start(index, {"type": "text", "text": ""})
        yield {"type": "content_block_stop", "index": index}

    def _text(self, index: int, kind: str, piece: Any) -> Iterator[Native]:
        opening: dict[str, Any] = {"type": "text", "text": ""}
        if kind == "citation":
            yield from self._opened(index, {"citations": [], **opening})
            yield _delta(index, {"type": "citations_delta", "citation": citation(piece)})
        else:
            yield from self._opened(index, opening)
            if piece:
                yield _delta(index, {"type": "text_delta", "text": piece})

    def _reasoning(self, index: int, kind: str, piece: Any) -> Iterator[Native]:
        if kind == "redactedContent":
            yield from self._opened(index, {"type": "redacted_thinking", "data": redacted_data(piece)})
            return
        yield from self._opened(index, {"type": "thinking", "thinking": "", "signature": ""})
        if kind == "signature":
            yield _delta(index, {"type": "signature_delta", "signature": piece})
        else:
            yield _delta(index, {"type": "thinking_delta", "thinking": piece})

    def _opened(self, index: int, block: Mapping[str, Any]) -> Iterator[Native]:
        if index not in self._open:
            self._open[index] = block["type"]
            yield _start(index, block)


def _start(index: int, block: Mapping[str, Any]) -> Native:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, delta: Mapping[str, Any]) -> Native:
    return {"type": "content_block_delta", "index": index, "delta": delta}
