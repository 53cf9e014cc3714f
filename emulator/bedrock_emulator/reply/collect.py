"""The events of ConverseStream put together again: what an operation without a stream answers with them."""

import base64
import json
from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Any

from bedrock_emulator.call import Event
from bedrock_emulator.reply.reply import Block, Reply, Usage
from bedrock_emulator.reply.tokens import blocks_tokens

_DEFAULT_STOP = "end_turn"


def reply_of(events: Iterable[Event], *, input_tokens: int = 0) -> Reply:
    """The turn that these events tell, whatever order their blocks have; events of no known kind are passed over.

    Args:
        events: what ConverseStream would send. An AwsError that ends them is raised here too.
        input_tokens: of the request, for a stream without `metadata`; its output is then estimated.
    """
    collected = _Collected()
    for name, payload in events:
        collected.take(name, payload)
    return collected.reply(input_tokens)


class _Collected:
    """What has come so far."""

    def __init__(self) -> None:
        self._blocks: dict[int, _OpenBlock] = {}
        self._stop: Mapping[str, Any] = {}
        self._metadata: Mapping[str, Any] = {}

    def take(self, name: str, payload: Mapping[str, Any]) -> None:
        """One event."""
        match name:
            case "contentBlockStart":
                self._block(payload).start(payload.get("start") or {})
            case "contentBlockDelta":
                self._block(payload).add(payload.get("delta") or {})
            case "messageStop":
                self._stop = payload
            case "metadata":
                self._metadata = payload

    def reply(self, input_tokens: int) -> Reply:
        """The whole turn. A block that said nothing is none [recorded, the empty one that opens gpt-oss]."""
        read = (self._blocks[index].block() for index in sorted(self._blocks))
        blocks = tuple(block for block in read if block is not None)
        return Reply(
            blocks=blocks,
            stop_reason=self._stop.get("stopReason") or _DEFAULT_STOP,
            usage=_usage(self._metadata.get("usage"), input_tokens, blocks),
            additional_fields=self._stop.get("additionalModelResponseFields"),
            latency_ms=(self._metadata.get("metrics") or {}).get("latencyMs"),
        )

    def _block(self, payload: Mapping[str, Any]) -> "_OpenBlock":
        return self._blocks.setdefault(payload.get("contentBlockIndex") or 0, _OpenBlock())


class _OpenBlock:
    """One content block: how it was opened, and the values of its deltas by the path at which they stand."""

    def __init__(self) -> None:
        self._start: dict[str, dict[str, Any]] = {}
        self._texts: dict[str, list[str]] = {}
        self._values: dict[str, list[Any]] = {}

    def start(self, start: Mapping[str, Any]) -> None:
        """The members that come before the first delta."""
        self._start = {kind: dict(members or {}) for kind, members in start.items()}

    def add(self, delta: Mapping[str, Any]) -> None:
        """One delta, a union of one member."""
        for kind, value in delta.items():
            if kind == "text":
                self._texts.setdefault("text", []).append(value)
            elif kind == "toolUse":
                self._texts.setdefault("input", []).append(value.get("input") or "")
            elif kind == "reasoningContent":
                self._add_reasoning(value)
            else:
                self._values.setdefault(kind, []).append(value)

    def _add_reasoning(self, delta: Mapping[str, Any]) -> None:
        for name, value in delta.items():
            if name == "redactedContent":
                self._values.setdefault(name, []).append(value)
            else:
                self._texts.setdefault("signature" if name == "signature" else "reasoning", []).append(value)

    def block(self) -> Block | None:
        """The block as Converse answers it; None when nothing was said in it."""
        if "toolUse" in self._start or "input" in self._texts:
            # Events that a scenario spells out may lack what Converse has to say.
            opened = {"toolUseId": "", "name": "", **self._start.get("toolUse", {})}
            return {"toolUse": {**opened, "input": _parsed(self._text("input"))}}
        if "reasoning" in self._texts or "signature" in self._texts:
            return {"reasoningContent": {"reasoningText": self._reasoning()}}
        if "redactedContent" in self._values:
            return {"reasoningContent": {"redactedContent": _joined_bytes(self._values["redactedContent"])}}
        if "citation" in self._values:
            content = [{"text": self._text("text")}] if "text" in self._texts else []
            return {"citationsContent": {"content": content, "citations": self._values["citation"]}}
        if "text" in self._texts:
            return {"text": self._text("text")} if any(self._texts["text"]) else None
        return self._other()

    def _reasoning(self) -> dict[str, str]:
        reasoning = {"text": self._text("reasoning")}
        if "signature" in self._texts:
            reasoning["signature"] = self._text("signature")
        return reasoning

    def _other(self) -> Block | None:
        """A tool result or an image, opened with some members and filled by its deltas; or a block sent whole."""
        kind = next(iter((*self._start, *self._values)), None)
        if kind is None:
            return None
        opened, deltas = self._start.get(kind, {}), self._values.get(kind, [])
        if kind == "toolResult":  # its delta is the bare content [recorded]
            return {kind: {**opened, "content": [part for delta in deltas for part in delta]}}
        return {kind: dict(ChainMap(*reversed(deltas), opened))}

    def _text(self, name: str) -> str:
        return "".join(self._texts.get(name, ()))


def _parsed(written: str) -> Any:
    """A tool's input; none was streamed for a tool without arguments [recorded], and a cut one has none either."""
    try:
        return json.loads(written) if written else {}
    except (ValueError, RecursionError):
        return {}


def _joined_bytes(parts: list[Any]) -> Any:
    """Blobs as they came, bytes or base64."""
    if all(isinstance(part, str) for part in parts):
        if len(parts) == 1:
            return parts[0]
        return base64.b64encode(b"".join(base64.b64decode(part) for part in parts)).decode()
    return b"".join(base64.b64decode(part) if isinstance(part, str) else part for part in parts)


def _usage(members: Mapping[str, Any] | None, input_tokens: int, blocks: tuple[Block, ...]) -> Usage:
    if not members:
        return Usage(input_tokens=input_tokens, output_tokens=blocks_tokens(blocks))
    return Usage(
        input_tokens=members.get("inputTokens", input_tokens),
        output_tokens=members.get("outputTokens", 0),
        cache_read_tokens=members.get("cacheReadInputTokens", 0),
        cache_write_tokens=members.get("cacheWriteInputTokens", 0),
        cache_points="cacheReadInputTokens" in members,
        stated_total=members.get("totalTokens"),
    )
