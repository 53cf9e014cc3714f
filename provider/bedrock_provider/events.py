"""What a model call gives back: events while the model speaks, and the message that they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bedrock_provider.errors import ErrorInfo
from bedrock_provider.values import Value

API = "bedrock-converse-stream"
PROVIDER_ID = "amazon-bedrock"

EventType = Literal[
    "start",
    "text_start",
    "text_delta",
    "text_end",
    "thinking_start",
    "thinking_delta",
    "thinking_end",
    "toolcall_start",
    "toolcall_delta",
    "toolcall_end",
    "done",
    "error",
]
DoneReason = Literal["stop", "length", "toolUse", "guardrail"]
ErrorReason = Literal["error", "aborted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock(Value):
    """Text of the assistant."""

    text: str
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingBlock(Value):
    """Reasoning of the model, with what is needed to send it back."""

    thinking: str
    signature: str | None = None
    redacted: str | None = None
    """Encrypted reasoning in base64; there is no text for it."""
    type: Literal["thinking"] = "thinking"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall(Value):
    """The model asks for a tool."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    type: Literal["toolCall"] = "toolCall"


ContentBlock = TextBlock | ThinkingBlock | ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Value):
    """Tokens of one call, as the service counted them."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    total_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Value):
    """The assistant's message, complete or as far as it came."""

    model: str
    content: tuple[ContentBlock, ...] = ()
    stop_reason: DoneReason | ErrorReason | None = None
    raw_stop_reason: str | None = None
    """The word that Bedrock used."""
    usage: Usage = Usage()
    trace: Mapping[str, Any] | None = None
    """What a guardrail saw, when the configuration asks for it."""
    latency_ms: int | None = None
    request_id: str | None = None
    role: Literal["assistant"] = "assistant"
    provider: str = PROVIDER_ID
    api: str = API


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent(Value):
    """One event of a model call; the type decides which members are set.

    `start`; then for each block `*_start`, `*_delta` …, `*_end`, which share a content_index; at last one
    `done` with reason and message, or one `error` with reason, error and the message so far.
    """

    type: EventType
    content_index: int | None = None
    """The position of the block in `message.content`."""
    delta: str | None = None
    content: str | None = None
    """The whole text of a block that ended."""
    tool_call: ToolCall | None = None
    reason: DoneReason | ErrorReason | None = None
    message: Message | None = None
    error: ErrorInfo | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether nothing follows."""
        return self.type in ("done", "error")
