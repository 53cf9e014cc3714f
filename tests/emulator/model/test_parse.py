"""Requests are parsed and refused by shape, with the texts and paths of AWS's constraint layer."""

import base64
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.model.parse import Parser
from bedrock_emulator.model.service import load_api

API = load_api()
PARSER = Parser()
MODEL = {"modelId": "amazon.nova-lite-v1:0"}


def parse(
    operation: str,
    body: object = b"",
    labels: dict[str, str] | None = None,
    query: str = "",
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = HttpRequest(method="POST", path="/", query=query, headers=headers or {}, body=data)
    return PARSER.parse(API.operations[operation], request, labels or {})


def refusal(operation: str, *args: Any, **kwargs: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        parse(operation, *args, **kwargs)
    assert caught.value.status == 400
    return caught.value.code, caught.value.message


def user(*blocks: object) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def violation(text: str) -> str:
    return f"1 validation error detected: {text}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            {"messages": [{"role": "human", "content": []}]},
            "Value 'human' at 'messages.1.member.role' failed to satisfy constraint: "
            "Member must satisfy enum value set: [user, assistant, system]",
            id="enum",
        ),
        pytest.param(
            {"inferenceConfig": {"temperature": 1.5}},
            "Value '1.5' at 'inferenceConfig.temperature' failed to satisfy constraint: "
            "Member must have value less than or equal to 1",
            id="maximum",
        ),
        pytest.param(
            {"inferenceConfig": {"maxTokens": 0}},
            "Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
            id="minimum",
        ),
        pytest.param(
            {"toolConfig": {"tools": [{"toolSpec": {"name": "bad name", "inputSchema": {"json": {}}}}]}},
            "Value 'bad name' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
            id="pattern",
        ),
        pytest.param(
            {"toolConfig": {"toolChoice": {"auto": {}}}},
            "Value null at 'toolConfig.tools' failed to satisfy constraint: Member must not be null",
            id="required",
        ),
        pytest.param(
            {"messages": [{"role": None, "content": []}]},
            "Value null at 'messages.1.member.role' failed to satisfy constraint: Member must not be null",
            id="null counts as absent",
        ),
        pytest.param(
            user({"image": {"format": "bmp", "source": {"bytes": "aGk="}}}),
            "Value 'bmp' at 'messages.1.member.content.1.member.image.format' failed to satisfy constraint: "
            "Member must satisfy enum value set: [png, jpeg, gif, webp]",
            id="nested enum",
        ),
    ],
)
def test_a_broken_constraint_names_value_path_and_rule(body: dict[str, Any], message: str) -> None:
    assert refusal("Converse", body, MODEL) == ("ValidationException", violation(message))


def test_all_violations_come_in_one_error_that_counts_them() -> None:
    _, text = refusal("Converse", {"inferenceConfig": {"temperature": 2, "topP": -1, "maxTokens": 0}}, MODEL)
    assert text.startswith("3 validation errors detected: ")
    assert text.count("failed to satisfy constraint") == 3


def test_a_sensitive_value_is_not_quoted() -> None:
    metadata = {"requestMetadata": {f"key{n}": "v" for n in range(17)}}
    _, text = refusal("Converse", metadata, MODEL)
    assert text == violation(
        "Value at 'requestMetadata' failed to satisfy constraint: Member must have length less than or equal to 16"
    )


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            {},
            "The ContentBlock object at messages.0.content.1 must set one of the following keys: text, image, ",
        ),
        (
            {"text": "a", "cachePoint": {"type": "default"}},
            "The ContentBlock object at messages.0.content.1 must set exactly",
        ),
        (
            {"unknownBlock": {}},
            "The ContentBlock object at messages.0.content.1 must set one of the following keys: text, ",
        ),
    ],
    ids=["none", "two", "unknown only"],
)
def test_a_union_takes_exactly_one_known_member(block: dict[str, Any], message: str) -> None:
    code, text = refusal("Converse", user({"text": "ok"}, block), MODEL)
    assert code == "ValidationException"
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            user({"text": 5}),
            "NUMBER_VALUE can not be converted to a String at 'messages.1.member.content.1.member.text'",
        ),
        ({"messages": "hi"}, "STRING_VALUE can not be converted to a list at 'messages'"),
        ({"inferenceConfig": []}, "START_ARRAY can not be converted to a structure at 'inferenceConfig'"),
        (
            {"inferenceConfig": {"maxTokens": "9"}},
            "STRING_VALUE can not be converted to a Integer at 'inferenceConfig.maxTokens'",
        ),
        (
            {"inferenceConfig": {"maxTokens": 1.5}},
            "NUMBER_VALUE can not be converted to a Integer at 'inferenceConfig.maxTokens'",
        ),
        (
            {"inferenceConfig": {"maxTokens": True}},
            "TRUE_VALUE can not be converted to a Integer at 'inferenceConfig.maxTokens'",
        ),
        (
            {"inferenceConfig": {"maxTokens": 2**40}},
            "NUMBER_VALUE can not be converted to a Integer at 'inferenceConfig.maxTokens'",
        ),
        ([], "START_ARRAY can not be converted to a structure at 'the request body'"),
    ],
    ids=["string", "list", "structure", "text for number", "fraction", "boolean", "beyond 32 bits", "body"],
)
def test_a_value_of_the_wrong_type_is_a_serialization_error_that_says_where(
    body: object, message: str
) -> None:
    assert refusal("Converse", body, MODEL) == ("SerializationException", message)


@pytest.mark.parametrize(
    "body",
    [
        b'{"messages":',
        b"\xff\xfe",
        b"nonsense",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"additionalModelRequestFields":' + b"[" * 64 + b"]" * 64 + b"}",
    ],
    ids=["cut", "not utf-8", "no json", "bare NaN", "deep list", "deep object", "deep document"],
)
def test_malformed_json_is_refused_and_says_so(body: bytes) -> None:
    code, message = refusal("Converse", body, MODEL)
    assert code == "SerializationException"
    assert message.startswith("The request body is not valid JSON: ")


def test_base64_becomes_bytes_and_bad_base64_is_refused() -> None:
    picture = {"image": {"format": "png", "source": {"bytes": base64.b64encode(b"pixels").decode()}}}
    parsed = parse("Converse", user(picture), MODEL)
    assert parsed["messages"][0]["content"][0]["image"]["source"]["bytes"] == b"pixels"
    picture["image"]["source"] = {"bytes": "%%%"}
    assert refusal("Converse", user(picture), MODEL)[0] == "SerializationException"


@pytest.mark.parametrize(
    "extra",
    [
        {"inferenceConfig": {}},
        {"system": []},
        {"inferenceConfig": {"stopSequences": []}},
        {"additionalModelRequestFields": {}},
        {"somethingNew": {"x": 1}},
        {"inferenceConfig": {"topK": 5}},
    ],
    ids=[
        "empty object",
        "empty list",
        "empty stop sequences",
        "empty document",
        "unknown member",
        "unknown nested",
    ],
)
def test_what_real_clients_send_is_accepted(extra: dict[str, Any]) -> None:
    parsed = parse("Converse", user({"text": "hi"}) | extra, MODEL)
    assert parsed["messages"] == [{"role": "user", "content": [{"text": "hi"}]}]


def test_an_unknown_member_of_a_replayed_block_is_ignored() -> None:
    block = {"toolUse": {"toolUseId": "t1", "name": "f", "input": {}, "extra": 1}}
    parsed = parse("Converse", {"messages": [{"role": "assistant", "content": [block]}]}, MODEL)
    assert parsed["messages"][0]["content"][0]["toolUse"] == {"toolUseId": "t1", "name": "f", "input": {}}


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("maxResults=5&type=APPLICATION", {"maxResults": 5, "typeEquals": "APPLICATION"}),
        ("nextToken=a%2Bb", {"nextToken": "a+b"}),
        ("unknown=1", {}),
        ("", {}),
    ],
)
def test_query_members_are_read_by_their_wire_names(query: str, params: dict[str, Any]) -> None:
    assert parse("ListInferenceProfiles", query=query) == params


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            "maxResults=0",
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "maxResults=5000",
            "Value '5000' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
        ),
        (
            "type=NONE",
            (
                "Value 'NONE' at 'type' failed to satisfy constraint: "
                "Member must satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]"
            ),
        ),
    ],
)
def test_query_members_are_validated(query: str, text: str) -> None:
    assert refusal("ListInferenceProfiles", query=query) == ("ValidationException", violation(text))


@pytest.mark.parametrize("text", ["many", "1e3", "1" * 5000, "\u0661"])
def test_a_query_number_that_is_none_is_refused(text: str) -> None:
    assert refusal("ListInferenceProfiles", query=f"maxResults={text}")[0] == "SerializationException"


def test_query_timestamps_are_aware() -> None:
    parsed = parse("ListAsyncInvokes", query="submitTimeAfter=2026-01-02T03:04:05Z")
    assert parsed["submitTimeAfter"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert refusal("ListAsyncInvokes", query="submitTimeAfter=noon")[0] == "SerializationException"


def test_headers_and_a_raw_body_are_members_too() -> None:
    parsed = parse("InvokeModel", b"\x00raw", MODEL, headers={"x-amzn-bedrock-trace": "ENABLED"})
    assert parsed == {**MODEL, "trace": "ENABLED", "body": b"\x00raw"}


def test_a_model_id_outside_its_pattern_is_refused() -> None:
    code, text = refusal("Converse", user({"text": "hi"}), {"modelId": "no spaces"})
    assert code == "ValidationException"
    assert text.startswith(
        "1 validation error detected: Value 'no spaces' at 'modelId' failed to satisfy constraint: "
    )


def test_a_tool_call_of_claude_can_be_replayed() -> None:
    block = {"toolUse": {"toolUseId": "t1", "name": "f", "input": {}, "type": "tool_use"}}
    parsed = parse("Converse", {"messages": [{"role": "assistant", "content": [block]}]}, MODEL)
    assert parsed["messages"][0]["content"] == [block]


def test_an_empty_tool_configuration_has_a_refusal_of_its_own() -> None:
    assert refusal("Converse", {"toolConfig": {}}, MODEL) == (
        "ValidationException",
        "The provided request is not valid",
    )


def test_a_long_list_of_violations_is_counted_whole_and_quoted_in_part() -> None:
    _, text = refusal("Converse", {"messages": [{"role": "x", "content": []}] * 1000}, MODEL)
    assert text.startswith("1000 validation errors detected: ")
    assert text.count("failed to satisfy") == 100


@pytest.mark.parametrize(("value", "quoted"), [(2, "2.0"), ("NaN", "NaN"), (-0.5, "-0.5")])
def test_a_number_is_quoted_as_the_service_prints_floats(value: object, quoted: str) -> None:
    _, text = refusal("Converse", {"inferenceConfig": {"temperature": value}}, MODEL)
    assert text.startswith(f"1 validation error detected: Value '{quoted}' at 'inferenceConfig.temperature'")


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads take turns as often as they can, so that a race is met here and not at a user's."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("busy_threads")
def test_threads_that_compile_one_operation_at_once_all_get_whole_checks() -> None:
    operation, parser = load_api().operations["Converse"], Parser()
    body = json.dumps(user({"text": "hi"})).encode()
    request = HttpRequest(method="POST", path="/", query="", headers={}, body=body)
    together = Barrier(8)

    def parse_at_once(_: int) -> Any:
        together.wait()
        return parser.parse(operation, request, MODEL)

    with ThreadPoolExecutor(8) as pool:
        assert all(answer["messages"] for answer in pool.map(parse_at_once, range(8)))


def test_a_huge_offending_value_is_not_echoed_whole() -> None:
    _, text = refusal("Converse", {"messages": [{"role": "x" * 1_000_000, "content": []}]}, MODEL)
    assert len(text) < 3_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    ["messages", "system", "inferenceConfig", "toolConfig", "outputConfig", "guardrailConfig"]
)


@given(st.dictionaries(MEMBERS, JSON, max_size=3))
def test_any_json_is_parsed_or_refused_as_aws_would(body: dict[str, Any]) -> None:
    try:
        members = set(parse("Converse", json.dumps(body).encode(), MODEL))
    except AwsError as error:
        members = {error.code}
    assert members <= body.keys() | {"modelId"} or members < {"ValidationException", "SerializationException"}
