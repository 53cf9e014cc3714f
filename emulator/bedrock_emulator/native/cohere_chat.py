"""Cohere Command R and R+: one `message` with its history in, one `text` out. Recorded with Command R in 2025."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.cohere_generate import finish_reason
from bedrock_emulator.native.format import Asked, Native, TextFormat, inexpressible
from bedrock_emulator.native.identifiers import uuid
from bedrock_emulator.native.pieces import block_text
from bedrock_emulator.native.request import as_converse
from bedrock_emulator.native.schema import check
from bedrock_emulator.reply.collect import reply_of
from bedrock_emulator.reply.reply import Block, Reply

_NAME = "Cohere Command R's format"
_EXPRESSED = frozenset({"text", "citationsContent", "toolUse"})
_INFERENCE = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "p": "topP",
    "stop_sequences": "stopSequences",
}
_READ = ("message", "chat_history", "preamble", "tools", "tool_results")
_ENDPOINT = "379ed018"
"""What stands before the slash in every recorded response_id, in March as in August 2025."""
_PREAMBLE_TOKENS = 66
"""Tokens that the model read beyond those that are billed: 71 for 5 without a preamble [recorded]."""
_JSON_TYPES = {
    "str": "string",
    "string": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
}
"""Cohere's names of types are Python's [docs]."""
_OBJECTS = {"type": "array", "items": {"type": "object"}}
_CALL = {
    "type": "object",
    "required": ("name",),
    "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}},
}
_SCHEMA: Mapping[str, Any] = {  # ranges [docs]
    "type": "object",
    "required": ("message",),
    "additionalProperties": False,  # [reported by users: `stream` and `prompt` are refused]
    "properties": {
        "message": {"type": "string"},
        "chat_history": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ("role",),
                "properties": {
                    "role": {"type": "string", "enum": ("USER", "CHATBOT", "SYSTEM", "TOOL")},
                    "message": {"type": "string"},
                },
            },
        },
        "documents": _OBJECTS,
        "search_queries_only": {"type": "boolean"},
        "preamble": {"type": "string"},
        "max_tokens": {"type": "integer", "minimum": 0, "maximum": 4000},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1},
        "p": {"type": "number", "minimum": 0.01, "maximum": 0.99},
        "k": {"type": "integer", "minimum": 0, "maximum": 500},
        "prompt_truncation": {"type": "string", "enum": ("OFF", "AUTO_PRESERVE_ORDER")},
        "frequency_penalty": {"type": "number", "minimum": 0, "maximum": 1},
        "presence_penalty": {"type": "number", "minimum": 0, "maximum": 1},
        "seed": {"type": "integer"},
        "return_prompt": {"type": "boolean"},
        "tools": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ("name",),
                "properties": {
                    "name": {"type": "string"},
                    "parameter_definitions": {"type": "object"},
                },
            },
        },
        "tool_results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ("call", "outputs"),
                "properties": {"call": _CALL, "outputs": _OBJECTS},
            },
        },
        "stop_sequences": {"type": "array", "items": {"type": "string"}},
        "raw_prompting": {"type": "boolean"},
    },
}


def _read(body: Native, _model_id: str) -> Params:
    check(body, _SCHEMA)
    history = body.get("chat_history") or ()
    messages = [_turn(turn) for turn in history if turn["role"] in ("USER", "CHATBOT")]
    messages.append({"role": "user", "content": [{"text": body["message"]}]})
    messages += _results(body.get("tool_results") or ())
    preambles = [body["preamble"]] if body.get("preamble") else []
    return as_converse(
        messages,
        body=body,
        inference=_INFERENCE,
        read=_READ,
        system=preambles + [turn.get("message", "") for turn in history if turn["role"] == "SYSTEM"],
        tool_config=_tool_config(body.get("tools") or ()),
    )


def _turn(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    role = "user" if turn["role"] == "USER" else "assistant"
    return {"role": role, "content": [{"text": turn.get("message", "")}]}


def _results(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The calls and what the tools gave; Cohere's calls have no ids, so they are numbered."""
    if not results:
        return []
    numbered = [(f"{result['call']['name']}:{at}", result) for at, result in enumerate(results)]
    calls = [
        {
            "toolUse": {
                "toolUseId": call_id,
                "name": result["call"]["name"],
                "input": result["call"].get("parameters", {}),
            }
        }
        for call_id, result in numbered
    ]
    given = [
        {"toolResult": {"toolUseId": call_id, "content": [{"json": output} for output in result["outputs"]]}}
        for call_id, result in numbered
    ]
    return [{"role": "assistant", "content": calls}, {"role": "user", "content": given}]


def _tool_config(tools: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return {"tools": [{"toolSpec": _tool_spec(tool)} for tool in tools]} if tools else None


def _tool_spec(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    defined = tool.get("parameter_definitions") or {}
    schema = {
        "type": "object",
        "properties": {name: _parameter(part) for name, part in defined.items()},
        "required": [
            name for name, part in defined.items() if isinstance(part, Mapping) and part.get("required")
        ],
    }
    described = {"description": tool["description"]} if tool.get("description") else {}
    return {"name": tool["name"], **described, "inputSchema": {"json": schema}}


def _parameter(definition: Any) -> Mapping[str, Any]:
    """A parameter as JSON schema; a type that Cohere does not name, as `List[str]`, allows everything."""
    if not isinstance(definition, Mapping):
        return {}
    kind = _JSON_TYPES.get(str(definition.get("type")))
    described = {"description": definition["description"]} if "description" in definition else {}
    return {**({"type": kind} if kind else {}), **described}


def _body(reply: Reply, asked: Asked) -> Native:
    """The members of the recorded answers; tool calls, and where they stand, as documented."""
    text, calls = _said(reply)
    called = {"tool_calls": calls} if calls else {}
    history = [
        *(asked.body.get("chat_history") or ()),
        {"role": "USER", "message": asked.body["message"]},
        {"role": "CHATBOT", "message": text, **called},
    ]
    return {
        "response_id": f"{_ENDPOINT}/{uuid(asked.request_id, 'response')}",
        "text": text,
        "generation_id": uuid(asked.request_id, "generation"),
        "chat_history": history,
        "finish_reason": finish_reason(reply.stop_reason),
        **called,
    }


def _said(reply: Reply) -> tuple[str, list[Native]]:
    return (
        "".join(_text(block) for block in reply.blocks),
        [_call(block["toolUse"]) for block in reply.blocks if "toolUse" in block],
    )


def _text(block: Block) -> str:
    if not block.keys() & _EXPRESSED:
        raise inexpressible(next(iter(block)), _NAME)
    return block_text(block)


def _call(tool_use: Mapping[str, Any]) -> Native:
    return {"name": tool_use["name"], "parameters": tool_use["input"]}


def _chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """The text piece by piece, then all tool calls at once [docs], then the whole answer again [recorded]."""
    heard: list[Event] = []
    for name, payload in events:
        heard.append((name, payload))
        text = payload["delta"].get("text") if name == "contentBlockDelta" else None
        if text:
            yield {"is_finished": False, "event_type": "text-generation", "text": text}
    reply = reply_of(heard)
    _, calls = _said(reply)
    if calls:
        yield {"is_finished": False, "event_type": "tool-calls-generation", "tool_calls": calls}
    yield {
        "is_finished": True,
        "event_type": "stream-end",
        "response": {**_body(reply, asked), "meta": _meta(reply)},
        "finish_reason": finish_reason(reply.stop_reason),
    }


def _meta(reply: Reply) -> Native:
    billed = {"input_tokens": reply.usage.input_tokens, "output_tokens": reply.usage.output_tokens}
    read = {**billed, "input_tokens": billed["input_tokens"] + _PREAMBLE_TOKENS}
    return {"api_version": {"version": "1"}, "billed_units": billed, "tokens": read}


COHERE_CHAT = TextFormat(read=_read, body=_body, chunks=_chunks)
