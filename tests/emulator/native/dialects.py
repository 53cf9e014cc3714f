"""How the answers of Claude, Nova and Titan are decoded for their replay."""

import json
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from tests.emulator.native.golden import Dialect, Json, Said


def _claude_usage(usage: Json) -> dict[str, int]:
    counts = {
        "inputTokens": usage.get("input_tokens"),
        "outputTokens": usage.get("output_tokens"),
        "cacheReadInputTokens": usage.get("cache_read_input_tokens"),
        "cacheWriteInputTokens": usage.get("cache_creation_input_tokens"),
    }
    return {name: count for name, count in counts.items() if count is not None}


def _claude_block(block: Json) -> Json:
    if block["type"] == "tool_use":
        return {"toolUse": {"toolUseId": block["id"], "name": block["name"], "input": block["input"]}}
    return {"text": block["text"]}


def _claude_body(body: Json) -> Said:
    if "completion" in body:
        return _completion([body])
    return Said(
        content=[_claude_block(block) for block in body["content"]],
        stop_reason=body["stop_reason"],
        usage=_claude_usage(body["usage"]),
    )


def _completion(chunks: Sequence[Json]) -> Said:
    pieces = [chunk["completion"] for chunk in chunks if chunk["completion"]]
    reason = "max_tokens" if chunks[-1]["stop_reason"] == "max_tokens" else "end_turn"
    return Said(content=[_text(pieces)], stop_reason=reason, usage=_metrics(chunks[-1]))


def _claude_chunks(chunks: Sequence[Json]) -> Said:
    if "completion" in chunks[0]:
        return _completion(chunks)
    inside = [chunk for chunk in chunks if "index" in chunk]
    blocks = [_claude_streamed(list(block)) for _, block in groupby(inside, lambda chunk: chunk["index"])]
    delta = next(chunk for chunk in chunks if chunk["type"] == "message_delta")
    counts = {**_metrics(chunks[-1]), "outputTokens": delta["usage"]["output_tokens"]}
    return Said(content=blocks, stop_reason=delta["delta"]["stop_reason"], usage=counts)


def _claude_streamed(chunks: Sequence[Json]) -> Json:
    opened, deltas = chunks[0]["content_block"], [chunk["delta"] for chunk in chunks if "delta" in chunk]
    if opened["type"] == "text":
        return _text([delta["text"] for delta in deltas])
    pieces = [delta["partial_json"] for delta in deltas]
    written = "".join(pieces)
    tool_use = {"toolUseId": opened["id"], "name": opened["name"], "input": json.loads(written)}
    return {"toolUse": tool_use, "chunks": pieces}


def _text(pieces: Sequence[str]) -> Json:
    return {"text": "".join(pieces), "chunks": list(pieces)}


def _metrics(chunk: Json) -> dict[str, int]:
    """The counts of a stream's last chunk; a whole completion has none."""
    metrics = chunk.get("amazon-bedrock-invocationMetrics", {})
    names = {
        "inputTokenCount": "inputTokens",
        "outputTokenCount": "outputTokens",
        "cacheReadInputTokenCount": "cacheReadInputTokens",
        "cacheWriteInputTokenCount": "cacheWriteInputTokens",
    }
    return {names[name]: count for name, count in metrics.items() if name in names}


CLAUDE = Dialect(
    read_body=_claude_body,
    read_chunks=_claude_chunks,
    volatile=[
        # How many tokens are spoken with the first chunk, from one to eight.
        (re.compile(r'("usage":\{"input_tokens":\d+,"output_tokens":)\d+(\}\}\})'), r"\1\2"),
        # The metrics of 2025 counted fewer tokens than the message where a tool was called.
        (re.compile(r'"outputTokenCount":\d+'), '"outputTokenCount":0'),
    ],
)


def _nova_usage(usage: Json) -> dict[str, int]:
    names = {
        "inputTokens": "inputTokens",
        "outputTokens": "outputTokens",
        "totalTokens": "totalTokens",
        "cacheReadInputTokenCount": "cacheReadInputTokens",
        "cacheWriteInputTokenCount": "cacheWriteInputTokens",
    }
    return {names[name]: count for name, count in usage.items()}


def _nova_body(body: Json) -> Said:
    return Said(
        content=body["output"]["message"]["content"],
        stop_reason=body["stopReason"],
        usage=_nova_usage(body["usage"]),
    )


def _nova_chunks(chunks: Sequence[Json]) -> Said:
    """Every delta of text is a block of its own there; in a scenario they are the chunks of one."""
    blocks: list[dict[str, Any]] = []
    for chunk in chunks:
        if "contentBlockStart" in chunk:
            blocks.append({"toolUse": {**chunk["contentBlockStart"]["start"]["toolUse"], "input": {}}})
        elif "contentBlockDelta" in chunk:
            delta = chunk["contentBlockDelta"]["delta"]
            if "toolUse" in delta:
                blocks[-1]["toolUse"]["input"] = json.loads(delta["toolUse"]["input"])
                continue
            if not blocks or "text" not in blocks[-1]:
                blocks.append({"text": "", "chunks": []})
            blocks[-1]["text"] += delta["text"]
            blocks[-1]["chunks"].append(delta["text"])
    stop = next(
        (chunk["messageStop"]["stopReason"] for chunk in chunks if "messageStop" in chunk), "end_turn"
    )
    return Said(
        content=blocks, stop_reason=stop, usage=_nova_usage(chunks[-1].get("metadata", {}).get("usage", {}))
    )


NOVA = Dialect(read_body=_nova_body, read_chunks=_nova_chunks)


_TITAN_REASONS = {"FINISH": "end_turn", "LENGTH": "max_tokens"}


def _titan_body(body: Json) -> Said:
    (result,) = body["results"]
    return Said(
        content=[{"text": result["outputText"]}],
        stop_reason=_TITAN_REASONS[result["completionReason"]],
        usage={"inputTokens": int(body["inputTextTokenCount"]), "outputTokens": int(result["tokenCount"])},
    )


def _titan_chunks(chunks: Sequence[Json]) -> Said:
    counts = {
        "inputTokens": int(chunks[0]["inputTextTokenCount"]),
        "outputTokens": int(chunks[-1]["totalOutputTextTokenCount"]),
    }
    return Said(
        content=[_text([chunk["outputText"] for chunk in chunks])],
        stop_reason=_TITAN_REASONS[chunks[-1].get("completionReason", "FINISH")],
        usage=counts,
    )


TITAN = Dialect(read_body=_titan_body, read_chunks=_titan_chunks)
