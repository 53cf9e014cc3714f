"""DeepSeek R1: a prompt in, `choices` of text out. Its reasoning is part of the text, before `</think>` [docs].

DeepSeek V3 speaks the chat format of OpenAI.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.pieces import finish_reason, text_of, text_pieces
from bedrock_emulator.native.request import prompt_as_converse
from bedrock_emulator.native.schema import check
from bedrock_emulator.native.thoughts import Tags, told, told_events
from bedrock_emulator.reply.reply import Reply

_NAME = "DeepSeek R1's prompt format"
_OPENING = ("<think>", "\n")
_CLOSING = ("\n", "</think>", "\n\n")
"""`</think>` is a token of its own, which clients look for [reported by users]; the white space is a guess."""
_INFERENCE = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop": "stopSequences",
}
_SCHEMA: Mapping[str, Any] = {  # ranges [docs]
    "type": "object",
    "required": ("prompt",),
    "properties": {
        "prompt": {"type": "string", "minLength": 1},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 32_768},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1},
        "top_p": {"type": "number", "minimum": 0, "maximum": 1},
        "stop": {"type": "array", "items": {"type": "string"}, "maxItems": 10},
    },
}


def _read(body: Native, _model_id: str) -> Params:
    check(body, _SCHEMA)
    return prompt_as_converse(body, inference=_INFERENCE)


def _tags(asked: Asked) -> Tags:
    """The tags of the reasoning; a prompt may have opened it already [docs]."""
    prompt: str = asked.body["prompt"]
    return Tags(() if prompt.rstrip().endswith("<think>") else _OPENING, _CLOSING)


def _body(reply: Reply, asked: Asked) -> Native:
    return _choice(text_of(told(reply, _tags(asked)), _NAME), finish_reason(reply.stop_reason))


def _chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    for text, ending in text_pieces(told_events(events, _tags(asked)), _NAME):
        yield _choice(text, None if ending is None else finish_reason(ending.stop_reason))


def _choice(text: str, stop_reason: str | None) -> Native:
    return {"choices": [{"text": text, "stop_reason": stop_reason}]}


DEEPSEEK_R1 = TextFormat(read=_read, body=_body, chunks=_chunks)
