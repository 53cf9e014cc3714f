"""Embedding models and families: what is sent, what is read, what is refused before any call."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider import RequestError
from bedrock_provider.embeddings import (
    DEFAULT_MODEL,
    EMBEDDING_MODELS,
    Question,
    called_reference,
    checked_dimensions,
    embedding_model,
    normalised,
    read_answer,
    read_vectors,
    split_texts,
)

TITAN_V1, TITAN_V2 = "amazon.titan-embed-text-v1", "amazon.titan-embed-text-v2:0"
TITAN_IMAGE, NOVA = "amazon.titan-embed-image-v1", "amazon.nova-2-multimodal-embeddings-v1:0"
COHERE_V3, COHERE_V4 = "cohere.embed-english-v3", "cohere.embed-v4:0"
MARENGO_2, MARENGO_3 = "twelvelabs.marengo-embed-2-7-v1:0", "twelvelabs.marengo-embed-3-0-v1:0"


def nova(purpose: str, dimensions: int) -> dict[str, object]:
    text = {"truncationMode": "END", "value": "hi"}
    single = {"embeddingPurpose": purpose, "embeddingDimension": dimensions, "text": text}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": single}


def cohere(input_type: str, **more: object) -> dict[str, object]:
    return {"texts": ["hi"], "input_type": input_type, "truncate": "END", **more}


@pytest.mark.parametrize(
    ("model_id", "purpose", "dimensions", "body"),
    [
        (TITAN_V1, "document", None, {"inputText": "hi"}),
        ("amazon.titan-embed-g1-text-02", "query", 1536, {"inputText": "hi"}),
        (TITAN_V2, "document", None, {"inputText": "hi", "dimensions": 1024, "normalize": True}),
        (TITAN_V2, "query", 256, {"inputText": "hi", "dimensions": 256, "normalize": True}),
        (
            TITAN_IMAGE,
            "document",
            384,
            {"inputText": "hi", "embeddingConfig": {"outputEmbeddingLength": 384}},
        ),
        (NOVA, "document", None, nova("GENERIC_INDEX", 1024)),
        (NOVA, "query", 3072, nova("TEXT_RETRIEVAL", 3072)),
        (COHERE_V3, "document", None, cohere("search_document")),
        ("cohere.embed-multilingual-v3", "query", None, cohere("search_query")),
        (COHERE_V4, "query", 512, cohere("search_query", embedding_types=["float"], output_dimension=512)),
        (MARENGO_2, "query", None, {"inputType": "text", "inputText": "hi", "textTruncate": "end"}),
        (MARENGO_3, "document", None, {"inputType": "text", "text": {"inputText": "hi"}}),
    ],
)
def test_each_family_is_asked_in_its_own_words(model_id, purpose, dimensions, body):
    model = embedding_model(model_id)
    question = Question(texts=["hi"], purpose=purpose, dimensions=checked_dimensions(model, dimensions))
    assert model.family.body(question) == body


@pytest.mark.parametrize(
    ("model_id", "answer"),
    [
        (TITAN_V2, {"embedding": [1, 2.5], "inputTextTokenCount": 3}),
        (NOVA, {"embeddings": [{"embeddingType": "TEXT", "embedding": [1, 2.5]}]}),
        (COHERE_V3, {"embeddings": [[1, 2.5]], "response_type": "embeddings_floats"}),
        (COHERE_V4, {"embeddings": {"float": [[1, 2.5]]}, "response_type": "embeddings_by_type"}),
        (MARENGO_2, {"data": [{"embedding": [1, 2.5]}]}),
        (MARENGO_3, {"data": {"embedding": [1, 2.5]}}),
        (MARENGO_3, {"embedding": [1, 2.5]}),
    ],
)
def test_each_family_is_understood(model_id, answer):
    read = read_answer(json.dumps(answer).encode())
    assert read_vectors(embedding_model(model_id).family, read, 1, 2) == [[1.0, 2.5]]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("", "malformed JSON"),
        ('{"embedding": [1', "malformed JSON"),
        ("[" * 100_000, "malformed JSON"),
        ("[1]", "no object"),
        ("{}", "no vectors where 1"),
        ('{"embedding": null}', "no list of numbers"),
        ('{"embedding": []}', "no list of numbers"),
        ('{"embedding": ["1", 2]}', "no list of numbers"),
        ('{"embedding": [true, false]}', "no list of numbers"),
        ('{"embedding": [1]}', "a vector of 1 numbers where 2"),
    ],
    ids=lambda text: text[:20],
)
def test_an_answer_without_the_vector_is_refused_and_never_an_empty_vector(answer, problem):
    with pytest.raises(ValueError, match=problem):
        read_vectors(embedding_model(TITAN_V2).family, read_answer(answer.encode()), 1, 2)


@pytest.mark.parametrize("rows", [[], [[1.0]], [[1.0]] * 3], ids=len)
def test_a_cohere_answer_with_another_number_of_vectors_is_refused(rows):
    with pytest.raises(ValueError, match=f"with {len(rows)} vectors where 2 were asked for"):
        read_vectors(embedding_model(COHERE_V3).family, {"embeddings": rows}, 2, 1)


@pytest.mark.parametrize(
    ("reference", "model_id"),
    [
        *((model.id, model.id) for model in EMBEDDING_MODELS),
        ("amazon.titan-embed-text-v1:2:8k", TITAN_V1),
        ("amazon.titan-embed-text-v2:0:8k", TITAN_V2),
        ("cohere.embed-english-v3:0:512", COHERE_V3),
        ("global.cohere.embed-v4:0", COHERE_V4),
        ("us.twelvelabs.marengo-embed-2-7-v1:0", MARENGO_2),
        ("apac.twelvelabs.marengo-embed-3-0-v1:0", MARENGO_3),
        ("AMAZON.Titan-Embed-Text-V2:0", TITAN_V2),
        ("bedrock/amazon.titan-embed-text-v2:0", TITAN_V2),
        ("amazon-bedrock/eu.cohere.embed-v4:0", COHERE_V4),
        (" aws/cohere.embed-english-v3 ", COHERE_V3),
        ("arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0", TITAN_V2),
        ("arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us-gov.cohere.embed-v4:0", COHERE_V4),
    ],
)
def test_a_model_is_known_by_all_its_names(reference, model_id):
    assert embedding_model(called_reference(reference)).id == model_id


@pytest.mark.parametrize(
    ("newer", "like"),
    [
        ("amazon.titan-embed-text-v2", TITAN_V2),
        ("amazon.titan-embed-text-v9:0", TITAN_V1),
        ("amazon.titan-embed-image-v2:0", TITAN_IMAGE),
        ("us.amazon.nova-3-embeddings-v1:0", NOVA),
        ("cohere.embed-multilingual-light-v3", COHERE_V3),
        ("cohere.embed-v5:0", COHERE_V4),
        ("twelvelabs.marengo-embed-2-8-v1:0", MARENGO_2),
        ("twelvelabs.marengo-embed-4-0-v1:0", MARENGO_3),
    ],
)
def test_a_model_newer_than_the_table_is_asked_like_its_family_and_keeps_its_own_length(newer, like):
    model = embedding_model(newer)
    assert model.family is embedding_model(like).family
    assert (checked_dimensions(model, None), checked_dimensions(model, 300)) == (None, 300)
    sent = model.family.body(Question(texts=["hi"], purpose="document", dimensions=None))
    assert "imension" not in json.dumps(sent)
    assert "Config" not in json.dumps(sent)


@pytest.mark.parametrize(
    "reference",
    ["acme.embed-v1", "amazon.nova-pro-v1:0", "anthropic.claude-opus-4-7", "text-embedding-3-small"],
)
def test_a_model_of_no_known_family_is_refused_with_the_known_ones(reference):
    with pytest.raises(
        RequestError, match=f'model: "{reference}" is no known embedding model; .*{DEFAULT_MODEL}'
    ):
        embedding_model(reference)


@pytest.mark.parametrize("reference", ["", "  ", None, 7], ids=repr)
def test_a_reference_must_name_something(reference):
    with pytest.raises(RequestError, match="model: must name"):
        called_reference(reference)


@pytest.mark.parametrize(
    ("model_id", "asked", "valid"),
    [
        (TITAN_V2, 300, "256, 512, 1024"),
        (TITAN_V2, 1024.0, "256, 512, 1024"),
        (TITAN_V1, 1024, "1536"),
        (COHERE_V3, 512, "1024"),
        (COHERE_V4, 384, "256, 512, 1024, 1536"),
        (NOVA, 1536, "256, 384, 1024, 3072"),
        (MARENGO_3, 1024, "512"),
        ("cohere.embed-v5:0", 0, "any whole number from 1 on"),
        ("cohere.embed-v5:0", True, "any whole number from 1 on"),
    ],
)
def test_dimensions_that_a_model_does_not_have_are_refused_with_those_it_has(model_id, asked, valid):
    with pytest.raises(RequestError) as refused:
        checked_dimensions(embedding_model(model_id), asked)
    assert (
        str(refused.value) == f"dimensions: invalid dimensions {asked} for {model_id}; valid values: {valid}"
    )


def test_what_cohere_3_and_utf_8_cannot_take_is_not_sent():
    question = Question(texts=["x" * 3000, "a\ud800b"], purpose="document", dimensions=1024)
    sent = embedding_model(COHERE_V3).family.body(question)["texts"]
    assert sent == ["x" * 2048, "ab"]


@pytest.mark.parametrize(
    ("numbers", "vector"),
    [
        ([3.0, 4.0, 0.0], (0.6, 0.8, 0.0)),
        ([math.nan, 2.0, math.inf], (0.0, 1.0, 0.0)),
        ([0.0, 0.0], (0.0, 0.0)),
        ([1e-11, 0.0], (1e-11, 0.0)),
        ([1e300, 1e300], (math.sqrt(0.5), math.sqrt(0.5))),
    ],
    ids=repr,
)
def test_vectors_are_scaled_to_length_1(numbers, vector):
    assert normalised(numbers) == pytest.approx(vector)


def test_a_number_of_any_length_is_a_number():
    answer = read_answer(b'{"embedding": [1' + b"0" * 5000 + b", 1e999, NaN, 2]}")
    (row,) = read_vectors(embedding_model(TITAN_V1).family, answer, 1, None)
    assert normalised(row) == (0.0, 0.0, 0.0, 1.0)


@given(st.lists(st.sampled_from(["", " \n", "text"]), max_size=300), st.integers(1, 100))
def test_every_text_is_in_one_request_and_in_order(texts, at_once):
    groups = split_texts(texts, at_once)
    assert [position for group in groups for position in group] == [
        position for position, text in enumerate(texts) if text.strip()
    ]
    assert all(len(group) == at_once for group in groups[:-1])
    assert all(0 < len(group) <= at_once for group in groups)
