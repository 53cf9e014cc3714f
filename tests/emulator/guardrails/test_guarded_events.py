"""Streams under a guardrail: how an answer is cut never changes what is read or found."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError
from bedrock_emulator.guardrails.verdicts import Verdicts
from bedrock_emulator.operations.runtime.guard import Guard
from bedrock_emulator.operations.runtime.guarded_events import delta_text, guarded_events
from bedrock_emulator.operations.runtime.guarding import Guarding, Outcome
from bedrock_emulator.state.guardrails import GuardrailVersion
from tests.emulator.guardrails.evaluating import regexes, words

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
VERSION = GuardrailVersion(
    guardrail_id="abcdefghijkl",
    arn="arn:aws:bedrock:us-east-1:123456789012:guardrail/abcdefghijkl",
    version="DRAFT",
    settings={
        "name": "acting",
        "blockedInputMessaging": "No such question.",
        "blockedOutputsMessaging": "No such answer.",
        **words("cactus"),
        **regexes(Number=r"\d{3,}", MAIL=r"\w+@\w+"),
    },
    created_at=NOON,
    updated_at=NOON,
)
TEXTS = st.lists(st.sampled_from(["a@b", "123456", " ", "12", ".", "word ", "cactus", "x"]), max_size=12).map(
    "".join
)


def _guarding(*, is_async: bool = False) -> Guarding:
    guard = Guard(VERSION, Verdicts())
    return Guarding(
        guard=guard,
        scope="INTERVENTIONS",
        is_async=is_async,
        is_native=False,
        places=(),
        input=guard.judge("INPUT", ()),
        outcome=Outcome(),
    )


def _events(deltas: Sequence[str]) -> list[Event]:
    said = [("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": delta}}) for delta in deltas]
    return [
        ("messageStart", {"role": "assistant"}),
        *said,
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": "end_turn"}),
        ("metadata", {"usage": {}}),
    ]


def _told(deltas: Sequence[str], *, is_async: bool = False) -> tuple[str, dict[str, Any]]:
    """The text, and everything else that is told of it."""
    events = list(guarded_events(_guarding(is_async=is_async), _events(deltas)))
    text = "".join(delta_text(event) or "" for event in events)
    stop = next(payload["stopReason"] for name, payload in events if name == "messageStop")
    return text, {"stop": stop, "trace": events[-1][1]["trace"]}


def _cut(text: str, cuts: Sequence[int]) -> list[str]:
    ends = sorted(cut for cut in cuts if cut <= len(text))
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(TEXTS, st.lists(st.integers(0, 60), max_size=10))
def test_how_a_sync_stream_is_cut_changes_neither_text_nor_verdict(text: str, cuts: list[int]) -> None:
    assert _told(_cut(text, cuts)) == _told([text])


@given(TEXTS, st.lists(st.integers(0, 60), max_size=10))
def test_how_a_short_async_stream_is_cut_changes_neither_text_nor_verdict(text: str, cuts: list[int]) -> None:
    assert _told(_cut(text, cuts), is_async=True) == _told([text], is_async=True)


def test_an_async_stream_sends_each_delta_before_it_asks_for_the_next() -> None:
    asked: list[int] = []

    def events() -> Any:
        for number, event in enumerate(_events(["one ", "two "])):
            asked.append(number)
            yield event

    stream = guarded_events(_guarding(is_async=True), events())
    assert [(next(stream)[0], len(asked)) for _ in range(3)] == [
        ("messageStart", 1),
        ("contentBlockDelta", 2),
        ("contentBlockDelta", 3),
    ]


def test_other_blocks_pass_as_they_are() -> None:
    tool: list[Event] = [
        (
            "contentBlockStart",
            {"contentBlockIndex": 1, "start": {"toolUse": {"name": "look", "toolUseId": "a"}}},
        ),
        (
            "contentBlockDelta",
            {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"at":"cactus 1234"}'}}},
        ),
        ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"reasoningContent": {"text": "1234"}}}),
        ("contentBlockDelta", {"contentBlockIndex": "three", "delta": ["1234"]}),
    ]
    events = _events(["1234"])

    sent = list(guarded_events(_guarding(), [*events[:3], *tool, *events[3:]]))
    assert sent[3:7] == tool
    assert delta_text(sent[1]) == "{Number}"


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_an_error_comes_after_what_was_said_before_it(*, is_async: bool) -> None:
    def events() -> Any:
        yield from _events(["a word"])[:2]
        raise AwsError("ThrottlingException", "Slow down.")

    seen: list[Event] = []
    with pytest.raises(AwsError, match="Slow down"):
        seen.extend(guarded_events(_guarding(is_async=is_async), events()))
    assert [delta_text(event) for event in seen] == [None, "a word"]
