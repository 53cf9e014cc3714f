"""Native answers that a guardrail has read and written again: they come out a little otherwise [recorded, Titan and Nova]."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bedrock_emulator.native.format import Native

Rewrite: TypeAlias = Callable[[Native], Native]

_USAGE_KEPT = ("inputTokens",)


def rewritten_body(body: Native, model_id: str) -> Native:
    """An answer in one piece."""
    return _BODIES.get(_family(model_id), _same)(body)


def rewritten_chunk(chunk: Native, model_id: str) -> Native:
    """One chunk of a stream."""
    return _CHUNKS.get(_family(model_id), _same)(chunk)


def without_ending(chunk: Native, model_id: str) -> Native:
    """A chunk that no model said: Titan's tells no reason why it ended [recorded]."""
    if not model_id.startswith("amazon.titan-text"):
        return chunk
    return {name: value for name, value in chunk.items() if name != "completionReason"}


def _same(native: Native) -> Native:
    return native


def _titan(native: Native) -> Native:
    """Whole numbers are fractions then, and nulls are gone."""
    return {name: _fractional(value) for name, value in native.items() if value is not None}


def _fractional(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _titan(value)
    if isinstance(value, list):
        return [_fractional(each) for each in value]
    return float(value) if isinstance(value, int) else value


def _nova(native: Native) -> Native:
    """The role comes first, and of the usage only one counter is left."""
    message, usage = native["output"]["message"], native["usage"]
    return {
        **native,
        "output": {"message": {"role": message["role"], "content": message["content"]}},
        "usage": {name: usage[name] for name in _USAGE_KEPT},
    }


def _family(model_id: str) -> str:
    return next((name for name in _BODIES if model_id.startswith(name)), "")


_BODIES: Mapping[str, Rewrite] = {"amazon.titan-text": _titan, "amazon.nova": _nova}
_CHUNKS: Mapping[str, Rewrite] = {"amazon.titan-text": _titan}
