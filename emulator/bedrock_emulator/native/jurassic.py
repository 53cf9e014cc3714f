"""AI21 Jurassic-2: a prompt in, `completions` out, every token of both told. Recorded in 2024; it had no stream."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.pieces import text_of
from bedrock_emulator.native.request import prompt_as_converse
from bedrock_emulator.native.schema import check
from bedrock_emulator.native.spoken import stop_sequence
from bedrock_emulator.reply.reply import Reply

_NAME = "Jurassic-2's prompt format"
_ID = 1234
"""The id of every recorded answer."""
_DEFAULT_MAX_TOKENS = 200  # [docs]
_TOKEN = re.compile(r"\n| ?[^\s]+|\s")
_SURE = 0.0
"""The log probability of every token: nothing was drawn."""
_INFERENCE = {
    "maxTokens": "maxTokens",
    "temperature": "temperature",
    "topP": "topP",
    "stopSequences": "stopSequences",
}
_PENALTY = {"type": "object", "required": ("scale",), "properties": {"scale": {"type": "number"}}}
_SCHEMA: Mapping[str, Any] = {  # ranges [docs]
    "type": "object",
    "required": ("prompt",),
    "additionalProperties": False,  # [reported by users]
    "properties": {
        "prompt": {"type": "string", "minLength": 1},
        "maxTokens": {"type": "integer", "minimum": 0, "maximum": 8191},
        "minTokens": {"type": "integer", "minimum": 0},
        "numResults": {"type": "integer", "minimum": 1, "maximum": 64},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1},
        "topP": {"type": "number", "minimum": 0, "maximum": 1},
        "topKReturn": {"type": "integer"},
        "stopSequences": {"type": "array", "items": {"type": "string"}},
        "countPenalty": _PENALTY,
        "presencePenalty": _PENALTY,
        "frequencyPenalty": _PENALTY,
    },
}


def _read(body: Native, _model_id: str) -> Params:
    check(body, _SCHEMA)
    return prompt_as_converse(body, inference=_INFERENCE, max_tokens=_DEFAULT_MAX_TOKENS, tells_stop=True)


def _body(reply: Reply, asked: Asked) -> Native:
    text = text_of(reply, _NAME)
    tokens = _tokens(text)
    if reply.stop_reason == "end_turn":
        tokens.append(_token("<|endoftext|>", len(text), len(text)))
    completion = {"data": {"text": text, "tokens": tokens}, "finishReason": _finish(reply)}
    prompt = asked.body["prompt"]
    return {
        "id": _ID,
        "prompt": {"text": prompt, "tokens": _tokens(prompt)},
        "completions": [completion] * asked.body.get("numResults", 1),
    }


def _tokens(text: str) -> list[Native]:
    return [_token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


def _token(text: str, start: int, end: int) -> Native:
    written = "<|newline|>" if text == "\n" else text.replace(" ", "▁")
    return {
        "generatedToken": {"token": written, "logprob": _SURE, "raw_logprob": _SURE},
        "topTokens": None,
        "textRange": {"start": start, "end": end},
    }


def _finish(reply: Reply) -> Native:
    """`endoftext` [recorded]; the others as documented."""
    if reply.stop_reason == "max_tokens":
        return {"reason": "length", "length": reply.usage.output_tokens}
    if reply.stop_reason == "stop_sequence":
        return {"reason": "stop", "sequence": stop_sequence(reply.additional_fields)}
    return {"reason": "endoftext"}


def _chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:  # noqa: ARG001 - there is no stream
    raise validation_error("The model is unsupported for streaming.")  # [reported by users]


JURASSIC = TextFormat(read=_read, body=_body, chunks=_chunks)
