"""Whatever JSON object a client sends, a family reads it as a question or refuses it as AWS would; it never breaks."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.reply.synthetic import synthesize
from tests.emulator.native.text_formats import text_format

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
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "user", "tool", "text", "data:image/png;base64,AA=="]),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just([{}]),
    st.just({"type": "text"}),
    st.just({"type": "image_url", "image_url": {}}),
    st.just({"function": None}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a body."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in inside for found in ((*path, key), *places(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of the body with another value at one place; without it where the new value is `...`."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1 and new is ...:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("model_id", BODIES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_body_is_read_or_refused(model_id: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(BODIES[model_id])))
    body = changed(BODIES[model_id], path, data.draw(ODD | st.just(...)))
    assert status(model_id, body) in (200, 400)


def status(model_id: str, body: dict[str, Any]) -> int | None:
    """How a request ends that is read and answered."""
    try:
        params = text_format(model_id).read(body, model_id)
    except AwsError as refused:
        return refused.status
    synthesize(params, model_id=model_id, max_tokens=20)
    return 200


@pytest.mark.parametrize(("model_id", "body"), BODIES.items(), ids=BODIES)
def test_the_unchanged_body_is_read(model_id: str, body: dict[str, Any]) -> None:
    assert text_format(model_id).read(body, model_id)["messages"]
