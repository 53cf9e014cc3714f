"""Reasoning that comes back to Claude."""

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.conversation_reasoning import NoSignatures, check_reasoning
from bedrock_emulator.reply.signatures import sign
from bedrock_emulator.state.signatures import ToldSignatures
from tests.emulator.reply.requests import CLAUDE, CLAUDE_3, NOVA, ask

PREFIX = "The model returned the following errors: "
HUMS = sign("Hm.", ask("hi"))
GENUINE = "EgIIAQ=="
"""In Claude's own form; made up."""


def thought(text="Hm.", signature=HUMS):
    signed = {} if signature is None else {"signature": signature}
    return {"reasoningContent": {"reasoningText": {"text": text, **signed}}}


def redacted(data):
    return {"reasoningContent": {"redactedContent": data}}


def check(*blocks, model=CLAUDE, known=None):
    messages = [
        {"role": "user", "content": [{"text": "hi"}]},
        {"role": "assistant", "content": [{"cachePoint": {"type": "default"}}, *blocks, {"text": "hi"}]},
    ]
    check_reasoning(messages, model_id=model, known=known or NoSignatures(), introduction=PREFIX)


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (thought("Altered."), ": Invalid `signature` in `thinking` block"),
        (thought(signature="made-up"), ": Invalid `signature` in `thinking` block"),
        (thought(signature=HUMS[:-12]), ": Invalid `signature` in `thinking` block"),
        (thought(signature=""), ".thinking.signature: Field required"),
        (thought(signature=None), ".thinking.signature: Field required"),
        (redacted(b"made up"), ": Invalid `data` in `redacted_thinking` block"),
        (redacted(b"\xff"), ": Invalid `data` in `redacted_thinking` block"),
    ],
)
def test_reasoning_that_is_not_as_it_was_told_is_refused(block, problem):
    with pytest.raises(AwsError) as refused:
        check(block)
    assert (refused.value.code, refused.value.message) == (
        "ValidationException",
        f"{PREFIX}messages.1.content.0{problem}",
    )


@pytest.mark.parametrize(
    "block",
    [
        thought(),
        thought("Anything that Claude said.", GENUINE),
        redacted(sign("", ask("hi")).encode()),
        redacted(GENUINE.encode()),
    ],
)
def test_reasoning_as_it_was_told_is_accepted(block):
    check(block)


@pytest.mark.parametrize("model", [NOVA, CLAUDE_3])
def test_models_that_do_not_sign_do_not_check(model):
    check(thought(signature="made-up"), model=model)


def test_what_a_scenario_told_is_known_when_it_comes_back():
    told = ToldSignatures()
    told.note([thought("Mine.", "made-up"), redacted(b"secret"), {"text": "x"}])
    check(thought("Mine.", "made-up"), redacted(b"secret"), known=told)
    with pytest.raises(AwsError, match="Invalid `signature`"):
        check(thought("Altered.", "made-up"), known=told)


def test_what_a_stream_told_is_known_too():
    deltas = [
        (0, {"text": "Mi"}),
        (1, {"redactedContent": b"sec"}),
        (0, {"text": "ne."}),
        (0, {"signature": "made-up"}),
        (1, {"redactedContent": "cmV0"}),
    ]
    events = [
        ("contentBlockDelta", {"contentBlockIndex": index, "delta": {"reasoningContent": delta}})
        for index, delta in deltas
    ]
    events += [("contentBlockStop", {"contentBlockIndex": index}) for index in (1, 0)]
    told = ToldSignatures()
    assert list(told.noted(iter(events))) == events
    check(thought("Mine.", "made-up"), redacted(b"secret"), known=told)


def test_what_is_told_is_bounded():
    told = ToldSignatures()
    told.note(thought(str(number), "made-up") for number in range(10_001))
    assert not told.knows("made-up", "0")
    assert told.knows("made-up", "1")
    assert told.knows("made-up", "10000")
