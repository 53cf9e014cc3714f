"""What the two invoke operations take and refuse before a model's own format matters, byte by byte."""

import json
from collections.abc import Callable, Mapping

import pytest

from bedrock_emulator.client import LabClient
from tests.end_to_end.raw_call import RawAnswer, post

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
BODY = json.dumps(
    {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hi"}],
    }
).encode()

Invoke = Callable[..., RawAnswer]


@pytest.fixture
def invoke(bedrock_emulator: LabClient) -> Invoke:
    """Sends one request with exactly these headers and bytes."""

    def send(
        headers: Mapping[str, str] | None = None,
        body: bytes = BODY,
        *,
        model: str = CLAUDE,
        operation: str = "invoke",
    ) -> RawAnswer:
        path = f"/model/{model}/{operation}"
        return post(bedrock_emulator.endpoint_url, path, headers=headers or {}, body=body, region="us-east-1")

    return send


def refusal(answer: RawAnswer) -> str:
    """The text of a ValidationException."""
    assert answer.status == 400
    assert answer.headers["x-amzn-errortype"].startswith("ValidationException:")
    message: str = json.loads(answer.body)["message"]
    return message


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/json", "accept": "application/json"},
        {"content-type": "application/json; charset=utf-8"},
        {"accept": "*/*"},
        {"accept": "text/html, application/json;q=0.5"},
        {"accept": "application/vnd.amazon.eventstream"},
    ],
    ids=str,
)
def test_a_request_may_be_silent_about_its_json(invoke: Invoke, headers: Mapping[str, str]) -> None:
    assert invoke(headers).status == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (
            {"content-type": "binary/octet-stream"},
            "The provided Content Type is invalid or not supported for this model",
        ),
        ({"accept": "image/png"}, "The provided Accept Type is invalid or not supported for this model"),
        (
            {"x-amzn-bedrock-guardrailidentifier": "v9kpg6yrwhs2"},
            "The guardrailVersion must be specified when a guardrail is enabled.",
        ),
        (
            {"x-amzn-bedrock-trace": "LOUD"},
            (
                "1 validation error detected: Value 'LOUD' at 'X-Amzn-Bedrock-Trace' failed to satisfy constraint: "
                "Member must satisfy enum value set: [ENABLED, DISABLED, ENABLED_FULL]"
            ),
        ),
        (
            {"x-amzn-bedrock-request-metadata": "[]"},
            "The request metadata must be a JSON object whose values are strings.",
        ),
    ],
    ids=["content type", "accept", "guardrail without version", "trace", "metadata"],
)
def test_a_wrong_header_is_refused(invoke: Invoke, headers: Mapping[str, str], message: str) -> None:
    assert refusal(invoke(headers)) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Malformed input request, please reformat your input and try again."),
        (b"{'a'}", "Malformed input request, please reformat your input and try again."),
        (b"\xff\xfe", "Malformed input request, please reformat your input and try again."),
        (
            b"[]",
            (
                "Malformed input request: #: expected type: JSONObject, found: JSONArray, "
                "please reformat your input and try again."
            ),
        ),
        (
            b'{"a":' * 65 + b"1" + b"}" * 65,
            "Malformed input request: #: nests deeper than 64 levels, please reformat your input and try again.",
        ),
    ],
    ids=["empty", "no JSON", "no UTF-8", "a list", "too deep"],
)
def test_a_body_that_is_no_json_object_is_refused(invoke: Invoke, body: bytes, message: str) -> None:
    assert refusal(invoke(body=body)) == message


def test_a_model_without_a_known_format_is_refused_by_name(
    bedrock_emulator: LabClient, invoke: Invoke
) -> None:
    bedrock_emulator.put_catalogue(
        models=[
            {"modelId": "acme.chat-v1:0", "regions": ["us-east-1"], "inferenceTypesSupported": ["ON_DEMAND"]}
        ]
    )
    message = refusal(invoke(model="acme.chat-v1:0"))
    assert "acme.chat-v1:0" in message
    assert "Converse" in message


@pytest.mark.parametrize("operation", ["invoke", "invoke-with-response-stream"])
def test_an_unknown_model_is_refused_as_converse_refuses_it(invoke: Invoke, operation: str) -> None:
    answer = invoke(model="nobody.nothing-v1:0", operation=operation)
    assert refusal(answer) == "The provided model identifier is invalid."


def test_a_stream_says_what_its_chunks_hold(invoke: Invoke) -> None:
    answer = invoke({"x-amzn-bedrock-accept": "application/json"}, operation="invoke-with-response-stream")

    assert answer.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert answer.headers["x-amzn-bedrock-content-type"] == "application/json"


def test_the_counts_stand_in_the_recorded_order(invoke: Invoke) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}).encode()
    headers = invoke(model="amazon.nova-lite-v1:0", body=body).headers

    assert [name for name in headers if name.startswith("x-amzn-")] == [
        "x-amzn-requestid",
        "x-amzn-bedrock-invocation-latency",
        "x-amzn-bedrock-cache-write-input-token-count",
        "x-amzn-bedrock-cache-read-input-token-count",
        "x-amzn-bedrock-output-token-count",
        "x-amzn-bedrock-input-token-count",
    ]
