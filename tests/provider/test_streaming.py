import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider import ErrorInfo, StreamEvent, TextBlock, ThinkingBlock, ToolCall
from bedrock_provider.streaming import ConverseMapper
from tests.provider.converse import START, Event, delta, end, stop, text, tool

BROKEN = ErrorInfo(type="ThrottlingException", category="rate_limit", message="slow down", retryable=True)


def mapped(events: Iterable[Event]) -> list[StreamEvent]:
    mapper = ConverseMapper("acme.chat")
    return [*(out for event in events for out in mapper.feed(event)), *mapper.finish()]


def types(events: Iterable[StreamEvent]) -> list[str]:
    return [event.type for event in events]


def content(events: list[StreamEvent]) -> tuple[Any, ...]:
    message = events[-1].message
    assert message is not None
    return message.content


def test_a_text_answer() -> None:
    events = mapped([START, *text("Hel", "lo"), *end()])
    assert [event.to_json() for event in events[:-1]] == [
        {"type": "start"},
        {"type": "text_start", "contentIndex": 0},
        {"type": "text_delta", "contentIndex": 0, "delta": "Hel"},
        {"type": "text_delta", "contentIndex": 0, "delta": "lo"},
        {"type": "text_end", "contentIndex": 0, "content": "Hello"},
    ]
    done = events[-1].to_json()
    assert (done["type"], done["reason"]) == ("done", "stop")
    assert done["message"]["content"] == [{"type": "text", "text": "Hello"}]
    assert done["message"]["usage"] == {
        "input": 11,
        "output": 7,
        "cacheRead": 3,
        "cacheWrite": 0,
        "totalTokens": 18,
    }
    assert (done["message"]["rawStopReason"], done["message"]["latencyMs"]) == ("end_turn", 5)


@pytest.mark.parametrize(
    ("fragments", "arguments"),
    [((), {}), (("",), {}), (("{}",), {}), (("", '{"ci', 'ty": "Z', 'ürich"}'), {"city": "Zürich"})],
    ids=["no fragment", "empty fragment", "empty object", "fragments"],
)
def test_a_tool_call(fragments: tuple[str, ...], arguments: dict[str, Any]) -> None:
    events = mapped([START, *text("Wait."), *tool(*fragments, index=1), *end("tool_use")])
    call = ToolCall(id="t1", name="look", arguments=arguments)
    assert content(events) == (TextBlock(text="Wait."), call)
    (ended,) = (event for event in events if event.type == "toolcall_end")
    assert (ended.tool_call, ended.content_index, events[-1].reason) == (call, 1, "toolUse")
    deltas = [event.delta for event in events if event.type == "toolcall_delta"]
    assert deltas == [fragment for fragment in fragments if fragment]


def test_thinking_keeps_its_signature() -> None:
    thoughts = [delta(0, reasoningContent={part: value}) for part, value in (("text", "h"), ("text", "m"))]
    signed = [*thoughts, delta(0, reasoningContent={"signature": "sig"}), stop(0)]
    events = mapped([START, *signed, *text("ok", index=1), *end()])
    assert content(events) == (ThinkingBlock(thinking="hm", signature="sig"), TextBlock(text="ok"))
    assert types(events)[1:5] == ["thinking_start", "thinking_delta", "thinking_delta", "thinking_end"]


def test_redacted_thinking_is_kept_in_base64() -> None:
    events = mapped([START, delta(0, reasoningContent={"redactedContent": b"\x00\xff"}), stop(0), *end()])
    assert content(events) == (ThinkingBlock(thinking="", redacted="AP8="),)


def test_an_empty_delta_opens_no_block() -> None:
    thinking = [delta(1, reasoningContent={"text": "hm"}), stop(1)]
    events = mapped([START, *text(""), *thinking, *text("ok", index=2), *end()])
    assert [event.content_index for event in events if event.type.endswith("_start")] == [0, 1]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "toolUse"),
        ("guardrail_intervened", "guardrail"),
    ],
)
def test_stop_reasons_of_a_good_answer(raw: str, reason: str) -> None:
    last = mapped([START, *text("x"), *end(raw)])[-1]
    assert last.message is not None
    assert (last.type, last.reason, last.message.stop_reason, last.message.raw_stop_reason) == (
        "done",
        reason,
        reason,
        raw,
    )


@pytest.mark.parametrize(
    ("raw", "category"),
    [
        ("content_filtered", "unknown"),
        ("malformed_tool_use", "format"),
        ("new_reason", "unknown"),
        ("", "unknown"),
    ],
)
def test_other_stop_reasons_are_errors_that_name_them(raw: str, category: str) -> None:
    last = mapped([START, *text("kept"), *end(raw)])[-1]
    assert last.error is not None
    assert (last.type, last.error.category) == ("error", category)
    assert repr(raw) in last.error.message
    assert content([last]) == (TextBlock(text="kept"),)


def test_a_guardrail_keeps_its_trace_text_and_usage() -> None:
    trace = {"guardrail": {"actionReason": "blocked"}}
    events = [START, *text("Sorry."), *end("guardrail_intervened")]
    events[-1] = {"metadata": {**events[-1]["metadata"], "trace": trace}}
    message = mapped(events)[-1].message
    assert message is not None
    assert (message.trace, message.content, message.usage.output) == (trace, (TextBlock(text="Sorry."),), 7)


@pytest.mark.parametrize("arguments", ['{"a": ', "[1]", '"text"', "nonsense"])
def test_a_tool_call_with_unusable_arguments_never_reaches_the_caller(arguments: str) -> None:
    events = mapped([START, *text("x"), *tool(arguments, index=1), *end("max_tokens")])
    assert events[-1].error is not None
    assert (events[-1].error.type, events[-1].error.category) == ("MalformedToolCall", "format")
    assert "toolcall_end" not in types(events)
    assert content(events) == (TextBlock(text="x"),)


def test_a_text_that_was_never_closed_ends_with_the_message() -> None:
    events = mapped([START, delta(0, text="open"), *end()])
    assert types(events) == ["start", "text_start", "text_delta", "text_end", "done"]


def test_a_tool_call_that_was_never_closed_is_an_error() -> None:
    assert mapped([START, *tool("{}")[:-1], *end("tool_use")])[-1].type == "error"


@pytest.mark.parametrize("kept", range(5))
def test_a_stream_without_message_stop_is_an_error(kept: int) -> None:
    events = mapped([START, *text("one ", "two ")][:kept])
    assert events[-1].error is not None
    assert (events[-1].error.type, events[-1].error.retryable) == ("StreamEndedEarly", True)
    assert types(events)[0] == "start"


def test_another_role_is_an_error() -> None:
    events = mapped([{"messageStart": {"role": "user"}}, *text("x"), *end()])
    assert types(events) == ["start", "error"]


def test_a_tool_of_the_service_is_not_a_call_to_answer() -> None:
    events = mapped([START, *tool("{}", type="server_tool_use"), *text("42", index=1), *end()])
    assert content(events) == (TextBlock(text="42"),)


def test_unknown_events_and_deltas_say_nothing() -> None:
    unknown: list[Event] = [
        {"SDK_UNKNOWN_MEMBER": {"name": "sparkle"}},
        {"futureEvent": {}},
        delta(0, citation={"title": "x"}),
    ]
    assert types(mapped([START, *unknown, *text("x"), *end()])) == types(mapped([START, *text("x"), *end()]))


BLOCKS = st.lists(
    st.one_of(
        st.lists(st.text(max_size=5), max_size=4).map(lambda parts: ("text", parts)),
        st.lists(st.text(max_size=5), max_size=4).map(lambda parts: ("thinking", parts)),
        st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=3).map(
            lambda arguments: ("toolcall", [json.dumps(arguments)])
        ),
    ),
    max_size=4,
)


def converse(blocks: list[tuple[str, list[str]]]) -> list[Event]:
    events: list[Event] = [START]
    for index, (kind, parts) in enumerate(blocks):
        if kind == "text":
            events += text(*parts, index=index)
        elif kind == "toolcall":
            events += tool(*parts, index=index)
        else:
            events += [*(delta(index, reasoningContent={"text": part}) for part in parts), stop(index)]
    return [*events, *end()]


def check_grammar(events: list[StreamEvent]) -> None:
    """One start, one terminal, blocks one after the other, deltas that add up."""
    assert (events[0].type, types(events).count("start")) == ("start", 1)
    assert [event.is_terminal for event in events] == [False] * (len(events) - 1) + [True]
    grown: dict[int, str] = {}
    for before, event in pairwise(events):
        prefix, _, stage = event.type.rpartition("_")
        index = -1 if event.content_index is None else event.content_index
        if stage == "start":
            assert index == len(grown)
            grown[index] = ""
        elif stage in ("delta", "end"):
            assert (before.content_index, before.type.rpartition("_")[0]) == (index, prefix)
        if stage == "delta":
            grown[index] += event.delta or ""
        elif event.type == "toolcall_end":
            assert event.tool_call is not None
            assert json.loads(grown[index] or "{}") == event.tool_call.arguments
        elif stage == "end":
            assert event.content == grown[index]


@given(BLOCKS)
def test_every_answer_becomes_well_formed_events(blocks: list[tuple[str, list[str]]]) -> None:
    events = mapped(converse(blocks))
    check_grammar(events)
    assert events[-1].type == "done"
    wanted = ["".join(parts) for _, parts in blocks if "".join(parts)]
    assert len(content(events)) == len(wanted)


@given(blocks=BLOCKS, data=st.data())
def test_a_failure_at_any_point_keeps_what_came_and_ends_once(
    blocks: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    whole = converse(blocks)
    at = data.draw(st.integers(0, len(whole)))
    mapper = ConverseMapper("acme.chat")
    events = [out for event in whole[:at] for out in mapper.feed(event)] + mapper.fail(BROKEN)
    check_grammar(events)
    assert (events[-1].error, events[-1].reason) == (BROKEN, "error")
    shown = "".join(event.delta or "" for event in events if event.type == "text_delta")
    assert shown == "".join(block.text for block in content(events) if isinstance(block, TextBlock))
    assert mapper.feed(delta(0, text="late")) + mapper.finish() + mapper.fail(BROKEN) == []


@given(parts=st.lists(st.text(min_size=1, max_size=4), min_size=1), cut=st.integers(0, 3))
def test_how_the_text_is_split_makes_no_difference(parts: list[str], cut: int) -> None:
    again = [piece for part in parts for piece in (part[:cut], part[cut:])]
    assert content(mapped([START, *text(*parts), *end()])) == content(mapped([START, *text(*again), *end()]))
