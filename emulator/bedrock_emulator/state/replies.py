"""What one rule lets a model say: blocks of content, or the exact events of a stream."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeAlias

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.reply.caching import Cached
from bedrock_emulator.reply.chunks import CHUNKERS
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.reply import Reply, Split, Usage
from bedrock_emulator.reply.template import Groups
from bedrock_emulator.reply.tokens import blocks_tokens, input_tokens
from bedrock_emulator.state.blocks import ScriptedBlock, compile_block
from bedrock_emulator.state.content import ContentCheck
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.union import is_exception

_COUNTS_OF_INPUT = frozenset({"inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentReply:
    """An assistant message, for any operation that answers with one."""

    blocks: tuple[ScriptedBlock, ...]
    stop_reason: str
    usage: Mapping[str, int]
    """Members of TokenUsage; those that are left out are estimated."""
    split: Split | None = None
    """How blocks without a chunker of their own are cut."""
    additional_fields: Mapping[str, Any] | None = None
    latency_ms: int | None = None

    def say(self, facts: Facts, groups: Groups) -> Reply:
        """The turn for one request."""
        family = family_of(facts.request.model_id)
        # Tool uses are numbered by themselves: `functions.<name>:0` follows reasoning [recorded, Kimi K2].
        numbers = accumulate((block.is_tool_use for block in self.blocks), initial=0)
        said = [
            block.say(facts, groups, family, number)
            for block, number in zip(self.blocks, numbers, strict=False)
        ]
        blocks = tuple(block for block, _ in said)
        return Reply(
            blocks=blocks,
            stop_reason=self.stop_reason,
            usage=self._usage(facts, blocks),
            additional_fields=self.additional_fields,
            chunks=tuple(split or self.split for _, split in said),
            latency_ms=self.latency_ms,
        )

    def _usage(self, facts: Facts, blocks: tuple[Mapping[str, Any], ...]) -> Usage:
        """What the rule gives, and the rest as it is counted; a rule that counts input says what the cache did too."""
        given, params = self.usage, facts.request.params
        cached = Cached() if _COUNTS_OF_INPUT & given.keys() else facts.request.cached
        return Usage(
            input_tokens=given.get("inputTokens", input_tokens(params) - cached.read - cached.write),
            output_tokens=given["outputTokens"] if "outputTokens" in given else blocks_tokens(blocks),
            cache_read_tokens=given.get("cacheReadInputTokens", cached.read),
            cache_write_tokens=given.get("cacheWriteInputTokens", cached.write),
            cache_write_1h_tokens=cached.write_1h,
            cache_points=has_cache_point(params),
            stated_total=given.get("totalTokens"),
        )


@dataclass(frozen=True, slots=True)
class EventsReply:
    """The exact events of a ConverseStream answer; other operations answer with what they tell together."""

    events: tuple[Event, ...]

    def __iter__(self) -> Iterator[Event]:
        """The events in order; an exception among them is raised as AwsError, as an operation would."""
        for name, payload in self.events:
            if is_exception(name):
                members = {key: value for key, value in payload.items() if key != "message"}
                raise AwsError(
                    name[:1].upper() + name[1:], str(payload.get("message") or ""), members=members
                )
            yield name, payload


ScenarioReply: TypeAlias = ContentReply | EventsReply


def compile_reply(
    document: str | Mapping[str, Any], *, check: ContentCheck, groups: Collection[str], path: str
) -> ScenarioReply:
    """Read a `Reply` of the schema.

    Raises:
        AdminError: an unknown content block or event, or a bad template.
    """
    if isinstance(document, str):
        document = {"content": document}
    if "events" in document:
        return _events_reply(document["events"], check, join_path(path, "events"))
    place, content = join_path(path, "content"), document["content"]
    places = [(place, content)] if isinstance(content, str) else _numbered(content, place)
    usable = None if document.get("literal") else groups
    blocks = tuple(compile_block(block, check, groups=usable, path=where) for where, block in places)
    uses_tool = any("toolUse" in each.block for each in blocks)
    return ContentReply(
        blocks=blocks,
        stop_reason=document.get("stopReason", "tool_use" if uses_tool else "end_turn"),
        usage=document.get("usage", {}),
        split=CHUNKERS[document["chunks"]] if "chunks" in document else None,
        additional_fields=document.get("additionalModelResponseFields"),
        latency_ms=document.get("latencyMs"),
    )


def _numbered(values: list[Any], path: str) -> list[tuple[str, Any]]:
    return [(join_path(path, index), value) for index, value in enumerate(values)]


def _events_reply(documents: list[Mapping[str, Any]], check: ContentCheck, path: str) -> EventsReply:
    events = tuple(check.read_event(event, where) for where, event in _numbered(documents, path))
    for index, (name, _) in enumerate(events[:-1]):
        if is_exception(name):
            message = f"nothing follows {name!r}: an exception ends the stream"
            raise AdminError(400, message, path=join_path(path, index + 1))
    return EventsReply(events)
