"""The chat answer of OpenAI, whole and in chunks, in the dialects that the families speak.

A dialect says how one message or one delta is wrapped; what is said, and in which order, is the same in all.
Reasoning comes before the text, in `<reasoning>` tags: so InvokeModel answers for gpt-oss [docs] and Kimi K2
[reported by users]; the other reasoning models are taken to do the same.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from bedrock_emulator.call import Event, Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.chat_request import read_chat
from bedrock_emulator.native.format import Asked, Native, TextFormat, inexpressible
from bedrock_emulator.native.identifiers import made_for_converse, uuid
from bedrock_emulator.native.pieces import block_text
from bedrock_emulator.native.spoken import Ending, ending, stop_sequence
from bedrock_emulator.native.thoughts import Tags, told, told_events
from bedrock_emulator.reply.reply import Block, Reply

_NAME = "the chat completion format"
_REASONING = Tags(("<reasoning>",), ("</reasoning>",))
_EXPRESSED = frozenset({"text", "citationsContent", "toolUse"})
_STREAMED = frozenset({"text", "citation", "toolUse"})
_FINISH_REASONS: Mapping[str, str] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A whole answer; `content` is None when only tools are called."""

    content: str | None
    calls: tuple[Native, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """What one chunk adds."""

    content: str | None = ""
    call: Native | None = None
    first: bool = False
    """True for the chunk that opens the message and names its role."""

    @property
    def members(self) -> dict[str, Any]:
        """The delta as OpenAI writes it."""
        role = {"role": "assistant"} if self.first else {}
        calls = {} if self.call is None else {"tool_calls": [self.call]}
        return {**role, **({} if self.content is None else {"content": self.content}), **calls}


class Dialect(Protocol):
    """How one family wraps the messages of a chat."""

    @property
    def default_max_tokens(self) -> int | None:
        """How many tokens an answer may have when the request does not say; None for what the model can."""

    @property
    def metrics_apart(self) -> bool:
        """Whether the invocation metrics come in a chunk of their own."""

    def check(self, body: Native, model_id: str, /) -> None:
        """Raise the refusal of a request that the family cannot read."""

    def whole(self, asked: Asked, message: Message, ending: Ending, /) -> Native:
        """The whole answer."""

    def chunk(self, asked: Asked, delta: Delta, ending: Ending | None, /) -> Native:
        """One chunk; the last one has the ending."""


def chat_format(dialect: Dialect) -> TextFormat:
    """The native format of the families that speak a dialect."""
    return TextFormat(
        read=partial(_read, dialect), body=partial(_body, dialect), chunks=partial(_chunks, dialect)
    )


def finish_reason(stop_reason: str) -> str:
    """Converse's stop reason in OpenAI's words."""
    return _FINISH_REASONS.get(stop_reason, "stop")


def usage(ending: Ending, *order: str) -> dict[str, int]:
    """The token counts in a dialect's order of `prompt`, `completion` and `total`."""
    counts = {
        "prompt": ending.input_tokens,
        "completion": ending.output_tokens,
        "total": ending.input_tokens + ending.output_tokens,
    }
    return {f"{name}_tokens": counts[name] for name in order}


def _read(dialect: Dialect, body: Native, model_id: str) -> Params:
    dialect.check(body, model_id)
    params = read_chat(body, max_tokens=dialect.default_max_tokens)
    if not params["messages"]:  # [guess]
        raise validation_error("messages: at least one message must have the role user or assistant.")
    return params


def _body(dialect: Dialect, reply: Reply, asked: Asked) -> Native:
    blocks = told(reply, _REASONING).blocks
    content = "".join(_text(block) for block in blocks)
    calls = tuple(_whole_call(block["toolUse"]) for block in blocks if "toolUse" in block)
    end = Ending(
        stop_reason=reply.stop_reason,
        input_tokens=reply.usage.input_tokens,
        output_tokens=reply.usage.output_tokens,
        stop_sequence=stop_sequence(reply.additional_fields),
    )
    return dialect.whole(asked, Message(content or (None if calls else ""), calls), end)


def _text(block: Block) -> str:
    if not block.keys() & _EXPRESSED:
        raise inexpressible(next(iter(block)), _NAME)
    return block_text(block)


def _whole_call(tool_use: Mapping[str, Any]) -> Native:
    arguments = json.dumps(tool_use["input"], ensure_ascii=False, separators=(",", ":"))
    return _tool_call(tool_use, arguments)


def _tool_call(tool_use: Mapping[str, Any], arguments: str) -> Native:
    function = {"name": tool_use["name"], "arguments": arguments}
    return {"id": _tool_id(tool_use["toolUseId"]), "type": "function", "function": function}


def _tool_id(converse_id: str) -> str:
    """`chatcmpl-tool-…` [reported by users, gpt-oss] for an id made for Converse; one that a scenario gives stays."""
    if not made_for_converse(converse_id):
        return converse_id
    return f"chatcmpl-tool-{uuid('tool', converse_id).replace('-', '')[:16]}"


def _chunks(dialect: Dialect, events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    telling = _Telling()
    yield dialect.chunk(asked, Delta(first=True), None)
    for name, payload in told_events(events, _REASONING):
        for delta in telling.take(name, payload):
            yield dialect.chunk(asked, delta, None)
    yield dialect.chunk(asked, Delta(), telling.ending)
    if dialect.metrics_apart:
        yield {}  # to which the operation adds them


class _Telling:
    """Turns the events of one answer into deltas; tool calls get their numbers."""

    def __init__(self) -> None:
        self._calls: dict[int, int] = {}
        """The number of the tool call in each block."""
        self._silent: set[int] = set()
        """Tool calls that no argument has come for yet."""
        self._stop: Mapping[str, Any] = {}
        self._metadata: Mapping[str, Any] = {}

    def take(self, name: str, payload: Mapping[str, Any]) -> Iterator[Delta]:
        """What one event adds."""
        index = payload.get("contentBlockIndex", 0)
        match name:
            case "contentBlockStart":
                yield self._opened(index, payload["start"])
            case "contentBlockDelta":
                yield from self._added(index, payload["delta"])
            case "contentBlockStop" if index in self._silent:
                # a tool without arguments may have been streamed without any
                yield self._arguments(index, "{}")
            case "messageStop":
                self._stop = payload
            case "metadata":
                self._metadata = payload

    @property
    def ending(self) -> Ending:
        """How the answer ended."""
        return ending(self._stop, self._metadata)

    def _opened(self, index: int, start: Mapping[str, Any]) -> Delta:
        if "toolUse" not in start:
            raise inexpressible(next(iter(start)), _NAME)
        self._silent.add(index)
        self._calls[index] = len(self._calls)
        return Delta(None, {"index": self._calls[index], **_tool_call(start["toolUse"], "")})

    def _added(self, index: int, delta: Mapping[str, Any]) -> Iterator[Delta]:
        kind, value = next(iter(delta.items()))
        if kind not in _STREAMED:
            raise inexpressible(kind, _NAME)
        if kind == "text" and value:
            yield Delta(value)
        elif kind == "toolUse" and value.get("input"):
            yield self._arguments(index, value["input"])

    def _arguments(self, index: int, text: str) -> Delta:
        self._silent.discard(index)
        return Delta(None, {"index": self._calls.get(index, 0), "function": {"arguments": text}})
