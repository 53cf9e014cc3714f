"""Whatever JSON a client sends, a native format reads it or refuses it; it never fails."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.operations.runtime.invocation import check_question
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.reply.tokens import input_tokens
from bedrock_emulator.state.by_region import ByRegion
from bedrock_emulator.state.models import ModelRecord
from tests.emulator.native.family_bodies import BODIES as FAMILY_BODIES
from tests.emulator.native.text_formats import text_format

MESSAGES = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 2000,
    "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Call add."},
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                },
                {
                    "type": "document",
                    "title": "T",
                    "source": {"type": "text", "data": "x"},
                    "citations": {"enabled": True},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "EgIIAQ=="},
                {"type": "tool_use", "id": "t", "name": "add", "input": {"a": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "2"}]}
            ],
        },
    ],
    "tools": [{"name": "add", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}],
    "tool_choice": {"type": "auto"},
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "stop_sequences": ["x"],
    "temperature": 1,
    "top_p": 1,
}
NOVA = {
    "schemaVersion": "messages-v1",
    "system": [{"text": "s"}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"text": "Call add."},
                {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
            ],
        },
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "add", "input": {}}}]},
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "t", "content": [{"json": {}}], "status": "success"}}],
        },
    ],
    "inferenceConfig": {"maxTokens": 9, "topK": 2, "stopSequences": ["x"]},
    "toolConfig": {
        "tools": [{"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}}}],
        "toolChoice": {"auto": {}},
    },
}
TITAN = {
    "inputText": "Hi",
    "textGenerationConfig": {"maxTokenCount": 9, "temperature": 0, "stopSequences": ["x"]},
}
COMPLETION = {
    "prompt": "\n\nHuman: Hi\n\nAssistant:",
    "max_tokens_to_sample": 9,
    "stop_sequences": ["x"],
    "top_k": 3,
}

BODIES = {
    **FAMILY_BODIES,
    "anthropic.claude-3-7-sonnet-20250219-v1:0": MESSAGES,
    "anthropic.claude-v2": COMPLETION,
    "amazon.nova-lite-v1:0": NOVA,
    "amazon.titan-text-express-v1": TITAN,
}
ANSWERED = {"end_turn", "tool_use", "max_tokens", "stop_sequence"}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "x", "é", "text", "user", "tool", "data:image/png;base64,AA=="]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "text", "role", "content", "source", "name", "bytes", "function"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the document itself left out."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inside for place in [(*path, key), *places(item, (*path, key))]]


@st.composite
def damaged(draw: st.DrawFn, body: Any) -> Any:
    """The body with one or two members replaced by some JSON, or taken away."""
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 2))):
        *outer, last = draw(st.sampled_from(places(body) or [("x",)]))
        target = body
        for key in outer:
            target = target[key]
        if draw(st.booleans()):
            del target[last]
        else:
            target[last] = draw(JSON)
    return body


def model(model_id: str) -> ModelRecord:
    """A model that takes images and has a limit."""
    return ModelRecord(
        model_id=model_id,
        summary={"inputModalities": ["TEXT", "IMAGE"]},
        inference_types=ByRegion(),
        max_output_tokens=4096,
    )


def ask(model_id: str, body: Any) -> str:
    """What becomes of a request: an answer, or the sentence that refuses it."""
    try:
        question = text_format(model_id).read(body, model_id)
        check_question(Demand(question, model(model_id), streaming=True))
    except AwsError as error:
        return f"{error.code}: {error.message}"
    has_cache_point(question)
    assert input_tokens(question) >= 0
    return synthesize(question, model_id=model_id, max_tokens=50).stop_reason


@pytest.mark.parametrize(("model_id", "body"), BODIES.items(), ids=BODIES)
def test_the_undamaged_request_is_answered(model_id: str, body: Any) -> None:
    assert ask(model_id, body) in ANSWERED


@pytest.mark.parametrize(("model_id", "body"), BODIES.items(), ids=BODIES)
def test_a_damaged_request_is_answered_or_refused(model_id: str, body: Any) -> None:
    @given(damaged(body))
    @settings(max_examples=80)
    def holds(document: Any) -> None:
        outcome = ask(model_id, document)
        assert outcome in ANSWERED or outcome.startswith("ValidationException: ")

    holds()
