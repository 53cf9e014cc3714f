"""A request in Converse's form as the body of a chat completion request, always streamed."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.errors import validation_error
from bedrock_emulator.reply.prompt import output_schema
from bedrock_emulator.upstream.content import chat_messages

_INFERENCE: Mapping[str, str] = {
    "maxTokens": "max_tokens",  # the name that Ollama, vLLM and LM Studio all read [docs]
    "temperature": "temperature",
    "topP": "top_p",
    "stopSequences": "stop",
}
_EFFORT = "reasoning_effort"
_SCHEMA_NAME = "answer"
"""Of a structured output without a name, which OpenAI demands."""


def chat_request(params: Mapping[str, Any], model: str) -> dict[str, Any]:
    """What to ask.

    Args:
        params: in Converse's form.
        model: as the upstream calls it.

    Raises:
        AwsError: the request holds what a chat completion has no place for.
    """
    return {
        "model": model,
        "messages": chat_messages(params),
        **_inference(params),
        **_tools(params.get("toolConfig") or {}),
        **_output(params),
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def _inference(params: Mapping[str, Any]) -> dict[str, Any]:
    given = params.get("inferenceConfig") or {}
    members = {
        theirs: given[ours] for ours, theirs in _INFERENCE.items() if given.get(ours) not in (None, [])
    }
    extra = params.get("additionalModelRequestFields")
    effort = extra.get(_EFFORT) if isinstance(extra, Mapping) else None
    return {**members, _EFFORT: effort} if isinstance(effort, str) else members


def _tools(config: Mapping[str, Any]) -> dict[str, Any]:
    tools = [
        {"type": "function", "function": _function(tool["toolSpec"])}
        for number, tool in enumerate(config.get("tools") or ())
        if _is_offered(tool, number)
    ]
    choice = _choice(config.get("toolChoice") or {})
    if not tools:
        return {}
    return {"tools": tools} if choice is None else {"tools": tools, "tool_choice": choice}


def _is_offered(tool: Mapping[str, Any], number: int) -> bool:
    if "systemTool" in tool:
        raise validation_error(
            f"toolConfig.tools.{number}.systemTool: the upstream of this rule has no tools of its own. "
            "Describe the tool in a toolSpec and run it yourself, or let another rule answer."
        )
    return "toolSpec" in tool  # a cachePoint is left out


def _function(spec: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: spec[name] for name in ("description", "strict") if spec.get(name) is not None}
    schema = spec["inputSchema"].get("json")
    return {"name": spec["name"], **said, "parameters": schema if isinstance(schema, Mapping) else {}}


def _choice(choice: Mapping[str, Any]) -> Any:
    if "tool" in choice:
        return {"type": "function", "function": {"name": choice["tool"]["name"]}}
    if "any" in choice:
        return "required"
    return "auto" if "auto" in choice else None


def _output(params: Mapping[str, Any]) -> dict[str, Any]:
    schema = output_schema(params)
    if schema is None:
        return {}
    named = ((params.get("outputConfig") or {}).get("textFormat") or {}).get("structure") or {}
    definition = named.get("jsonSchema") or {}
    said = {"description": definition["description"]} if definition.get("description") else {}
    json_schema = {"name": definition.get("name") or _SCHEMA_NAME, **said, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": json_schema}}
