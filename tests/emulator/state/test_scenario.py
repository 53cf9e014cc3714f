from typing import Any

import pytest

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.reply import Usage
from bedrock_emulator.state.replies import EventsReply
from bedrock_emulator.state.schema import check_document
from tests.emulator.state.asking import ask, reply_to, scenario, script, text_of
from tests.emulator.state.samples import CLAUDE

NOVA = "amazon.nova-lite-v1:0"


def rule(text: str, **when: Any) -> dict[str, Any]:
    return {"when": when, "reply": {"content": [{"text": text}]}}


def said(reply: Any, **params: Any) -> Any:
    return reply_to(script({"reply": reply}), ask(**params))


def test_without_rules_nothing_matches():
    assert script().turn(ask()) is None


def test_the_first_rule_that_matches_answers():
    rules = script(rule("nova", model="amazon.nova-*"), rule("first", model="anthropic.*"), rule("second"))
    assert text_of(rules, ask()) == "first"
    assert text_of(rules, ask(names=("cohere.command-r-v1:0",))) == "second"


def test_a_profile_is_meant_by_a_rule_for_its_base_model():
    rules = script(rule("claude", model="anthropic.claude-*"))
    assert text_of(rules, ask(names=(f"us.{CLAUDE}", CLAUDE))) == "claude"


def test_a_reply_with_content_has_defaults_that_fit_it():
    reply = said({"content": [{"text": "hi there"}]})
    assert (reply.blocks, reply.stop_reason, reply.additional_fields) == (
        ({"text": "hi there"},),
        "end_turn",
        None,
    )
    assert reply.usage == Usage(input_tokens=4, output_tokens=2)


@pytest.mark.parametrize("short", ["hi", {"content": "hi"}, {"content": ["hi"]}])
def test_a_text_stands_for_a_reply_a_content_or_a_block(short):
    assert said(short) == said({"content": [{"text": "hi"}]})


def test_a_tool_use_stops_for_the_tool():
    block = {"toolUse": {"toolUseId": "t", "name": "n", "input": {}}}
    assert said({"content": [{"text": "x"}, block]}).stop_reason == "tool_use"


def test_what_a_reply_states_is_kept():
    reply = said(
        {
            "content": [],
            "stopReason": "anything_new",
            "usage": {
                "inputTokens": 3,
                "cacheReadInputTokens": 9,
                "cacheWriteInputTokens": 8,
                "totalTokens": 99,
            },
            "additionalModelResponseFields": {"stop_sequence": "END"},
            "latencyMs": 17,
        }
    )
    usage = Usage(input_tokens=3, output_tokens=0, cache_read_tokens=9, cache_write_tokens=8, stated_total=99)
    assert (reply.blocks, reply.stop_reason, reply.usage) == ((), "anything_new", usage)
    assert (reply.additional_fields, reply.latency_ms) == ({"stop_sequence": "END"}, 17)


def test_a_name_that_breaks_its_pattern_is_said_all_the_same():
    block = {"toolUse": {"toolUseId": "no id at all!", "name": "two words", "input": {}}}
    assert said({"content": [block]}).blocks == (block,)


def reasoned(text: str, **signature: str) -> dict[str, Any]:
    return {"reasoningContent": {"reasoningText": {"text": text, **signature}}}


PNG, WEBP = "iVBORw0KGgoAAAA=", "UklGRgAAAABXRUJQ"


@pytest.mark.parametrize(
    ("short", "block"),
    [
        ({"reasoning": "Hm.", "signature": "c2ln"}, reasoned("Hm.", signature="c2ln")),
        ({"reasoning": "Hm.", "signature": None}, reasoned("Hm.")),
        ({"redactedReasoning": "AAAA"}, {"reasoningContent": {"redactedContent": "AAAA"}}),
        (
            {"text": "Blue.", "citations": ["Sky", {"title": "Sea", "source": "sea.txt"}]},
            {
                "citationsContent": {
                    "content": [{"text": "Blue."}],
                    "citations": [{"title": "Sky"}, {"title": "Sea", "source": "sea.txt"}],
                }
            },
        ),
        ({"image": PNG}, {"image": {"format": "png", "source": {"bytes": PNG}}}),
        ({"image": WEBP}, {"image": {"format": "webp", "source": {"bytes": WEBP}}}),
        ({"text": "ab", "repeat": 3}, {"text": "ababab"}),
    ],
    ids=["signed", "unsigned", "redacted", "citations", "png", "webp", "repeat"],
)
def test_a_short_form_is_a_converse_block(short, block):
    assert said({"content": [short]}, names=(NOVA,)).blocks == (block,)


def test_reasoning_without_a_signature_is_signed_for_the_models_that_sign():
    claude, nova = (
        said({"content": [{"reasoning": "Hm."}]}, names=(name,)).blocks[0] for name in (CLAUDE, NOVA)
    )
    assert len(claude["reasoningContent"]["reasoningText"]["signature"]) > 80
    assert nova == reasoned("Hm.")


def test_a_tool_use_without_an_id_gets_one_that_follows_from_the_request():
    two = {"content": [{"toolUse": {"name": "f"}}, {"toolUse": {"name": "f", "input": {"a": 1}}}]}
    first, second = (block["toolUse"] for block in said(two).blocks)
    assert (first["input"], second["input"]) == ({}, {"a": 1})
    assert first["toolUseId"] != second["toolUseId"]
    assert said(two).blocks == (({"toolUse": first}), {"toolUse": second})
    assert said(two, text="another question").blocks[0]["toolUse"]["toolUseId"] != first["toolUseId"]


def test_tool_uses_are_numbered_by_themselves():
    """As Kimi K2 shows, whose ids tell the number."""
    content = [{"reasoning": "Hm."}, {"toolUse": {"name": "f"}}, "And:", {"toolUse": {"name": "f"}}]
    blocks = said({"content": content}, names=("moonshot.kimi-k2-thinking",)).blocks
    assert [block["toolUse"]["toolUseId"] for block in blocks if "toolUse" in block] == [
        "functions.f:0",
        "functions.f:1",
    ]


def deltas(reply: Any, model: str = NOVA) -> list[dict[str, Any]]:
    events = converse_events(reply, family=family_of(model), latency_ms=1)
    return [payload["delta"] for name, payload in events if name == "contentBlockDelta"]


@pytest.mark.parametrize(
    ("chunks", "pieces"),
    [
        (["One ", "two three"], ["One ", "two three"]),
        ("whole", ["One two three"]),
        ("word", ["One", " two", " three"]),
        ("character", list("One two three")),
    ],
    ids=["given", "whole", "word", "character"],
)
def test_a_text_is_cut_as_the_block_says(chunks, pieces):
    reply = said({"content": [{"text": "One two three", "chunks": chunks}]})
    assert deltas(reply) == [{"text": piece} for piece in pieces]


def test_a_reply_has_a_chunker_for_the_blocks_that_have_none():
    reply = said({"content": ["a b", {"text": "c d", "chunks": "whole"}], "chunks": "character"})
    assert [each["text"] for each in deltas(reply)] == ["a", " ", "b", "c d"]


def test_given_chunks_are_repeated_with_their_text():
    reply = said({"content": [{"text": "ab", "chunks": ["a", "b"], "repeat": 2}]})
    assert (reply.blocks[0]["text"], [each["text"] for each in deltas(reply)]) == (
        "abab",
        ["a", "b", "a", "b"],
    )


def test_the_chunks_of_a_tools_input_may_have_spaces_that_the_input_has_not():
    use = {"name": "f", "toolUseId": "t", "input": {"a": [1]}}
    reply = said({"content": [{"toolUse": use, "chunks": ["", '{"a": ', "[ 1]}"]}]})
    assert [each["toolUse"]["input"] for each in deltas(reply)] == ["", '{"a": ', "[ 1]}"]


def test_a_template_takes_words_from_the_request():
    content = [
        "You said {{ last_user_text }} to {{model_id}} in {{ operation }}, turn {{ turn }}.",
        {"toolUse": {"name": "f", "toolUseId": "t", "input": {"q": ["{{ last_user_text }}"], "n": 1}}},
        {"reasoning": "{{ system_text }} for {{ request_metadata.team }}{{ request_metadata.none }}"},
    ]
    reply = said(
        {"content": content}, text="ping", system=[{"text": "Be brief."}], requestMetadata={"team": "blue"}
    )
    text, use, reasoning = reply.blocks
    assert text == {"text": f"You said ping to {CLAUDE} in Converse, turn 1."}
    assert use["toolUse"]["input"] == {"q": ["ping"], "n": 1}
    assert reasoning["reasoningContent"]["reasoningText"]["text"] == "Be brief. for blue"


def test_a_template_takes_the_groups_of_the_rules_regular_expression():
    when = {"lastUserText": {"regex": r"weather in (?P<city>\w+)( today)?"}}
    rules = script({"when": when, "reply": "{{ match.city }}|{{ match.1 }}|{{ match.2 }}|{{ match.0 }}"})
    assert text_of(rules, ask("the weather in Paris?")) == "Paris|Paris||weather in Paris"


def test_a_literal_reply_has_no_templates():
    text = "{{ last_user_text }} {{ nothing }}"
    assert said({"content": text, "literal": True}).blocks == ({"text": text},)


def test_what_a_template_puts_in_is_not_read_again():
    assert text_of(script({"reply": "{{ last_user_text }}"}), ask("{{ account }}")) == "{{ account }}"


@pytest.mark.parametrize("text", ["{{ 1 + 1 }}", "{{}}", "style={{color: 'red'}}", "{% raw %}", "{{ a b }}"])
def test_braces_that_are_no_template_stay(text):
    assert text_of(script({"reply": text}), ask()) == text


USE = {"toolUseId": "t", "name": "n", "input": {"kept": None}}


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
    assert str(refused.value.path).startswith("rules[0].reply.content[0]")


EVENTS = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a"}}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
]


def test_events_answer_every_operation_unless_the_rule_names_one():
    turn = script({"reply": {"events": EVENTS}}).turn(ask())
    assert turn is not None
    assert isinstance(turn.said, EventsReply)
    named = script({"when": {"operation": "ConverseStream"}, "reply": {"events": EVENTS}}, rule("content"))
    assert text_of(named, ask()) == "content"


def test_an_exception_among_the_events_is_raised_after_them():
    events = [
        {"messageStart": {"role": "assistant"}},
        {"modelStreamErrorException": {"message": "Broken.", "originalStatusCode": 500}},
    ]
    turn = script({"reply": {"events": events}}).turn(ask(operation="ConverseStream"))
    assert turn is not None
    assert isinstance(turn.said, EventsReply)
    stream = iter(turn.said)
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
    turn = script({"reply": {"events": [{"metadata": {}}]}}).turn(ask(operation="ConverseStream"))
    assert turn is not None
    assert isinstance(turn.said, EventsReply)
    assert list(turn.said) == list(turn.said) == [("metadata", {})]


@pytest.mark.parametrize(
    ("wrong", "path", "message"),
    [
        ({"reply": {"content": [{"txt": "x"}]}}, "rules[0].reply.content[0].txt", "did you mean 'text'"),
        (
            {"reply": {"content": [{"text": "x", "toolUse": {}}]}},
            "rules[0].reply.content[0]",
            "of one kind, and here is 'text' and 'toolUse'",
        ),
        ({"reply": {"content": [{}]}}, "rules[0].reply.content[0]", "at least 1 member"),
        ({"reply": {"content": [7]}}, "rules[0].reply.content[0]", "a string or an object"),
        (
            {"reply": {"events": [{"messageStrat": {}}]}},
            "rules[0].reply.events[0].messageStrat",
            "did you mean 'messageStart'",
        ),
        (
            {"reply": {"content": [{"text": 5}]}},
            "rules[0].reply.content[0].text",
            "must be a string",
        ),
        ({"reply": {"content": [{"toolUse": {"input": {}}}]}}, "rules[0].reply.content[0]", "name"),
        ({"reply": {"content": [{"reasoningContent": {}}]}}, "rules[0].reply.content[0]", "reasoningContent"),
        (
            {"reply": {"content": [{"toolUse": {"name": "f", "inptu": {}}}]}},
            "rules[0].reply.content[0].toolUse.inptu",
            "did you mean 'input'",
        ),
        (
            {"reply": {"content": [{"image": {"format": "png", "source": {"bytes": "%%"}}}]}},
            "rules[0].reply.content[0]",
            "base64",
        ),
        ({"reply": {"events": []}}, "rules[0].reply.events", r"at least 1 item \("),
        ({"reply": {"events": [{"metadata": 1}]}}, "rules[0].reply.events[0].metadata", "an object"),
        ({"reply": {"events": [{"metadat": {}}]}}, "rules[0].reply.events[0].metadat", "mean 'metadata'"),
        (
            {"reply": {"events": [{"messageStop": {"stopReason": 7}}]}},
            "rules[0].reply.events[0].messageStop",
            "messageStop.stopReason",
        ),
        (
            {"reply": {"events": [{"contentBlockDelta": {"delta": {"text": "a", "toolUse": {}}}}]}},
            "rules[0].reply.events[0].contentBlockDelta",
            "contentBlockDelta.delta",
        ),
        (
            {
                "reply": {
                    "events": [
                        {"contentBlockDelta": {"delta": {"reasoningContent": {"redactedContent": "A"}}}}
                    ]
                }
            },
            "rules[0].reply.events[0].contentBlockDelta",
            "base64",
        ),
        (
            {"reply": {"events": [{"throttlingException": {}}, {"metadata": {}}]}},
            "rules[0].reply.events[1]",
            "nothing follows 'throttlingException'",
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
        ({"when": {}}, "rules[0]", "at least one of 'reply', 'sequence', 'fault', 'pace'"),
        ({"sequence": ["a"], "reply": "b"}, "rules[0].reply", "cannot stand beside"),
        ({"reply": "a", "then": "loop"}, "rules[0]", "'then' needs 'sequence'"),
        (
            {"sequence": ["a", {"reply": "{{ usr }}"}]},
            "rules[0].sequence[1].reply.content",
            "no text is called 'usr'",
        ),
        ({"reply": "{{ match.1 }}"}, "rules[0].reply.content", "'match.1'"),
        (
            {"reply": {"content": [{"text": "a", "signature": "b"}]}},
            "rules[0].reply.content[0].signature",
            "'text'",
        ),
        (
            {"reply": {"content": [{"text": "ab", "chunks": ["a"]}]}},
            "rules[0].reply.content[0].chunks",
            "must be the text",
        ),
        (
            {"reply": {"content": [{"toolUse": {"name": "f"}, "chunks": ["{"]}]}},
            "rules[0].reply.content[0].chunks",
            "the JSON of 'input'",
        ),
        (
            {"reply": {"content": [{"text": "{{ turn }}", "chunks": ["{{ tu", "rn }}"]}]}},
            "rules[0].reply.content[0].chunks",
            "spread over two chunks",
        ),
        (
            {"reply": {"content": [{"text": "{{turn}} {{turn}}", "chunks": ["{{turn}} {{tu", "rn}}"]}]}},
            "rules[0].reply.content[0].chunks",
            "spread over two chunks",
        ),
        (
            {
                "reply": {
                    "content": [{"toolUse": {"name": "f", "input": "{{turn}}"}, "chunks": ['"{{turn}}"']}]
                }
            },
            "rules[0].reply.content[0].chunks",
            "an input with a template",
        ),
        (
            {
                "reply": {
                    "content": [
                        {"citationsContent": {"content": [{"text": "a"}, {"text": "b"}]}, "chunks": ["ab"]}
                    ]
                }
            },
            "rules[0].reply.content[0].chunks",
            "several cited texts",
        ),
        (
            {"reply": {"content": [{"text": "x" * 1000, "repeat": 1_000_000}]}},
            "rules[0].reply.content[0].repeat",
            "longer than 16,777,216",
        ),
        (
            {"when": {"lastUserText": {"regex": "(?=x)"}}, "reply": "a"},
            "rules[0].when.lastUserText.regex",
            "RE2: .*no lookaround",
        ),
        (
            {"when": {"jsonPath": {"path": "$.a[?@.b]"}}, "reply": "a"},
            "rules[0].when.jsonPath.path",
            "filters and slices",
        ),
        (
            {"fault": {"error": {"code": "Nothing"}}},
            "rules[0].fault.error.status",
            "gives? 'Nothing' no status",
        ),
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


def test_no_two_rules_have_the_same_name():
    with pytest.raises(AdminError, match="another rule is called 'a'") as refused:
        scenario({"name": "a", "reply": "x"}, {"name": "a", "reply": "y"})
    assert refused.value.path == "rules[1].name"


def test_a_repeated_text_that_a_template_makes_too_long_is_refused_when_it_is_asked_for():
    rules = script({"reply": {"content": [{"text": "{{ last_user_text }}", "repeat": 10_000_000}]}})
    assert reply_to(rules, ask("a")).usage.output_tokens == 2_500_000
    with pytest.raises(AwsError, match="longer than 16,777,216 characters"):
        rules.turn(ask("abc"))
