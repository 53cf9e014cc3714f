import json

import pytest
from jsonschema import Draft202012Validator

from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.reply.tokens import estimate_tokens
from tests.emulator.reply.requests import (
    CLAUDE,
    CLAUDE_3,
    GPT_OSS,
    KIMI,
    LLAMA,
    MAGIC_SCHEMA,
    NOVA,
    ask,
    tools,
    with_result,
)

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 18},
        "mood": {"enum": ["calm", "busy"]},
        "home": {"$ref": "#/$defs/Address"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
    "required": ["name", "age", "mood", "home", "tags"],
    "additionalProperties": False,
    "$defs": {
        "Address": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
            "required": ["city", "zip"],
        }
    },
}


def reply_to(request, model=NOVA, max_tokens=4096):
    return synthesize(request, model_id=model, max_tokens=max_tokens)


def text_of(reply):
    return "".join(block["text"] for block in reply.blocks if "text" in block)


def tool_use_of(reply):
    (block,) = [block["toolUse"] for block in reply.blocks if "toolUse" in block]
    return block


def test_the_same_request_gets_the_same_reply():
    assert reply_to(ask("hello")) == reply_to(ask("hello"))


def test_the_text_says_that_it_is_synthetic_and_quotes_the_prompt():
    text = text_of(reply_to(ask("Where is the quokka?")))
    assert "synthetic" in text
    assert "Where is the quokka?" in text


def test_prompts_that_differ_after_the_excerpt_get_different_texts():
    start = "word " * 1000
    assert text_of(reply_to(ask(start + "a"))) != text_of(reply_to(ask(start + "b")))


@pytest.mark.parametrize("limit", [1, 2, 7, 20])
def test_max_tokens_cuts_the_text_and_is_the_output_count(limit):
    full, cut = reply_to(ask("hi")), reply_to(ask("hi"), max_tokens=limit)
    assert text_of(full).startswith(text_of(cut))
    assert estimate_tokens(text_of(cut)) == limit
    assert (cut.stop_reason, cut.usage.output_tokens) == ("max_tokens", limit)


def test_max_tokens_that_just_fits_does_not_cut():
    full = reply_to(ask("hi"))
    assert reply_to(ask("hi"), max_tokens=full.usage.output_tokens) == full


def test_max_tokens_never_cuts_inside_a_character():
    reply = reply_to(ask("日本語" * 30), max_tokens=40)
    assert "\ufffd" not in text_of(reply)
    assert reply.stop_reason == "max_tokens"


@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_the_earliest_stop_sequence_ends_the_text_before_it(model):
    request = ask("apple banana", inferenceConfig={"stopSequences": ["banana", "apple"]})
    reply = reply_to(request, model)
    assert reply.stop_reason == "stop_sequence"
    assert text_of(reply).endswith("begins: ")


@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_a_stop_sequence_at_the_start_leaves_no_block(model):
    reply = reply_to(ask("hi", inferenceConfig={"stopSequences": ["This"]}), model)
    assert (reply.blocks, reply.stop_reason, reply.usage.output_tokens) == ((), "stop_sequence", 0)
    names = [name for name, _ in converse_events(reply, family=family_of(model), latency_ms=1)]
    assert names == ["messageStart", "messageStop", "metadata"]


def test_a_stop_sequence_beyond_max_tokens_is_not_reached():
    request = ask("apple", inferenceConfig={"stopSequences": ["apple"]})
    assert reply_to(request, CLAUDE, max_tokens=3).stop_reason == "max_tokens"


def test_the_stop_sequence_that_was_met_is_told():
    request = ask("apple", inferenceConfig={"stopSequences": ["apple"]})
    assert reply_to(request, CLAUDE).additional_fields == {"stop_sequence": "apple"}
    assert reply_to(ask("apple"), CLAUDE).additional_fields is None


def test_usage_adds_up_and_grows_with_the_request():
    short, long = reply_to(ask("hi")).usage, reply_to(ask("hi " * 400)).usage
    assert long.input_tokens - short.input_tokens == 300 - 1
    assert short.total_tokens == short.input_tokens + short.output_tokens


@pytest.mark.parametrize(
    "extra",
    [
        {"system": [{"text": "Be brief."}]},
        {"toolConfig": tools(("magic_function", MAGIC_SCHEMA))},
    ],
    ids=["system", "tools"],
)
def test_system_texts_and_tools_count_as_input(extra):
    assert reply_to(ask("hi", **extra)).usage.input_tokens > reply_to(ask("hi")).usage.input_tokens


@pytest.mark.parametrize(
    "block",
    [
        {"image": {"format": "png", "source": {"bytes": b"\x89PNG" + bytes(100)}}},
        {"document": {"format": "pdf", "name": "a", "source": {"bytes": bytes(100)}}},
        {"document": {"format": "txt", "name": "a", "source": {"text": "words of a document"}}},
        {"video": {"format": "mp4", "source": {"bytes": bytes(100)}}},
        {"guardContent": {"text": {"text": "guarded words"}}},
        {"toolResult": {"toolUseId": "t", "content": [{"json": {"celsius": 30}}]}},
    ],
    ids=["image", "document", "document-text", "video", "guardContent", "toolResult"],
)
def test_every_kind_of_block_is_answered_and_counted(block):
    request = ask("look")
    request["messages"][0]["content"].append(block)
    reply = reply_to(request)
    assert text_of(reply)
    assert reply.usage.input_tokens > reply_to(ask("look")).usage.input_tokens


def test_auto_calls_the_tool_that_the_user_names_with_the_arguments_written():
    request = ask(
        "What is the value of magic_function(3)?", toolConfig=tools(("magic_function", MAGIC_SCHEMA))
    )
    reply = reply_to(request)
    assert reply.stop_reason == "tool_use"
    assert tool_use_of(reply)["input"] == {"input": 3}


@pytest.mark.parametrize("text", ["magic_functions(3)", "a_magic_function", "tell me a joke"])
def test_auto_answers_in_text_when_no_whole_word_names_a_tool(text):
    request = ask(text, toolConfig=tools(("magic_function", MAGIC_SCHEMA), choice={"auto": {}}))
    assert reply_to(request).stop_reason == "end_turn"


def test_auto_answers_with_the_results_words_once_a_tool_has_answered():
    request = ask("Use magic_function(3).", toolConfig=tools(("magic_function", MAGIC_SCHEMA)))
    reply = reply_to(with_result(request, tool_use_of(reply_to(request)), "five wombats"))
    assert reply.stop_reason == "end_turn"
    assert "five wombats" in text_of(reply)


def test_a_new_question_after_a_result_may_call_again():
    request = ask("Use magic_function(3).", toolConfig=tools(("magic_function", MAGIC_SCHEMA)))
    later = with_result(request, tool_use_of(reply_to(request)), "5")
    later["messages"] += [
        {"role": "assistant", "content": [{"text": "5"}]},
        {"role": "user", "content": [{"text": "And magic_function(4)?"}]},
    ]
    assert tool_use_of(reply_to(later))["input"] == {"input": 4}


def test_a_forced_tool_is_called_with_valid_input():
    choice = {"tool": {"name": "person"}}
    request = ask("hi", toolConfig=tools(("other", MAGIC_SCHEMA), ("person", PERSON), choice=choice))
    tool_use = tool_use_of(reply_to(request))
    assert tool_use["name"] == "person"
    Draft202012Validator(PERSON).validate(tool_use["input"])


def test_any_calls_the_first_tool_and_then_the_last_one_that_was_not_called():
    config = tools(("look_up", MAGIC_SCHEMA), ("final_result", PERSON), choice={"any": {}})
    first = tool_use_of(reply_to(ask("hi", toolConfig=config)))
    second = tool_use_of(reply_to(with_result(ask("hi", toolConfig=config), first, "ok")))
    assert [first["name"], second["name"]] == ["look_up", "final_result"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('add(3, "x y")', {"a": 3, "b": "x y"}),
        ("add(b='q', a=7)", {"a": 7, "b": "q"}),
        ("add(2)", {"a": 2, "b": "synthetic b"}),
        ("add(wrong, plain)", {"a": 1, "b": "plain"}),
        ("add something called 'Ünï 好'", {"a": 1, "b": "Ünï 好"}),
        ("add()", {"a": 1, "b": "synthetic b"}),
    ],
)
def test_arguments_come_from_the_words_of_the_call_where_they_fit(text, expected):
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
        "required": ["a", "b"],
    }
    assert tool_use_of(reply_to(ask(text, toolConfig=tools(("add", schema)))))["input"] == expected


def test_optional_members_are_filled_when_the_call_gives_them():
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert tool_use_of(reply_to(ask("f(9)", toolConfig=tools(("f", schema)))))["input"] == {"a": 9}
    assert tool_use_of(reply_to(ask("f now", toolConfig=tools(("f", schema)))))["input"] == {}


def test_a_tool_call_that_does_not_fit_becomes_text_cut_at_the_limit():
    request = ask("hi", toolConfig=tools(("person", PERSON), choice={"any": {}}))
    reply = reply_to(request, max_tokens=4)
    assert reply.stop_reason == "max_tokens"
    assert reply.usage.output_tokens == 4
    assert text_of(reply)


@pytest.mark.parametrize(
    "members",
    [
        {
            "outputConfig": {
                "textFormat": {
                    "type": "json_schema",
                    "structure": {"jsonSchema": {"name": "P", "schema": json.dumps(PERSON)}},
                }
            }
        },
        {
            "additionalModelRequestFields": {
                "output_config": {"format": {"type": "json_schema", "schema": PERSON}}
            }
        },
    ],
    ids=["textFormat", "output_config"],
)
def test_structured_output_is_text_that_validates(members):
    reply = reply_to(ask("hi", **members), CLAUDE)
    Draft202012Validator(PERSON).validate(json.loads(text_of(reply)))
    assert reply.stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{not json", "synthetic value"),
        ('{"type": 7}', "synthetic value"),
        ("[" * 100_000, "synthetic value"),
        ('{"a":' * 5_000, "synthetic value"),
        ('{"not":' * 500 + "{}" + "}" * 500, {}),
    ],
    ids=["no-json", "no-schema", "deep-lists", "deep-objects", "deep-schema"],
)
def test_a_textformat_schema_that_cannot_be_followed_still_gives_json(written, value):
    text_format = {"type": "json_schema", "structure": {"jsonSchema": {"schema": written}}}
    assert json.loads(text_of(reply_to(ask("hi", outputConfig={"textFormat": text_format})))) == value


def nested(levels):
    document: object = 1
    for level in range(levels):
        document = [document] if level % 2 else {"a": document}
    return document


def test_a_request_as_deep_as_allowed_is_answered():
    request = ask("hi", toolConfig=tools(("f", nested(64)), choice={"any": {}}))
    call = {"toolUseId": "t", "name": "f", "input": nested(64)}
    deep = with_result(request, call, "ok")
    deep["messages"][-1]["content"][0]["toolResult"]["content"] = [{"json": nested(64)}]
    assert tool_use_of(reply_to(deep))["name"] == "f"


def test_structured_output_is_cut_like_any_text():
    fields = {"output_config": {"format": {"type": "json_schema", "schema": PERSON}}}
    reply = reply_to(ask("hi", additionalModelRequestFields=fields), CLAUDE, max_tokens=2)
    assert (text_of(reply)[0], reply.stop_reason) == ("{", "max_tokens")


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (CLAUDE, {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        (CLAUDE, {"thinking": {"type": "adaptive"}}),
        (CLAUDE, {"reasoning_config": {"type": "enabled", "budget_tokens": 1024}}),
        ("us.amazon.nova-2-lite-v1:0", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
        ("qwen.qwen3-32b-v1:0", {"reasoning_config": "high"}),
        (GPT_OSS, {}),
    ],
)
def test_reasoning_comes_first_and_counts_as_output(model, fields):
    reply = reply_to(ask("hi", additionalModelRequestFields=fields), model)
    plain = reply_to(ask("hi"), NOVA)
    first, second = reply.blocks
    assert first["reasoningContent"]["reasoningText"]["text"]
    assert "text" in second
    assert reply.usage.output_tokens > plain.usage.output_tokens


def test_only_claude_signs_its_reasoning():
    fields = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    claude = reply_to(ask("hi", additionalModelRequestFields=fields), CLAUDE).blocks[0]
    other = reply_to(ask("hi"), GPT_OSS).blocks[0]
    assert len(claude["reasoningContent"]["reasoningText"]["signature"]) > 50
    assert "signature" not in other["reasoningContent"]["reasoningText"]


def test_disabled_thinking_gives_no_reasoning():
    fields = {"thinking": {"type": "disabled"}}
    assert len(reply_to(ask("hi", additionalModelRequestFields=fields), CLAUDE).blocks) == 1


def test_reasoning_stays_away_when_it_leaves_no_room():
    reply = reply_to(ask("hi"), GPT_OSS, max_tokens=5)
    assert "text" in reply.blocks[0]
    assert reply.usage.output_tokens == 5


@pytest.mark.parametrize(
    ("model", "kind"), [(CLAUDE, "tool_use"), (CLAUDE_3, None), (NOVA, None), (LLAMA, None)]
)
def test_tool_use_has_a_type_from_claude_4_5_on(model, kind):
    tool_use = tool_use_of(reply_to(ask("f", toolConfig=tools(("f", MAGIC_SCHEMA))), model))
    assert tool_use.get("type") == kind


def test_tool_use_has_a_type_beside_tools_that_the_service_runs():
    offered = tools(("f", MAGIC_SCHEMA))
    offered["tools"].append({"systemTool": {"name": "nova_code_interpreter"}})
    tool_use = tool_use_of(reply_to(ask("f", toolConfig=offered), NOVA))
    assert tool_use["type"] == "tool_use"


def test_tool_use_ids_repeat_for_a_request_and_differ_between_requests():
    def tool_use_id(text):
        return tool_use_of(reply_to(ask(text, toolConfig=tools(("f", MAGIC_SCHEMA)))))["toolUseId"]

    assert tool_use_id("f") == tool_use_id("f") != tool_use_id("f!")


def test_tool_use_ids_have_the_form_of_the_service():
    tool_use_id = tool_use_of(reply_to(ask("f", toolConfig=tools(("f", MAGIC_SCHEMA)))))["toolUseId"]
    prefix, _, rest = tool_use_id.partition("_")
    assert (prefix, len(rest)) == ("tooluse", 22)
    assert set(rest) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_kimi_numbers_its_tool_calls():
    reply = reply_to(ask("f", toolConfig=tools(("f", MAGIC_SCHEMA))), KIMI)
    assert tool_use_of(reply)["toolUseId"] == "functions.f:0"
