"""Cohere Command and Command Light: a prompt in, `generations` out. Recorded in 2024 and 2025."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.identifiers import uuid
from bedrock_emulator.native.pieces import text_events, text_of
from bedrock_emulator.native.request import prompt_as_converse
from bedrock_emulator.native.schema import check
from bedrock_emulator.native.spoken import Ending, spoken
from bedrock_emulator.reply.reply import Reply

_NAME = "Cohere Command's prompt format"
_DEFAULT_MAX_TOKENS = 20  # [docs]
_INFERENCE = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "p": "topP",
    "stop_sequences": "stopSequences",
}
_REASONS = {
    "max_tokens": "MAX_TOKENS",  # [recorded]
    "stop_sequence": "STOP_SEQUENCE",  # [recorded, Command R]
    "content_filtered": "ERROR_TOXIC",  # [docs]
}
_SCHEMA: Mapping[str, Any] = {  # ranges [docs]
    "type": "object",
    "required": ("prompt",),
    "additionalProperties": False,  # [reported by users]
    "properties": {
        "prompt": {"type": "string", "minLength": 1},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 4096},
        "temperature": {"type": "number", "minimum": 0, "maximum": 5},
        "p": {"type": "number", "minimum": 0, "maximum": 1},
        "k": {"type": "integer", "minimum": 0, "maximum": 500},
        "stop_sequences": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
        "num_generations": {"type": "integer", "minimum": 1, "maximum": 5},
        "return_likelihoods": {"type": "string", "enum": ("GENERATION", "ALL", "NONE")},
        "stream": {"type": "boolean"},
        "logit_bias": {"type": "object"},
        "truncate": {"type": "string", "enum": ("NONE", "START", "END")},
    },
}


def finish_reason(stop_reason: str) -> str:
    """Converse's stop reason in Cohere's words."""
    return _REASONS.get(stop_reason, "COMPLETE")


def _read(body: Native, _model_id: str) -> Params:
    check(body, _SCHEMA)
    return prompt_as_converse(
        body, inference=_INFERENCE, read=("prompt", "stream"), max_tokens=_DEFAULT_MAX_TOKENS
    )


def _body(reply: Reply, asked: Asked) -> Native:
    return _answer(asked, text_of(reply, _NAME), reply.stop_reason)


def _answer(asked: Asked, text: str, stop_reason: str) -> Native:
    """In the order of 2025; in February 2024 the members were sorted [recorded]."""
    count = asked.body.get("num_generations", 1)
    return {
        "id": asked.request_id,
        "generations": [
            {"id": uuid(asked.request_id, str(at)), "text": text, "finish_reason": finish_reason(stop_reason)}
            for at in range(count)
        ],
        "prompt": asked.body["prompt"],
    }


def _chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """One chunk with the whole answer [recorded], unless the request has `stream: true` [docs]."""
    wanted = asked.body.get("stream", False)
    said: list[str] = []
    for part in spoken(text_events(events, _NAME)):
        if isinstance(part, Ending):
            yield _last(asked, part) if wanted else _answer(asked, "".join(said), part.stop_reason)
        elif wanted:
            yield {"index": 0, "is_finished": False, "text": part}
        else:
            said.append(part)


def _last(asked: Asked, ending: Ending) -> Native:
    """[guess, after Cohere's own API and what clients look for]"""
    return {
        "index": 0,
        "is_finished": True,
        "finish_reason": finish_reason(ending.stop_reason),
        "id": asked.request_id,
        "text": "",
    }


COHERE_GENERATE = TextFormat(read=_read, body=_body, chunks=_chunks)
