"""Features of InvokeModel, CountTokens, async invocations and profiles, and what every SDK makes of them."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.end_to_end.feature_row import (
    LOOK,
    NOVA,
    SONNET,
    THOUGHT,
    Row,
    call,
    conversed,
    refusal,
    text,
    user,
)
from tests.end_to_end.python_values import Outcome

SONNET_4 = "anthropic.claude-sonnet-4-20250514-v1:0"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"
GPT_OSS = "openai.gpt-oss-20b-1:0"
EMBEDDINGS = "amazon.nova-2-multimodal-embeddings-v1:0"
SAID = {"content": "One rule.", "usage": {"inputTokens": 11, "outputTokens": 5}}


def invoked(model: str, body: Mapping[str, Any], name: str = "InvokeModel") -> dict[str, Any]:
    # The JavaScript SDK would call the body application/octet-stream.
    return call(name, modelId=model, body=json.dumps(body), contentType="application/json")


def invoked_both(model: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same body to InvokeModel and to its stream."""
    return [invoked(model, body, name) for name in ("InvokeModel", "InvokeModelWithResponseStream")]


def native(outcome: Outcome) -> Any:
    """The body of an InvokeModel answer."""
    return decoded(outcome["answer"]["body"])


def chunks(outcome: Outcome) -> list[Any]:
    """The chunks of an InvokeModel stream."""
    return [decoded(event["chunk"]["bytes"]) for event in outcome["events"]]


def decoded(data: Mapping[str, str]) -> Any:
    return json.loads(base64.b64decode(data["base64"]))


def metrics(chunk: Mapping[str, Any]) -> tuple[int, int]:
    """The counts of tokens that every family's last chunk has."""
    counts = chunk["amazon-bedrock-invocationMetrics"]
    return counts["inputTokenCount"], counts["outputTokenCount"]


def counted(outcomes: Sequence[Outcome]) -> Any:
    """Whether CountTokens promises what the answers then report, for Converse and for InvokeModel."""
    promised, answered, promised_native, answered_native = outcomes
    return (
        promised["answer"]["inputTokens"] == answered["answer"]["usage"]["inputTokens"] > 0,
        promised_native["answer"]["inputTokens"] == native(answered_native)["usage"]["input_tokens"] > 0,
    )


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True)) / (math.hypot(*one) * math.hypot(*other))


def claude(*blocks: Any) -> dict[str, Any]:
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": [*blocks]}],
    }


def async_invocation(outcomes: Sequence[Outcome]) -> Any:
    """Whether what was started is found by its ARN and in the list."""
    started, found, listed = (outcome["answer"] for outcome in outcomes)
    arns = [found["invocationArn"], *(each["invocationArn"] for each in listed["asyncInvokeSummaries"])]
    return found["status"], arns == [started["invocationArn"]] * 2


def application_profile(outcomes: Sequence[Outcome]) -> Any:
    """The profile in the list, whether it is the one that was made, and what its model says."""
    created, listed, answered = outcomes
    (summary,) = listed["answer"]["inferenceProfileSummaries"]
    same = summary["inferenceProfileArn"] == created["answer"]["inferenceProfileArn"]
    return summary["inferenceProfileName"], summary["type"], same, text(answered)


INVOCATIONS = {
    "Claude's thinking and tool use": Row(
        invoked_both(SONNET, claude({"type": "text", "text": "Hi"})),
        lambda it: (
            native(it[0])["content"],
            [each["content_block"]["type"] for each in chunks(it[1]) if "content_block" in each],
            "".join(each.get("delta", {}).get("thinking", "") for each in chunks(it[1])),
            "".join(each.get("delta", {}).get("signature", "") for each in chunks(it[1])),
            json.loads("".join(each.get("delta", {}).get("partial_json", "") for each in chunks(it[1]))),
        ),
        (
            [
                {"type": "thinking", "thinking": "First I look.", "signature": "my-own"},
                {"type": "tool_use", "id": "t1", **{k: LOOK["toolUse"][k] for k in ("name", "input")}},
            ],
            ["thinking", "tool_use"],
            "First I look.",
            "my-own",
            LOOK["toolUse"]["input"],
        ),
        reply={"content": [THOUGHT, LOOK]},
    ),
    "Nova": Row(
        invoked_both(NOVA, {"messages": [user("Hi")]}),
        lambda it: (
            native(it[0])["output"]["message"]["content"],
            "".join(
                each["contentBlockDelta"]["delta"]["text"]
                for each in chunks(it[1])
                if "contentBlockDelta" in each
            ),
            metrics(chunks(it[1])[-1]),
        ),
        ([{"text": "One rule."}], "One rule.", (11, 5)),
        reply=SAID,
    ),
    "Llama": Row(
        invoked_both(LLAMA, {"prompt": "Hi"}),
        lambda it: (
            native(it[0]),
            "".join(each["generation"] for each in chunks(it[1])),
            metrics(chunks(it[1])[-1]),
        ),
        (
            {
                "generation": "One rule.",
                "prompt_token_count": 11,
                "generation_token_count": 5,
                "stop_reason": "stop",
            },
            "One rule.",
            (11, 5),
        ),
        reply=SAID,
    ),
    "OpenAI's chat format": Row(
        invoked_both(GPT_OSS, {"messages": [{"role": "user", "content": "Hi"}]}),
        lambda it: (
            native(it[0])["choices"][0]["message"]["content"],
            "".join(each["choices"][0]["delta"]["content"] for each in chunks(it[1])),
            metrics(chunks(it[1])[-1]),
        ),
        ("One rule.", "One rule.", (11, 5)),
        reply=SAID,
    ),
    "what Llama's format cannot say": Row(
        [invoked(LLAMA, {"prompt": "Hi"})],
        lambda it: (refusal(it[0])[0], "which Llama's prompt format cannot express" in it[0]["message"]),
        ("ModelErrorException", True),
        reply={"content": [LOOK]},
    ),
    "Titan embeds": Row(
        [
            invoked("amazon.titan-embed-text-v2:0", {"inputText": each, "dimensions": 256})
            for each in ("blue sky", "sky blue", "a cactus")
        ],
        lambda it: [
            (len(one), round(cosine(one, other), 1))
            for one, other in pairwise(native(each)["embedding"] for each in it)
        ],
        [(256, 1.0), (256, 0.0)],
    ),
    "Cohere embeds": Row(
        [
            invoked(
                "cohere.embed-v4:0",
                {
                    "texts": ["blue sky", "sky blue"],
                    "input_type": "search_query",
                    "embedding_types": ["float"],
                    "output_dimension": 512,
                },
            )
        ],
        lambda it: (
            [len(each) for each in native(it[0])["embeddings"]["float"]],
            round(cosine(*native(it[0])["embeddings"]["float"]), 6),
        ),
        ([512, 512], 1.0),
    ),
    "Cohere reranks": Row(
        [
            invoked(
                "cohere.rerank-v3-5:0",
                {
                    "api_version": 2,
                    "query": "the capital of France",
                    "documents": ["Lyon lies on the Rhône", "Paris is the capital of France"],
                },
            )
        ],
        lambda it: [each["index"] for each in native(it[0])["results"]],
        [1, 0],
    ),
    "tokens counted before": Row(
        [
            call("CountTokens", modelId=SONNET_4, input={"converse": {"messages": [user("How many?")]}}),
            conversed("How many?", model=f"us.{SONNET_4}"),
            call(
                "CountTokens",
                modelId=SONNET_4,
                input={
                    "invokeModel": {
                        "body": {
                            "base64": base64.b64encode(
                                json.dumps(claude({"type": "text", "text": "How many?"})).encode()
                            ).decode()
                        }
                    }
                },
            ),
            invoked(f"us.{SONNET_4}", claude({"type": "text", "text": "How many?"})),
        ],
        counted,
        (True, True),
    ),
    "a model whose tokens cannot be counted": Row(
        [call("CountTokens", modelId=HAIKU, input={"converse": {"messages": [user("How many?")]}})],
        lambda it: refusal(it[0]),
        ("ValidationException", "The provided model doesn't support counting tokens."),
    ),
    "an async invocation": Row(
        [
            call(
                "StartAsyncInvoke",
                modelId=EMBEDDINGS,
                modelInput={
                    "taskType": "SEGMENTED_EMBEDDING",
                    "segmentedEmbeddingParams": {
                        "embeddingPurpose": "GENERIC_INDEX",
                        "embeddingDimension": 256,
                        "text": {"value": "One text."},
                    },
                },
                outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://results/run/"}},
            ),
            call("GetAsyncInvoke", invocationArn={"from": [0, "invocationArn"]}),
            call("ListAsyncInvokes", statusEquals="Completed"),
        ],
        async_invocation,
        ("Completed", True),
    ),
    "an application profile": Row(
        [
            call(
                "CreateInferenceProfile",
                service="bedrock",
                inferenceProfileName="team-a",
                modelSource={
                    "copyFrom": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"
                },
            ),
            call("ListInferenceProfiles", service="bedrock", typeEquals="APPLICATION"),
            call("Converse", modelId={"from": [0, "inferenceProfileArn"]}, messages=[user("Hello.")]),
        ],
        application_profile,
        ("team-a", "APPLICATION", True, "One rule."),
        reply=SAID,
    ),
}
