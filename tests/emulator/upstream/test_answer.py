"""What the chunks of a chat completion become."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.call import Event
from bedrock_emulator.errors import UpstreamError
from bedrock_emulator.reply.collect import reply_of
from bedrock_emulator.reply.reply import Usage
from bedrock_emulator.reply.signatures import verdict
from bedrock_emulator.upstream.answer import Telling
from bedrock_emulator.upstream.chunk import read_chunk
from tests.emulator.state.asking import ask
from tests.emulator.state.samples import CLAUDE

NOVA = "amazon.nova-lite-v1:0"


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish, **more}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def call(
    index: int, arguments: str = "", name: str | None = None, call_id: str | None = None
) -> dict[str, Any]:
    """A chunk with one fragment."""
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    fragment = {"index": index, "function": function}
    return chunk({"tool_calls": [fragment if call_id is None else {**fragment, "id": call_id}]})


def tell(
    chunks: Iterable[dict[str, Any]], *, model: str = NOVA, operation: str = "Converse", **params: Any
) -> list[Event]:
    telling = Telling(ask(operation=operation, names=(model,), **params), elapsed_ms=lambda: 7)
    events = list(telling.begin())
    for each in chunks:
        events += telling.take(read_chunk(json.dumps(each).encode()))
    return [*events, *telling.end()]


def shown(events: list[Event]) -> list[Any]:
    """The events in short: block and delta, `start` or `stop`."""
    short: list[Any] = []
    for name, payload in events:
        index = payload.get("contentBlockIndex")
        match name:
            case "contentBlockStart":
                short.append((index, payload["start"]["toolUse"]["name"]))
            case "contentBlockDelta":
                short.append((index, payload["delta"]))
            case "contentBlockStop":
                short.append((index, "stop"))
    return short


def test_a_text_is_told_piece_by_piece():
    events = tell(
        [chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}), chunk({"content": "lo"})]
    )
    assert events == [
        ("messageStart", {"role": "assistant"}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hel"}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "lo"}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": "end_turn"}),
        (
            "metadata",
            {
                "usage": {"inputTokens": 4, "outputTokens": 2, "totalTokens": 6, "serverToolUsage": {}},
                "metrics": {"latencyMs": 7},
            },
        ),
    ]


@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
def test_reasoning_is_a_block_before_the_text_and_signed_where_the_family_signs(member: str):
    chunks = [chunk({member: "h"}), chunk({member: "m"}), chunk({"content": "a"})]
    assert shown(tell(chunks)) == [
        (0, {"reasoningContent": {"text": "h"}}),
        (0, {"reasoningContent": {"text": "m"}}),
        (0, "stop"),
        (1, {"text": "a"}),
        (1, "stop"),
    ]
    block = reply_of(tell(chunks, model=CLAUDE)).blocks[0]
    assert verdict(block["reasoningContent"]["reasoningText"]["signature"], "hm") == "intact"


def test_a_tool_call_is_told_as_it_comes():
    chunks = [call(0, "", "add", "call_1"), call(0, '{"a"'), call(0, ":1}"), chunk(finish="tool_calls")]
    assert shown(tell(chunks)) == [
        (0, "add"),
        (0, {"toolUse": {"input": '{"a"'}}),
        (0, {"toolUse": {"input": ":1}"}}),
        (0, "stop"),
    ]
    assert reply_of(tell(chunks)).stop_reason == "tool_use"


def test_fragments_of_calls_in_turn_become_one_block_after_the_other():
    chunks = [
        call(0, '{"a', "first", "call_a"),
        call(1, '{"b', "second", "call_b"),
        call(0, '":1}'),
        call(1, '":2}'),
    ]
    assert shown(tell(chunks)) == [
        (0, "first"),
        (0, {"toolUse": {"input": '{"a'}}),
        (0, {"toolUse": {"input": '":1}'}}),
        (0, "stop"),
        (1, "second"),
        (1, {"toolUse": {"input": '{"b'}}),
        (1, {"toolUse": {"input": '":2}'}}),
        (1, "stop"),
    ]


def test_the_second_call_is_told_before_the_answer_ends():
    telling = Telling(ask(names=(NOVA,)), elapsed_ms=lambda: 0)
    events: list[Event] = []
    for each in (call(0, "{}", "first", "a"), call(1, '{"b":', "second", "b")):
        events += telling.take(read_chunk(json.dumps(each).encode()))
    assert shown(events)[-2:] == [(1, "second"), (1, {"toolUse": {"input": '{"b":'}})]


CALLS = {"first": {"a": [1, {"b": "}"}]}, "second": {"text": 'quoted " and \\'}, "third": {}}


@given(st.data())
def test_any_cut_and_any_order_of_fragments_gives_the_same_message(data: st.DataObject):
    waiting = {}
    for index, (name, arguments) in enumerate(CALLS.items()):
        text = json.dumps(arguments)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        waiting[index] = [
            call(index, pieces[0], name, f"id-{name}"),
            *(call(index, each) for each in pieces[1:]),
        ]
    chunks = [waiting[index].pop(0) for index in waiting]
    while any(waiting.values()):
        chosen = data.draw(st.sampled_from([index for index, left in waiting.items() if left]))
        chunks.append(waiting[chosen].pop(0))
    uses = [block["toolUse"] for block in reply_of(tell(chunks)).blocks]
    assert [(use["name"], use["input"], use["toolUseId"]) for use in uses] == [
        (name, arguments, f"id-{name}") for name, arguments in CALLS.items()
    ]


def test_calls_that_all_have_the_index_0_are_told_apart_by_their_ids():
    chunks = [call(0, '{"n":1}', "add", "a"), call(0, '{"n":2}', "add", "b")]
    assert [block["toolUse"]["input"] for block in reply_of(tell(chunks)).blocks] == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    "call_id", [None, "", "with space", "x" * 65], ids=["none", "empty", "space", "long"]
)
def test_an_id_that_a_client_could_not_send_back_is_replaced(call_id: str | None):
    (block,) = reply_of(tell([call(0, "{}", "add", call_id)])).blocks
    assert block["toolUse"]["toolUseId"].startswith("tooluse_")


def test_two_calls_never_share_an_id():
    calls = [call(0, "{}", "add", "same"), call(1, "{}", "add", "same")]
    first, second = (block["toolUse"]["toolUseId"] for block in reply_of(tell(calls)).blocks)
    assert first == "same" != second


def test_an_answer_in_one_piece_is_told_too():
    function = {"name": "add", "arguments": '{"a": 1}'}
    message = {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [{"id": "c", "function": function}],
    }
    whole = {"object": "chat.completion", "choices": [{"message": message, "finish_reason": "tool_calls"}]}
    assert reply_of(tell([whole])).blocks == (
        {"text": "Let me see."},
        {"toolUse": {"toolUseId": "c", "name": "add", "input": {"a": 1}}},
    )


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        pytest.param(chunk(finish="stop"), "end_turn", id="stop"),
        pytest.param(chunk(finish="length"), "max_tokens", id="length"),
        pytest.param(chunk(finish="content_filter"), "content_filtered", id="content_filter"),
        pytest.param(chunk(finish="stop", stop_reason="END"), "stop_sequence", id="stop sequence of vLLM"),
        pytest.param(chunk(finish="stop", stop_reason=128009), "end_turn", id="stop token of vLLM"),
        pytest.param(chunk(finish="eos"), "end_turn", id="unknown"),
    ],
)
def test_finish_reasons(last: dict[str, Any], reason: str):
    chunks = [chunk({"content": "a"}), last]
    params: dict[str, Any] = {
        "inferenceConfig": {"stopSequences": ["END"]},
    }
    reply = reply_of(tell(chunks, **params))
    expected = {"stop_sequence": "END"} if reason == "stop_sequence" else None
    assert (reply.stop_reason, reply.additional_fields) == (reason, expected)


@pytest.mark.parametrize(
    ("paths", "fields"),
    [([], None), (["/stop_sequence"], {"stop_sequence": "END"})],
    ids=["not", "asked for"],
)
def test_a_converse_stream_has_the_stop_sequence_if_it_is_asked_for(paths: list[str], fields: Any):
    last = chunk({"content": "a"}, "stop", stop_reason="END")
    params: dict[str, Any] = {
        "inferenceConfig": {"stopSequences": ["END"]},
        "additionalModelResponseFieldPaths": paths,
    }
    assert reply_of(tell([last], operation="ConverseStream", **params)).additional_fields == fields


def test_stop_after_tool_calls_is_tool_use():
    assert reply_of(tell([call(0, "{}", "add", "a"), chunk(finish="stop")])).stop_reason == "tool_use"


def test_a_call_that_is_cut_at_the_token_limit_says_so():
    events = tell([call(0, '{"a', "add", "a"), chunk(finish="length")])
    assert shown(events)[-2:] == [(0, {"toolUse": {"input": '{"a'}}), (0, "stop")]
    assert reply_of(events).stop_reason == "max_tokens"


@pytest.mark.parametrize(
    ("counted", "usage"),
    [
        pytest.param(
            {"prompt_tokens": 30, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 10}},
            Usage(input_tokens=20, output_tokens=5, cache_read_tokens=10, cache_points=True, stated_total=35),
            id="with cached tokens",
        ),
        pytest.param(
            {"prompt_tokens": 30, "completion_tokens": 5, "prompt_tokens_details": None},
            Usage(input_tokens=30, output_tokens=5, stated_total=35),
            id="plain",
        ),
        pytest.param(
            {"completion_tokens": 5}, Usage(input_tokens=4, output_tokens=5, stated_total=9), id="half"
        ),
    ],
)
def test_tokens_are_those_of_the_upstream(counted: dict[str, Any], usage: Usage):
    chunks = [chunk({"content": "Hello"}, "stop"), {"choices": [], "usage": counted}]
    assert reply_of(tell(chunks)).usage == usage


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param(b"{", "not JSON", id="cut"),
        pytest.param(b"[]", "not a JSON object", id="list"),
        pytest.param(b'{"message": "wrong server"}', "without 'choices'", id="another document"),
        pytest.param(b'{"choices": {}}', "'choices' is not a list", id="choices"),
        pytest.param(b'{"choices": [1]}', "'choices\\[0\\]' is not an object", id="choice"),
        pytest.param(b'{"choices": [{"delta": {"content": []}}]}', "'content' is not a string", id="content"),
        pytest.param(b'{"choices": [{"delta": {"tool_calls": [1]}}]}', "'a tool call'", id="call"),
        pytest.param(
            b'{"choices": [{"delta": {"tool_calls": [{"function": {"arguments": 1}}]}}]}',
            "arguments",
            id="arguments",
        ),
        pytest.param(b'{"usage": {"prompt_tokens": -1}}', "no count of tokens", id="count"),
        pytest.param(b'{"usage": {"prompt_tokens": true}}', "not a whole number", id="count that is none"),
    ],
)
def test_a_chunk_that_is_none_is_named(written: bytes, problem: str):
    with pytest.raises(UpstreamError, match=problem):
        read_chunk(written)


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        ({"message": "out of memory", "code": 500}, "out of memory", 500),
        ({"message": "m", "code": "oom"}, "m", None),
        ("bare", "bare", None),
    ],
    ids=["code", "word", "text"],
)
def test_an_error_among_the_chunks_is_one(error: Any, said: str, status: int | None):
    with pytest.raises(UpstreamError) as reported:
        read_chunk(json.dumps({"error": error}).encode())
    assert (reported.value.said, reported.value.status) == (said, status)


def test_a_call_without_a_name_cannot_be_followed():
    with pytest.raises(UpstreamError, match="has no name"):
        tell([call(0, "{}")])


def test_arguments_that_nest_beyond_measure_cannot_be_followed():
    with pytest.raises(UpstreamError, match="nest deeper"):
        tell([call(0, "[" * 300 + "]" * 300, "add", "a")])
