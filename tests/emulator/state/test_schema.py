import json

import orjson
import pytest
from jsonschema import Draft202012Validator

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.schema import check_document, join_path, schema_bytes

SCHEMA = orjson.loads(schema_bytes())


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_every_reference_leads_somewhere():
    text = json.dumps(SCHEMA)
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names <= SCHEMA["$defs"].keys()


@pytest.mark.parametrize("name", [name for name, each in SCHEMA["$defs"].items() if "examples" in each])
def test_its_examples_are_valid(name):
    for example in SCHEMA["$defs"][name]["examples"]:
        check_document(example, name)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), ""),
        (("rules", 0, "when"), "rules[0].when"),
        (("", "a"), "a"),
        (("a[1]", "", "b"), "a[1].b"),
        ((0, 1), "[0][1]"),
    ],
)
def test_a_place_is_written_as_people_write_it(parts, expected):
    assert join_path(*parts) == expected


@pytest.mark.parametrize(
    ("definition", "document", "path", "message"),
    [
        ("Lab", [], None, "must be an object"),
        ("Lab", {"region": "mars"}, "region", "must match"),
        ("Lab", {"auth": "maybe"}, "auth", 'must be one of "off", "known", "strict", null'),
        ("Lab", {"clock": {"advanceSeconds": 1}}, "clock.advanceSeconds", "unknown member"),
        ("Clock", {}, None, "exactly one of 'now', 'advanceSeconds', 'reset'"),
        ("Clock", {"advanceSeconds": "1"}, "advanceSeconds", "must be a number"),
        ("Clock", {"reset": False}, "reset", "must be true"),
        ("Catalogue", {"models": {}}, "models", "must be a list"),
        ("Catalogue", {"replace": 1}, "replace", r"must be true or false \("),
        ("Catalogue", {"replace": "yes"}, "replace", "must be true or false; yes, no, on and off are texts"),
        ("Credentials", {}, None, "'credentials' is missing"),
        (
            "Credentials",
            {"credentials": [{"accessKeyId": "AKID"}]},
            "credentials[0]",
            "needs 'secretAccessKey'",
        ),
        (
            "Credentials",
            {"credentials": [{"bearerToken": ""}]},
            "credentials[0].bearerToken",
            "at least 1 character long",
        ),
        (
            "Credentials",
            {"credentials": [{"bearerToken": "x", "account": "1"}]},
            "credentials[0].account",
            "must match",
        ),
        ("Credentials", {"credentials": [{"bearerToken": "x"}] * 501}, "credentials", "at most 500 items"),
    ],
)
def test_a_refusal_says_where_and_what(definition, document, path, message):
    with pytest.raises(AdminError, match=message) as refused:
        check_document(document, definition)
    assert (refused.value.status, refused.value.path) == (400, path)


def test_no_refusal_quotes_a_secret():
    secret = "s3cr3t-value"
    for wrong in (
        {"accessKeyId": "!", "secretAccessKey": secret},
        {"secretAccessKey": [secret]},
        {"bearerToken": {secret: 1}},
    ):
        with pytest.raises(AdminError) as refused:
            check_document({"credentials": [wrong]}, "Credentials")
        assert secret not in f"{refused.value.message} {refused.value.path}"


def test_a_mistyped_member_is_named_before_the_one_it_should_have_been():
    with pytest.raises(AdminError, match="did you mean 'rules'"):
        check_document({"version": 1, "ruels": []}, "Scenario")


@pytest.mark.parametrize(
    ("definition", "document", "path"),
    [
        ("Faults", {"faults": [{"error": {"code": "FooError\n"}}]}, "faults[0].error.code"),
        (
            "Credentials",
            {"credentials": [{"accessKeyId": "abcd\n", "secretAccessKey": "s"}]},
            "credentials[0].accessKeyId",
        ),
        (
            "Credentials",
            {"credentials": [{"accessKeyId": "äöüß", "secretAccessKey": "s"}]},
            "credentials[0].accessKeyId",
        ),
        (
            "Credentials",
            {"credentials": [{"bearerToken": "t", "account": "123456789012\n"}]},
            "credentials[0].account",
        ),
        ("Lab", {"region": "us-east-1\n"}, "region"),
    ],
)
def test_what_travels_in_headers_is_one_line_of_ascii(definition, document, path):
    with pytest.raises(AdminError, match="must match") as refused:
        check_document(document, definition)
    assert refused.value.path == path
