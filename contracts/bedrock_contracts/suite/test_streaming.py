"""STRM: the events of a reply."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.handle import TERMINAL_EVENTS, Reply
from bedrock_contracts.lab import Bench, World
from bedrock_contracts.suite.search import searched
from bedrock_contracts.suite.worlds import MODEL, begin, end, model, says, text, tool_use

BLOCKS = {"text": "text", "thinking": "thinking", "toolcall": "toolCall"}
"""The event prefix of each content block, and the type it has in the message."""

TOOL_CALL = ("toolcall-1", "lookup", {"city": "Zürich", "days": [1, 2], "deep": {"x": None}})
SENTENCE = "A short answer, in several pieces, some of them odd 🙂."


def split_at(whole: str, cuts: set[int]) -> list[str]:
    """The text in pieces."""
    places = [0, *sorted(cuts), len(whole)]
    return [whole[start:stop] for start, stop in pairwise(places) if start != stop]


def world(*events: dict[str, Any]) -> World:
    return World(models=[model()], rules=says(*events))


def blocks_of(reply: Reply) -> dict[int, list[Any]]:
    """The block events by content index."""
    grouped: dict[int, list[Any]] = {}
    for event in reply.events:
        if event.content_index is not None:
            grouped.setdefault(event.content_index, []).append(event)
    return grouped


def grammar_fault(reply: Reply) -> str | None:
    """What is wrong with the order of the block events, if anything."""
    open_block: tuple[str, int] | None = None
    for event in reply.events:
        prefix, _, part = event.type.rpartition("_")
        if prefix not in BLOCKS:
            continue
        here = (prefix, -1 if event.content_index is None else event.content_index)
        if part == "start" and open_block:
            return f"{event.type} came while {open_block} was open"
        if part != "start" and open_block != here:
            return f"{event.type} of block {here[1]} came while {open_block} was open"
        open_block = None if part == "end" else here
    return f"{open_block} was never ended" if open_block else None


@requirement("STRM-001", "STRM-002", "STRM-003", "STRM-004", "STRM-005", "STRM-007", "STRM-008", "STRM-010")
def test_a_whole_answer_becomes_well_formed_events(bench: Bench, check: Check) -> None:
    tool_id, name, arguments = TOOL_CALL
    pieces = split_at(json.dumps(arguments), {1, 9, 20})
    events = (
        begin(),
        *text("Let me ", "see."),
        *tool_use(tool_id, name, "", *pieces, index=1),
        *end("tool_use"),
    )
    with bench.case(world=world(*events)) as case:
        reply = case.ask(MODEL)
        with check("STRM-001"):
            calls = [exchange["operation"] for exchange in case.requests()]
            assert calls == ["ConverseStream"], f"the model was called through {calls or 'nothing'}"
        with check("STRM-002"):
            starts = [place for place, kind in enumerate(reply.types) if kind == "start"]
            assert starts == [0], f"`start` came at {starts}; events: {reply.outline()}"
        with check("STRM-003"):
            terminal = [kind for kind in reply.types if kind in TERMINAL_EVENTS]
            assert terminal == reply.types[-1:] == ["done"], f"events: {reply.outline()}"
        with check("STRM-004"):
            assert not grammar_fault(reply), f"{grammar_fault(reply)}; events: {reply.outline()}"
            indexes = sorted(blocks_of(reply))
            assert indexes == [0, 1], f"two content blocks were sent, the events have the indexes {indexes}"
        with check("STRM-005"):
            assert deltas_of(reply, 0) == reply.text == "Let me see.", (
                f"shown {deltas_of(reply, 0)!r}, kept {reply.text!r}"
            )
        with check("STRM-007"):
            assert "text_start" in reply.types, f"the text block was never opened: {reply.outline()}"
        with check("STRM-008"):
            calls = [block for block in reply.message.content if block.get("type") == "toolCall"]
            seen = [(call.get("id"), call.get("name"), call.get("arguments")) for call in calls]
            assert seen == [TOOL_CALL], f"the model sent {TOOL_CALL}, the message has {seen}"
        with check("STRM-010"):
            usage = reply.message.usage
            assert usage, "the final message has no usage"
            assert (usage.input, usage.output) == (11, 7), (
                f"the service counted 11 and 7 tokens, reported {usage}"
            )


def deltas_of(reply: Reply, index: int) -> str:
    return "".join(
        event.delta or "" for event in blocks_of(reply).get(index, ()) if event.type.endswith("_delta")
    )


@requirement("STRM-005", "STRM-006")
def test_how_the_text_is_split_makes_no_difference(bench: Bench, check: Check) -> None:
    with bench.case() as case:

        @searched(bench)
        @given(cuts=st.sets(st.integers(1, len(SENTENCE) - 1)))
        def holds_for(cuts: set[int]) -> None:
            case.furnish(world(begin(), *text(*split_at(SENTENCE, cuts)), *end()))
            reply = case.ask(MODEL).succeeded()
            with check("STRM-006"):
                assert reply.text == SENTENCE, f"split at {sorted(cuts)}, the message became {reply.text!r}"
            with check("STRM-005"):
                shown = deltas_of(reply, 0)
                assert shown == reply.text, f"the deltas give {shown!r}, the message {reply.text!r}"

        holds_for()


VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
ARGUMENTS = st.dictionaries(
    st.text(min_size=1, max_size=6), VALUES | st.lists(VALUES, max_size=3), max_size=4
)


@requirement("STRM-008")
def test_tool_arguments_survive_any_fragmentation(bench: Bench, check: Check) -> None:
    with bench.case() as case:

        @searched(bench)
        @given(arguments=ARGUMENTS, plain=st.booleans(), data=st.data())
        def holds_for(*, arguments: dict[str, Any], plain: bool, data: st.DataObject) -> None:
            whole = json.dumps(arguments, ensure_ascii=plain)
            cuts = data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=6))
            case.furnish(world(begin(), *tool_use("t1", "act", *split_at(whole, cuts)), *end("tool_use")))
            content = case.ask(MODEL).succeeded().message.content
            with check("STRM-008"):
                seen = [block.get("arguments") for block in content]
                assert seen == [arguments], f"the model sent {arguments}, the message has {seen}"

        holds_for()


@requirement("STRM-009")
@pytest.mark.parametrize(
    ("raw", "expected"),
    [("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("tool_use", "toolUse")],
)
def test_stop_reasons_have_one_meaning_each(bench: Bench, check: Check, raw: str, expected: str) -> None:
    middle = tool_use("t1", "act", "{}") if raw == "tool_use" else text("Well.")
    with bench.case(world=world(begin(), *middle, *end(raw))) as case, check("STRM-009"):
        reply = case.ask(MODEL).succeeded()
        assert reply.last.reason == expected, f"{raw} was reported as {reply.last.reason!r}"
        assert reply.message.stop_reason == expected, (
            f"the message says {reply.message.stop_reason!r} for {raw}"
        )


@requirement("STRM-003", "STRM-011")
@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ModelStreamErrorException", "InternalServerException"]
)
@pytest.mark.parametrize("after", [2, 3])
def test_an_exception_in_the_stream_is_an_error_that_keeps_the_text(
    bench: Bench, check: Check, code: str, after: int
) -> None:
    fault = {"operation": "ConverseStream", "stream": {"exceptionAfterEvents": after, "code": code}}
    broken = World(models=[model()], rules=says(begin(), *text("one ", "two "), *end()), faults=[fault])
    with bench.case(world=broken) as case:
        expect_error(case.ask(MODEL), check, "STRM-011", "one two "[: 4 * (after - 1)])


@requirement("STRM-003", "STRM-012")
@pytest.mark.parametrize("after", [1, 2, 3, 4], ids="after {} events".format)
def test_a_cut_before_the_end_is_an_error(bench: Bench, check: Check, after: int) -> None:
    fault = {"operation": "ConverseStream", "stream": {"endAfterEvents": after}}
    broken = World(models=[model()], rules=says(begin(), *text("one ", "two "), *end()), faults=[fault])
    with bench.case(world=broken) as case:
        expect_error(case.ask(MODEL), check, "STRM-012", "one two "[: 4 * (after - 1)])


def expect_error(reply: Reply, check: Check, name: str, kept: str) -> None:
    with check("STRM-003"):
        terminal = [kind for kind in reply.types if kind in TERMINAL_EVENTS]
        assert len(terminal) == 1, f"{len(terminal)} terminal events: {reply.outline()}"
        assert terminal == reply.types[-1:], f"events after the terminal one: {reply.outline()}"
    with check(name):
        assert reply.last.type == "error", (
            f"a broken stream ended with {reply.last.type!r}: {reply.outline()}"
        )
        assert reply.last.error, "the error event carries no error value"
        assert reply.text == kept, f"the text so far was {kept!r}, the message keeps {reply.text!r}"


@requirement("STRM-015")
def test_reasoning_and_its_signature_are_kept(bench: Bench, check: Check) -> None:
    thought = [
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": part}}}
        for part in ({"text": "First "}, {"text": "this."}, {"signature": "c2lnbmF0dXJl"})
    ]
    closed = {"contentBlockStop": {"contentBlockIndex": 0}}
    events = (begin(), *thought, closed, *text("Done.", index=1), *end())
    with bench.case(world=world(*events)) as case, check("STRM-015"):
        content = case.ask(MODEL).succeeded().message.content
        thinking = [block for block in content if block.get("type") == "thinking"]
        seen = [(block.get("thinking"), block.get("signature")) for block in thinking]
        assert seen == [("First this.", "c2lnbmF0dXJl")], f"the reasoning became {seen}"
