"""The name that some models put before what they say: Converse takes it away, InvokeModel shows it [recorded, Titan].

A guardrail reads it too, so it is taken away last.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bedrock_emulator.call import Event
from bedrock_emulator.reply.family import Family
from bedrock_emulator.reply.reply import Reply


def reply_without_speaker(reply: Reply, family: Family) -> Reply:
    """The reply as Converse gives it."""
    if family.speaker is None or not reply.blocks or "text" not in reply.blocks[0]:
        return reply
    first, *rest = reply.blocks
    return replace(reply, blocks=({**first, "text": _unnamed(first["text"], family.speaker)}, *rest))


def events_without_speaker(events: Iterable[Event], family: Family) -> Iterable[Event]:
    """The same for a stream, where the name comes with the first piece of text."""
    return events if family.speaker is None else _unnamed_events(events, family.speaker)


def _unnamed_events(events: Iterable[Event], speaker: str) -> Iterator[Event]:
    is_first = True
    for name, payload in events:
        delta = payload.get("delta") or {}
        if is_first and "text" in delta:
            is_first = False
            yield name, {**payload, "delta": {**delta, "text": _unnamed(delta["text"], speaker)}}
        else:
            yield name, payload


def _unnamed(text: str, speaker: str) -> str:
    said = text.lstrip()
    return said.removeprefix(speaker).lstrip() if said.startswith(speaker) else text
