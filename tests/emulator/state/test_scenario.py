from dataclasses import replace
from typing import Any

import orjson
import pytest

from bedrock_emulator.call import Call, Caller
from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.http.streaming import frames_of
from bedrock_emulator.model.serialize import to_json
from bedrock_emulator.operations.runtime.converse import converse, converse_stream
from bedrock_emulator.state.scenario import ContentReply, EventsReply, Scenario, compile_scenario
from bedrock_emulator.state.schema import check_document
from bedrock_emulator.wire.events import decode_events, paddings
from tests.emulator.state.samples import CLAUDE, api, fresh_lab


def scenario(*rules: dict[str, Any]) -> Scenario:
    document = {"version": 1, "rules": list(rules)}
    check_document(document, "Scenario")
    return compile_scenario(document, api=api())


def text_of(reply: object) -> str:
    assert isinstance(reply, ContentReply)
    return str(reply.content[0]["text"])


def rule(text: str, **when: str) -> dict[str, Any]:
    return {"when": when, "reply": {"content": [{"text": text}]}}


def test_without_rules_nothing_matches():
    assert scenario().match("Converse", [CLAUDE]) is None


def test_the_first_rule_that_matches_answers():
    rules = scenario(rule("nova", model="amazon.nova-*"), rule("first", model="anthropic.*"), rule("second"))
    assert text_of(rules.match("Converse", [CLAUDE])) == "first"
    assert text_of(rules.match("Converse", ["cohere.command-r-v1:0"])) == "second"


def test_a_profile_is_meant_by_a_rule_for_its_base_model():
    rules = scenario(rule("claude", model="anthropic.claude-*"))
    assert rules.match("Converse", [f"us.{CLAUDE}", CLAUDE]) is not None


def test_a_reply_with_content_has_defaults_that_fit_it():
    reply = scenario(rule("hi")).match("Converse", [CLAUDE])
    assert reply == ContentReply(
        content=({"text": "hi"},), stop_reason="end_turn", usage=None, additional_fields=None
    )


def test_a_tool_use_stops_for_the_tool():
    block = {"toolUse": {"toolUseId": "t", "name": "n", "input": {}}}
    reply = scenario({"reply": {"content": [{"text": "x"}, block]}}).match("Converse", [])
    assert isinstance(reply, ContentReply)
    assert reply.stop_reason == "tool_use"


def test_what_a_reply_states_is_kept():
    stated = {
        "content": [],
        "stopReason": "anything_new",
        "usage": {"inputTokens": 3, "cacheReadInputTokens": 9},
        "additionalModelResponseFields": {"stop_sequence": "END"},
    }
    reply = scenario({"reply": stated}).match("Converse", [])
    assert reply == ContentReply(
        content=(),
        stop_reason="anything_new",
        usage={"inputTokens": 3, "cacheReadInputTokens": 9},
        additional_fields={"stop_sequence": "END"},
    )


def test_a_name_that_breaks_its_pattern_is_said_all_the_same():
    block = {"toolUse": {"toolUseId": "no id at all!", "name": "two words", "input": {}}}
    assert scenario({"reply": {"content": [block]}}).match("Converse", []) is not None


USE = {"toolUseId": "t", "name": "n", "input": {"kept": None}}
CITED = {"title": None, "location": {"web": None, "documentChar": {"documentIndex": 0, "start": None}}}


@pytest.mark.parametrize(
    ("given", "kept"),
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
def test_nulls_count_as_left_out_and_what_is_stored_can_be_answered(given, kept):
    lab = fresh_lab()
    lab.put("scenario", {"version": 1, "rules": [{"reply": {"content": [given]}}]})
    call = Call(
        lab=lab,
        operation=api().operations["Converse"],
        caller=Caller(kind="anonymous", account="123456789012"),
        region="us-east-1",
        account="123456789012",
        request_id="r-1",
    )
    params = {"modelId": "amazon.nova-lite-v1:0", "messages": [{"role": "user", "content": [{"text": "hi"}]}]}
    answer = converse(call, params)
    assert answer["output"]["message"]["content"] == [kept]
    assert orjson.loads(to_json(answer))["output"]["message"]["content"] == [kept]
    streamed = converse_stream(replace(call, operation=api().operations["ConverseStream"]), params)
    events = decode_events(b"".join(frames_of(streamed, paddings("r-1"))))
    assert events[-1]["type"] == "metadata"


@pytest.mark.parametrize(
    "block",
    [
        {"text": None},
        {"toolUse": {**USE, "input": None}},
        {"toolUse": None},
        {"toolResult": {"toolUseId": "a", "content": None}},
        {"toolResult": {"toolUseId": "a", "content": [{"text": None}]}},
        {"document": {"name": "x", "source": None}},
        {"reasoningContent": {"reasoningText": {"text": None}}},
        {"citationsContent": {"content": [{"text": None}]}},
        {"searchResult": {"source": "s", "title": "t", "content": [{"text": None}]}},
    ],
)
def test_a_null_that_nothing_can_do_without_is_refused(block):
    with pytest.raises(AdminError) as refused:
        scenario({"reply": {"content": [block]}})
    assert refused.value.path == "rules[0].reply.content[0]"


def test_events_answer_only_the_operation_whose_events_they_are():
    events = [{"messageStart": {"role": "assistant"}}, {"messageStop": {"stopReason": "end_turn"}}]
    rules = scenario({"reply": {"events": events}}, rule("content"))
    assert isinstance(rules.match("ConverseStream", [CLAUDE]), EventsReply)
    assert text_of(rules.match("Converse", [CLAUDE])) == "content"


def test_an_exception_among_the_events_is_raised_after_them():
    events = [
        {"messageStart": {"role": "assistant"}},
        {"modelStreamErrorException": {"message": "Broken.", "originalStatusCode": 500}},
    ]
    reply = scenario({"reply": {"events": events}}).match("ConverseStream", [])
    assert isinstance(reply, EventsReply)
    stream = iter(reply)
    assert next(stream) == ("messageStart", {"role": "assistant"})
    with pytest.raises(AwsError) as raised:
        next(stream)
    error = raised.value
    assert (error.code, error.message, error.members) == (
        "ModelStreamErrorException",
        "Broken.",
        {"originalStatusCode": 500},
    )


def test_a_reply_can_be_streamed_again_and_again():
    reply = scenario({"reply": {"events": [{"metadata": {}}]}}).match("ConverseStream", [])
    assert isinstance(reply, EventsReply)
    assert list(reply) == list(reply) == [("metadata", {})]


@pytest.mark.parametrize(
    ("wrong", "path", "message"),
    [
        ({"reply": {"content": [{"txt": "x"}]}}, "rules[0].reply.content[0].txt", "did you mean 'text'"),
        (
            {"reply": {"content": [{"text": "x", "toolUse": {}}]}},
            "rules[0].reply.content[0]",
            "at most 1 member",
        ),
        ({"reply": {"content": [{}]}}, "rules[0].reply.content[0]", "at least 1 member"),
        ({"reply": {"content": ["x"]}}, "rules[0].reply.content[0]", "an object"),
        (
            {"reply": {"events": [{"messageStrat": {}}]}},
            "rules[0].reply.events[0].messageStrat",
            "did you mean 'messageStart'",
        ),
        (
            {"reply": {"content": [{"text": 5}]}},
            "rules[0].reply.content[0]",
            r"can not be converted to a String at .*content\[0\].text",
        ),
        ({"reply": {"content": [{"toolUse": {"name": "n"}}]}}, "rules[0].reply.content[0]", "toolUseId"),
        ({"reply": {"content": [{"reasoningContent": {}}]}}, "rules[0].reply.content[0]", "reasoningContent"),
        (
            {"reply": {"content": [{"image": {"format": "png", "source": {"bytes": "%%"}}}]}},
            "rules[0].reply.content[0]",
            "base64",
        ),
        ({"reply": {"events": []}}, "rules[0].reply.events", "at least 1 items"),
        ({"reply": {"events": [{"metadata": 1}]}}, "rules[0].reply.events[0].metadata", "an object"),
        (
            {"reply": {"events": [{"throttlingException": {}}, {"metadata": {}}]}},
            "rules[0].reply.events[1]",
            "nothing follows 'throttlingException'",
        ),
        (
            {"when": {"operation": "Converse"}, "reply": {"events": [{"metadata": {}}]}},
            "rules[0].reply.events",
            "give 'content' for Converse",
        ),
        (
            {"reply": {"events": [{"metadata": {}}], "stopReason": "x"}},
            "rules[0].reply",
            "'stopReason' needs 'content'",
        ),
        ({"reply": {}}, "rules[0].reply", "exactly one of 'content', 'events'"),
        ({"when": {"modle": "x"}, "reply": {"content": []}}, "rules[0].when.modle", "did you mean 'model'"),
        (
            {"when": {"operation": "Convers"}, "reply": {"content": []}},
            "rules[0].when.operation",
            "'Converse'",
        ),
        (
            {"reply": {"content": [], "usage": {"inputTokens": -1}}},
            "rules[0].reply.usage.inputTokens",
            "at least 0",
        ),
        ({"when": {}}, "rules[0]", "'reply' is missing"),
    ],
)
def test_a_wrong_rule_names_its_place_and_what_is_wrong(wrong, path, message):
    with pytest.raises(AdminError, match=message) as refused:
        scenario(wrong)
    assert (refused.value.status, refused.value.path) == (400, path)


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_only_version_1_is_read(version):
    with pytest.raises(AdminError, match="must be 1") as refused:
        check_document({"version": version, "rules": []}, "Scenario")
    assert refused.value.path == "version"
