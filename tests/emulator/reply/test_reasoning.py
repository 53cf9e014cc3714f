"""What requests ask of reasoning, and the blocks that the synthetic model gives."""

import pytest

from bedrock_emulator.reply.reasoning import REASONING, REDACTING, Thinking, reasoning_of, thinking_of
from bedrock_emulator.reply.signatures import verdict
from tests.emulator.reply.requests import CLAUDE, GPT_OSS, NOVA, ask

BUDGET = {"type": "enabled", "budget_tokens": 2048}
OPUS_4_6, OPUS_4_7 = "us.anthropic.claude-opus-4-6-v1", "us.anthropic.claude-opus-4-7"


def asked(text="hi", **extra):
    return ask(text, additionalModelRequestFields=extra)


def told(model, request):
    blocks, tokens = reasoning_of(request, model, 4096)
    assert (tokens > 0) == bool(blocks)
    return [block["reasoningContent"] for block in blocks]


@pytest.mark.parametrize(
    ("extra", "thinking"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, None),
        ({"thinking": "high"}, None),
        ({"thinking": BUDGET}, Thinking("enabled", 2048)),
        ({"reasoning_config": BUDGET}, Thinking("enabled", 2048)),
        ({"reasoningConfig": BUDGET}, Thinking("enabled", 2048)),
        ({"thinking": {"type": "adaptive"}}, Thinking("adaptive")),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}},
            Thinking("adaptive", display="omitted"),
        ),
    ],
    ids=str,
)
def test_claude_is_asked_to_think_in_several_words(extra, thinking):
    assert thinking_of(asked(**extra)) == thinking


def test_additional_fields_that_are_no_object_ask_nothing():
    assert thinking_of(ask("hi", additionalModelRequestFields=[BUDGET])) is None


@pytest.mark.parametrize(
    ("model", "extra"),
    [
        (CLAUDE, {"thinking": BUDGET}),
        (CLAUDE, {"reasoning_config": BUDGET}),
        (OPUS_4_6, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        (OPUS_4_7, {"thinking": {"type": "adaptive", "display": "summarized"}}),
    ],
)
def test_claude_tells_its_reasoning_with_a_signature_that_fits(model, extra):
    (reasoning,) = told(model, asked(**extra))
    text = reasoning["reasoningText"]
    assert text["text"] == REASONING
    assert verdict(text["signature"], REASONING) == "intact"


@pytest.mark.parametrize(
    ("model", "extra"),
    [
        (OPUS_4_7, {"thinking": {"type": "adaptive"}}),
        (OPUS_4_6, {"thinking": {"type": "adaptive", "display": "omitted"}}),
        (CLAUDE, {"thinking": {**BUDGET, "display": "omitted"}}),
    ],
)
def test_omitted_reasoning_has_a_signature_and_no_text(model, extra):
    (reasoning,) = told(model, asked(**extra))
    assert reasoning["reasoningText"]["text"] == ""
    assert verdict(reasoning["reasoningText"]["signature"], "") == "intact"


@pytest.mark.parametrize(
    ("model", "extra"),
    [
        (GPT_OSS, {}),
        (GPT_OSS, {"reasoning_effort": "low"}),
        ("us.amazon.nova-2-lite-v1:0", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
        ("qwen.qwen3-32b-v1:0", {"reasoning_config": "high"}),
    ],
)
def test_other_families_tell_their_reasoning_unsigned(model, extra):
    assert told(model, asked(**extra)) == [{"reasoningText": {"text": REASONING}}]


@pytest.mark.parametrize(
    ("model", "extra"), [(NOVA, {}), (CLAUDE, {}), (CLAUDE, {"reasoning_effort": "none"})]
)
def test_who_is_not_asked_tells_nothing(model, extra):
    assert told(model, asked(**extra)) == []


def test_claude_redacts_its_reasoning_on_the_text_that_is_made_for_it():
    (reasoning,) = told(CLAUDE, asked(REDACTING, thinking=BUDGET))
    assert verdict(reasoning["redactedContent"].decode(), "") == "intact"
