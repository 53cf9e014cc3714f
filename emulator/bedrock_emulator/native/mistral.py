"""Mistral's format for prompts: text in, `outputs` out. Recorded with Mistral 7B and Mistral Small."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.pieces import finish_reason, text_of, text_pieces
from bedrock_emulator.native.request import prompt_as_converse
from bedrock_emulator.native.schema import check
from bedrock_emulator.reply.reply import Reply

_NAME = "Mistral's prompt format"
_INFERENCE = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop": "stopSequences",
}
SAMPLING: Mapping[str, Any] = {
    "max_tokens": {"type": "integer", "minimum": 1},
    "temperature": {"type": "number", "minimum": 0, "maximum": 1},
    "top_p": {"type": "number", "minimum": 0, "maximum": 1},
    "top_k": {"type": "integer"},
    "stop": {"type": "array", "items": {"type": "string"}, "maxItems": 10},
}
"""Mistral's inference parameters and their ranges [docs]."""
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ("prompt",),
    "additionalProperties": False,  # [reported by users]
    "properties": {"prompt": {"type": "string", "minLength": 1}, **SAMPLING},
}


def read_prompt(body: Native, model_id: str) -> Params:
    """The prompt's turns as a conversation."""
    check(body, _SCHEMA)
    return prompt_as_converse(
        body,
        inference=_INFERENCE,
        max_tokens=8192 if "mistral-large" in model_id or "mistral-small" in model_id else 512,  # [docs]
    )


def _body(reply: Reply, _asked: Asked) -> Native:
    return _outputs(text_of(reply, _NAME), finish_reason(reply.stop_reason))


def _chunks(events: Iterable[Event], _asked: Asked) -> Iterator[Native]:
    for text, ending in text_pieces(events, _NAME):
        yield _outputs(text, None if ending is None else finish_reason(ending.stop_reason))


def _outputs(text: str, stop_reason: str | None) -> Native:
    return {"outputs": [{"text": text, "stop_reason": stop_reason}]}


MISTRAL_PROMPT = TextFormat(read=read_prompt, body=_body, chunks=_chunks)
