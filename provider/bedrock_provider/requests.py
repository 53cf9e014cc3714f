"""From the library's words to a ConverseStream request; pure."""

import base64
import binascii
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_provider.errors import RequestError
from bedrock_provider.values import Value

Json = Mapping[str, Any]

_IMAGE_FORMATS = {
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
}
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_SIGNED_THINKING = re.compile(r"anthropic\.claude", re.IGNORECASE)
_UNFINISHED = ("error", "aborted")
NO_OUTPUT = "(no output)"
"""Stands for an empty tool result, which Bedrock refuses [reported by users]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRequest(Value):
    """One model call.

    Messages are `{"role": "user", "content": …}`, `{"role": "assistant", "content": …}` as a call gave them,
    and `{"role": "toolResult", "toolCallId": …, "content": …, "isError": …}`. Content is a text or a list of
    `{"type": "text", "text"}`, `{"type": "image", "data": base64, "mimeType"}`, and, from the assistant,
    `{"type": "thinking", …}` and `{"type": "toolCall", "id", "name", "arguments"}`.
    Tools are `{"name", "description", "parameters": JSON schema}`; tool_choice is "auto", "any", "none" or
    `{"type": "tool", "name": …}`.
    """

    model: str
    messages: Sequence[Json]
    system: str | None = None
    tools: Sequence[Json] = ()
    tool_choice: str | Json | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    region: str | None = None


def converse_request(request: StreamRequest, guardrail: Json) -> dict[str, Any]:
    """The members of a ConverseStream request; raises RequestError for what no model could take."""
    members = {
        "modelId": _model_id(request.model),
        "messages": _messages(request),
        "system": [{"text": _clean(request.system)}] if (request.system or "").strip() else None,
        "inferenceConfig": _inference(request),
        "toolConfig": _tools(request),
        **guardrail,
    }
    return {name: value for name, value in members.items() if value not in (None, {})}


def _model_id(model: str) -> str:
    if not isinstance(model, str) or not model.strip():
        raise RequestError("model", "must name a model, an inference profile or an ARN")
    return model.strip()


def _inference(request: StreamRequest) -> dict[str, Any]:
    if request.temperature is not None and not math.isfinite(request.temperature):
        raise RequestError("temperature", f"must be a finite number, not {request.temperature}")
    settings = {"maxTokens": request.max_tokens, "temperature": request.temperature}
    return {name: value for name, value in settings.items() if value is not None}


def _tools(request: StreamRequest) -> dict[str, Any] | None:
    if not request.tools or request.tool_choice == "none":
        return None
    choice = _tool_choice(request.tool_choice)
    specs = [_tool(tool, f"tools[{index}]") for index, tool in enumerate(request.tools)]
    return {"tools": specs, **({"toolChoice": choice} if choice else {})}


def _tool(tool: Json, path: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"name": _text(tool, "name", path)}
    if str(tool.get("description") or "").strip():
        spec["description"] = tool["description"]
    schema = tool.get("parameters", {"type": "object", "properties": {}})
    if not isinstance(schema, Mapping):
        raise RequestError(f"{path}.parameters", "must be a JSON schema")
    return {"toolSpec": {**spec, "inputSchema": {"json": dict(schema)}}}


def _tool_choice(choice: str | Json | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    if choice in ("auto", "any"):
        return {str(choice): {}}
    if isinstance(choice, Mapping) and choice.get("type") == "tool":
        return {"tool": {"name": _text(choice, "name", "toolChoice")}}
    raise RequestError("toolChoice", 'must be "auto", "any", "none" or {"type": "tool", "name": …}')


def _messages(request: StreamRequest) -> list[dict[str, Any]]:
    """The conversation; tool results in a row share one user message, empty messages are left out."""
    messages: list[dict[str, Any]] = []
    after_result = False
    for index, message in enumerate(request.messages):
        path = f"messages[{index}]"
        role, blocks = _message(message, path, request.model)
        is_result = any("toolResult" in block for block in blocks)
        if is_result and after_result:
            messages[-1]["content"] += blocks
        elif blocks:
            messages.append({"role": role, "content": blocks})
            after_result = is_result
    if not messages:
        raise RequestError("messages", "must hold at least one message with content")
    return messages


def _message(message: Json, path: str, model: str) -> tuple[str, list[dict[str, Any]]]:
    if not isinstance(message, Mapping):
        raise RequestError(path, "must be an object")
    match message.get("role"):
        case "user":
            return "user", _blocks(message, path, {"text": _text_block, "image": _image_block})
        case "assistant" if message.get("stopReason") in _UNFINISHED:
            return "assistant", []
        case "assistant":
            signed = bool(_SIGNED_THINKING.search(model))
            thinking = _signed_thinking if signed else _unsigned_thinking
            kinds = {"text": _text_block, "thinking": thinking, "toolCall": _tool_call}
            return "assistant", _blocks(message, path, kinds)
        case "toolResult":
            return "user", [_tool_result(message, path)]
        case role:
            raise RequestError(f"{path}.role", f"must be user, assistant or toolResult, not {role!r}")


def _blocks(message: Json, path: str, kinds: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    if not isinstance(content, Sequence):
        raise RequestError(f"{path}.content", "must be a text or a list of blocks")
    blocks: list[dict[str, Any]] = []
    for index, block in enumerate(content):
        place = f"{path}.content[{index}]"
        kind = str(block.get("type")) if isinstance(block, Mapping) else ""
        if kind not in kinds:
            raise RequestError(f"{place}.type", f"must be one of {', '.join(kinds)} here, not {kind!r}")
        converted = kinds[kind](block, place)
        if converted is not None:
            blocks.append(converted)
    return blocks


def _text_block(block: Json, path: str) -> dict[str, Any] | None:
    """A text; None when it is blank, which Bedrock refuses [recorded]."""
    text = block.get("text")
    if not isinstance(text, str):
        raise RequestError(f"{path}.text", "must be a text")
    return {"text": _clean(text)} if text.strip() else None


def _image_block(block: Json, path: str) -> dict[str, Any]:
    mime_type = block.get("mimeType")
    if mime_type not in _IMAGE_FORMATS:
        raise RequestError(
            f"{path}.mimeType", f"must be one of {', '.join(_IMAGE_FORMATS)}, not {mime_type!r}"
        )
    data = _decoded(block.get("data"), f"{path}.data")
    return {"image": {"format": _IMAGE_FORMATS[mime_type], "source": {"bytes": data}}}


def _signed_thinking(block: Json, path: str) -> dict[str, Any] | None:
    """Reasoning in the form in which Claude wants its own back; without its signature it is only text."""
    if block.get("redacted"):
        return {"reasoningContent": {"redactedContent": _decoded(block["redacted"], f"{path}.redacted")}}
    signature = str(block.get("signature") or "").strip()
    if not signature:
        return _unsigned_thinking(block, path)
    text = _clean(str(block.get("thinking") or ""))
    return {"reasoningContent": {"reasoningText": {"text": text, "signature": signature}}}


def _unsigned_thinking(block: Json, _path: str) -> dict[str, Any] | None:
    text = _clean(str(block.get("thinking") or ""))
    return {"text": text} if text.strip() else None


def _tool_call(block: Json, path: str) -> dict[str, Any]:
    arguments = block.get("arguments", {})
    if not isinstance(arguments, Mapping):
        raise RequestError(f"{path}.arguments", "must be an object")
    name, call_id = _text(block, "name", path), _text(block, "id", path)
    return {"toolUse": {"toolUseId": call_id, "name": name, "input": dict(arguments)}}


def _tool_result(message: Json, path: str) -> dict[str, Any]:
    content = _blocks(message, path, {"text": _text_block, "image": _image_block})
    return {
        "toolResult": {
            "toolUseId": _text(message, "toolCallId", path),
            "content": content or [{"text": NO_OUTPUT}],
            "status": "error" if message.get("isError") else "success",
        }
    }


def _text(values: Json, key: str, path: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value:
        raise RequestError(f"{path}.{key}", "must be a text that is not empty")
    return value


def _decoded(data: object, path: str) -> bytes:
    try:
        return base64.b64decode(data if isinstance(data, str) else "", validate=True) or _no_data(path)
    except binascii.Error as error:
        raise RequestError(path, "must be base64") from error


def _no_data(path: str) -> bytes:
    raise RequestError(path, "must be base64 of at least one byte")


def _clean(text: str | None) -> str:
    """The text without lone surrogates, which no UTF-8 can carry."""
    return _LONE_SURROGATES.sub("", text or "")
