"""Reasoning told inside the text, between tags, for formats without a place of its own for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bedrock_emulator.call import Event
from bedrock_emulator.reply.reply import Block, Reply


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands around reasoning, each piece as it is streamed."""

    opening: tuple[str, ...]
    closing: tuple[str, ...]


def told(reply: Reply, tags: Tags) -> Reply:
    """The reply with its reasoning as text. Redacted and empty reasoning says nothing."""
    return replace(reply, blocks=tuple(_told_blocks(reply.blocks, tags)))


def _told_blocks(blocks: Sequence[Block], tags: Tags) -> Iterator[Block]:
    for block in blocks:
        if "reasoningContent" not in block:
            yield block
        elif text := block["reasoningContent"].get("reasoningText", {}).get("text"):
            yield {"text": "".join((*tags.opening, text, *tags.closing))}


def told_events(events: Iterable[Event], tags: Tags) -> Iterator[Event]:
    """The same as events: deltas of reasoning become deltas of text."""
    thinking: set[int] = set()
    for name, payload in events:
        index = payload.get("contentBlockIndex", 0)
        if name == "contentBlockDelta" and "reasoningContent" in payload["delta"]:
            text = payload["delta"]["reasoningContent"].get("text")
            if text and index not in thinking:
                thinking.add(index)
                yield from _deltas(index, tags.opening)
            yield from _deltas(index, (text,) if text else ())
            continue
        if name == "contentBlockStop" and index in thinking:
            thinking.remove(index)
            yield from _deltas(index, tags.closing)
        yield name, payload


def _deltas(index: int, texts: Iterable[str]) -> Iterator[Event]:
    return (("contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": text}}) for text in texts)
