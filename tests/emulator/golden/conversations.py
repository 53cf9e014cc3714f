"""What a model said in a recorded conversation, as the scenario rule that says the same.

Only decoded content goes into a rule: texts, the input of tools, reasoning, citations, the stop reason, counts, and where
a stream cut them. Ids of tool calls, `type`, padding and every other member of the answer are left to the emulator.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

Json = Mapping[str, Any]

_COUNTS = ("inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
_BLOCK_EVENTS = ("contentBlockStart", "contentBlockDelta", "contentBlockStop")


def rule_of(record: Json) -> Json:
    """The rule that lets any model say what was said in this record, which was answered with 200."""
    response = record["response"]
    if "events" in response:
        return {"reply": _streamed(list(events_of(record)))}
    body = response["body"]
    return {"reply": _reply(map(_block, body["output"]["message"]["content"]), body, body)}


def events_of(record: Json) -> Iterator[tuple[str, Json]]:
    """The events of a recorded stream: their names and payloads, without padding."""
    for event in record["response"]["events"]:
        payload = json.loads(event["payload_text"])
        payload.pop("p", None)
        yield event["headers"][0][1], payload


def _reply(content: Iterator[Json], stop: Json, metadata: Json) -> Json:
    fields = stop.get("additionalModelResponseFields")
    return {
        "content": list(content),
        "stopReason": stop["stopReason"],
        "usage": {name: metadata["usage"][name] for name in _COUNTS if name in metadata["usage"]},
        **({"additionalModelResponseFields": fields} if fields else {}),
    }


def _block(block: Json) -> Json:
    """A block of an answer, without what the emulator has to find by itself."""
    if _is_called_by_the_caller(block.get("toolUse", {})):
        return {"toolUse": {"name": block["toolUse"]["name"], "input": block["toolUse"]["input"]}}
    return block


def _is_called_by_the_caller(tool_use: Json) -> bool:
    """A tool that the service runs itself is scripted whole: its result repeats its id."""
    return bool(tool_use) and tool_use.get("type") != "server_tool_use"


def _streamed(events: Sequence[tuple[str, Json]]) -> Json:
    parts = [(payload["contentBlockIndex"], payload) for name, payload in events if name in _BLOCK_EVENTS]
    blocks = (
        _streamed_block([payload for _, payload in part]) for _, part in groupby(parts, lambda it: it[0])
    )
    once = dict(events)
    return _reply((block for block in blocks if block), once["messageStop"], once["metadata"])


def _streamed_block(payloads: Sequence[Json]) -> Json | None:
    """One block with the places where it was cut; None for one in which nothing is said."""
    start: Json = payloads[0].get("start", {})
    deltas: list[Json] = [payload["delta"] for payload in payloads if "delta" in payload]
    if "toolUse" in start:
        pieces = [delta["toolUse"]["input"] for delta in deltas]
        block = _block({"toolUse": {**start["toolUse"], "input": json.loads("".join(pieces) or "{}")}})
        return {**block, "chunks": pieces}
    if "toolResult" in start:
        content = [part for delta in deltas for part in delta["toolResult"]]
        return {"toolResult": {**start["toolResult"], "content": content}}
    if any("reasoningContent" in delta for delta in deltas):
        return _reasoning([delta["reasoningContent"] for delta in deltas])
    return _cut("text", [delta["text"] for delta in deltas])


def _reasoning(deltas: Sequence[Json]) -> Json | None:
    if "redactedContent" in deltas[0]:
        return {"redactedReasoning": deltas[0]["redactedContent"]}
    signature = next((delta["signature"] for delta in deltas if "signature" in delta), None)
    block = _cut("reasoning", [delta["text"] for delta in deltas if "text" in delta])
    return block and {**block, "signature": signature}


def _cut(kind: str, pieces: Sequence[str]) -> Json | None:
    return {kind: "".join(pieces), "chunks": list(pieces)} if any(pieces) else None
