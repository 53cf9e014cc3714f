"""From Converse events to library events: a state machine without any I/O.

Facts about the events of Bedrock: text and reasoning blocks open without contentBlockStart; a tool without
arguments may stream an empty fragment or `{}`; usage comes in `metadata`, after messageStop [recorded].
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bedrock_provider.classify import RETRYABLE, Category
from bedrock_provider.errors import ErrorInfo
from bedrock_provider.events import (
    ContentBlock,
    DoneReason,
    ErrorReason,
    EventType,
    Message,
    StreamEvent,
    TextBlock,
    ThinkingBlock,
    ToolCall,
    Usage,
)

Json = Mapping[str, Any]
BlockKind = Literal["text", "thinking", "toolcall"]

STOP_REASONS: Mapping[str, DoneReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "toolUse",
    "guardrail_intervened": "guardrail",
}
"""The stop reasons of a good answer. A guardrail that blocked or masked gave a good answer too."""

_SERVER_TOOL = "server_tool_use"
"""A tool that runs on the side of AWS: nobody here has to answer it [recorded]."""


@dataclass(slots=True)
class _Block:
    """A block of the message while it grows."""

    kind: BlockKind
    position: int
    text: str = ""
    signature: str = ""
    redacted: bytes = b""
    tool_id: str = ""
    tool_name: str = ""
    arguments: Json | None = None
    is_open: bool = True

    def finished(self) -> ContentBlock:
        """The block as a value."""
        if self.kind == "text":
            return TextBlock(text=self.text)
        if self.kind == "toolcall":
            return ToolCall(id=self.tool_id, name=self.tool_name, arguments=self.arguments or {})
        redacted = base64.b64encode(self.redacted).decode() if self.redacted else None
        return ThinkingBlock(thinking=self.text, signature=self.signature or None, redacted=redacted)

    def event(self, stage: Literal["start", "delta", "end"], **members: Any) -> StreamEvent:
        """One of the events of this block."""
        event_type: EventType = f"{self.kind}_{stage}"  # type: ignore[assignment]  # every pair is an EventType
        return StreamEvent(type=event_type, content_index=self.position, **members)


@dataclass(slots=True)
class ConverseMapper:
    """Turns the events of one ConverseStream call into library events.

    Feed it what the service sends, then call `finish` at a clean end or `fail` at any other. It gives exactly
    one `start` and one terminal event, and nothing after that.
    """

    model: str
    request_id: str | None = None
    is_ended: bool = False
    _started: bool = False
    _blocks: list[_Block] = field(default_factory=list)
    _open: dict[int, _Block] = field(default_factory=dict)
    _raw_stop_reason: str | None = None
    _usage: Usage = field(default_factory=Usage)
    _trace: Json | None = None
    _latency_ms: int | None = None

    def feed(self, event: Json) -> list[StreamEvent]:
        """The library events of one Converse event; an event of an unknown type says nothing."""
        if self.is_ended:
            return []
        handlers: dict[str, Callable[[Json], list[StreamEvent]]] = {
            "messageStart": self._message_start,
            "contentBlockStart": self._block_start,
            "contentBlockDelta": self._block_delta,
            "contentBlockStop": self._block_stop,
            "messageStop": self._message_stop,
            "metadata": self._metadata,
        }
        return [out for name, payload in event.items() if name in handlers for out in handlers[name](payload)]

    def finish(self) -> list[StreamEvent]:
        """The end of the stream: `done`, or `error` when the answer is not whole."""
        if self.is_ended:
            return []
        if self._raw_stop_reason is None:
            return self.fail(
                self._fault("StreamEndedEarly", "network", "the stream ended before messageStop")
            )
        unfinished = [block for block in self._blocks if block.kind == "toolcall" and block.arguments is None]
        closing = [event for block in list(self._open.values()) for event in self._close(block)]
        if unfinished:
            return closing + self.fail(self._unusable(unfinished[0]))
        reason = STOP_REASONS.get(self._raw_stop_reason)
        if reason is None:
            return closing + self.fail(self._unusual_stop(self._raw_stop_reason))
        self.is_ended = True
        return [*closing, StreamEvent(type="done", reason=reason, message=self._message(reason))]

    def fail(self, error: ErrorInfo, reason: ErrorReason = "error") -> list[StreamEvent]:
        """The end of a call that failed; what came before it stays in the message."""
        if self.is_ended:
            return []
        opening = self._start()
        self.is_ended = True
        return [
            *opening,
            StreamEvent(type="error", reason=reason, error=error, message=self._message(reason)),
        ]

    def _start(self) -> list[StreamEvent]:
        started, self._started = self._started, True
        return [] if started else [StreamEvent(type="start")]

    def _message_start(self, payload: Json) -> list[StreamEvent]:
        role = payload.get("role", "assistant")
        if role != "assistant":
            return self.fail(self._fault("UnexpectedRole", "format", f"the message has the role {role!r}"))
        return self._start()

    def _block_start(self, payload: Json) -> list[StreamEvent]:
        tool = payload.get("start", {}).get("toolUse")
        if tool is None or tool.get("type") == _SERVER_TOOL:
            return []
        block = self._opened(payload, "toolcall")
        block.tool_id, block.tool_name = tool.get("toolUseId", ""), tool.get("name", "")
        call = ToolCall(id=block.tool_id, name=block.tool_name, arguments={})
        return [*self._start(), block.event("start", tool_call=call)]

    def _block_delta(self, payload: Json) -> list[StreamEvent]:
        delta = payload.get("delta", {})
        if "toolUse" in delta:
            return self._tool_delta(payload, delta["toolUse"].get("input", ""))
        if "reasoningContent" in delta:
            return self._thinking_delta(payload, delta["reasoningContent"])
        return self._grow(payload, "text", delta.get("text", ""))

    def _tool_delta(self, payload: Json, fragment: str) -> list[StreamEvent]:
        block = self._open.get(payload.get("contentBlockIndex", 0))
        if block is None or not fragment:
            return []
        block.text += fragment
        return [block.event("delta", delta=fragment)]

    def _thinking_delta(self, payload: Json, reasoning: Json) -> list[StreamEvent]:
        opening: list[StreamEvent] = []
        if reasoning.get("signature") or reasoning.get("redactedContent"):
            block, opening = self._block_for(payload, "thinking")
            block.signature += reasoning.get("signature", "")
            block.redacted += reasoning.get("redactedContent", b"")
        return opening + self._grow(payload, "thinking", reasoning.get("text", ""))

    def _grow(self, payload: Json, kind: BlockKind, text: str) -> list[StreamEvent]:
        """Add text; an empty delta does not open a block, for gpt-oss sends one before it thinks [recorded]."""
        if not text:
            return []
        block, opening = self._block_for(payload, kind)
        block.text += text
        return [*opening, block.event("delta", delta=text)]

    def _block_for(self, payload: Json, kind: BlockKind) -> tuple[_Block, list[StreamEvent]]:
        block = self._open.get(payload.get("contentBlockIndex", 0))
        if block is not None and block.kind == kind:
            return block, []
        closing = self._close(block) if block is not None else []
        opened = self._opened(payload, kind)
        return opened, [*self._start(), *closing, opened.event("start")]

    def _opened(self, payload: Json, kind: BlockKind) -> _Block:
        block = _Block(kind=kind, position=len(self._blocks))
        self._blocks.append(block)
        self._open[payload.get("contentBlockIndex", 0)] = block
        return block

    def _block_stop(self, payload: Json) -> list[StreamEvent]:
        block = self._open.get(payload.get("contentBlockIndex", 0))
        return self._close(block, is_whole=True) if block is not None else []

    def _close(self, block: _Block, *, is_whole: bool = False) -> list[StreamEvent]:
        """End a block. A tool call ends only with arguments that can be used; `finish` judges the others."""
        self._open = {index: other for index, other in self._open.items() if other is not block}
        if block.kind != "toolcall":
            return [block.event("end", content=block.text)]
        block.arguments = _arguments(block.text) if is_whole else None
        return [] if block.arguments is None else [block.event("end", tool_call=block.finished())]

    def _message_stop(self, payload: Json) -> list[StreamEvent]:
        self._raw_stop_reason = payload.get("stopReason", "")
        return self._start()

    def _metadata(self, payload: Json) -> list[StreamEvent]:
        self._usage = _usage(payload.get("usage", {}))
        self._trace = payload.get("trace")
        self._latency_ms = payload.get("metrics", {}).get("latencyMs")
        return []

    def _message(self, reason: DoneReason | ErrorReason) -> Message:
        return Message(
            model=self.model,
            content=tuple(
                block.finished()
                for block in self._blocks
                if block.kind != "toolcall" or block.arguments is not None
            ),
            stop_reason=reason,
            raw_stop_reason=self._raw_stop_reason,
            usage=self._usage,
            trace=self._trace,
            latency_ms=self._latency_ms,
            request_id=self.request_id,
        )

    def _unusable(self, block: _Block) -> ErrorInfo:
        problem = f"the arguments of the call to {block.tool_name} are not a whole JSON object"
        message = f"{problem} (stop reason {self._raw_stop_reason})"
        return self._fault("MalformedToolCall", "format", message)

    def _unusual_stop(self, raw: str) -> ErrorInfo:
        category: Category = "format" if raw.startswith("malformed") else "unknown"
        return self._fault("UnusableStopReason", category, f"the model stopped with {raw!r}")

    def _fault(self, error_type: str, category: Category, message: str) -> ErrorInfo:
        return ErrorInfo(
            type=error_type,
            category=category,
            message=message,
            retryable=category in RETRYABLE,
            request_id=self.request_id,
        )


def _arguments(text: str) -> Json | None:
    """The arguments of a tool call; None when they are not a JSON object."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _usage(usage: Json) -> Usage:
    counts = {
        "input": usage.get("inputTokens", 0),
        "output": usage.get("outputTokens", 0),
        "cache_read": usage.get("cacheReadInputTokens", 0),
        "cache_write": usage.get("cacheWriteInputTokens", 0),
    }
    return Usage(**counts, total_tokens=usage.get("totalTokens") or sum(counts.values()))
