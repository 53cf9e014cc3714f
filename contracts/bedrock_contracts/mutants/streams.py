"""STRM: providers that misread the stream."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from bedrock_contracts.mutants.mutant import Case
from bedrock_provider import BedrockProvider, ErrorInfo, StreamEvent, StreamRequest, Usage
from bedrock_provider.calls import EventSource
from bedrock_provider.streaming import ConverseMapper

Json = Mapping[str, Any]


@dataclass(slots=True)
class NoStart(ConverseMapper):
    def _start(self) -> list[StreamEvent]:
        return []


@dataclass(slots=True)
class DoneAfterError(ConverseMapper):
    def fail(self, error: ErrorInfo, reason: Any = "error") -> list[StreamEvent]:
        events = ConverseMapper.fail(self, error, reason)
        return [
            *events,
            *(StreamEvent(type="done", reason="stop", message=each.message) for each in events[-1:]),
        ]


@dataclass(slots=True)
class NeverEnds(ConverseMapper):
    def _close(self, block: Any, *, is_whole: bool = False) -> list[StreamEvent]:
        return [
            each for each in ConverseMapper._close(self, block, is_whole=is_whole) if each.type != "text_end"
        ]


@dataclass(slots=True)
class SwallowsFirst(ConverseMapper):
    """Shows every delta but the one that opened the block."""

    def _grow(self, payload: Json, kind: Any, text: str) -> list[StreamEvent]:
        events = ConverseMapper._grow(self, payload, kind, text)
        return events[:-1] if len(events) > 1 else events


@dataclass(slots=True)
class TrimsDeltas(ConverseMapper):
    def _grow(self, payload: Json, kind: Any, text: str) -> list[StreamEvent]:
        return ConverseMapper._grow(self, payload, kind, text.strip())


@dataclass(slots=True)
class WaitsForBlockStart(ConverseMapper):
    """Takes text only after a contentBlockStart, which never comes for text."""

    def _grow(self, payload: Json, kind: Any, text: str) -> list[StreamEvent]:
        return [] if kind == "text" else ConverseMapper._grow(self, payload, kind, text)


@dataclass(slots=True)
class LosesArguments(ConverseMapper):
    def _close(self, block: Any, *, is_whole: bool = False) -> list[StreamEvent]:
        events = ConverseMapper._close(self, block, is_whole=is_whole)
        if block.arguments:
            block.arguments = dict(list(block.arguments.items())[1:])
        return events


@dataclass(slots=True)
class AlwaysStops(ConverseMapper):
    def finish(self) -> list[StreamEvent]:
        events = ConverseMapper.finish(self)
        return [self._stopped(each) if each.reason == "length" else each for each in events]

    @staticmethod
    def _stopped(event: StreamEvent) -> StreamEvent:
        message = event.message and replace(event.message, stop_reason="stop")
        return replace(event, reason="stop", message=message)


@dataclass(slots=True)
class CountsNothing(ConverseMapper):
    def _metadata(self, payload: Json) -> list[StreamEvent]:
        events = ConverseMapper._metadata(self, payload)
        self._usage = Usage()
        return events


@dataclass(slots=True)
class SwallowsErrors(ConverseMapper):
    def fail(self, error: ErrorInfo, reason: Any = "error") -> list[StreamEvent]:
        events = ConverseMapper.fail(self, error, reason)
        return [
            replace(each, type="done", reason="stop", error=None) if each.error else each for each in events
        ]


@dataclass(slots=True)
class CutIsAnEnd(ConverseMapper):
    def finish(self) -> list[StreamEvent]:
        self._raw_stop_reason = self._raw_stop_reason or "end_turn"
        return ConverseMapper.finish(self)


@dataclass(slots=True)
class LosesSignature(ConverseMapper):
    def _thinking_delta(self, payload: Json, reasoning: Json) -> list[StreamEvent]:
        rest = {name: value for name, value in reasoning.items() if name != "signature"}
        return ConverseMapper._thinking_delta(self, payload, rest)


class AsksFirst(BedrockProvider):
    """Asks the model something short without streaming before each call, to see whether it answers."""

    def _open(self, request: StreamRequest) -> EventSource:
        client = self._bedrock()._client(self._identity(), "bedrock-runtime", self._call_region(request))
        with suppress(ClientError):
            client.converse(modelId=request.model, messages=[{"role": "user", "content": [{"text": "?"}]}])
        return super()._open(request)


MUTANTS = (
    Case(
        name="asks-first",
        because="the model is tried out with Converse before it is streamed from",
        kills="STRM-001",
        message="the model was called through ['Converse', 'ConverseStream']",
    ).provider(AsksFirst),
    Case(
        name="no-start",
        because="the first event is the first block",
        kills="STRM-002",
        message="`start` came at []",
    ).rules(stream_mapper=NoStart),
    Case(
        name="done-after-error",
        because="a failed reply is closed twice",
        kills="STRM-003",
        collateral="STRM-011 STRM-012",
        message="2 terminal events",
    ).rules(stream_mapper=DoneAfterError),
    Case(
        name="text-never-ends",
        because="text blocks get no end event",
        kills="STRM-004",
        message="came while ('text', 0) was open",
    ).rules(stream_mapper=NeverEnds),
    Case(
        name="first-delta-swallowed",
        because="the delta that opens a block is not shown",
        kills="STRM-005",
        message="the deltas give|shown",
    ).rules(stream_mapper=SwallowsFirst),
    Case(
        name="deltas-trimmed",
        because="blanks at the edges of a delta are lost",
        kills="STRM-006",
        collateral="STRM-005 STRM-011 STRM-012 STRM-015 GRD-009",
        message="the message became",
        is_proof=True,
    ).rules(stream_mapper=TrimsDeltas),
    Case(
        name="waits-for-block-start",
        because="text without contentBlockStart is ignored",
        kills="STRM-007",
        collateral="STRM-004 STRM-005 STRM-006 STRM-011 STRM-012 GRD-009",
        message="never opened",
    ).rules(stream_mapper=WaitsForBlockStart),
    Case(
        name="first-argument-lost",
        because="tool calls lose their first argument",
        kills="STRM-008",
        message="the message has",
    ).rules(stream_mapper=LosesArguments),
    Case(
        name="length-is-stop",
        because="a reply cut at max_tokens looks whole",
        kills="STRM-009",
        message="max_tokens was reported as 'stop'",
    ).rules(stream_mapper=AlwaysStops),
    Case(
        name="usage-zero",
        because="the metadata event is not read",
        kills="STRM-010",
        collateral="GRD-009",
        message="the service counted 11 and 7 tokens",
    ).rules(stream_mapper=CountsNothing),
    Case(
        name="errors-swallowed",
        because="an exception in the stream ends it as if it were whole",
        kills="STRM-011 STRM-012",
        message="a broken stream ended with 'done'",
    ).rules(stream_mapper=SwallowsErrors),
    Case(
        name="cut-is-an-end",
        because="a stream that just ends counts as whole",
        kills="STRM-012",
        message="a broken stream ended with 'done'",
        is_proof=True,
    ).rules(stream_mapper=CutIsAnEnd),
    Case(
        name="signature-lost",
        because="reasoning is kept without its signature",
        kills="STRM-015",
        message="the reasoning became",
    ).rules(stream_mapper=LosesSignature),
)
