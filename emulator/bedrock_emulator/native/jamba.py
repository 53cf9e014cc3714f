"""AI21 Jamba: the chat format with ids and chunks of its own."""

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
        "max_tokens": {"type": "integer", "minimum": 0, "maximum": 4096},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "top_p": {"type": "number", "minimum": 0, "maximum": 1},
        "stop": {"type": ("array", "string"), "items": {"type": "string"}},
        "n": {"type": "integer", "minimum": 1, "maximum": 16},
        "tools": {"type": ("array", "null"), "items": TOOL_SCHEMA},
    },
}


class _Jamba:
    """AI21's dialect."""

    default_max_tokens = 4096  # [docs]
    metrics_apart = True  # [reported by users]

    def check(self, body: Native, _model_id: str) -> None:
        check(body, _SCHEMA)

    def whole(self, asked: Asked, message: Message, ending: Ending) -> Native:
        said = {"role": "assistant", "content": message.content, "tool_calls": list(message.calls) or None}
        choice = {"index": 0, "message": said, "finish_reason": finish_reason(ending.stop_reason)}
        return {"id": _id(asked), "choices": [choice], "usage": _usage(ending)}

    def chunk(self, asked: Asked, delta: Delta, ending: Ending | None) -> Native:
        if ending is None:
            return {
                "id": _id(asked),
                "choices": [{"index": 0, "delta": delta.members, "finish_reason": None}],
            }
        choice = {"index": 0, "delta": delta.members, "finish_reason": finish_reason(ending.stop_reason)}
        if choice["finish_reason"] == "stop":  # [reported by users]
            choice["stop_reason"] = ending.stop_sequence or "<|eom|>"
        return {"id": _id(asked), "choices": [choice], "usage": _usage(ending)}


def _id(asked: Asked) -> str:
    return f"chat-{uuid(asked.request_id, 'completion').replace('-', '')}"


def _usage(ending: Ending) -> dict[str, int]:
    return usage(ending, "prompt", "completion", "total")


JAMBA = chat_format(_Jamba())
