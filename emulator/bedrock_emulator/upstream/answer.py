"""The chunks of a chat completion as ConverseStream events, told as they come.

Converse tells its blocks one after the other, while an upstream may send pieces of several tool calls in turn. The
first block that is not over is told at once; pieces of later ones wait until it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard

import orjson

from bedrock_emulator.call import Event
from bedrock_emulator.depth import is_deeper
from bedrock_emulator.errors import UpstreamError
from bedrock_emulator.model.parse import MOST_LEVELS
from bedrock_emulator.reply.family import Family, family_of
from bedrock_emulator.reply.identifiers import tool_use_members
from bedrock_emulator.reply.pointers import additional_fields
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.render import usage_members
from bedrock_emulator.reply.reply import Usage
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.signatures import sign
from bedrock_emulator.reply.tokens import BYTES_PER_TOKEN, input_tokens
from bedrock_emulator.upstream.chunk import Chunk, Counts, Fragment

_STOP_REASONS: Mapping[str, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "content_filtered",
}
_TOOL_USE_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
"""What a client may send back as a toolUseId [botocore]."""


@dataclass(slots=True)
class _Block:
    """One content block under way."""

    kind: Literal["text", "reasoning", "call"]
    start: Mapping[str, Any] | None = None
    """With which Converse opens a tool use."""
    call_id: str | None = None
    """Of a tool call, as the upstream has it."""
    untold: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Of a tool call or a reasoning, which are looked at as a whole in the end."""

    def add(self, piece: str) -> None:
        """A piece that has come; an empty one says nothing."""
        if piece:
            self.untold.append(piece)
            if self.kind != "text":
                self.said.append(piece)

    def is_over(self) -> bool:
        """Whether nothing more can come once another block has begun: JSON that is whole cannot go on."""
        return self.kind != "call" or self.parsed() is not None

    def parsed(self) -> Any:
        """The arguments; None when they are not whole.

        Raises:
            UpstreamError: they nest deeper than an answer may.
        """
        try:
            arguments = orjson.loads("".join(self.said))
        except orjson.JSONDecodeError:
            return None
        if is_deeper(arguments, MOST_LEVELS):
            raise UpstreamError(f"sent a tool call whose arguments nest deeper than {MOST_LEVELS} levels")
        return arguments


class Telling:
    """One answer, as far as it has come."""

    def __init__(self, request: ModelRequest, *, elapsed_ms: Callable[[], int]) -> None:
        """Begin an answer.

        Args:
            request: that is answered.
            elapsed_ms: how long that has taken.
        """
        self._request = request
        self._family: Family = family_of(request.model_id)
        self._elapsed_ms = elapsed_ms
        self._blocks: list[_Block] = []
        self._calls: dict[int, _Block] = {}
        self._ids: set[str] = set()
        self._told = 0
        """Blocks that are over and told."""
        self._opened = False
        """Whether the one after them has been opened."""
        self._first_index = 1 if self._family.empty_text_first else 0
        self._said_bytes = 0
        self._finish: str | None = None
        self._matched: str | None = None
        self._counts: Counts | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the upstream has said why it stopped."""
        return self._finish is not None

    def begin(self) -> Iterator[Event]:
        """What comes before the first chunk."""
        yield "messageStart", {"role": "assistant"}
        if self._family.empty_text_first:
            yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": ""}}
            yield "contentBlockStop", {"contentBlockIndex": 0}

    def take(self, chunk: Chunk) -> Iterator[Event]:
        """What one chunk adds.

        Raises:
            UpstreamError: it is a piece of a tool call that has no name.
        """
        if chunk.reasoning:
            self._add("reasoning", chunk.reasoning)
        if chunk.text:
            self._add("text", chunk.text)
        for fragment in chunk.calls:
            self._add_call(fragment)
        self._finish = chunk.finish or self._finish
        self._matched = chunk.matched or self._matched
        self._counts = chunk.counts or self._counts
        yield from self._tell(is_last=False)

    def end(self) -> Iterator[Event]:
        """What comes after the last chunk."""
        yield from self._tell(is_last=True)
        stop: dict[str, Any] = {"stopReason": self._stop_reason()}
        fields = self._fields()
        if fields is not None:
            stop["additionalModelResponseFields"] = fields
        yield "messageStop", stop
        usage = usage_members(self._usage(), self._family, streamed=True)
        yield "metadata", {"usage": usage, "metrics": {"latencyMs": self._elapsed_ms()}}

    # What comes in.

    def _add(self, kind: Literal["text", "reasoning"], piece: str) -> None:
        if not self._blocks or self._blocks[-1].kind != kind:
            self._blocks.append(_Block(kind))
        self._blocks[-1].add(piece)
        self._said_bytes += len(piece.encode())

    def _add_call(self, fragment: Fragment) -> None:
        block = self._calls.get(fragment.index)
        if block is None or self._is_another(fragment, block):
            block = self._calls[fragment.index] = self._new_call(fragment)
        block.add(fragment.arguments)
        self._said_bytes += len(fragment.arguments.encode())

    def _is_another(self, fragment: Fragment, block: _Block) -> bool:
        """Some servers give every call the index 0; the ids tell them apart [reported by users, Ollama]."""
        return bool(fragment.name and fragment.call_id and fragment.call_id != block.call_id)

    def _new_call(self, fragment: Fragment) -> _Block:
        if not fragment.name:
            raise UpstreamError("sent a piece of a tool call that has no name")
        params, model_id = self._request.params, self._request.model_id
        made = tool_use_members(params, model_id, fragment.name, self._family, number=len(self._ids))
        if self._is_usable(fragment.call_id):
            made["toolUseId"] = fragment.call_id
        self._ids.add(made["toolUseId"])
        block = _Block("call", start={**made, "name": fragment.name}, call_id=fragment.call_id)
        self._blocks.append(block)
        self._said_bytes += len(fragment.name.encode())
        return block

    def _is_usable(self, call_id: str | None) -> TypeGuard[str]:
        """Whether a client can send the upstream's own id back, and tell the calls of the answer apart by it."""
        return call_id is not None and bool(_TOOL_USE_ID.fullmatch(call_id)) and call_id not in self._ids

    # What goes out.

    def _tell(self, *, is_last: bool) -> Iterator[Event]:
        """What can be told; at the end everything."""
        while self._told < len(self._blocks):
            block, index = self._blocks[self._told], self._told + self._first_index
            yield from self._pieces(block, index)
            goes_on = self._told == len(self._blocks) - 1 or not block.is_over()
            if goes_on and not is_last:
                return
            yield from self._closed(block, index)

    def _pieces(self, block: _Block, index: int) -> Iterator[Event]:
        if block.start is not None and not self._opened:
            yield "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": block.start}}
        self._opened = True
        pieces, block.untold = block.untold, []
        for piece in pieces:
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": _delta(block.kind, piece)}

    def _closed(self, block: _Block, index: int) -> Iterator[Event]:
        if block.kind == "call":
            block.parsed()  # one that was cut at the token limit stays as it is
        if block.kind == "reasoning" and self._family.signs_reasoning:
            signature = sign("".join(block.said), self._request.params)
            delta = {"reasoningContent": {"signature": signature}}
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        yield "contentBlockStop", {"contentBlockIndex": index}
        self._told += 1
        self._opened = False

    def _stop_reason(self) -> str:
        """Some servers say `stop` after tool calls as well [reported by users, Ollama]."""
        if self._calls and self._finish in (None, "stop"):
            return "tool_use"
        if self._stop_sequence() is not None:
            return "stop_sequence"
        return _STOP_REASONS.get(self._finish or "", "end_turn")

    def _fields(self) -> Mapping[str, Any] | None:
        """The stop sequence that was met: for ConverseStream if it is asked for; the others read it here."""
        found = self._stop_sequence()
        if self._request.operation == "ConverseStream":
            return additional_fields(self._request.params, found)
        return None if found is None else {"stop_sequence": found}

    def _stop_sequence(self) -> str | None:
        asked = (self._request.params.get("inferenceConfig") or {}).get("stopSequences") or ()
        return self._matched if self._matched in asked else None

    def _usage(self) -> Usage:
        """As the upstream counts it; estimated where it does not."""
        params, counts = self._request.params, self._counts or Counts(prompt=None, completion=None)
        # OpenAI's count of the prompt has the cached tokens in it, Converse's has not.
        prompt = input_tokens(params) if counts.prompt is None else max(counts.prompt - counts.cached, 0)
        spoken = (self._said_bytes + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN
        return Usage(
            input_tokens=prompt,
            output_tokens=spoken if counts.completion is None else counts.completion,
            cache_read_tokens=counts.cached,
            cache_points=has_cache_point(params),
        )


def _delta(kind: Literal["text", "reasoning", "call"], piece: str) -> dict[str, Any]:
    match kind:
        case "text":
            return {"text": piece}
        case "reasoning":
            return {"reasoningContent": {"text": piece}}
        case "call":
            return {"toolUse": {"input": piece}}
