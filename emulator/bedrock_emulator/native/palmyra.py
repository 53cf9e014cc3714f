"""Writer Palmyra X4 and X5: the chat format with the members that vLLM adds [docs]."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.native.chat import Delta, Message, chat_format, finish_reason, usage
from bedrock_emulator.native.chat_request import MESSAGE_SCHEMA, TOOL_SCHEMA
from bedrock_emulator.native.format import Asked, Native
from bedrock_emulator.native.identifiers import uuid
from bedrock_emulator.native.schema import check
from bedrock_emulator.native.spoken import Ending

_SCHEMA: Mapping[str, Any] = {  # ranges [docs]
    "type": "object",
    "required": ("messages",),
    "properties": {
        "messages": {"type": "array", "minItems": 1, "items": MESSAGE_SCHEMA},
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": 8192},
        "min_tokens": {"type": "integer", "minimum": 0},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "top_p": {"type": "number", "minimum": 0, "maximum": 1},
        "stop": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
        "presence_penalty": {"type": "number", "minimum": -2, "maximum": 2},
        "frequency_penalty": {"type": "number", "minimum": -2, "maximum": 2},
        "tools": {"type": ("array", "null"), "items": TOOL_SCHEMA},
    },
}


class _Palmyra:
    """Writer's dialect."""

    default_max_tokens = 16  # [docs]
    metrics_apart = False

    def check(self, body: Native, _model_id: str) -> None:
        check(body, _SCHEMA)

    def whole(self, asked: Asked, message: Message, ending: Ending) -> Native:
        choice = {
            "index": 0,
            "message": {
                "role": "assistant",
                "reasoning_content": None,
                "content": message.content,
                "tool_calls": list(message.calls),
            },
            "logprobs": None,
            "finish_reason": finish_reason(ending.stop_reason),
            "stop_reason": ending.stop_sequence,
        }
        counts = {**usage(ending, "prompt", "total", "completion"), "prompt_tokens_details": None}
        return {**_envelope("chat.completion", asked, choice), "usage": counts, "prompt_logprobs": None}

    def chunk(self, asked: Asked, delta: Delta, ending: Ending | None) -> Native:
        choice: dict[str, Any] = {"index": 0, "delta": delta.members, "logprobs": None, "finish_reason": None}
        if ending is not None:
            choice["finish_reason"] = finish_reason(ending.stop_reason)
            choice["stop_reason"] = ending.stop_sequence
        return _envelope("chat.completion.chunk", asked, choice)


def _envelope(kind: str, asked: Asked, choice: Native) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid(asked.request_id, 'completion').replace('-', '')}",
        "object": kind,
        "created": asked.created,
        "model": asked.model_id,
        "choices": [choice],
    }


PALMYRA = chat_format(_Palmyra())
