"""Converse requests for the tests of replies."""

from collections.abc import Mapping
from typing import Any

NOVA = "us.amazon.nova-lite-v1:0"
CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
CLAUDE_3 = "anthropic.claude-3-sonnet-20240229-v1:0"
TITAN = "amazon.titan-text-express-v1"
LLAMA = "us.meta.llama4-maverick-17b-instruct-v1:0"
GPT_OSS = "openai.gpt-oss-120b-1:0"
KIMI = "moonshot.kimi-k2-thinking"

MAGIC_SCHEMA = {"type": "object", "properties": {"input": {"type": "integer"}}, "required": ["input"]}


def ask(text: str, **members: Any) -> dict[str, Any]:
    """A request with one user turn."""
    return {"messages": [{"role": "user", "content": [{"text": text}]}], **members}


def tools(*specs: tuple[str, Mapping[str, Any]], choice: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A toolConfig from names and schemas."""
    config: dict[str, Any] = {
        "tools": [{"toolSpec": {"name": name, "inputSchema": {"json": schema}}} for name, schema in specs]
    }
    return config if choice is None else {**config, "toolChoice": choice}


def with_result(request: Mapping[str, Any], tool_use: Mapping[str, Any], result: str) -> dict[str, Any]:
    """The next request of an agent: the call echoed, and what the tool said."""
    tool_result = {"toolUseId": tool_use["toolUseId"], "content": [{"text": result}]}
    return {
        **request,
        "messages": [
            *request["messages"],
            {"role": "assistant", "content": [{"toolUse": tool_use}]},
            {"role": "user", "content": [{"toolResult": tool_result}]},
        ],
    }
