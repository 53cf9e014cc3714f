"""What a Converse request asks for: the last words of the user, tools, structured output, reasoning."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bedrock_emulator.reply.reading import Schema

_WORD = re.compile(r"[\w-]+")
_ARGUMENTS = re.compile(r"\s*\(([^()]*)\)")
_ARGUMENT = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_]\w*)\s*[=:]\s*)?"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^,]+))\s*(?:,|$)"""
)
_QUOTED = re.compile(
    r"\"([^\"\n]+)\"|\u201c([^\u201d\n]+)\u201d|(?<!\w)'([^'\n]+)'(?!\w)|\u2018([^\u2019\n]+)\u2019"
)
_WINDOW = 10_000
"""How many characters before the end of a prompt are searched for arguments, so that long ones stay cheap."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the request offers."""

    name: str
    schema: Schema


def last_user_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """The text of the last user turn that has any; guarded text counts, tool results do not."""
    for message in reversed(messages):
        if message["role"] == "user":
            text = " ".join(_texts(message["content"]))
            if text:
                return text
    return ""


def _texts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if "text" in block:
            yield block["text"].strip()
        elif "guardContent" in block and "text" in block["guardContent"]:
            yield block["guardContent"]["text"]["text"]


def last_tool_results(messages: Sequence[Mapping[str, Any]]) -> str:
    """The texts and JSON that the tool results of the last message hold."""
    return " ".join(
        part["text"] if "text" in part else json.dumps(part["json"], ensure_ascii=False)
        for block in messages[-1]["content"]
        if "toolResult" in block
        for part in block["toolResult"]["content"]
        if "text" in part or "json" in part
    )


def offered_tools(params: Mapping[str, Any]) -> list[Tool]:
    """The tools that have a specification, in the request's order."""
    specs = (tool.get("toolSpec") for tool in (params.get("toolConfig") or {}).get("tools") or ())
    withdrawn = _withdrawn_tools(params.get("messages") or ())
    return [
        Tool(spec["name"], spec["inputSchema"].get("json", {}))
        for spec in specs
        if spec and spec["name"] not in withdrawn
    ]


def _withdrawn_tools(messages: Sequence[Mapping[str, Any]]) -> set[str]:
    """The tools that a toolRemoval took back and no later toolAddition gave again."""
    withdrawn: set[str] = set()
    for message in messages:
        for block in message["content"]:
            if "toolRemoval" in block:
                withdrawn.add(block["toolRemoval"]["tool"].get("name", ""))
            elif "toolAddition" in block:
                withdrawn.discard(block["toolAddition"]["tool"].get("name", ""))
    return withdrawn


def chosen_tool(params: Mapping[str, Any], tools: Sequence[Tool], text: str) -> Tool | None:
    """The tool that this turn calls, or None to answer in text.

    `tool` and `any` always call. `auto` calls the tool that the user names, once: with a result in the last
    message it answers in text, so that agent loops end.
    """
    choice = params["toolConfig"].get("toolChoice") or {}
    if "tool" in choice:
        name = choice["tool"]["name"]
        return next((tool for tool in tools if tool.name == name), None)
    has_result = any("toolResult" in block for block in params["messages"][-1]["content"])
    if "any" not in choice:
        return None if has_result else named_tool(tools, text)
    if not has_result:
        return named_tool(tools, text) or tools[0]
    called = set(_called_since_user_spoke(params["messages"]))
    # The tool that ends an agent's run is usually the last one, and never asked for twice.
    return next((tool for tool in reversed(tools) if tool.name not in called), tools[-1])


def named_tool(tools: Sequence[Tool], text: str) -> Tool | None:
    """The tool whose name stands first in the text as a whole word."""
    by_name = {tool.name: tool for tool in tools}
    return next((by_name[word[0]] for word in _WORD.finditer(text) if word[0] in by_name), None)


def _called_since_user_spoke(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for message in reversed(messages):
        if message["role"] == "user" and any("text" in block for block in message["content"]):
            return
        yield from (block["toolUse"]["name"] for block in message["content"] if "toolUse" in block)


def arguments_for(tool: Tool, text: str) -> dict[str, Any]:
    """Arguments that the text gives: `add(3, 4)`, else quoted words for the tool's string members, in order.

    Values are proposals: whether they fit the schema is decided where the input is made.
    """
    properties = tool.schema.get("properties") if isinstance(tool.schema, Mapping) else None
    if not isinstance(properties, Mapping) or not properties:
        return {}
    text = text[-_WINDOW:]
    for word in _WORD.finditer(text):
        if word[0] == tool.name and (found := _ARGUMENTS.match(text, word.end())):
            return _call_arguments(found[1], list(properties))
    words = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    strings = [name for name, part in properties.items() if _takes_string(part)]
    return dict(zip(strings, words, strict=False))


def _call_arguments(written: str, names: Sequence[str]) -> dict[str, Any]:
    """Positional and named arguments of one written call."""
    given: dict[str, Any] = {}
    free = iter(names)
    for match in _ARGUMENT.finditer(written):
        name = (
            match["name"] if match["name"] in names else next((one for one in free if one not in given), None)
        )
        if name is not None:
            quoted = match["double"] if match["double"] is not None else match["single"]
            given[name] = _literal(match["bare"]) if quoted is None else quoted
    return given


def _literal(written: str) -> Any:
    """A number, true, false or null where it is one; else the words as they are."""
    try:
        value = json.loads(written.strip())
    except ValueError:
        return written.strip()
    return value if isinstance(value, bool | int | float) or value is None else written.strip()


def _takes_string(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "string"


def output_schema(params: Mapping[str, Any]) -> Schema | None:
    """The schema for the answer's text, from `outputConfig.textFormat` or Claude's native `output_config`."""
    text_format = (params.get("outputConfig") or {}).get("textFormat")
    if text_format and text_format.get("type") == "json_schema":
        written = text_format["structure"]["jsonSchema"]["schema"]  # a JSON string [botocore]
        return _as_schema(parsed_schema(written))
    extra = params.get("additionalModelRequestFields")
    native = extra.get("output_config") if isinstance(extra, Mapping) else None
    wanted = native.get("format") if isinstance(native, Mapping) else None
    if isinstance(wanted, Mapping) and wanted.get("type") == "json_schema":
        return _as_schema(wanted.get("schema"))
    return None


def parsed_schema(written: Any) -> Any:
    """The schema that a JSON string holds; None when it is no JSON, or nested beyond all measure."""
    try:
        return orjson.loads(written) if isinstance(written, str) else written
    except orjson.JSONDecodeError:
        return None


def _as_schema(value: Any) -> Schema:
    return value if isinstance(value, Mapping | bool) else {}


def asks_for_reasoning(params: Mapping[str, Any]) -> bool:
    """Whether the request turns reasoning on, in the words of any family [recorded]."""
    extra = params.get("additionalModelRequestFields")
    if not isinstance(extra, Mapping):
        return False
    for name in ("thinking", "reasoning_config", "reasoningConfig", "reasoning_effort"):
        setting = extra.get(name)
        if isinstance(setting, Mapping) and setting.get("type") in ("enabled", "adaptive"):
            return True
        if isinstance(setting, str) and setting not in ("none", "disabled"):
            return True
    return False


def has_cache_point(params: Mapping[str, Any]) -> bool:
    """Whether a cachePoint stands in the system text, the messages or the tools."""
    if any("cachePoint" in block for block in params.get("system") or ()):
        return True
    if any("cachePoint" in tool for tool in (params.get("toolConfig") or {}).get("tools") or ()):
        return True
    return any(
        "cachePoint" in block for message in params.get("messages") or () for block in message["content"]
    )
