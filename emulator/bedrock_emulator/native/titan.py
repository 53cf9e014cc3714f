"""The native format of Amazon Titan Text: one text in, one text out."""

from collections.abc import Iterable, Iterator
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.pieces import text_events, text_of
from bedrock_emulator.native.schema import Schema, check
from bedrock_emulator.native.spoken import Ending, spoken
from bedrock_emulator.reply.reply import Reply

_NAME = "Titan Text"
_DEFAULT_TOKENS = 128
"""Tokens of an answer to a request that names no maximum [recorded, Lite; the documentation says 512]."""
_FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
_CONFIG = {
    "maxTokenCount": "maxTokens",
    "temperature": "temperature",
    "topP": "topP",
    "stopSequences": "stopSequences",
}
"""Titan's parameters and Converse's."""
_REASONS = {"end_turn": "FINISH", "max_tokens": "LENGTH", "content_filtered": "CONTENT_FILTERED"}
"""FINISH and LENGTH [recorded], CONTENT_FILTERED [docs]; a stop sequence is a FINISH too [guess]."""


def _schema(most_tokens: int) -> Schema:
    config: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "maxTokenCount": {"type": "integer", "minimum": 0, "maximum": most_tokens},
            "temperature": _FRACTION,
            "topP": _FRACTION,
            "stopSequences": {"type": "array", "items": {"type": "string"}},
        },
    }
    return {
        "type": "object",
        "required": ["inputText"],
        "additionalProperties": False,
        "properties": {"inputText": {"type": "string", "minLength": 1}, "textGenerationConfig": config},
    }


def _most_tokens(model_id: str) -> int:
    """The limits of maxTokenCount [docs]."""
    if "lite" in model_id:
        return 4096
    return 3072 if "premier" in model_id else 8192


def read(body: Native, model_id: str) -> Params:
    """The text as the only message of a conversation."""
    check(body, _schema(_most_tokens(model_id)))
    written = body.get("textGenerationConfig", {})
    config: dict[str, Any] = {"maxTokens": _DEFAULT_TOKENS}
    config |= {_CONFIG[name]: value for name, value in written.items()}
    return {
        "messages": [{"role": "user", "content": [{"text": body["inputText"]}]}],
        "inferenceConfig": config,
    }


def body(reply: Reply, asked: Asked) -> Native:  # noqa: ARG001 - every format renders by reply and request
    """The whole answer."""
    result = {
        "tokenCount": reply.usage.output_tokens,
        "outputText": text_of(reply, _NAME),
        "completionReason": _reason(reply.stop_reason),
    }
    return {"inputTextTokenCount": reply.usage.input_tokens, "results": [result]}


def chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """One chunk for each piece; the first counts the input and the last the output [recorded]."""
    held = ""
    counted: int | None = asked.input_tokens
    try:
        for piece in spoken(text_events(events, _NAME)):
            if isinstance(piece, Ending):
                yield _chunk(held, piece.output_tokens, _reason(piece.stop_reason), counted)
            else:
                if held:
                    yield _chunk(held, None, None, counted)
                    counted = None
                held = piece
    except AwsError:
        if held:  # said before the error, so it arrives before it
            yield _chunk(held, None, None, counted)
        raise


def _chunk(text: str, output_tokens: int | None, reason: str | None, input_tokens: int | None) -> Native:
    return {
        "outputText": text,
        "index": 0,
        "totalOutputTextTokenCount": output_tokens,
        "completionReason": reason,
        "inputTextTokenCount": input_tokens,
    }


def _reason(stop_reason: str) -> str:
    return _REASONS.get(stop_reason, "FINISH")


TITAN_TEXT = TextFormat(read=read, body=body, chunks=chunks)
