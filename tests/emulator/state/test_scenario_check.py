from pathlib import Path

import pytest
from click.testing import CliRunner

from bedrock_emulator.cli import main
from bedrock_emulator.errors import ConfigError
from bedrock_emulator.http.watch import ScenarioWatch
from bedrock_emulator.state.scenario_check import Report, check_file
from bedrock_emulator.state.scenario_file import load_scenarios, read_scenario
from tests.emulator.state.samples import api

MODELS = frozenset({"amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.scenario.yaml"


def checked(file: Path, rules: str) -> Report:
    file.write_text(f"version: 1\nrules:\n{rules}")
    return check_file(file, api=api(), model_names=MODELS)


def found(report: Report) -> list[tuple[str, int, str]]:
    return [(each.severity, each.place.line, each.message) for each in report.findings]


def test_a_good_file_has_no_findings(file: Path):
    report = checked(file, "  - when: {model: amazon.nova-*}\n    reply: hi\n  - reply: ho\n")
    assert report == Report(rules=2, findings=())


def test_every_error_is_found_with_its_line_and_a_suggestion(file: Path):
    rules = "  - repyl: a\n  - when:\n      lastUserTxt: {equals: a}\n    reply: {content: [{text: 5}]}\n"
    assert found(checked(file, rules)) == [
        ("error", 3, "unknown member 'repyl'; did you mean 'reply'?"),
        ("error", 3, "give at least one of 'reply', 'sequence', 'fault', 'pace', 'upstream'"),
        ("error", 5, "unknown member 'lastUserTxt'; did you mean 'lastUserText'?"),
        ("error", 6, "must be a string"),
    ]


def test_every_unknown_member_of_one_object_is_found(file: Path):
    rules = "  - when:\n      lastUserTxt: {equals: a}\n      toolOfered: b\n    reply: x\n"
    assert found(checked(file, rules)) == [
        ("error", 4, "unknown member 'lastUserTxt'; did you mean 'lastUserText'?"),
        ("error", 5, "unknown member 'toolOfered'; did you mean 'toolOffered'?"),
    ]


def test_a_rule_that_breaks_the_schema_does_not_hide_what_is_wrong_with_the_others(file: Path):
    rules = "  - repyl: a\n  - {when: {operation: Convers}, reply: x}\n  - {name: a, reply: x}\n"
    assert found(checked(file, rules)) == [
        ("error", 3, "unknown member 'repyl'; did you mean 'reply'?"),
        ("error", 3, "give at least one of 'reply', 'sequence', 'fault', 'pace', 'upstream'"),
        ("error", 4, "no operation is called 'Convers'; did you mean 'Converse'?"),
    ]


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        ("", ["must be an object"]),
        ("[a]", ["must be an object"]),
        ("version: 1", ["'rules' is missing"]),
        ("version: 1\nrules: {}", ["must be a list"]),
        ("version: 1\nrules: [5]", ["must be an object"]),
        ("rules: [{when: {operation: Convers}, reply: x}]",
         ["'version' is missing", "no operation is called 'Convers'; did you mean 'Converse'?"]),
    ],
)  # fmt: skip
def test_a_file_that_is_hardly_a_scenario_is_checked_as_far_as_it_goes(
    file: Path, document: str, messages: list[str]
):
    file.write_text(document)
    report = check_file(file, api=api(), model_names=MODELS)
    assert [each.message for each in report.findings] == messages


def test_rules_that_fit_the_schema_and_cannot_be_followed_are_all_found(file: Path):
    rules = (
        "  - {name: a, when: {operation: Convers}, reply: x}\n"
        '  - {name: a, reply: "{{ last_user_txt }}"}\n'
        "  - reply: fine\n"
    )
    assert found(checked(file, rules)) == [
        ("error", 3, "no operation is called 'Convers'; did you mean 'Converse'?"),
        ("error", 4, "another rule is called 'a'"),
        ("error", 4, "no text is called 'last_user_txt' in a template; did you mean 'last_user_text'?"),
    ]


CANNOT = "this rule can never match: "


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("{operation: ListFoundationModels}", "scenarios answer "),
        ("{model: gpt-4*}", "no model and no profile of the catalogue fits 'gpt-4*'"),
        (
            "{model: 'arn:aws:bedrock:*::foundation-model/gpt*'}",
            "no model and no profile of the catalogue fits 'arn:aws:bedrock:*::foundation-model/gpt*'",
        ),
        ("{turn: {atLeast: 3, atMost: 2}}", "no turn is at least 3 and at most 2"),
        ("{turn: 1, toolResult: {contains: x}}", "a tool result comes after the model's first turn"),
        ("{caller: {kind: bearer, accessKeyId: AKIA*}}", "a caller of the kind 'bearer' has no access key"),
        ("{lastUserText: {equals: a, contains: b}}", "lastUserText cannot be 'a' and contains 'b'"),
        ("{systemText: {equals: a, regex: ^b}}", "systemText cannot be 'a' and regex '^b'"),
    ],
)
def test_a_rule_that_can_never_match_is_a_warning(file: Path, when: str, reason: str):
    ((severity, line, message),) = found(checked(file, f"  - when: {when}\n    reply: x\n"))
    assert (severity, line) == ("warning", 3)
    assert message.startswith(CANNOT + reason)


@pytest.mark.parametrize(
    "when",
    [
        "{model: us.amazon.nova-lite-v1:0}",
        "{model: [gpt-4, amazon.*]}",
        "{model: 'arn:aws:bedrock:*::foundation-model/amazon.*'}",
        "{model: 'arn:aws:bedrock:*:application-inference-profile/x'}",
        "{operation: [ListFoundationModels, Converse]}",
        "{turn: {atLeast: 2}, toolResult: true}",
        "{lastUserText: {equals: abc, contains: [a, bc], regex: c$}}",
        "{lastUserText: {contains: [a, b]}}",
    ],
)
def test_a_rule_that_can_match_is_none(file: Path, when: str):
    assert found(checked(file, f"  - when: {when}\n    reply: x\n")) == []


@pytest.mark.parametrize(
    ("earlier", "later", "is_shadowed"),
    [
        ("{}", "{turn: 2}", True),
        ("{turn: 2}", "{}", False),
        ("{turn: 2}", "{turn: 2, hasImage: true}", True),
        ("{turn: {atLeast: 2}}", "{turn: 3}", True),
        ("{turn: {atMost: 2}}", "{turn: {atLeast: 1}}", False),
        ("{model: 'us.*'}", "{model: us.amazon.nova-lite-v1:0}", True),
        ("{model: '*'}", "{model: amazon.*}", True),
        ("{model: amazon.nova*}", "{model: amazon.*}", False),
        ("{model: us.amazon.nova-lite-v1:0}", "{model: amazon.nova-lite-v1:0}", False),
        ("{operation: [Converse, ConverseStream]}", "{operation: Converse}", True),
        ("{operation: Converse}", "{operation: [Converse, ConverseStream]}", False),
        ("{lastUserText: {contains: a}}", "{lastUserText: {contains: bar}}", True),
        ("{lastUserText: {contains: bar}}", "{lastUserText: {contains: a}}", False),
        ("{lastUserText: {regex: ^b}}", "{lastUserText: {equals: bar}}", True),
        ("{lastUserText: {regex: ^b}}", "{lastUserText: {regex: ^b, contains: c}}", True),
        ("{lastUserText: {equals: bar}}", "{lastUserText: {equals: bar}}", True),
        ("{lastUserText: {equals: bar}}", "{lastUserText: {equals: baz}}", False),
        ("{systemText: {contains: a}}", "{lastUserText: {contains: a}}", False),
        ("{requestMetadata: {a: '1'}}", "{requestMetadata: {a: '1', b: '2'}}", True),
        ("{jsonPath: {path: $.a}}", "{jsonPath: {path: $.a}}", True),
        ("{jsonPath: {path: $.a}}", "{jsonPath: {path: $.b}}", False),
    ],
)
def test_a_rule_that_an_earlier_one_always_comes_before_is_a_warning(
    file: Path, earlier: str, later: str, is_shadowed: bool
):
    report = checked(file, f"  - {{when: {earlier}, reply: x}}\n  - {{name: b, when: {later}, reply: y}}\n")
    message = f"{CANNOT}rule {file}:3, before it, answers all that it could"
    assert found(report) == ([("warning", 4, message)] if is_shadowed else [])


def test_the_command_prints_links_and_exits_by_what_it_found(tmp_path: Path):
    good, warned, wrong = (tmp_path / f"{name}.scenario.yaml" for name in ("good", "warned", "wrong"))
    good.write_text("version: 1\nrules: [{reply: hi}]\n")
    warned.write_text("version: 1\nrules: [{reply: hi}, {reply: ho}]\n")
    wrong.write_text("version: 1\nrules: [{reply: 5}]\n")
    run = CliRunner().invoke

    clean = run(main, ["check", str(good)])
    assert (clean.exit_code, clean.output) == (0, f"{good}: 1 rule\n")
    assert run(main, ["check", str(warned)]).exit_code == 0
    assert run(main, ["check", "--strict", str(warned)]).exit_code == 1
    failed = run(main, ["check", str(good), str(wrong)])
    assert failed.exit_code == 1
    assert f"{wrong}:2:10: error: must be a string or an object  (rules[0].reply)\n" in failed.output
    assert run(main, ["check"]).exit_code == 2
    assert "\x1b[" in run(main, ["check", str(wrong)], color=True).output


def test_a_server_does_not_start_with_a_wrong_scenario(file: Path):
    file.write_text("version: 1\nrules:\n  - reply: '{{ x }}'\n")
    refused = CliRunner().invoke(main, ["serve", "--scenario", str(file)])
    assert refused.exit_code == 1
    assert f"{file}:3: no text is called 'x' in a template" in refused.output


def test_there_is_nothing_to_watch_without_a_file():
    refused = CliRunner().invoke(main, ["serve", "--watch"])
    assert (refused.exit_code, "name them with --scenario" in refused.output) == (2, True)


def test_a_file_for_the_client_is_read_with_its_line_in_refusals(file: Path):
    file.write_text("version: 1\nrules: []\n")
    assert read_scenario(str(file)).document == {"version": 1, "rules": []}
    file.write_text("version: 1\nrules:\n  - {}\n")
    with pytest.raises(ConfigError, match=r"a.scenario.yaml:3: give at least one of .* \(rules\[0\]\)"):
        read_scenario(file)


class Editor:
    """A person with an editor, and what the server has of it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.said: list[str] = []
        self.rules = 1
        self.write("version: 1\nrules: [{reply: a}]\n")
        self.watch = ScenarioWatch([file], self.load, self.said.append)

    def write(self, text: str) -> None:
        self.file.write_text(text)

    def load(self) -> None:
        self.rules = len(load_scenarios([self.file], api()).rules)


@pytest.fixture
def editor(file: Path) -> Editor:
    return Editor(file)


def test_an_edit_is_read_once_and_only_when_the_file_has_settled(editor: Editor):
    assert editor.watch.look() is False
    editor.write("version: 1\nrules: [{reply: a}, {re")
    assert editor.watch.look() is False
    editor.write("version: 1\nrules: [{reply: a}, {reply: bb}]\n")
    assert [editor.watch.look() for _ in range(4)] == [False, True, False, False]
    assert (editor.rules, editor.said) == (2, ["The scenario has been read again."])


def test_a_broken_edit_keeps_the_old_rules_and_says_what_is_wrong(editor: Editor):
    editor.write("version: 1\nrules: [{replay: a}]\n")
    assert [editor.watch.look() for _ in range(3)] == [False, True, False]
    (said,) = editor.said
    assert editor.rules == 1
    assert f"{editor.file}:2: " in said
    assert said.endswith("The rules from before this edit stay.")
    editor.write("version: 1\nrules: [{reply: a}, {reply: b}]\n")
    assert [editor.watch.look() for _ in range(2)] == [False, True]
    assert editor.rules == 2


def test_a_file_that_is_gone_keeps_the_old_rules_too(editor: Editor):
    editor.file.unlink()
    assert [editor.watch.look() for _ in range(2)] == [False, True]
    assert "cannot be read" in editor.said[0]
    assert editor.rules == 1
