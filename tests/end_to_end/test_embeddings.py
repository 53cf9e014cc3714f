"""Embeddings and reranking through boto3, and against what was recorded."""

import json
import math
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.recordings import records, requires_recordings

RECORDED = [
    pytest.param(each, id=each["id"])
    for each in records("InvokeModel")
    if ".embed" in each["model"] or "-embed" in each["model"]
]


def invoke(runtime: Any, model: str, body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    answer = runtime.invoke_model(modelId=model, body=json.dumps(body))
    return json.loads(answer["body"].read()), answer["ResponseMetadata"]["HTTPHeaders"]


def outline(value: Any) -> Any:
    """The shape of an answer: its members, the lengths of its vectors, the rest as it is."""
    if isinstance(value, dict):
        return {
            name: outline(each) for name, each in value.items() if name not in ("id", "inputTextTokenCount")
        }
    if isinstance(value, list) and value and isinstance(value[0], float):
        return f"{len(value)} numbers"
    return [outline(each) for each in value] if isinstance(value, list) else value


@requires_recordings
@pytest.mark.parametrize("record", RECORDED)
def test_a_recorded_request_gets_an_answer_of_the_recorded_shape(runtime, record):
    answer, headers = invoke(runtime, record["model"], record["request"]["body"])

    assert outline(answer) == outline(record["response"]["body"])
    ours = [name for name in headers if name.startswith("x-amzn-bedrock-")]
    assert sorted(ours) == sorted(
        name for name, _ in record["response"]["headers"] if name.startswith("x-amzn-bedrock-")
    )


def test_an_embedding_model_has_no_stream_and_no_conversation(runtime):
    with pytest.raises(ClientError, match="unsupported for streaming"):
        runtime.invoke_model_with_response_stream(
            modelId="amazon.titan-embed-text-v2:0", body=json.dumps({"inputText": "hello"})
        )
    with pytest.raises(ClientError, match="supported text or chat model"):
        runtime.converse(
            modelId="amazon.titan-embed-text-v2:0",
            messages=[{"role": "user", "content": [{"text": "hello"}]}],
        )


def test_marengo_is_called_by_its_profile(runtime):
    body = {"inputType": "text", "inputText": "a cat on a sofa"}
    answer, _ = invoke(runtime, "us.twelvelabs.marengo-embed-2-7-v1:0", body)

    assert math.isclose(math.hypot(*answer["data"][0]["embedding"]), 1.0)
    with pytest.raises(ClientError, match="on-demand throughput"):
        invoke(runtime, "twelvelabs.marengo-embed-2-7-v1:0", body)


def test_cohere_reranks_by_the_words_of_the_query(runtime):
    body = {
        "api_version": 2,
        "query": "the capital of France",
        "documents": ["Lyon lies on the Rhône", "Paris is the capital of France"],
    }
    answer, headers = invoke(runtime, "cohere.rerank-v3-5:0", body)

    assert [each["index"] for each in answer["results"]] == [1, 0]
    assert "x-amzn-bedrock-input-token-count" not in headers
