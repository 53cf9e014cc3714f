"""A request of Claude's Messages API, as the question that Converse asks."""

import re
from collections.abc import Mapping
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.anthropic.content import cache_point, read_content
from bedrock_emulator.native.anthropic.refusals import (
    expect,
    expect_one_of,
    expect_range,
    expect_tag,
    inside,
    refusal,
    require,
)
from bedrock_emulator.native.anthropic.turns import check_roles, check_turns
from bedrock_emulator.native.format import Native

_VERSION = re.compile(r"(bedrock-)?\d{4}-\d{2}-\d{2}")
"""`bedrock-2023-05-31` [recorded]; Anthropic's SDK sends a bare date since 2026 [measured]."""
_SAMPLING = {"temperature": "temperature", "top_p": "topP", "stop_sequences": "stopSequences"}
_PASSED_ON = ("thinking", "output_config", "metadata", "anthropic_beta", "top_k")
"""Members that Converse takes in additionalModelRequestFields."""
_BETA = ("context_management", "output_format", "mcp_servers", "container")
"""Members that need an `anthropic_beta` [reported by users: context_management]."""
_KNOWN = frozenset(
    {"anthropic_version", "max_tokens", "messages", "system", "tools", "tool_choice"}
    | _SAMPLING.keys()
    | set(_PASSED_ON)
)
_TOOL_TYPES = (
    "bash_20250124",
    "custom",
    "text_editor_20250124",
    "text_editor_20250429",
    "text_editor_20250728",
)
"""Without an `anthropic_beta` [recorded]."""


def read_messages(body: Native, model_id: str) -> Params:
    """The request in Converse's form.

    Raises:
        AwsError: what Claude refuses by the request's form alone, in its words.
    """
    _check_members(body)
    check_roles(body["messages"], model_id)
    messages = [
        {"role": message["role"], "content": read_content(message["content"], f"messages.{index}.content")}
        for index, message in enumerate(body["messages"])
    ]
    check_turns(messages)
    extra = {name: body[name] for name in (*_PASSED_ON, *_BETA) if name in body}
    params: dict[str, Any] = {
        "messages": messages,
        "inferenceConfig": _inference(body),
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }
    if body.get("system"):
        params["system"] = _system(body["system"])
    if extra:
        params["additionalModelRequestFields"] = extra
    tool_config = _tool_config(body)
    if tool_config:
        params["toolConfig"] = tool_config
    return params


def _check_members(body: Native) -> None:
    version = require(body, "anthropic_version")
    if not _VERSION.fullmatch(expect(version, "string", "anthropic_version")):  # [reported by users]
        raise validation_error(f"Invalid API version: {version}")
    for name in ("max_tokens", "messages"):
        require(body, name)
    for name in body:  # [reported by users: max_tokens_to_sample, context_management, model, stream]
        if name not in _KNOWN and not (name in _BETA and body.get("anthropic_beta")):
            raise refusal(name, "Extra inputs are not permitted")
    thinking = body.get("thinking")
    if thinking is not None:
        _check_thinking(expect(thinking, "dictionary", "thinking"))


def _check_thinking(thinking: Mapping[str, Any]) -> None:
    """Its form; which settings go together depends on the model."""
    kind = expect_one_of(
        require(thinking, "type", "thinking"), ("enabled", "disabled", "adaptive"), "thinking.type"
    )
    if kind == "enabled":
        budget = require(thinking, "budget_tokens", "thinking.enabled")
        expect(budget, "integer", "thinking.enabled.budget_tokens")


def _inference(body: Native) -> dict[str, Any]:
    config: dict[str, Any] = {"maxTokens": expect_range(body["max_tokens"], "integer", "max_tokens", least=1)}
    for name in ("temperature", "top_p"):
        if body.get(name) is not None:
            expect_range(body[name], "number", name, least=0, most=1)
    for index, sequence in enumerate(expect(body.get("stop_sequences") or [], "list", "stop_sequences")):
        expect(sequence, "string", inside("stop_sequences", index))
    if body.get("top_k") is not None:
        expect_range(body["top_k"], "integer", "top_k", least=0)
    for name, converse_name in _SAMPLING.items():
        if body.get(name) is not None:
            config[converse_name] = body[name]
    return config


def _system(system: Any) -> list[Mapping[str, Any]]:
    blocks = read_content(system, "system")
    if any("text" not in block and "cachePoint" not in block for block in blocks):
        raise refusal("system", "Input should be a valid list of text blocks")  # [guess]
    return blocks


def _tool_config(body: Native) -> dict[str, Any] | None:
    """The tools, unless the request forbids their use: Converse has no word for that."""
    choice = _tool_choice(body)
    tools = [
        part
        for index, tool in enumerate(expect(body.get("tools") or [], "list", "tools"))
        for part in (
            _tool(tool, inside("tools", index), beta=bool(body.get("anthropic_beta"))),
            *cache_point(tool),
        )
    ]
    if not tools or choice == {"none": {}}:
        return None
    return {"tools": tools, **({"toolChoice": choice} if choice else {})}


def _tool_choice(body: Native) -> Mapping[str, Any] | None:
    choice = body.get("tool_choice")
    if choice is None:
        return None
    kind = expect_one_of(
        require(expect(choice, "dictionary", "tool_choice"), "type", "tool_choice"),
        ("auto", "any", "tool", "none"),
        "tool_choice.type",
    )
    if not body.get("tools") and kind != "none":  # [reported by users]
        raise refusal("tool_choice", "tool_choice may only be specified while providing tools.")
    if kind != "tool":
        return {kind: {}}
    name = require(choice, "name", "tool_choice.tool")
    if all(isinstance(tool, Mapping) and tool.get("name") != name for tool in body["tools"]):
        raise validation_error(f"Tool '{name}' not found in provided tools")  # [reported by users]
    return {"tool": {"name": name}}


def _tool(tool: Any, place: str, *, beta: bool) -> Mapping[str, Any]:
    """A tool of the client; one that Anthropic defined, as `bash_20250124`, has a name alone."""
    kind = expect(tool, "dictionary", place).get("type") or "custom"
    if not beta:
        expect_tag({"type": kind}, _TOOL_TYPES, place)
    name = expect(require(tool, "name", inside(place, kind)), "string", f"{place}.{kind}.name")
    if kind != "custom":
        return {"systemTool": {"name": name}}
    schema = expect(
        require(tool, "input_schema", f"{place}.custom"), "dictionary", f"{place}.custom.input_schema"
    )
    require(schema, "type", f"{place}.custom.input_schema")
    specification = {"name": name, "inputSchema": {"json": schema}}
    if tool.get("description"):
        specification["description"] = expect(tool["description"], "string", f"{place}.custom.description")
    return {"toolSpec": specification}
