"""The chat format of Mistral Large and Pixtral Large; both take a prompt too.

Newer models (Large 3, Ministral 3, Magistral, Devstral, Voxtral) speak the chat format of OpenAI.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native import chat
from bedrock_emulator.native.chat import Delta, Message
from bedrock_emulator.native.chat_request import MESSAGE_SCHEMA, TOOL_SCHEMA
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.identifiers import uuid
from bedrock_emulator.native.mistral import MISTRAL_PROMPT, SAMPLING, read_prompt
from bedrock_emulator.native.schema import check
from bedrock_emulator.native.spoken import Ending
from bedrock_emulator.reply.reply import Reply

_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ("messages",),
    "properties": {
        "messages": {"type": "array", "minItems": 1, "items": MESSAGE_SCHEMA},
        "tools": {"type": ("array", "null"), "items": TOOL_SCHEMA},
        **SAMPLING,
    },
}


class _MistralChat:
    """Mistral's dialect of the chat format [reported by users, Mistral Large 2407 and Pixtral Large]."""

    default_max_tokens = None
    metrics_apart = False

    def __init__(self, reason: str) -> None:
        self._reason = reason
        """`stop_reason` in Mistral Large, `finish_reason` in Pixtral [reported by users]."""

    def check(self, body: Native, _model_id: str) -> None:
        check(body, _SCHEMA)

    def whole(self, asked: Asked, message: Message, ending: Ending) -> Native:
        choice = {
            "index": 0,
            "message": {
                "role": "assistant",
                "tool_calls": list(message.calls) or None,
                "index": None,
                "tool_call_id": None,
                "content": message.content or "",
            },
            self._reason: chat.finish_reason(ending.stop_reason),
            "logprobs": None,
            "context_logits": None,
            "generation_logits": None,
        }
        return self._envelope("chat.completion", asked, choice, ending)

    def chunk(self, asked: Asked, delta: Delta, ending: Ending | None) -> Native:
        choice = {
            "index": 0,
            "logprobs": None,
            "context_logits": None,
            "generation_logits": None,
            "message": {
                "role": "assistant" if delta.first else None,
                "content": delta.content,
                "tool_calls": [delta.call] if delta.call else None,
                "index": None,
                "tool_call_id": None,
            },
            self._reason: None if ending is None else chat.finish_reason(ending.stop_reason),
        }
        return self._envelope("chat.completion.chunk", asked, choice, ending)

    def _envelope(self, kind: str, asked: Asked, choice: Native, ending: Ending | None) -> Native:
        return {
            "id": uuid(asked.request_id, "completion"),
            "object": kind,
            "created": asked.created,
            "model": re.sub(r"^mistral\.|-v\d+:\d+$", "", asked.model_id),
            "choices": [choice],
            "usage": None if ending is None else chat.usage(ending, "prompt", "total", "completion"),
        }


def _both(prompt: TextFormat, conversation: TextFormat) -> TextFormat:
    """The format of a model that takes either form, told apart by `messages` in the request."""

    def form(body: Native) -> TextFormat:
        return conversation if "messages" in body else prompt

    def read(body: Native, model_id: str) -> Params:
        return form(body).read(body, model_id)

    def whole(reply: Reply, asked: Asked) -> Native:
        return form(asked.body).body(reply, asked)

    def chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
        return form(asked.body).chunks(events, asked)

    return TextFormat(read=read, body=whole, chunks=chunks)


_LARGE = chat.chat_format(_MistralChat("stop_reason"))
_PIXTRAL = chat.chat_format(_MistralChat("finish_reason"))
MISTRAL_LARGE = _both(MISTRAL_PROMPT, _LARGE)
"""Completes prompts and holds chats [docs]."""
PIXTRAL = _both(replace(_PIXTRAL, read=read_prompt), _PIXTRAL)
"""A prompt is answered as a chat is [reported by users]."""
