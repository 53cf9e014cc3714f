"""Input tags of InvokeModel: what stands between them is guarded, and nothing else.

tell me about <amazon-bedrock-guardrails-guardContent_xyz>a cactus</amazon-bedrock-guardrails-guardContent_xyz>
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_TAG = "amazon-bedrock-guardrails-guardContent_"


def tagged(params: Mapping[str, Any], suffix: str) -> Mapping[str, Any]:
    """The request in which tagged parts of texts are guardContent, and the tags are gone."""
    tag = re.escape(_TAG + suffix)
    pattern = re.compile(f"<{tag}>(.*?)</{tag}>", re.DOTALL)
    changed: dict[str, Any] = {
        "messages": [
            {**message, "content": _split(message["content"], pattern)} for message in params["messages"]
        ]
    }
    if params.get("system"):
        changed["system"] = _split(params["system"], pattern)
    return {**params, **changed}


def _split(blocks: Sequence[Mapping[str, Any]], pattern: re.Pattern[str]) -> list[Mapping[str, Any]]:
    return [part for block in blocks for part in (_parts(block, pattern) if "text" in block else (block,))]


def _parts(block: Mapping[str, Any], pattern: re.Pattern[str]) -> Iterator[Mapping[str, Any]]:
    pieces = pattern.split(block["text"])  # outside, inside, outside, …
    if len(pieces) == 1:
        yield block
        return
    for number, piece in enumerate(pieces):
        if piece:
            yield {"guardContent": {"text": {"text": piece}}} if number % 2 else {"text": piece}
