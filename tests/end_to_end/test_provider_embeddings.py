"""The provider's embeddings against the emulator: every family, and what the journal saw."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from bedrock_provider import (
    BedrockProvider,
    CallError,
    EmbeddingRequest,
    ProviderClosedError,
    ProviderConfig,
    RequestError,
    Rules,
)
from bedrock_provider.embeddings import embedding_model

TITAN = "amazon.titan-embed-text-v2:0"
TEXTS = ["the cat sits on the mat", "a dog in the garden", "stocks fell on Monday"]
QUERY = "where does the cat sit, on the mat"
FAMILIES = [
    pytest.param(TITAN, 1024, 4, id="titan v2"),
    pytest.param("amazon.titan-embed-text-v1", 1536, 4, id="titan v1"),
    pytest.param("amazon.titan-embed-g1-text-02", 1536, 4, id="titan g1"),
    pytest.param("amazon.titan-embed-image-v1", 1024, 4, id="titan image"),
    pytest.param("amazon.nova-2-multimodal-embeddings-v1:0", 1024, 4, id="nova"),
    pytest.param("cohere.embed-english-v3", 1024, 2, id="cohere v3"),
    pytest.param("cohere.embed-multilingual-v3", 1024, 2, id="cohere multilingual"),
    pytest.param("cohere.embed-v4:0", 1536, 2, id="cohere v4"),
    pytest.param("us.twelvelabs.marengo-embed-2-7-v1:0", 1024, 4, id="marengo 2.7"),
    pytest.param("us.twelvelabs.marengo-embed-3-0-v1:0", 512, 4, id="marengo 3.0"),
]


@pytest.fixture
def provider(lab: LabClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[BedrockProvider]:
    """A provider with an empty configuration in the lab's environment."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with_defaults = BedrockProvider()
    yield with_defaults
    with_defaults.close()


def configured(document: dict[str, Any]) -> BedrockProvider:
    return BedrockProvider(ProviderConfig.from_mapping(document))


def calls(lab: LabClient) -> list[dict[str, Any]]:
    return lab.journal("InvokeModel")


def nearness(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("model", "dimensions", "requests"), FAMILIES)
def test_a_query_finds_its_document_with_every_family(
    lab: LabClient, provider: BedrockProvider, model: str, dimensions: int, requests: int
) -> None:
    documents = provider.embed(EmbeddingRequest(texts=TEXTS, model=model))
    query = provider.embed(EmbeddingRequest(texts=[QUERY], model=model, purpose="query"))

    near = [nearness(query.vectors[0], vector) for vector in documents.vectors]
    assert near.index(max(near)) == 0
    assert {len(vector) for vector in documents.vectors} == {dimensions} == {documents.dimensions}
    assert all(math.isclose(math.hypot(*vector), 1) for vector in documents.vectors)
    assert (documents.usage.input > 0) == ("marengo" not in model)
    assert len(calls(lab)) == requests
    assert {call["status"] for call in calls(lab)} == {200}


@pytest.mark.parametrize(
    ("model", "dimensions"),
    [(TITAN, 256), ("amazon.titan-embed-image-v1", 384), ("global.cohere.embed-v4:0", 512)],
)
def test_the_vectors_have_the_wanted_length(provider: BedrockProvider, model: str, dimensions: int) -> None:
    result = provider.embed(EmbeddingRequest(texts=["hi"], model=model, dimensions=dimensions))
    assert (len(result.vectors[0]), result.dimensions) == (dimensions, dimensions)


def test_two_hundred_texts_make_three_requests_to_cohere_and_stay_in_order(
    lab: LabClient, provider: BedrockProvider
) -> None:
    texts = [f"text {number}" for number in range(200)]
    request = EmbeddingRequest(texts=texts, model="cohere.embed-v4:0", dimensions=256)
    together = provider.embed(request).vectors

    sent = sorted((call["requestBody"]["texts"] for call in calls(lab)), key=lambda each: int(each[0][5:]))
    assert [len(each) for each in sent] == [96, 96, 8]
    assert [text for each in sent for text in each] == texts
    (alone,) = provider.embed(
        EmbeddingRequest(texts=[texts[150]], model=request.model, dimensions=256)
    ).vectors
    assert together[150] == pytest.approx(alone)


@pytest.mark.parametrize(
    "request_", [{"dimensions": 300}, {"model": "anthropic.claude-opus-4-7"}, {"purpose": "search"}], ids=str
)
def test_what_cannot_be_used_is_refused_before_any_call(
    lab: LabClient, provider: BedrockProvider, request_: dict[str, Any]
) -> None:
    with pytest.raises(RequestError):
        provider.embed(EmbeddingRequest(texts=["hi"], **request_))
    assert lab.journal() == []


def test_a_failure_is_classified_and_names_the_text(lab: LabClient, provider: BedrockProvider) -> None:
    with pytest.raises(CallError) as too_long:
        provider.embed(EmbeddingRequest(texts=["short", "word " * 9_900]))
    assert too_long.value.info.category == "context_overflow"
    assert too_long.value.info.message.endswith("(texts[1])")
    lab.put_faults(
        [
            {
                "operation": "InvokeModel",
                "error": {"code": "ThrottlingException", "message": "Slow."},
                "count": 1,
            }
        ]
    )
    with pytest.raises(CallError) as throttled:
        provider.embed(EmbeddingRequest(texts=["hi"]))
    info = throttled.value.info
    assert (info.category, info.retryable, info.request_id) == (
        "rate_limit",
        True,
        calls(lab)[-1]["requestId"],
    )


def test_the_configured_model_length_and_guardrail_go_with_every_call(lab: LabClient, bedrock: Any) -> None:
    policy = {"filtersConfig": [{"type": "HATE", "inputStrength": "LOW", "outputStrength": "LOW"}]}
    made = bedrock.create_guardrail(
        name="g", blockedInputMessaging="no", blockedOutputsMessaging="no", contentPolicyConfig=policy
    )
    guardrail = {
        "guardrailIdentifier": made["guardrailId"],
        "guardrailVersion": "DRAFT",
        "streamProcessingMode": "sync",
        "trace": "enabled_full",
    }
    memory = {"provider": "bedrock", "model": "us.cohere.embed-v4:0", "outputDimensionality": 256}
    provider = configured(
        {
            "plugins": {"entries": {"amazon-bedrock": {"config": {"guardrail": guardrail}}}},
            "agents": {"defaults": {"memorySearch": memory}},
        }
    )
    result = provider.embed(EmbeddingRequest(texts=["hi"]))
    provider.close()

    (call,) = calls(lab)
    sent = {name.lower(): value for name, value in call["requestHeaders"].items()}
    assert (result.model, result.dimensions) == ("us.cohere.embed-v4:0", 256)
    assert sent["x-amzn-bedrock-guardrailidentifier"] == made["guardrailId"]
    assert sent["x-amzn-bedrock-guardrailversion"] == "DRAFT"
    assert sent["x-amzn-bedrock-trace"] == "ENABLED_FULL"


def test_an_application_profile_is_looked_up_once_for_its_family(
    lab: LabClient, provider: BedrockProvider, bedrock: Any
) -> None:
    source = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
    arn = bedrock.create_inference_profile(inferenceProfileName="p", modelSource={"copyFrom": source})[
        "inferenceProfileArn"
    ]
    for _ in range(2):
        result = provider.embed(EmbeddingRequest(texts=["hi"], model=arn, dimensions=512))
        assert (result.model, result.dimensions) == (arn, 512)
    assert len(lab.journal("GetInferenceProfile")) == 1


def test_an_application_profile_that_cannot_be_looked_up_is_not_guessed_at(
    lab: LabClient, provider: BedrockProvider
) -> None:
    lab.put_faults(
        [{"operation": "GetInferenceProfile", "error": {"code": "AccessDeniedException"}, "count": 1}]
    )
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456"
    with pytest.raises(CallError) as denied:
        provider.embed(EmbeddingRequest(texts=["hi"], model=arn))
    assert denied.value.info.type == "AccessDeniedException"
    assert calls(lab) == []


@pytest.mark.parametrize(
    ("request_", "region"),
    [
        ({}, "eu-west-1"),
        ({"region": "eu-central-1"}, "eu-central-1"),
        ({"model": f"arn:aws:bedrock:us-west-2::foundation-model/{TITAN}"}, "us-west-2"),
    ],
    ids=str,
)
def test_the_region_reaches_the_signature(
    lab: LabClient,
    provider: BedrockProvider,
    monkeypatch: pytest.MonkeyPatch,
    request_: dict[str, Any],
    region: str,
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    provider.embed(EmbeddingRequest(texts=["hi"], **request_))
    assert [call["region"] for call in calls(lab)] == [region]


def test_a_blank_region_made_a_host_of_blanks(
    lab: LabClient, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """openclaw PR 110676"""
    monkeypatch.setenv("AWS_REGION", "   ")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    provider.embed(EmbeddingRequest(texts=["hi"]))
    assert calls(lab)[0]["region"] == "eu-west-1"


def test_the_global_profile_of_cohere_4_was_asked_like_titan(
    lab: LabClient, provider: BedrockProvider
) -> None:
    provider.embed(EmbeddingRequest(texts=["hi"], model="global.cohere.embed-v4:0"))
    assert "texts" in calls(lab)[0]["requestBody"]


def test_rotated_credentials_were_ignored_until_a_restart(
    lab: LabClient, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """openclaw#77551, #153971"""
    for key in ("AKIAFIRSTFIRSTFIRST1", "AKIASECONDSECONDSEC2"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        provider.embed(EmbeddingRequest(texts=["hi"]))
    assert [call["caller"]["accessKeyId"] for call in calls(lab)] == [
        "AKIAFIRSTFIRSTFIRST1",
        "AKIASECONDSECONDSEC2",
    ]


def test_the_address_of_memory_search_is_called(lab: LabClient, monkeypatch: pytest.MonkeyPatch) -> None:
    url = lab.environment()["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"]
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9")
    remote = {"provider": "bedrock", "remote": {"baseUrl": url}}
    provider = configured({"agents": {"defaults": {"memorySearch": remote}}})
    provider.embed(EmbeddingRequest(texts=["hi"]))
    provider.close()
    assert len(calls(lab)) == 1


def test_every_decision_about_embeddings_can_be_replaced(lab: LabClient) -> None:
    rules = replace(
        Rules(),
        embedding_model=lambda _reference: embedding_model("cohere.embed-v4:0"),
        embedding_dimensions=lambda _model, asked: (asked or 0) - 1,
        split_texts=lambda texts, _at_once: [[position] for position in range(len(texts))],
        normalised=lambda numbers: (float(len(numbers)),),
        invocation_fields=lambda _guardrail: {"performanceConfigLatency": "standard"},
    )
    provider = BedrockProvider(rules=rules)
    result = provider.embed(
        EmbeddingRequest(texts=["a", "b"], model="global.cohere.embed-v4:0", dimensions=257)
    )
    provider.close()
    assert result.vectors == ((256.0,), (256.0,))
    assert [len(call["requestBody"]["texts"]) for call in calls(lab)] == [1, 1]
    sent = calls(lab)[0]["requestHeaders"]
    assert {name.lower() for name in sent} >= {"x-amzn-bedrock-performanceconfig-latency"}


def test_a_closed_provider_embeds_nothing(lab: LabClient, provider: BedrockProvider) -> None:
    provider.close()
    with pytest.raises(ProviderClosedError):
        provider.embed(EmbeddingRequest(texts=["hi"]))
    assert calls(lab) == []
