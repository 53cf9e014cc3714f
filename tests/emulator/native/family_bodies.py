"""A request of every family but those of Claude, Nova and Titan, with everything in it that is read."""

from typing import Any

CHAT = {
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "add", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "3"},
    ],
    "tools": [{"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {}}}],
    "tool_choice": {"type": "function", "function": {"name": "add"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    "max_tokens": 5,
    "temperature": 0.5,
    "stop": ["x"],
    "reasoning_effort": "low",
}
PROMPT = {"prompt": "[INST] Hi [/INST]", "max_tokens": 5, "temperature": 0.5}
COMMAND_R = {
    "message": "Hi",
    "chat_history": [{"role": "USER", "message": "a"}, {"role": "CHATBOT", "message": "b"}],
    "preamble": "Be brief.",
    "tools": [
        {
            "name": "add",
            "description": "Adds.",
            "parameter_definitions": {"a": {"type": "int", "required": True}},
        }
    ],
    "tool_results": [{"call": {"name": "add", "parameters": {"a": 1}}, "outputs": [{"sum": 3}]}],
}
BODIES: dict[str, dict[str, Any]] = {
    "openai.gpt-oss-20b-1:0": CHAT,
    "mistral.mistral-large-2407-v1:0": CHAT,
    "ai21.jamba-1-5-mini-v1:0": CHAT,
    "writer.palmyra-x5-v1:0": CHAT,
    "meta.llama4-scout-17b-instruct-v1:0": {"prompt": "Hi", "images": ["iVBORw0KGgo="], "max_gen_len": 5},
    "mistral.mistral-7b-instruct-v0:2": PROMPT,
    "cohere.command-text-v14": PROMPT,
    "cohere.command-r-v1:0": COMMAND_R,
    "deepseek.r1-v1:0": PROMPT,
    "ai21.j2-ultra-v1": {"prompt": "Hi", "maxTokens": 5, "countPenalty": {"scale": 0}},
    "twelvelabs.pegasus-1-2-v1:0": {"inputPrompt": "Hi", "mediaSource": {"base64String": "AAAA"}},
}
