"""A reply as a Converse answer or as the events of ConverseStream. Keys are sorted where JSON is written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from bedrock_emulator.call import Event, Output, Passage
from bedrock_emulator.reply.family import Family
from bedrock_emulator.reply.reply import Block, Reply, Split, Usage

_PASSAGE_LENGTH = 1024
"""Characters of a text whose events and frames are remembered."""


def converse_output(
    reply: Reply, *, family: Family, latency_ms: int, echo: Mapping[str, Any] | None = None
) -> Output:
    """The whole answer; `echo` holds the `serviceTier` and `performanceConfig` that the request named."""
    output: Output = {
        "output": {"message": {"role": "assistant", "content": list(reply.blocks)}},
        "stopReason": reply.stop_reason,
        "usage": usage_members(reply.usage, family, streamed=False),
        "metrics": {"latencyMs": latency_ms},
        **(echo or {}),
    }
    if reply.additional_fields is not None:
        output["additionalModelResponseFields"] = reply.additional_fields
    return output


def converse_events(
    reply: Reply, *, family: Family, latency_ms: int, echo: Mapping[str, Any] | None = None
) -> Iterator[Event]:
    """The same answer in events; its deltas joined are the blocks of `converse_output`."""
    yield from _content(reply.blocks, reply.chunks, family)
    yield from _ending(reply, family, latency_ms, echo)


def converse_parts(
    reply: Reply, *, family: Family, latency_ms: int, echo: Mapping[str, Any] | None = None
) -> Iterator[Event | Passage]:
    """The same events, those that say a short text as one passage: tests have the same text said again and again."""
    text = reply.blocks[0].get("text") if len(reply.blocks) == 1 else None
    if text is not None and len(text) <= _PASSAGE_LENGTH:
        yield _passage(text, next(iter(reply.chunks), None), family)
    else:
        yield from _content(reply.blocks, reply.chunks, family)
    yield from _ending(reply, family, latency_ms, echo)


@lru_cache(maxsize=128)
def _passage(text: str, split: Split | None, family: Family) -> Passage:
    return Passage(_content(({"text": text},), (split,), family))


def _content(blocks: Sequence[Block], chunks: Sequence[Split | None], family: Family) -> Iterator[Event]:
    yield "messageStart", {"role": "assistant"}
    first = 0
    if family.empty_text_first:
        yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": ""}}
        yield "contentBlockStop", {"contentBlockIndex": 0}
        first = 1
    for index, (block, split) in enumerate(zip(blocks, chain(chunks, repeat(None)), strict=False), first):
        yield from _block_events(block, index, split, family)


def _ending(reply: Reply, family: Family, latency_ms: int, echo: Mapping[str, Any] | None) -> Iterator[Event]:
    stop: dict[str, Any] = {"stopReason": reply.stop_reason}
    if reply.additional_fields is not None:
        stop["additionalModelResponseFields"] = reply.additional_fields
    yield "messageStop", stop
    usage = usage_members(reply.usage, family, streamed=True)
    yield "metadata", {"usage": usage, "metrics": {"latencyMs": latency_ms}, **(echo or {})}


def usage_members(usage: Usage, family: Family, *, streamed: bool) -> dict[str, Any]:
    """`usage` with the members that this family sends."""
    members: dict[str, Any] = {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.total_tokens,
    }
    if family.server_tool_usage:
        members["serverToolUsage"] = {}
    counted = _cache_counters(usage, family, streamed=streamed)
    if counted != "none":  # both spellings are sent [recorded]
        members["cacheReadInputTokens"] = members["cacheReadInputTokenCount"] = usage.cache_read_tokens
    if counted == "both":
        members["cacheWriteInputTokens"] = members["cacheWriteInputTokenCount"] = usage.cache_write_tokens
    if counted == "both" and usage.cache_write_tokens and family.name == "claude":
        members["cacheDetails"] = _cache_details(usage)
    return members


def _cache_details(usage: Usage) -> list[dict[str, Any]]:
    """The written tokens by their time to live [recorded with 5m]; the order of the two is a [guess]."""
    short = usage.cache_write_tokens - usage.cache_write_1h_tokens
    written = (("1h", usage.cache_write_1h_tokens), ("5m", short))
    return [{"inputTokens": tokens, "ttl": ttl} for ttl, tokens in written if tokens]


def _cache_counters(usage: Usage, family: Family, *, streamed: bool) -> str:
    if usage.cache_read_tokens or usage.cache_write_tokens:  # a scripted count is always shown
        return "both"
    if family.cache_counters == "never":
        return "none"
    if usage.cache_points:
        return "both"
    if (
        streamed or family.cache_counters == "requested"
    ):  # no counter in any recorded stream without cachePoint
        return "none"
    return "both" if family.cache_counters == "always" else "read"


def _block_events(block: Block, index: int, split: Split | None, family: Family) -> Iterator[Event]:
    if "toolUse" in block:
        yield from _tool_use_events(block["toolUse"], index, split or family.split_tool_input)
    elif "toolResult" in block:
        yield from _split_events("toolResult", block["toolResult"], "content", index)
    elif "image" in block:
        yield from _split_events("image", block["image"], "source", index)
    else:  # text and reasoning have no contentBlockStart [recorded]
        for delta in _deltas(block, split or family.split_text):
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
    yield "contentBlockStop", {"contentBlockIndex": index}


def _tool_use_events(tool_use: Mapping[str, Any], index: int, split: Split) -> Iterator[Event]:
    start = {name: value for name, value in tool_use.items() if name != "input"}
    yield "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": start}}
    for piece in split(json.dumps(tool_use["input"], ensure_ascii=False, separators=(",", ":"))):
        yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"toolUse": {"input": piece}}}


def _split_events(kind: str, body: Mapping[str, Any], streamed: str, index: int) -> Iterator[Event]:
    """A block that is opened with its short members and filled with one delta.

    So come an image [botocore] and the result of a tool that the service ran itself [recorded]; the delta of
    the latter is the bare content.
    """
    start = {name: value for name, value in body.items() if name != streamed}
    yield "contentBlockStart", {"contentBlockIndex": index, "start": {kind: start}}
    delta = body[streamed] if kind == "toolResult" else {streamed: body[streamed]}
    yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {kind: delta}}


def _deltas(block: Block, split: Split) -> Iterator[dict[str, Any]]:
    if "text" in block:
        pieces = iter(split(block["text"]))
        yield {"text": next(pieces, "")}
        yield from ({"text": piece} for piece in pieces)
    elif "reasoningContent" in block:
        yield from _reasoning_deltas(block["reasoningContent"], split)
    elif "citationsContent" in block:  # citations stand before the text that they support [recorded]
        for citation in block["citationsContent"].get("citations", ()):
            yield {"citation": citation}
        for content in block["citationsContent"].get("content", ()):
            yield from ({"text": piece} for piece in split(content["text"]))
    else:
        yield dict(block)


def _reasoning_deltas(reasoning: Mapping[str, Any], split: Split) -> Iterator[dict[str, Any]]:
    if "redactedContent" in reasoning:
        yield {"reasoningContent": {"redactedContent": reasoning["redactedContent"]}}
        return
    text = reasoning["reasoningText"]
    for piece in split(text["text"]):
        yield {"reasoningContent": {"text": piece}}
    if "signature" in text:
        yield {"reasoningContent": {"signature": text["signature"]}}
