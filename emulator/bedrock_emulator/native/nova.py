"""The native format of Amazon Nova's text models: nearly Converse's own, members of answers in another order."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from bedrock_emulator.call import Event
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.identifiers import made_for_converse
from bedrock_emulator.native.nova_request import read
from bedrock_emulator.reply.reply import Block, Reply

_UNBLOCKED = {"guardrail_intervened": "end_turn"}
"""The model's own reason stays under a guardrail [recorded]."""


def body(reply: Reply, asked: Asked) -> Native:  # noqa: ARG001 - every format renders by reply and request
    """The whole answer."""
    usage = reply.usage
    return {
        "output": {"message": {"content": [_block(block) for block in reply.blocks], "role": "assistant"}},
        "stopReason": _UNBLOCKED.get(reply.stop_reason, reply.stop_reason),
        "usage": {
            "inputTokens": usage.input_tokens,
            "outputTokens": usage.output_tokens,
            "totalTokens": usage.total_tokens,
            "cacheReadInputTokenCount": usage.cache_read_tokens,
            "cacheWriteInputTokenCount": usage.cache_write_tokens,
        },
    }


def _block(block: Block) -> Mapping[str, Any]:
    if "toolUse" not in block:
        return block
    tool_use = block["toolUse"]
    members = {
        "name": tool_use["name"],
        "toolUseId": _tool_id(tool_use["toolUseId"]),
        "input": tool_use["input"],
    }
    return {"toolUse": {**members, **({"type": tool_use["type"]} if "type" in tool_use else {})}}


def _tool_id(converse_id: str) -> str:
    """A UUID [recorded] in place of an id made for Converse, of the same bytes; one that a scenario gives stays."""
    made = made_for_converse(converse_id)
    return str(UUID(bytes=urlsafe_b64decode(made + "=="), version=4)) if made else converse_id


def chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:  # noqa: ARG001 - as above
    """Converse's events, each in a member of its own name; every delta is a block of its own [recorded]."""
    blocks = _Blocks()
    for name, payload in events:
        match name:
            case "contentBlockStart":
                yield blocks.start(payload["start"])
            case "contentBlockDelta":
                yield from blocks.delta(payload["delta"])
            case "contentBlockStop":
                yield from blocks.stop()
            case "messageStop":
                reason = payload.get("stopReason", "end_turn")
                yield {name: {"stopReason": _UNBLOCKED.get(reason, reason)}}
            case "metadata":
                yield {name: {"usage": _usage(payload.get("usage") or {}), "metrics": {}, "trace": {}}}
            case _:
                yield {name: payload}


class _Blocks:
    """Numbers blocks as Nova does: one for each delta of text, and two for each tool call [recorded]."""

    def __init__(self) -> None:
        self._next = 0
        self._opened = False

    def start(self, start: Mapping[str, Any]) -> Native:
        """A tool call, which stays one block."""
        self._opened = True
        kind, members = next(iter(start.items()))
        if kind == "toolUse":
            members = {
                "toolUseId": _tool_id(members["toolUseId"]),
                **{k: v for k, v in members.items() if k != "toolUseId"},
            }
        return {"contentBlockStart": {"start": {kind: members}, "contentBlockIndex": self._next}}

    def delta(self, delta: Mapping[str, Any]) -> Iterator[Native]:
        """A piece; of text, with the end of its block."""
        yield {"contentBlockDelta": {"delta": delta, "contentBlockIndex": self._next}}
        if not self._opened:
            yield self._stopped(1)

    def stop(self) -> Iterator[Native]:
        """The end of a tool call; the ends of texts were told already."""
        if self._opened:
            self._opened = False
            yield self._stopped(2)

    def _stopped(self, step: int) -> Native:
        index = self._next
        self._next += step
        return {"contentBlockStop": {"contentBlockIndex": index}}


def _usage(counts: Mapping[str, Any]) -> dict[str, int]:
    return {
        "inputTokens": counts.get("inputTokens", 0),
        "outputTokens": counts.get("outputTokens", 0),
        "cacheReadInputTokenCount": counts.get("cacheReadInputTokens", 0),
        "cacheWriteInputTokenCount": counts.get("cacheWriteInputTokens", 0),
    }


NOVA = TextFormat(read=read, body=body, chunks=chunks, cache_headers=lambda _model_id: "both")
