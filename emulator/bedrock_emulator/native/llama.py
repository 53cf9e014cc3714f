"""Meta Llama: a prompt in, a `generation` out.

Recorded with Llama 2, 3, 3.1 and 3.3. The prompt's template marks the turns; images go beside it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.encoded import decoded
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.pieces import finish_reason, text_of, text_pieces
from bedrock_emulator.native.request import as_converse
from bedrock_emulator.native.schema import check, malformed
from bedrock_emulator.native.turns import dialogue
from bedrock_emulator.reply.image import image_format
from bedrock_emulator.reply.reply import Reply

_NAME = "Llama's prompt format"
_DEFAULT_MAX_TOKENS = 512  # [docs]
_INFERENCE = {"max_gen_len": "maxTokens", "temperature": "temperature", "top_p": "topP"}


def _schema(max_gen_len: int) -> Mapping[str, Any]:
    """Unknown members are refused [reported by users]; the ranges are those of the documentation."""
    return {
        "type": "object",
        "required": ("prompt",),
        "additionalProperties": False,
        "properties": {
            "prompt": {"type": "string", "minLength": 1},
            "images": {"type": ("array", "null"), "items": {"type": "string"}},
            "max_gen_len": {"type": "integer", "minimum": 1, "maximum": max_gen_len},
            "temperature": {"type": "number", "minimum": 0, "maximum": 1},
            "top_p": {"type": "number", "minimum": 0, "maximum": 1},
        },
    }


_FIRST = _schema(2048)
"""Llama 2 and 3 [docs]."""
_LATER = _schema(8192)
"""From Llama 3.1 on [docs]."""


def _read(body: Native, model_id: str) -> Params:
    first = "llama2" in model_id or "llama3-8b" in model_id or "llama3-70b" in model_id
    check(body, _FIRST if first else _LATER)
    asked = dialogue(body["prompt"])
    return as_converse(
        _with_images(asked.messages, body.get("images") or ()),
        body=body,
        inference=_INFERENCE,
        read=("prompt", "images"),
        system=asked.system,
        max_tokens=_DEFAULT_MAX_TOKENS,
    )


def _with_images(messages: Iterable[Mapping[str, Any]], images: Iterable[str]) -> list[Mapping[str, Any]]:
    """The images stand in the last user turn, before its text [guess: the template has `<|image|>` there]."""
    turns = list(messages)
    blocks = [_image(at, data) for at, data in enumerate(images)]
    last = max(at for at, turn in enumerate(turns) if turn["role"] == "user")
    turns[last] = {**turns[last], "content": [*blocks, *turns[last]["content"]]}
    return turns


def _image(at: int, data: str) -> Mapping[str, Any]:
    content = decoded(data)
    kind = image_format(content or b"")
    if kind is None:  # [guess]
        raise malformed(f"#/images/{at}: not a base64 string of a png, jpeg, gif or webp image")
    return {"image": {"format": kind, "source": {"bytes": content}}}


def _body(reply: Reply, _asked: Asked) -> Native:
    return {
        "generation": text_of(reply, _NAME),
        "prompt_token_count": reply.usage.input_tokens,
        "generation_token_count": reply.usage.output_tokens,
        "stop_reason": finish_reason(reply.stop_reason),
    }


def _chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """The first chunk counts the prompt, each counts what was said so far: a piece is a token [recorded]."""
    for count, (text, ending) in enumerate(text_pieces(events, _NAME), start=1):
        yield {
            "generation": text,
            "prompt_token_count": asked.input_tokens if count == 1 else None,
            "generation_token_count": count if ending is None else ending.output_tokens,
            "stop_reason": None if ending is None else finish_reason(ending.stop_reason),
        }


LLAMA = TextFormat(read=_read, body=_body, chunks=_chunks)
