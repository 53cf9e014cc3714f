import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.state.rule_index import RuleIndex
from tests.emulator.state.asking import ask, facts, scenario
from tests.emulator.state.samples import CLAUDE

PROFILE = f"us.{CLAUDE}"
TOOLS = {"tools": [{"toolSpec": {"name": "add", "inputSchema": {"json": {}}}}]}
IMAGE = {"image": {"format": "png", "source": {"bytes": b"x"}}}
DOCUMENT = {"document": {"name": "d", "format": "txt", "source": {"bytes": b"x"}}}


def user(*content: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def assistant(*content: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def result(*content: dict[str, Any]) -> dict[str, Any]:
    return {"toolResult": {"toolUseId": "t", "content": list(content)}}


CALLED = [user({"text": "add"}), assistant({"toolUse": {"toolUseId": "t", "name": "add", "input": {}}})]
AFTER_TOOL = facts(messages=[*CALLED, user(result({"text": "It is 7"}, {"json": {"sum": 7}}, IMAGE))])
WEATHER = facts("Weather in Paris,\nplease")
GUARDED = facts(
    guardrailConfig={
        "guardrailIdentifier": "arn:aws:bedrock:us-east-1:1:guardrail/abc",
        "guardrailVersion": "2",
    }
)


@pytest.mark.parametrize(
    ("when", "request_facts", "holds"),
    [
        ({"operation": "Converse"}, facts(), True),
        ({"operation": "ConverseStream"}, facts(), False),
        ({"operation": ["InvokeModel", "Converse"]}, facts(), True),
        ({"model": "anthropic.claude-*"}, facts(names=(PROFILE, CLAUDE)), True),
        ({"model": "us.*"}, facts(names=(PROFILE, CLAUDE)), True),
        ({"model": CLAUDE}, facts(names=(PROFILE, CLAUDE)), True),
        ({"model": "amazon.*"}, facts(), False),
        ({"model": ["amazon.*", "*claude*"]}, facts(), True),
        ({"lastUserText": {"equals": "hi"}}, facts("hi"), True),
        ({"lastUserText": {"equals": "hi"}}, facts("hi!"), False),
        ({"lastUserText": {"equals": "hi\n"}}, facts("hi"), True),  # as YAML's `|` has it
        ({"lastUserText": {"equals": "hi"}}, facts(" hi\n"), True),
        ({"lastUserText": {"equals": "hi"}}, facts(messages=[user({"guardContent": {"text": {"text": " hi "}}})]), True),
        ({"lastUserText": {"contains": "Paris"}}, WEATHER, True),
        ({"lastUserText": {"contains": ["Paris", "please"]}}, WEATHER, True),
        ({"lastUserText": {"contains": ["Paris", "London"]}}, WEATHER, False),
        ({"lastUserText": {"regex": r"^weather in (\w+)"}}, WEATHER, False),
        ({"lastUserText": {"regex": r"(?i)^weather in (\w+)"}}, WEATHER, True),
        ({"lastUserText": {"regex": "a+$"}}, facts("a" * 100_000 + "b"), False),
        ({"lastUserText": {"equals": "one"}}, facts(messages=[user({"text": "one"}), assistant({"text": "two"})]), True),
        ({"systemText": {"contains": "brief"}}, facts(system=[{"text": "Be brief."}]), True),
        ({"systemText": {"equals": "a\nb"}}, facts(system=[{"text": "a"}, {"text": "b"}]), True),
        ({"systemText": {"equals": "a\n"}}, facts(system=[{"text": "a "}]), True),
        ({"systemText": {"contains": "brief"}}, facts(), False),
        ({"toolOffered": "add"}, facts(toolConfig=TOOLS), True),
        ({"toolOffered": "ad"}, facts(toolConfig=TOOLS), False),
        ({"toolOffered": "add"}, facts(), False),
        ({"toolResult": True}, AFTER_TOOL, True),
        ({"toolResult": False}, AFTER_TOOL, False),
        ({"toolResult": False}, facts(), True),
        ({"toolResult": {"contains": "It is 7"}}, AFTER_TOOL, True),
        ({"toolResult": {"contains": '"sum": 7'}}, AFTER_TOOL, True),
        ({"toolResult": {"contains": ""}}, facts(), False),
        ({"turn": 1}, facts(), True),
        ({"turn": 2}, AFTER_TOOL, True),
        ({"turn": 1}, facts(messages=[user({"text": "a"}), assistant({"text": "begin so"})]), True),
        ({"turn": {"atLeast": 2}}, facts(), False),
        ({"turn": {"atMost": 1}}, AFTER_TOOL, False),
        ({"turn": {"atLeast": 1, "atMost": 2}}, AFTER_TOOL, True),
        ({"hasImage": True}, facts(messages=[user({"text": "see"}, IMAGE)]), True),
        ({"hasImage": True}, AFTER_TOOL, True),
        ({"hasImage": False}, facts(), True),
        ({"hasDocument": True}, facts(messages=[user(DOCUMENT), assistant({"text": "a"}), user({"text": "b"})]), True),
        ({"hasDocument": True}, facts(), False),
        ({"caller": {"accessKeyId": "AKIA*", "account": "123456789012"}}, facts(), True),
        ({"caller": {"arn": "*:user/ada"}}, facts(), True),
        ({"caller": {"arn": "*:user/bob"}}, facts(), False),
        ({"caller": {"kind": "bearer"}}, facts(), False),
        ({"requestMetadata": {"a": "1"}}, facts(requestMetadata={"a": "1", "b": "2"}), True),
        ({"requestMetadata": {"a": "1", "b": "1"}}, facts(requestMetadata={"a": "1", "b": "2"}), False),
        ({"guardrail": {"id": "abc", "version": "2"}}, GUARDED, True),
        ({"guardrail": {"arn": "arn:aws:bedrock:us-east-1:1:guardrail/abc"}}, GUARDED, True),
        ({"guardrail": {"version": "1"}}, GUARDED, False),
        ({"guardrail": {"id": "abc"}}, facts(), False),
        ({"jsonPath": {"path": "$.messages[0].role", "equals": "user"}}, facts(), True),
        ({"jsonPath": {"path": "$..text", "contains": "Paris"}}, WEATHER, True),
        ({"jsonPath": {"path": "$..text", "regex": "^Paris"}}, WEATHER, False),
        ({"jsonPath": {"path": "$.toolConfig", "exists": False}}, facts(), True),
        ({"jsonPath": {"path": "$.top_k", "equals": 1}}, facts(top_k=True), False),
        ({"jsonPath": {"path": "$.top_k", "equals": True}}, facts(top_k=True), True),
        ({"jsonPath": {"path": "$.top_k", "equals": 1}}, facts(top_k=1.0), True),
        ({"jsonPath": {"path": "$.stop", "equals": ["a", {"b": 1}]}}, facts(stop=["a", {"b": 1}]), True),
        ({"jsonPath": {"path": "$.stop", "equals": []}}, facts(stop=["a"]), False),
        ({"jsonPath": {"path": "$.stop[*]", "equals": "b"}}, facts(stop=["a", "b"]), True),
        ({"jsonPath": [{"path": "$.a"}, {"path": "$.b"}]}, facts(a=0, b=None), True),
        ({"jsonPath": [{"path": "$.a"}, {"path": "$.b"}]}, facts(a=0), False),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_condition_holds_of_the_requests_that_it_says(
    when: dict[str, Any], request_facts: Facts, holds: bool
):
    assert (scenario({"when": when, "reply": "x"}).match(request_facts) is not None) is holds


class Searched(dict[str, Any]):
    """A request's JSON that counts how often it is searched."""

    times = 0

    def values(self) -> Any:
        self.times += 1
        return super().values()


def test_a_json_path_is_searched_once_for_all_rules_that_ask_about_it():
    path = {"path": "$.*"}
    rules = scenario(
        *({"when": {"jsonPath": {**path, "equals": number}}, "reply": "x"} for number in range(9)),
        {"when": {"jsonPath": {**path, "contains": "b"}}, "reply": "x"},
        {"when": {"jsonPath": {**path, "exists": False}}, "reply": "x"},
    )
    body = Searched(a="c")
    assert rules.match(Facts(replace(ask(), body=body))) is None
    assert body.times == 1


def test_all_conditions_must_hold():
    rules = scenario({"when": {"lastUserText": {"contains": "a"}, "toolOffered": "add"}, "reply": "x"})
    assert rules.match(facts("a")) is None
    assert rules.match(facts("a", toolConfig=TOOLS)) is not None


TEXTS = st.text(alphabet="ab", max_size=12)
NAMES = st.sampled_from(["m1", "m2", "p.m1"])
WHENS = st.fixed_dictionaries(
    {},
    optional={
        "model": st.one_of(NAMES, st.sampled_from(["m*", "?1"]), st.lists(NAMES, min_size=1, max_size=2)),
        "lastUserText": st.fixed_dictionaries(
            {"contains": st.one_of(TEXTS, st.lists(TEXTS, min_size=1, max_size=2))},
            optional={"equals": TEXTS},
        ),
        "toolOffered": st.sampled_from(["add", "sub"]),
        "requestMetadata": st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), min_size=1),
    },
)


@settings(max_examples=60)
@given(
    st.lists(WHENS, max_size=30),
    TEXTS,
    NAMES,
    st.booleans(),
    st.dictionaries(st.sampled_from("xy"), st.sampled_from("12")),
)
def test_the_index_never_loses_the_first_rule_that_matches(whens, text, name, has_tools, metadata):
    rules = scenario(*({"when": when, "reply": str(number)} for number, when in enumerate(whens)))
    offered: dict[str, Any] = {"toolConfig": TOOLS} if has_tools else {}
    request = ask(text, names=(name,), requestMetadata=metadata, **offered)
    first = next((rule for rule in rules.rules if rule.when.holds(Facts(request))), None)
    assert rules.match(Facts(request)) is first


@pytest.mark.parametrize("count", [50, 300])
def test_the_index_tries_few_rules_however_many_there_are(count):
    words = [
        "".join(string.ascii_letters[int(digit)] for digit in f"{number:06d}") for number in range(count)
    ]
    rules = scenario(
        *({"when": {"lastUserText": {"equals": word}}, "reply": "x"} for word in words),
        *({"when": {"lastUserText": {"contains": f"say {word} now"}}, "reply": "x"} for word in words),
        *({"when": {"requestMetadata": {"case": word}}, "reply": "x"} for word in words),
    )
    request = facts(f"please say {words[7]} now", requestMetadata={"case": words[9]})
    assert len(list(RuleIndex([rule.when for rule in rules.rules]).candidates(request))) < 70
