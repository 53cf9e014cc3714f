"""Requests of which answers are rendered."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.native.format import Asked
from bedrock_emulator.reply.reply import Reply, Usage


def asked(model_id: str, body: Mapping[str, Any] | None = None, *, caches: bool = False) -> Asked:
    """A request to a model, of ten tokens."""
    return Asked(model_id=model_id, body=body or {}, request_id="r-1", input_tokens=10, caches=caches)


def reply(*blocks: Mapping[str, Any], stop_reason: str = "end_turn", **more: Any) -> Reply:
    """What a model said, in seven tokens."""
    return Reply(
        blocks=blocks, stop_reason=stop_reason, usage=Usage(input_tokens=10, output_tokens=7), **more
    )
