"""The value types of the adapter protocol and their JSON form."""

from typing import Any

import pytest

from bedrock_contracts.api import AuthResolution, Capabilities, Catalog, Setup, StreamEvent
from bedrock_contracts.codec import MalformedValueError
from bedrock_contracts.redact import Redactor

CATALOG: dict[str, Any] = {
    "region": "eu-west-1",
    "baseUrl": "https://bedrock-runtime.eu-west-1.amazonaws.com",
    "stale": False,
    "models": [
        {
            "id": "a.b",
            "name": "B",
            "reasoning": False,
            "input": ["text"],
            "contextWindow": 32000,
            "maxTokens": 4096,
            "cost": {"input": 0, "output": 0.5, "cacheRead": 0, "cacheWrite": 0},
        }
    ],
}


def broken(path, value):
    document = {**CATALOG, "models": [dict(CATALOG["models"][0])]}
    if path == "models":
        return {**document, "models": value}
    document["models"][0][path] = value
    return document


def test_json_survives_a_round_trip():
    assert Catalog.from_json(CATALOG).to_json() == CATALOG


def test_capabilities_survive_a_round_trip():
    declared = Capabilities.of("auth", not_applicable={"guardrails": "the gateway does it"})
    assert Capabilities.from_json(declared.to_json()) == declared


def test_unknown_members_are_ignored_and_missing_optional_ones_are_none():
    event = StreamEvent.from_json({"type": "start", "partial": {}})
    assert event == StreamEvent(type="start")


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("contextWindow", "32000", r"Catalog\.models\[0\]\.contextWindow: expected int, found '32000'"),
        ("contextWindow", True, "expected int"),
        ("input", "text", r"models\[0\]\.input: expected a list"),
        ("cost", None, r"models\[0\]\.cost: expected an object"),
        ("models", {}, r"Catalog\.models: expected a list"),
    ],
)
def test_a_wrong_member_is_refused_with_its_place(path, value, complaint):
    with pytest.raises(MalformedValueError, match=complaint):
        Catalog.from_json(broken(path, value))


def test_a_missing_member_and_a_word_outside_its_choices_are_refused():
    with pytest.raises(MalformedValueError, match=r"AuthResolution\.source"):
        AuthResolution.from_json({"kind": "keys"})
    with pytest.raises(MalformedValueError, match="one of 'bearer'"):
        AuthResolution.from_json({"kind": "apiKey", "source": "x"})


def test_a_setup_does_not_show_its_environment():
    setup = Setup.from_json(
        {
            "env": {"AWS_SECRET_ACCESS_KEY": "a-secret-value"},
            "config": {},
            "caFile": None,
            "home": "/",
            "endpoints": {"control": "http://x", "runtime": "http://x"},
        }
    )
    assert "a-secret-value" not in repr(setup)


def test_secrets_are_removed_by_value_wherever_they_stand():
    redactor = Redactor()
    redactor.learn_environment({"AWS_SECRET_ACCESS_KEY": "very-secret", "AWS_ACCESS_KEY_ID": "AKIAVISIBLE"})
    document = {"very-secret": ["x very-secret y", {"k": 1}], "id": "AKIAVISIBLE"}
    assert redactor.document(document) == {"[secret]": ["x [secret] y", {"k": 1}], "id": "AKIAVISIBLE"}
