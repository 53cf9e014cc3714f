"""The service's own check of native requests, in the words that users report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.schema import MOST_VIOLATIONS, check, violations

COHERE_EMBED = {
    "type": "object",
    "required": ["texts", "input_type"],
    "additionalProperties": False,
    "properties": {
        "texts": {"type": "array", "minItems": 1, "maxItems": 2},
        "input_type": {"enum": ["a", "b"]},
    },
}


def test_all_violations_come_in_one_message_the_missing_keys_first():
    with pytest.raises(AwsError) as refusal:
        check({"inputText": "x"}, COHERE_EMBED)

    # Reported by users of Cohere Embed.
    assert refusal.value.message == (
        "Malformed input request: #: required key [texts] not found#: required key [input_type] not found"
        "#: extraneous key [inputText] is not permitted, please reformat your input and try again."
    )
    assert (refusal.value.code, refusal.value.status) == ("ValidationException", 400)


@pytest.mark.parametrize(
    ("value", "schema", "violation"),
    [
        ([], {"type": "object"}, "#: expected type: JSONObject, found: JSONArray"),
        ("x", {"type": "array"}, "#: expected type: JSONArray, found: String"),
        (None, {"type": "string"}, "#: expected type: String, found: Null"),
        (True, {"type": "integer"}, "#: expected type: Integer, found: Boolean"),
        (1.5, {"type": "integer"}, "#: expected type: Integer, found: Double"),
        ({}, {"type": "number"}, "#: expected type: Number, found: JSONObject"),
        (3, {"type": ["string", "array"]}, "#: expected type: String, found: Integer"),
        (8192, {"maximum": 2048}, "#: 8192 is not less or equal to 2048"),
        (-1, {"minimum": 0}, "#: -1 is not greater or equal to 0"),
        ("abc", {"maxLength": 2}, "#: expected maxLength: 2, actual: 3"),
        ("", {"minLength": 1}, "#: expected minLength: 1, actual: 0"),
        ([], {"minItems": 1}, "#: expected minimum item count: 1, found: 0"),
        ([1, 2], {"maxItems": 1}, "#: expected maximum item count: 1, found: 2"),
        ("c", {"enum": ["a", "b"]}, "#: c is not a valid enum value"),
        (
            {"a": [0, "x"]},
            {"properties": {"a": {"items": {"type": "integer"}}}},
            "#/a/1: expected type: Integer, found: String",
        ),
    ],
)
def test_a_violation_names_its_place_and_what_was_expected(value, schema, violation):
    assert list(violations(value, schema)) == [violation]


def test_an_unread_keyword_refuses_nothing():
    assert list(violations({"a": 1}, {"pattern": "x", "properties": {"a": {}}})) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_every_value_has_exactly_one_type(value):
    names = ["object", "array", "string", "integer", "number", "boolean", "null"]
    accepted = [name for name in names if not list(violations(value, {"type": name}))]
    assert accepted in (
        [["integer", "number"]]
        if isinstance(value, int) and not isinstance(value, bool)
        else [[n] for n in names]
    )


def test_a_refusal_of_a_huge_request_stays_small():
    closed = {"type": "object", "additionalProperties": False}
    with pytest.raises(AwsError) as refusal:
        check({f"member{number}": 1 for number in range(100_000)}, closed)
    assert refusal.value.message.count("extraneous key") == MOST_VIOLATIONS
