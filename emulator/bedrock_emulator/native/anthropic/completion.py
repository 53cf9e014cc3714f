"""Claude's text completions: one prompt of `Human:` and `Assistant:` turns, and the text that follows it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.format import Asked, Native
from bedrock_emulator.native.pieces import text_events, text_of
from bedrock_emulator.native.schema import Schema, check
from bedrock_emulator.native.spoken import spoken, stop_sequence
from bedrock_emulator.reply.reply import Reply

_NAME = "a text completion of Claude"
_TURN = re.compile(r"\b(Human|Assistant):")
_END_OF_TURN = "\n\nHuman:"
"""Where a turn ends by itself: it counts as a stop sequence [recorded]."""

_NUMBER = {"type": "number", "minimum": 0, "maximum": 1}
_SCHEMA: Schema = {
    "type": "object",
    "required": ["prompt", "max_tokens_to_sample"],
    "additionalProperties": False,
    "properties": {
        "prompt": {"type": "string", "minLength": 1},
        "max_tokens_to_sample": {"type": "integer", "minimum": 0},
        "temperature": _NUMBER,
        "top_p": _NUMBER,
        "top_k": {"type": "integer", "minimum": 0, "maximum": 500},
        "stop_sequences": {"type": "array", "items": {"type": "string"}},
        "anthropic_version": {"type": "string"},
    },
}
"""Members and limits [docs]; temperature, top_k and top_p [recorded]."""


def read(body: Native, model_id: str) -> Params:  # noqa: ARG001 - every format reads by body and model
    """The prompt as the conversation that it spells out."""
    check(body, _SCHEMA)
    system, messages = _conversation(body["prompt"])
    config: dict[str, Any] = {"maxTokens": body["max_tokens_to_sample"]}
    for name, converse_name in (
        ("temperature", "temperature"),
        ("top_p", "topP"),
        ("stop_sequences", "stopSequences"),
    ):
        if name in body:
            config[converse_name] = body[name]
    params: dict[str, Any] = {
        "messages": messages,
        "inferenceConfig": config,
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }
    if system:
        params["system"] = [{"text": system}]
    if "top_k" in body:
        params["additionalModelRequestFields"] = {"top_k": body["top_k"]}
    return params


def _conversation(prompt: str) -> tuple[str, list[Mapping[str, Any]]]:
    """What stands before the first turn, and the turns; the last, which the model is to speak, is left out if empty."""
    parts = _TURN.split(prompt)
    roles = [{"Human": "user", "Assistant": "assistant"}[name] for name in parts[1::2]]
    if "user" not in roles:  # [reported by users]; the two line breaks may be missing [recorded, v2:1]
        raise validation_error(
            f'prompt must start with "{_END_OF_TURN}" turn after an optional system prompt'
        )
    turns = zip(roles, (text.strip() for text in parts[2::2]), strict=True)
    return parts[0].strip(), [{"role": role, "content": [{"text": text}]} for role, text in turns if text]


def body(reply: Reply, asked: Asked) -> Native:
    """The whole completion."""
    return {
        "type": "completion",  # since 2024 [recorded]
        "completion": text_of(reply, _NAME),
        **_ending(reply.stop_reason, stop_sequence(reply.additional_fields), asked),
    }


def chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """One chunk for each piece of text, and an empty one that says why the model stopped [recorded]."""
    for piece in spoken(text_events(events, _NAME)):
        if isinstance(piece, str):
            yield {"type": "completion", "completion": piece, "stop_reason": None, "stop": None}
        else:
            ending = _ending(piece.stop_reason, piece.stop_sequence, asked)
            yield {"type": "completion", "completion": "", **ending}


def _ending(stop_reason: str, sequence: str | None, asked: Asked) -> dict[str, Any]:
    if stop_reason == "max_tokens":
        return {"stop_reason": "max_tokens", "stop": None}
    if stop_reason == "stop_sequence" and sequence is None:  # nobody said which: the first one that was named
        sequence = next(iter(asked.body.get("stop_sequences") or ()), None)
    return {"stop_reason": "stop_sequence", "stop": sequence or _END_OF_TURN}  # [recorded]
