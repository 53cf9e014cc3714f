"""CountTokens as SDK users meet it."""

import json

import pytest
from botocore.exceptions import ClientError

CLAUDE = "anthropic.claude-sonnet-4-20250514-v1:0"
PROFILE = "us.anthropic.claude-sonnet-4-20250514-v1:0"
TOOLS = {
    "tools": [{"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object"}}}}],
    "toolChoice": {"auto": {}},
}
QUESTIONS = [
    pytest.param({"messages": [{"role": "user", "content": [{"text": "Hello, world!"}]}]}, id="text"),
    pytest.param(
        {
            "system": [{"text": "Be brief."}],
            "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
            "toolConfig": TOOLS,
        },
        id="system-and-tools",
    ),
    pytest.param(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"text": "Hello " * 2_000},
                        {"cachePoint": {"type": "default"}},
                        {"text": "there"},
                    ],
                }
            ]
        },
        id="cache-point",
    ),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_count_is_what_converse_then_reports(runtime, question):
    counted = runtime.count_tokens(modelId=CLAUDE, input={"converse": question})["inputTokens"]
    usage = runtime.converse(modelId=PROFILE, **question)["usage"]

    cached = usage.get("cacheReadInputTokens", 0) + usage.get("cacheWriteInputTokens", 0)
    assert counted == usage["inputTokens"] + cached > 0


def test_the_count_is_what_invoke_model_then_reports(runtime):
    body = json.dumps(
        {
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 100,
            "system": "Be brief.",
            "messages": [{"role": "user", "content": "How many tokens are in this sentence?"}],
        }
    )
    counted = runtime.count_tokens(modelId=CLAUDE, input={"invokeModel": {"body": body}})["inputTokens"]
    answer = json.loads(runtime.invoke_model(modelId=PROFILE, body=body)["body"].read())

    assert counted == answer["usage"]["input_tokens"] > 0


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(PROFILE, id="system-profile"),
        pytest.param("amazon.nova-lite-v1:0", id="other-family"),
        pytest.param("anthropic.claude-3-haiku-20240307-v1:0", id="older-claude"),
    ],
)
def test_what_cannot_be_counted_is_refused(runtime, model):
    with pytest.raises(ClientError) as refusal:
        runtime.count_tokens(modelId=model, input={"converse": QUESTIONS[0].values[0]})

    assert refusal.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "The provided model doesn't support counting tokens.",
    }


def test_a_native_body_that_is_no_json_is_refused(runtime):
    with pytest.raises(ClientError, match="Malformed input request"):
        runtime.count_tokens(modelId=CLAUDE, input={"invokeModel": {"body": b"{"}})
