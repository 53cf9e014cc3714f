import pytest

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.selector import Selector
from tests.emulator.state.samples import CLAUDE

ARN = f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE}"
OPERATIONS = ("Converse", "ConverseStream")


def selector(**document: str) -> Selector:
    return Selector.compile(document, operations=OPERATIONS, path="when")


@pytest.mark.parametrize(
    ("document", "operation", "models", "expected"),
    [
        ({}, "Converse", [CLAUDE], True),
        ({}, "ListFoundationModels", [None], True),
        ({"operation": "Converse"}, "Converse", [], True),
        ({"operation": "Converse"}, "ConverseStream", [CLAUDE], False),
        ({"model": CLAUDE}, "Converse", [CLAUDE], True),
        ({"model": "anthropic.claude-*"}, "Converse", [CLAUDE], True),
        ({"model": "anthropic.claude-*"}, "Converse", [f"us.{CLAUDE}"], False),
        ({"model": "anthropic.claude-*"}, "Converse", [f"us.{CLAUDE}", CLAUDE], True),
        ({"model": "claude"}, "Converse", [CLAUDE], False),
        ({"model": "*:foundation-model/anthropic.*"}, "Converse", [ARN], True),
        ({"model": "m?"}, "Converse", ["m1"], True),
        ({"model": "m?"}, "Converse", ["m12"], False),
        ({"model": "m[12]"}, "Converse", ["m1"], False),
        ({"model": "m[12]"}, "Converse", ["m[12]"], True),
        ({"model": "*"}, "ListFoundationModels", [None], False),
        ({"operation": "Converse", "model": "m*"}, "ConverseStream", ["m1"], False),
    ],
)
def test_a_selector_means_its_operation_and_its_models(document, operation, models, expected):
    assert selector(**document).matches(operation, models) is expected


def test_a_hostile_glob_does_not_backtrack():
    assert not selector(model="*a" * 200 + "b").matches("Converse", ["a" * 5000])


def test_an_unknown_operation_is_refused_with_the_nearest_one():
    with pytest.raises(AdminError, match="did you mean 'ConverseStream'") as refused:
        selector(operation="converseStrem")
    assert refused.value.path == "when.operation"
