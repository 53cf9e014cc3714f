"""The chat request of OpenAI, which many families take, in Converse's form: turns, tools, media, structured output."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson

from bedrock_emulator.call import Params
from bedrock_emulator.depth import is_deeper
from bedrock_emulator.errors import validation_error
from bedrock_emulator.model.parse import MOST_LEVELS
from bedrock_emulator.native.encoded import decoded
from bedrock_emulator.native.format import Native
from bedrock_emulator.native.request import as_converse

MESSAGE_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ("role",),
    "properties": {
        "role": {"type": "string", "enum": ("system", "developer", "user", "assistant", "tool")},
        "content": {"type": ("string", "array", "object", "null")},
        "tool_call_id": {"type": ("string", "null")},
        "tool_calls": {
            "type": ("array", "null"),
            "items": {
                "type": "object",
                "required": ("function",),
                "properties": {
                    "id": {"type": ("string", "null")},
                    "function": {
                        "type": "object",
                        "required": ("name",),
                        "properties": {"name": {"type": "string"}},
                    },
                },
            },
        },
    },
}
"""One message."""
TOOL_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ("function",),
    "properties": {
        "function": {
            "type": "object",
            "required": ("name",),
            "properties": {"name": {"type": "string"}, "parameters": {"type": ("object", "null")}},
        }
    },
}
"""One tool."""
_INFERENCE = {
    "max_tokens": "maxTokens",
    "max_completion_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop": "stopSequences",
}
_READ = frozenset(
    {"messages", "tools", "tool_choice", "response_format", "model", "stream", "stream_options"}
)
_SYSTEM_ROLES = frozenset({"system", "developer"})
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "auto": {"auto": {}},
    "any": {"any": {}},
    "required": {"any": {}},
}


def read_chat(body: Native, *, max_tokens: int | None) -> Params:
    """The request in Converse's form; its shape has been checked.

    Args:
        body: the request.
        max_tokens: how many tokens an answer may have when the request does not say.
    """
    messages = body["messages"]
    params = as_converse(
        list(_turns(messages)),
        body=body,
        inference=_INFERENCE,
        read=_READ,
        system=list(_system(messages)),
        tool_config=_tool_config(body),
        max_tokens=max_tokens,
        tells_stop=True,
    )
    return with_output_schema(params, body.get("response_format"))


def with_output_schema(params: Params, response_format: Any) -> Params:
    """The request with what `response_format` asks the text of the answer to be, if anything."""
    schema = _answer_schema(response_format)
    if schema is None:
        return params
    text_format = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    return {**params, "outputConfig": {"textFormat": text_format}}


def _system(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for message in messages:
        if message["role"] in _SYSTEM_ROLES:
            yield from _texts(message.get("content"))


def _turns(messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The spoken turns; the results of several tools in a row are one turn, as Converse has them."""
    numbered = [(at, message) for at, message in enumerate(messages) if message["role"] not in _SYSTEM_ROLES]
    for is_result, run in groupby(numbered, lambda item: item[1]["role"] == "tool"):
        if is_result:
            yield {"role": "user", "content": [_tool_result(at, message) for at, message in run]}
        else:
            yield from (_turn(at, message) for at, message in run)


def _turn(at: int, message: Mapping[str, Any]) -> Mapping[str, Any]:
    content = list(_content(message.get("content"), f"messages.{at}.content"))
    if message["role"] == "assistant":
        reasoning = message.get("reasoning_content")
        if isinstance(reasoning, str) and reasoning:
            content.insert(0, {"reasoningContent": {"reasoningText": {"text": reasoning}}})
        content += [_tool_use(call) for call in message.get("tool_calls") or ()]
    return {"role": message["role"], "content": content}


def _texts(content: Any) -> Iterator[str]:
    return (block["text"] for block in _content(content, "content") if "text" in block)


def _content(content: Any, place: str) -> Iterator[Mapping[str, Any]]:
    if content is None:
        return
    parts = content if isinstance(content, list) else [content]
    for number, part in enumerate(parts):
        yield _part(part, f"{place}.{number}")


def _part(part: Any, place: str) -> Mapping[str, Any]:
    """One part of a message. Palmyra's `{"text": …}` has no type [docs]."""
    if isinstance(part, str):
        return {"text": part}
    match part:
        case {"text": str(text)}:
            return {"text": text}
        case {"type": "image_url", "image_url": {"url": str(url)} | str(url)}:
            return _image(url, place)
        case {"type": "input_audio", "input_audio": {"data": str(data), "format": str(kind)}}:
            return {"audio": {"format": kind, "source": {"bytes": _decoded(data, place)}}}
    raise validation_error(  # [guess]
        f"{place}: unsupported content part. Use a text, an image_url with a data URL, or an input_audio part."
    )


def _image(url: str, place: str) -> Mapping[str, Any]:
    kind, separator, data = url.removeprefix("data:image/").partition(";base64,")
    if not url.startswith("data:image/") or not separator:
        raise validation_error(
            f"{place}.image_url.url: URL sources are not supported"
        )  # [as recorded with Claude]
    kind = "jpeg" if kind == "jpg" else kind
    return {"image": {"format": kind, "source": {"bytes": _decoded(data, place)}}}


def _decoded(data: str, place: str) -> bytes:
    media = decoded(data)
    if media is None:
        raise validation_error(f"{place}: invalid base64 data")  # [guess]
    return media


def _tool_use(call: Mapping[str, Any]) -> Mapping[str, Any]:
    function = call["function"]
    tool_use = {"toolUseId": call.get("id") or "", "name": function["name"]}
    return {"toolUse": {**tool_use, "input": _arguments(function.get("arguments"))}}


def _arguments(written: Any) -> Any:
    """A call's arguments, which are JSON in a string; what is no JSON, or nested beyond measure, stays as it is."""
    if not isinstance(written, str):
        return written or {}
    try:
        arguments = orjson.loads(written or "{}")
    except orjson.JSONDecodeError:
        return written
    return written if is_deeper(arguments, MOST_LEVELS) else arguments


def _tool_result(at: int, message: Mapping[str, Any]) -> Mapping[str, Any]:
    content = list(_content(message.get("content"), f"messages.{at}.content"))
    return {"toolResult": {"toolUseId": message.get("tool_call_id") or "", "content": content}}


def _tool_config(body: Native) -> Mapping[str, Any] | None:
    """The tools on offer; none where the choice is not to use them."""
    choice = body.get("tool_choice")
    if not body.get("tools") or choice == "none":
        return None
    config: dict[str, Any] = {"tools": [{"toolSpec": _tool_spec(tool["function"])} for tool in body["tools"]]}
    if isinstance(choice, str) and choice in _CHOICES:
        config["toolChoice"] = _CHOICES[choice]
    elif isinstance(choice, Mapping) and isinstance(choice.get("function"), Mapping):
        config["toolChoice"] = {"tool": {"name": choice["function"].get("name")}}
    return config


def _tool_spec(function: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = {
        name: function[name] for name in ("name", "description", "strict") if function.get(name) is not None
    }
    return {**spec, "inputSchema": {"json": function.get("parameters") or {"type": "object"}}}


def _answer_schema(response_format: Any) -> Mapping[str, Any] | None:
    match response_format:
        case {"type": "json_object"}:
            return {"schema": '{"type":"object"}'}
        case {"type": "json_schema", "json_schema": {"schema": Mapping() as schema, **rest}}:
            name = rest.get("name")
            named = {"name": name} if isinstance(name, str) else {}
            return {**named, "schema": json.dumps(schema, ensure_ascii=False)}
    return None
