from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.faults.errors import ErrorFault
from bedrock_emulator.state.scenario import Scenario, join_scenarios
from bedrock_emulator.state.script import Script
from tests.emulator.state.asking import ask, reply_to, scenario, script, text_of
from tests.emulator.state.samples import fresh_labs

THROTTLED = {"error": {"code": "ThrottlingException"}}


def texts(script: Script, count: int) -> list[str]:
    return [text_of(script, ask()) for _ in range(count)]


@pytest.mark.parametrize(
    ("then", "said"),
    [({}, "abbb"), ({"then": "repeat-last"}, "abbb"), ({"then": "loop"}, "abab")],
    ids=["default", "repeat-last", "loop"],
)
def test_a_sequence_goes_on_after_its_last_answer_as_it_says(then: dict[str, str], said: str):
    rules = script({"sequence": ["a", {"reply": {"content": "b"}}], **then})
    assert "".join(str(reply_to(rules, ask()).blocks[0]["text"]) for _ in said) == said


def test_a_sequence_can_fail_at_its_end():
    rules = script({"name": "two", "sequence": ["a"], "then": "fail"})
    assert text_of(rules, ask()) == "a"
    with pytest.raises(
        AwsError, match=r"rule 'two' \(rules\[0\]\) has 1 answers, and this is call 2"
    ) as failed:
        rules.turn(ask())
    assert (failed.value.code, failed.value.status) == ("ValidationException", 400)


def test_each_sequence_counts_for_itself_also_when_two_say_the_same():
    same = {"sequence": ["a", "b"]}
    rules = script({**same, "when": {"turn": 2}}, same, {"when": {"model": "x"}, **same})
    assert texts(rules, 2) == ["a", "b"]
    again = join_scenarios([scenario(same), scenario(same)])
    assert len({rule.key for rule in again.rules}) == 2


def test_labs_with_the_same_rules_count_apart():
    shared = scenario({"sequence": ["a", "b"]})
    one, other = Script(shared), Script(shared)
    assert [text_of(one, ask()), text_of(other, ask()), text_of(one, ask())] == ["a", "a", "b"]


def test_threads_get_each_answer_once():
    rules = script({"sequence": [str(number) for number in range(200)], "then": "fail"})
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda _: text_of(rules, ask()), range(200)))
    assert sorted(map(int, said)) == list(range(200))


def edited(*rules: dict[str, Any]) -> Scenario:
    return scenario({"when": {"lastUserText": {"equals": "new"}}, "reply": "new"}, *rules)


@pytest.mark.parametrize("name", [{}, {"name": "kept"}], ids=["unnamed", "named"])
def test_counts_survive_an_edit_elsewhere(name: dict[str, str]):
    rule = {**name, "sequence": ["a", "b", "c"]}
    rules = script(rule)
    assert texts(rules, 1) == ["a"]
    rules.follow(edited(rule))
    assert texts(rules, 1) == ["b"]


def test_a_named_rule_keeps_its_count_when_it_is_edited_itself():
    rules = script({"name": "kept", "sequence": ["a", "b"]})
    assert texts(rules, 1) == ["a"]
    rules.follow(scenario({"name": "kept", "sequence": ["a", "better"]}))
    assert texts(rules, 1) == ["better"]


def test_a_fault_of_a_rule_happens_as_often_as_it_says_and_then_the_reply_is_given():
    rules = script({"fault": {**THROTTLED, "count": 2}, "reply": "at last"})
    turns = [rules.turn(ask()) for _ in range(3)]
    assert [turn is not None and turn.fault is not None for turn in turns] == [True, True, False]
    assert turns[0] is not None
    assert turns[0].fault is not None
    assert isinstance(turns[0].fault.effect, ErrorFault)
    assert turns[0].fault.place == "rules[0].fault"


def test_a_fault_of_a_stream_is_not_used_up_by_an_answer_in_one_piece():
    rules = script({"fault": {"stream": {"endAfterEvents": 1}, "count": 1}, "reply": "at last"})
    turns = [rules.turn(ask(operation=each)) for each in ("Converse", "ConverseStream", "ConverseStream")]
    assert [turn is not None and turn.fault is not None for turn in turns] == [False, True, False]


def test_a_sequence_can_have_faults_and_paces():
    rules = script(
        {"sequence": [{"fault": THROTTLED}, {"reply": "a", "pace": {"tokensPerSecond": 5}}], "then": "loop"}
    )
    turns = [rules.turn(ask()) for _ in range(3)]
    assert [turn is not None and turn.fault is not None for turn in turns] == [True, False, True]
    assert turns[1] is not None
    assert turns[1].pace is not None
    assert turns[1].pace.tokens_per_second == 5


def test_a_rule_with_a_pace_alone_lets_the_synthetic_model_speak():
    turn = script({"pace": {"tokensPerSecond": 5}}).turn(ask())
    assert turn is not None
    assert turn.said is None


STRICT = (
    {"name": "far", "when": {"operation": "ConverseStream", "turn": 3}, "reply": "x"},
    {"name": "near", "when": {"model": "anthropic.*", "lastUserText": {"contains": "weather"}}, "reply": "x"},
)


def test_a_strict_scenario_refuses_what_no_rule_matches_and_says_which_are_nearest_and_why_not():
    with pytest.raises(AwsError) as refused:
        script(*STRICT, strict=True).turn(ask("hi there"))
    assert (refused.value.code, refused.value.status) == ("ValidationException", 400)
    assert refused.value.message == (
        "No rule of the scenario matches this Converse request. The nearest: "
        "rule 'near' (rules[1]): lastUserText must contain 'weather', and here it is 'hi there'; "
        "rule 'far' (rules[0]): operation must be ConverseStream, and here it is Converse."
    )


def test_a_strict_scenario_answers_what_matches():
    assert text_of(script(*STRICT, strict=True), ask("the weather")) == "x"


def test_a_strict_server_refuses_in_labs_without_a_scenario_too():
    lab, _ = fresh_labs(strict_scenarios=True).put("a", {})
    with pytest.raises(AwsError, match="There are no rules"):
        lab.scenario.turn(ask())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.scenario.yaml"
    path.write_text("version: 1\nrules:\n  - sequence: [a, b, c]\n")
    return path


def test_every_lab_begins_with_the_servers_scenario_and_goes_back_to_it(file: Path):
    labs = fresh_labs(scenarios=(file,))
    lab, _ = labs.put("a", {})
    assert [texts(lab.scenario, 2), texts(labs.default.scenario, 1)] == [["a", "b"], ["a"]]
    lab.put("scenario", {"version": 1, "rules": [{"reply": "own"}]})
    assert texts(lab.scenario, 1) == ["own"]
    lab.reset()
    assert texts(lab.scenario, 1) == ["a"]


def test_labs_follow_an_edited_file_unless_they_have_rules_of_their_own(file: Path):
    labs = fresh_labs(scenarios=(file,))
    own, _ = labs.put("own", {"scenario": {"version": 1, "rules": [{"reply": "own"}]}})
    assert texts(labs.default.scenario, 1) == ["a"]
    labs.follow(edited({"sequence": ["a", "b", "c"]}))
    later, _ = labs.put("later", {})
    assert [text_of(each.scenario, ask()) for each in (labs.default, own, later)] == ["b", "own", "a"]
    assert text_of(labs.default.scenario, ask("new")) == "new"


def test_putting_a_scenario_again_starts_its_counts_at_nought():
    lab = fresh_labs().default
    document = {"version": 1, "rules": [{"sequence": ["a", "b"]}]}
    for _ in range(2):
        lab.put("scenario", document)
        assert texts(lab.scenario, 1) == ["a"]
