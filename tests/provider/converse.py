"""Events as botocore parses them from a ConverseStream answer."""

from typing import Any

Event = dict[str, Any]

START: Event = {"messageStart": {"role": "assistant"}}
USAGE = {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18, "cacheReadInputTokens": 3}
METADATA: Event = {"metadata": {"usage": USAGE, "metrics": {"latencyMs": 5}}}


def delta(index: int, **content: Any) -> Event:
    """A contentBlockDelta."""
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": content}}


def stop(index: int) -> Event:
    """A contentBlockStop."""
    return {"contentBlockStop": {"contentBlockIndex": index}}


def text(*parts: str, index: int = 0) -> list[Event]:
    """A text block, which has no contentBlockStart."""
    return [*(delta(index, text=part) for part in parts), stop(index)]


def tool(*fragments: str, index: int = 0, **members: str) -> list[Event]:
    """A tool call whose arguments come in fragments."""
    use = {"toolUseId": f"t{index}", "name": "look", **members}
    start = {"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": use}}}
    return [start, *(delta(index, toolUse={"input": fragment}) for fragment in fragments), stop(index)]


def end(reason: str = "end_turn") -> list[Event]:
    """How an answer ends."""
    return [{"messageStop": {"stopReason": reason}}, METADATA]
