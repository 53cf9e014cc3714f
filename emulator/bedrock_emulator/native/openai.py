"""The chat completion format as the models take it whose cards name both `Chat Completions` and `Invoke` [docs].

gpt-oss has a page of its own in the documentation. For the others nothing shows that InvokeModel takes another body.
No answer was recorded: which members it has, and in alphabetical order, is a guess after the chat completion object.
"""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.chat import Delta, Message, chat_format, finish_reason, usage
from bedrock_emulator.native.chat_request import MESSAGE_SCHEMA, TOOL_SCHEMA
from bedrock_emulator.native.deserialize import check_deserialized
from bedrock_emulator.native.format import Asked, Native
from bedrock_emulator.native.identifiers import uuid
from bedrock_emulator.native.spoken import Ending

_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ("messages",),
    "properties": {
        "messages": {"type": "array", "items": MESSAGE_SCHEMA},
        "model": {"type": ("string", "null")},
        "max_tokens": {"type": ("integer", "null")},
        "max_completion_tokens": {"type": ("integer", "null")},
        "temperature": {"type": ("number", "null")},
        "top_p": {"type": ("number", "null")},
        "stop": {"type": ("string", "array", "null"), "items": {"type": "string"}},
        "reasoning_effort": {"type": ("string", "null")},
        "tools": {"type": ("array", "null"), "items": TOOL_SCHEMA},
    },
}


class _OpenAi:
    """OpenAI's own dialect."""

    default_max_tokens = None
    metrics_apart = False

    def check(self, body: Native, model_id: str) -> None:
        check_deserialized(body, _SCHEMA)
        model = body.get("model")
        if model and model_id not in model:  # must be the one of the path [docs]; the text is a guess
            raise validation_error(
                f"The model field must match the model of the request. Expected {model_id}, found {model}."
            )

    def whole(self, asked: Asked, message: Message, ending: Ending) -> Native:
        said: dict[str, Any] = {"role": "assistant", "content": message.content, "refusal": None}
        if message.calls:
            said["tool_calls"] = list(message.calls)
        choice = {"message": said, "finish_reason": finish_reason(ending.stop_reason), "logprobs": None}
        answer = _envelope("chat.completion", asked, choice)
        return _in_order(
            {**answer, "usage": _usage(ending), "service_tier": "default"}
        )  # [reported by users]

    def chunk(self, asked: Asked, delta: Delta, ending: Ending | None) -> Native:
        reason = None if ending is None else finish_reason(ending.stop_reason)
        answer = _envelope("chat.completion.chunk", asked, {"delta": delta.members, "finish_reason": reason})
        return _in_order(answer if ending is None else {**answer, "usage": _usage(ending)})


def _envelope(kind: str, asked: Asked, choice: Native) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid(asked.request_id, 'completion')}",
        "object": kind,
        "created": asked.created,
        "model": asked.model_id,
        "choices": [{"index": 0, **choice}],
    }


def _usage(ending: Ending) -> dict[str, int]:
    return usage(ending, "prompt", "completion", "total")


def _in_order(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members of every object in alphabetical order."""
    return {name: _sorted(value) for name, value in sorted(members.items())}


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _in_order(value)
    return [_sorted(part) for part in value] if isinstance(value, list) else value


OPENAI_CHAT = chat_format(_OpenAi())
