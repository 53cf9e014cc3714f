"""Scenarios through the admin API and AWS's own protocol, read by botocore's parser."""

import base64
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.eventstream import EventStream
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.http.app import create_app
from bedrock_emulator.wire.events import decode_events

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
GPT_OSS = "openai.gpt-oss-120b-1:0"

_MODEL: Any = ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2"), "bedrock-runtime")
_PARSER: Any = create_parser("rest-json")


@pytest.fixture(scope="module")
def http() -> FlaskClient:
    """A server's app without a server; callers need no key."""
    client = create_app().test_client()
    client.put("/_emulator/labs/default", json={"auth": "off"})
    return client


def put(http: FlaskClient, *rules: Any, **members: Any) -> None:
    answer = http.put(
        "/_emulator/labs/default/scenario", json={"version": 1, "rules": list(rules), **members}
    )
    assert answer.status_code == 200, answer.text


def call(http: FlaskClient, operation: str, model: str, text: str = "hi") -> Any:
    path = {"Converse": "converse", "ConverseStream": "converse-stream"}[operation]
    body = {"messages": [{"role": "user", "content": [{"text": text}]}]}
    return http.post(f"/model/{model}/{path}", json=body)


class _Body:
    """Bytes as botocore expects them from urllib3."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> Iterator[bytes]:
        yield self._data


def whole(answer: Any) -> dict[str, Any]:
    raw = {"status_code": answer.status_code, "headers": dict(answer.headers), "body": answer.data}
    parsed: dict[str, Any] = _PARSER.parse(raw, _MODEL.operation_model("Converse").output_shape)
    return parsed


def streamed(answer: Any) -> list[dict[str, Any]]:
    shape = _MODEL.operation_model("ConverseStream").output_shape.members["stream"]
    return list(EventStream(_Body(answer.data), shape, _PARSER._event_stream_parser, "ConverseStream"))


def join(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The message that a program without any knowledge of the emulator puts together."""
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        ((name, payload),) = event.items()
        block = blocks.setdefault(
            payload.get("contentBlockIndex", -1), {"text": "", "input": "", "cited": []}
        )
        if name == "contentBlockStart":
            block.update(payload["start"])
        elif name == "contentBlockDelta":
            _add(block, payload["delta"])
    blocks.pop(-1)
    finished = [_finish(blocks[index]) for index in sorted(blocks)]
    return [block for block in finished if block != {"text": ""}]


def _add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    ((kind, value),) = delta.items()
    if kind == "text":
        block["text"] += value
    elif kind == "toolUse":
        block["input"] += value["input"]
    elif kind == "citation":
        block["cited"].append(value)
    elif kind == "image":
        block["image"].update(value)
    else:
        ((part, content),) = value.items()
        reasoning = block.setdefault("reasoning", {})
        reasoning[part] = reasoning.get(part, type(content)()) + content


def _finish(block: dict[str, Any]) -> dict[str, Any]:
    if "toolUse" in block:
        return {"toolUse": {**block["toolUse"], "input": json.loads(block["input"] or "{}")}}
    if "image" in block:
        return {"image": block["image"]}
    if "reasoning" in block:
        reasoning = block["reasoning"]
        return {
            "reasoningContent": reasoning if "redactedContent" in reasoning else {"reasoningText": reasoning}
        }
    if block["cited"]:
        return {"citationsContent": {"content": [{"text": block["text"]}], "citations": block["cited"]}}
    return {"text": block["text"]}


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: "{{" not in text
)
CHUNKER = st.sampled_from(["word", "words", "token", "character", "whole", "fragments"])


@st.composite
def texts_with_chunks(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    pieces = draw(st.lists(TEXTS, min_size=1, max_size=4))
    joined = "".join(pieces)
    options: dict[str, Any] = draw(
        st.sampled_from([{}, {"chunks": pieces}, {"repeat": 3}, {"chunks": pieces, "repeat": 2}])
    )
    return {kind: joined, **options} if "{{" not in joined else {kind: "x"}


BLOCKS = st.one_of(
    TEXTS,
    texts_with_chunks("text"),
    texts_with_chunks("reasoning"),
    st.fixed_dictionaries({"text": TEXTS, "citations": st.lists(TEXTS, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"reasoning": TEXTS, "signature": TEXTS}),
    st.builds(lambda data: {"redactedReasoning": base64.b64encode(data).decode()}, st.binary(min_size=1)),
    st.builds(lambda data: {"image": base64.b64encode(data).decode()}, st.binary(min_size=1)),
    st.fixed_dictionaries(
        {
            "toolUse": st.fixed_dictionaries(
                {"name": TEXTS},
                optional={
                    "input": st.dictionaries(TEXTS, st.integers(0, 9) | TEXTS, max_size=2),
                    "toolUseId": TEXTS,
                },
            )
        },
        optional={"chunks": CHUNKER},
    ),
    st.builds(lambda text: {"reasoningContent": {"reasoningText": {"text": text}}}, TEXTS),
)
COUNTS = st.integers(0, 2**31 - 1)
REPLIES = TEXTS | st.fixed_dictionaries(
    {"content": st.lists(BLOCKS, min_size=1, max_size=4) | TEXTS},
    optional={
        "chunks": CHUNKER,
        "stopReason": st.sampled_from(["end_turn", "max_tokens", "guardrail_intervened"]),
        "usage": st.dictionaries(
            st.sampled_from(["inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens"]), COUNTS
        ),
        "latencyMs": COUNTS,
        "additionalModelResponseFields": st.dictionaries(TEXTS, TEXTS, max_size=2),
    },
)
TEXT_CONDITIONS = st.fixed_dictionaries(
    {"contains": st.sampled_from(["h", "zzz"]) | TEXTS}, optional={"regex": st.just("^h")}
)
WHENS = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from(["Converse", "ConverseStream", "InvokeModel"]),
        "model": st.sampled_from(["*claude*", "amazon.*", NOVA]),
        "lastUserText": TEXT_CONDITIONS,
        "systemText": TEXT_CONDITIONS,
        "turn": st.integers(1, 3),
        "hasImage": st.booleans(),
        "toolResult": st.booleans(),
        "toolOffered": TEXTS,
        "caller": st.just({"kind": "anonymous"}),
        "jsonPath": st.builds(
            lambda text: {"path": "$.messages[*]..text", "equals": text}, TEXTS | st.just("hi")
        ),
    },
)
STEPS = st.builds(lambda reply: {"reply": reply}, REPLIES)
RULES = st.fixed_dictionaries({"reply": REPLIES}, optional={"when": WHENS}) | st.fixed_dictionaries(
    {
        "sequence": st.lists(TEXTS | STEPS, min_size=1, max_size=3),
        "then": st.sampled_from(["repeat-last", "loop"]),
    },
    optional={"when": WHENS},
)


@settings(max_examples=60)
@given(st.lists(RULES, max_size=3), REPLIES, st.sampled_from([CLAUDE, NOVA, GPT_OSS]))
def test_any_scenario_is_served_and_botocore_reads_the_same_message_from_both_forms(
    http, rules, reply, model
):
    rules = [*rules, {"reply": reply}]
    put(http, *({**rule, "when": {**rule.get("when", {}), "model": "*"}} for rule in rules))
    answer = whole(call(http, "Converse", model))
    assert answer["output"]["message"]["role"] == "assistant"

    put(http, {"reply": reply})
    answer, events = whole(call(http, "Converse", model)), streamed(call(http, "ConverseStream", model))
    assert join(events) == answer["output"]["message"]["content"]
    ends = {name: payload for event in events for name, payload in event.items()}
    assert ends["messageStop"]["stopReason"] == answer["stopReason"]
    assert ends["messageStop"].get("additionalModelResponseFields") == answer.get(
        "additionalModelResponseFields"
    )
    assert ends["metadata"]["usage"]["totalTokens"] == answer["usage"]["totalTokens"]
    assert ends["metadata"]["metrics"] == answer["metrics"]


EVENTS = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hel"}}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "lo"}}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "max_tokens"}},
    {
        "metadata": {
            "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
            "metrics": {"latencyMs": 4},
        }
    },
]


def test_converse_answers_with_the_events_put_together(http):
    put(http, {"reply": {"events": EVENTS}})
    answer = whole(call(http, "Converse", NOVA))
    assert answer["output"]["message"]["content"] == [{"text": "Hello"}]
    assert (answer["stopReason"], answer["metrics"]) == ("max_tokens", {"latencyMs": 4})
    assert answer["usage"]["totalTokens"] == 3
    assert streamed(call(http, "ConverseStream", NOVA)) == EVENTS


@pytest.mark.parametrize(
    "event",
    [
        {"messageStart": {}},
        {"contentBlockStart": {"start": {"toolUse": {}}}},
        {"contentBlockDelta": {"delta": {"toolUse": {}}}},
        {"contentBlockDelta": {"contentBlockIndex": 7, "delta": {"citation": {}}}},
        {"contentBlockStop": {}},
        {"messageStop": {}},
        {"metadata": {"usage": {}}},
        {"messageStop": {"stopReason": "x", "fromTomorrow": 1}},
    ],
    ids=str,
)
@pytest.mark.parametrize("model", [NOVA, CLAUDE, GPT_OSS])
def test_an_event_that_lacks_members_is_served_by_every_operation(http, event, model):
    put(http, {"reply": {"events": [event]}})
    assert whole(call(http, "Converse", model))["output"]["message"]["role"] == "assistant"
    assert len(streamed(call(http, "ConverseStream", model))) == 1
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9} if model == CLAUDE else {}
    content: Any = [{"text": "hi"}] if model == NOVA else "hi"
    for path in ("invoke", "invoke-with-response-stream"):
        answer = http.post(
            f"/model/{model}/{path}", json={**body, "messages": [{"role": "user", "content": content}]}
        )
        assert answer.status_code == 200, answer.text
        assert b"see its log" not in answer.data


def test_an_exception_among_the_events_is_the_error_of_converse(http):
    put(http, {"reply": {"events": [*EVENTS[:2], {"throttlingException": {"message": "Slow down."}}]}})
    answer = call(http, "Converse", NOVA)
    assert (answer.status_code, answer.json) == (429, {"message": "Slow down."})


def test_a_rule_orders_an_error_in_place_of_its_answer(http):
    put(http, {"fault": {"error": {"code": "ThrottlingException"}, "count": 1}, "reply": "at last"})
    assert call(http, "Converse", NOVA).status_code == 429
    assert whole(call(http, "Converse", NOVA))["output"]["message"]["content"] == [{"text": "at last"}]


def test_a_strict_scenario_answers_with_an_error_that_sdks_do_not_retry(http):
    put(http, {"when": {"lastUserText": {"equals": "ho"}}, "reply": "x"}, strict=True)
    answer = call(http, "Converse", NOVA)
    assert (answer.status_code, answer.headers["x-amzn-errortype"].partition(":")[0]) == (
        400,
        "ValidationException",
    )
    assert "lastUserText must be 'ho', and here it is 'hi'" in answer.json["message"]


def test_a_million_tokens_stream_in_constant_memory(http):
    put(http, {"reply": {"content": [{"text": "four", "repeat": 1_000_000, "chunks": ["fo", "ur"]}]}})
    body = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}
    tracemalloc.start()
    try:
        response = http.post(f"/model/{NOVA}/converse-stream", json=body, buffered=False)
        sizes = [len(piece) for piece, _ in zip(response.response, range(500), strict=False)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    response.close()
    assert sum(sizes) > 3_000_000
    assert peak < 10 * 1024 * 1024  # the journal keeps four


USE = {"toolUseId": "t", "name": "n", "input": {"kept": None}}
CITED = {"title": None, "location": {"web": None, "documentChar": {"documentIndex": 0, "start": None}}}


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ({"toolUse": {**USE, "type": None}}, {"toolUse": USE}),
        (
            {"toolResult": {"toolUseId": "a", "content": [None, {"json": {"kept": [None]}}], "status": None}},
            {"toolResult": {"toolUseId": "a", "content": [{"json": {"kept": [None]}}]}},
        ),
        (
            {"toolResult": {"toolUseId": "a", "content": [None]}},
            {"toolResult": {"toolUseId": "a", "content": []}},
        ),
        (
            {"document": {"name": "x", "source": {"content": [None]}}},
            {"document": {"name": "x", "source": {"content": []}}},
        ),
        (
            {"citationsContent": {"content": [None], "citations": None}},
            {"citationsContent": {"content": []}},
        ),
        (
            {"citationsContent": {"content": [{"text": "x"}], "citations": [None, CITED]}},
            {
                "citationsContent": {
                    "content": [{"text": "x"}],
                    "citations": [{"location": {"documentChar": {"documentIndex": 0}}}],
                }
            },
        ),
        (
            {"searchResult": {"source": "s", "title": "t", "content": [None], "citations": None}},
            {"searchResult": {"source": "s", "title": "t", "content": []}},
        ),
        (
            {"reasoningContent": {"reasoningText": {"text": "x", "signature": None}}},
            {"reasoningContent": {"reasoningText": {"text": "x"}}},
        ),
        (
            {"image": {"format": "png", "source": {"bytes": "AAAA"}, "error": None}},
            {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        ),
        ({"cachePoint": {"type": "default", "ttl": None}}, {"cachePoint": {"type": "default"}}),
        ({"toolUse": {**USE, "fromTomorrow": [None]}}, {"toolUse": {**USE, "fromTomorrow": [None]}}),
    ],
)
def test_nulls_count_as_left_out_and_what_is_stored_can_be_answered(http, stated, kept):
    put(http, {"reply": {"content": [stated]}})
    assert call(http, "Converse", NOVA).json["output"]["message"]["content"] == [kept]
    assert decode_events(call(http, "ConverseStream", NOVA).data)[-1]["type"] == "metadata"
