"""The requests and answers of every embedding and rerank family."""

import base64
import math

import pytest

from bedrock_emulator.embeddings import cohere, marengo, nova, rerank, titan
from bedrock_emulator.embeddings.vectors import text_vector
from bedrock_emulator.errors import AwsError
from bedrock_emulator.reply.tokens import estimate_tokens

IMAGE = base64.b64encode(b"a picture").decode()


def nova_text(**more):
    text = {"truncationMode": "NONE", "value": "hello"}
    return {
        "taskType": "SINGLE_EMBEDDING",
        "singleEmbeddingParams": {"embeddingPurpose": "GENERIC_INDEX", "text": text, **more},
    }


def nova_image(source):
    params = {"embeddingPurpose": "GENERIC_INDEX", "image": {"format": "png", "source": source}}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}


def floats(answer):
    """The first vector of an answer, wherever its family puts it."""
    found = answer.get("embedding") or answer.get("embeddings") or answer["data"]
    while not isinstance(found, list) or not isinstance(found[0], float):
        found = (found.get("float") or found["embedding"]) if isinstance(found, dict) else found[0]
    return found


@pytest.mark.parametrize(
    ("family", "body", "dimensions", "length"),
    [
        pytest.param(titan.TEXT_V1, {"inputText": "hello"}, 1_536, 18.7, id="titan-v1"),
        pytest.param(titan.TEXT_V2, {"inputText": "hello"}, 1_024, 1.0, id="titan-v2"),
        pytest.param(titan.TEXT_V2, {"inputText": "hello", "dimensions": 256}, 256, 1.0, id="titan-v2-256"),
        pytest.param(
            titan.TEXT_V2, {"inputText": "hello", "normalize": False}, 1_024, 18.7, id="titan-v2-raw"
        ),
        pytest.param(titan.MULTIMODAL, {"inputText": "hello"}, 1_024, 1.0, id="titan-image-text"),
        pytest.param(
            titan.MULTIMODAL,
            {"inputText": "hello", "inputImage": IMAGE, "embeddingConfig": {"outputEmbeddingLength": 384}},
            384,
            1.0,
            id="titan-image-both",
        ),
        pytest.param(nova.MULTIMODAL, nova_text(), 3_072, 1.0, id="nova"),
        pytest.param(nova.MULTIMODAL, nova_text(embeddingDimension=384), 384, 1.0, id="nova-384"),
        pytest.param(nova.MULTIMODAL, nova_image({"bytes": IMAGE}), 3_072, 1.0, id="nova-image"),
        pytest.param(
            cohere.VERSION_3, {"texts": ["hello"], "input_type": "search_query"}, 1_024, 1.0, id="cohere-v3"
        ),
        pytest.param(
            cohere.VERSION_3,
            {"images": [f"data:image/png;base64,{IMAGE}"], "input_type": "image"},
            1_024,
            1.0,
            id="cohere-v3-image",
        ),
        pytest.param(
            cohere.VERSION_4,
            {"texts": ["hello"], "input_type": "search_query", "output_dimension": 512},
            512,
            1.0,
            id="cohere-v4-512",
        ),
        pytest.param(
            cohere.VERSION_4,
            {
                "inputs": [
                    {
                        "content": [
                            {"type": "text", "text": "a cat"},
                            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{IMAGE}"}},
                        ]
                    }
                ],
                "input_type": "search_document",
            },
            1_536,
            1.0,
            id="cohere-v4-mixed",
        ),
        pytest.param(
            marengo.VERSION_2_7, {"inputType": "text", "inputText": "a cat"}, 1_024, 1.0, id="marengo-2-7"
        ),
        pytest.param(
            marengo.VERSION_2_7,
            {"inputType": "image", "mediaSource": {"base64String": IMAGE}},
            1_024,
            1.0,
            id="marengo-2-7-image",
        ),
        pytest.param(
            marengo.VERSION_3_0,
            {
                "inputType": "text_image",
                "text_image": {"inputText": "a", "mediaSource": {"base64String": IMAGE}},
            },
            512,
            1.0,
            id="marengo-3-0",
        ),
    ],
)
def test_a_vector_has_the_dimension_and_length_of_its_family(family, body, dimensions, length):
    vector = floats(family.compute(body, "cohere.embed-english-v3").body)

    assert len(vector) == dimensions
    assert math.hypot(*vector) == pytest.approx(length)


def test_a_long_text_is_cut_where_the_request_says_so():
    body = {"texts": ["é" * 2_000], "input_type": "search_query"}

    cut = cohere.VERSION_3.compute({**body, "truncate": "END"}, "cohere.embed-english-v3")
    assert cut.input_tokens is not None
    assert cut.input_tokens <= 512
    with pytest.raises(AwsError, match="Input is too long for requested model"):
        cohere.VERSION_3.compute({**body, "truncate": "NONE"}, "cohere.embed-english-v3")


def test_the_english_model_of_cohere_repeats_texts_in_lower_case_and_the_other_as_they_are():
    body = {"texts": ["Hello, World!"], "input_type": "search_query"}

    assert cohere.VERSION_3.compute(body, "cohere.embed-english-v3").body["texts"] == ["hello, world!"]
    assert cohere.VERSION_3.compute(body, "cohere.embed-multilingual-v3").body["texts"] == ["Hello, World!"]


def test_cohere_gives_the_precisions_that_were_asked_for():
    body = {"texts": ["a", "b"], "input_type": "classification", "embedding_types": ["int8", "ubinary"]}
    answer = cohere.VERSION_3.compute(body, "cohere.embed-english-v3").body

    assert answer["response_type"] == "embeddings_by_type"
    assert {name: [len(each) for each in rows] for name, rows in answer["embeddings"].items()} == {
        "int8": [1_024, 1_024],
        "ubinary": [128, 128],
    }


def test_titan_repeats_the_floats_only_where_they_were_asked_for():
    answer = titan.TEXT_V2.compute({"inputText": "hello", "embeddingTypes": ["binary"]}, "").body

    assert "embedding" not in answer
    assert set(answer["embeddingsByType"]["binary"]) == {0, 1}


def test_reranking_puts_the_documents_with_the_query_s_words_first():
    documents = ["Lyon lies on the Rhône.", "Paris is the capital of France.", {"text": "France"}]
    body = {"query": "capital of France", "documents": documents, "top_n": 2}
    results = rerank.AMAZON.compute(body, "amazon.rerank-v1:0").body["results"]

    assert [each["index"] for each in results] == [1, 2]
    assert 1 >= results[0]["relevance_score"] > results[1]["relevance_score"] >= 0


REFUSED = "Malformed input request: "


@pytest.mark.parametrize(
    ("family", "body", "text"),
    [
        pytest.param(titan.TEXT_V1, {}, "#: required key [inputText] not found", id="titan-v1-nothing"),
        pytest.param(
            titan.TEXT_V1,
            {"inputText": "a", "dimensions": 256},
            "#: extraneous key [dimensions] is not permitted",
            id="titan-v1-dimensions",
        ),
        pytest.param(
            titan.TEXT_V2,
            {"inputText": ""},
            "#/inputText: expected minLength: 1, actual: 0",
            id="titan-v2-empty",
        ),
        pytest.param(
            titan.TEXT_V2,
            {"inputText": "a", "dimensions": 384},
            "#/dimensions: 384 is not a valid enum value",
            id="titan-v2-dimension",
        ),
        pytest.param(
            titan.MULTIMODAL,
            {},
            "#: required key [inputText] or [inputImage] not found",
            id="titan-image-nothing",
        ),
        pytest.param(
            nova.MULTIMODAL,
            nova_text(embeddingDimension=512),
            "#/singleEmbeddingParams/embeddingDimension: 512 is not a valid enum value",
            id="nova-dimension",
        ),
        pytest.param(
            nova.MULTIMODAL,
            {"taskType": "SEGMENTED_EMBEDDING", "segmentedEmbeddingParams": {}},
            "#/taskType: SEGMENTED_EMBEDDING is not a valid enum value",
            id="nova-segments",
        ),
        pytest.param(
            nova.MULTIMODAL,
            nova_text(image={"format": "png", "source": {}}),
            "#/singleEmbeddingParams: exactly one of text, image, video, audio is required",
            id="nova-two-inputs",
        ),
        pytest.param(
            cohere.VERSION_3,
            {"texts": ["a"] * 97, "input_type": "search_query"},
            "#/texts: expected maximum item count: 96, found: 97",
            id="cohere-97-texts",
        ),
        pytest.param(
            cohere.VERSION_3,
            {"texts": ["a" * 2_049], "input_type": "search_query"},
            "#/texts/0: expected maxLength: 2048, actual: 2049",
            id="cohere-long-text",
        ),
        pytest.param(
            cohere.VERSION_3, {"texts": ["a"]}, "#: required key [input_type] not found", id="cohere-no-type"
        ),
        pytest.param(
            cohere.VERSION_4,
            {"input_type": "clustering"},
            "#: required key [texts] not found",
            id="cohere-nothing",
        ),
        pytest.param(
            cohere.VERSION_4,
            {"inputs": [{"content": [{"type": "text", "text": {}}]}], "input_type": "clustering"},
            "#/inputs: expected content of type text or image_url, each with the member of its name",
            id="cohere-mixed-nonsense",
        ),
        pytest.param(
            rerank.COHERE,
            {"query": "a", "documents": ["a"]},
            "#: required key [api_version] not found",
            id="rerank-cohere-no-version",
        ),
        pytest.param(
            rerank.COHERE,
            {"query": "a", "documents": ["a"], "api_version": 1},
            "#/api_version: 1 is not greater or equal to 2",
            id="rerank-cohere-version-1",
        ),
        pytest.param(
            rerank.AMAZON,
            {"query": "a", "documents": ["a"], "api_version": 2},
            "#: extraneous key [api_version] is not permitted",
            id="rerank-amazon-version",
        ),
        pytest.param(
            marengo.VERSION_3_0,
            {"inputType": "text"},
            "#: required key [text] not found",
            id="marengo-no-text",
        ),
    ],
)
def test_a_request_that_breaks_its_family_s_schema_is_refused(family, body, text):
    with pytest.raises(AwsError) as refusal:
        family.compute(body, "cohere.embed-english-v3")

    # A single violation of the whole body goes without its pointer [reported by users].
    written = str(refusal.value.message)
    assert written.startswith(REFUSED)
    assert text.removeprefix("#: ") in written


@pytest.mark.parametrize(
    ("family", "body"),
    [
        pytest.param(titan.MULTIMODAL, {"inputImage": "not base64!"}, id="titan"),
        pytest.param(titan.MULTIMODAL, {"inputImage": "é"}, id="titan-beyond-ascii"),
        pytest.param(nova.MULTIMODAL, nova_image({"bytes": ""}), id="nova-empty"),
        pytest.param(nova.MULTIMODAL, nova_image({"s3Location": {"uri": "s3://b/k"}}), id="nova-s3"),
        pytest.param(cohere.VERSION_3, {"images": ["!"], "input_type": "image"}, id="cohere"),
        pytest.param(
            marengo.VERSION_2_7, {"inputType": "image", "mediaSource": {"s3Location": {}}}, id="marengo-s3"
        ),
        pytest.param(marengo.VERSION_2_7, {"inputType": "video"}, id="marengo-video"),
        pytest.param(marengo.VERSION_3_0, {"inputType": "audio"}, id="marengo-audio"),
    ],
)
def test_media_that_cannot_be_read_here_are_refused_clearly(family, body):
    with pytest.raises(AwsError) as refusal:
        family.compute(body, "")

    assert refusal.value.code == "ValidationException"
    assert refusal.value.message


def test_more_tokens_than_titan_reads_are_refused():
    with pytest.raises(AwsError, match=r"Too many input tokens\. Max input tokens: 8192"):
        titan.TEXT_V2.compute({"inputText": "word " * 9_000}, "")


LONG = f"first {'word ' * 30_000}last"


def cohere_cut(truncate):
    body = {"texts": [LONG], "input_type": "search_query", "truncate": truncate, "max_tokens": 100}
    return cohere.VERSION_4.compute(body, "")


def nova_cut(mode):
    return nova.MULTIMODAL.compute(nova_text(text={"truncationMode": mode, "value": LONG}), "")


@pytest.mark.parametrize(
    ("cut", "mode", "tokens", "kept"),
    [
        pytest.param(cohere_cut, "END", 100, LONG[:400], id="cohere-end"),
        pytest.param(cohere_cut, "RIGHT", 100, LONG[:400], id="cohere-right"),
        pytest.param(cohere_cut, "START", 100, LONG[-400:], id="cohere-start"),
        pytest.param(cohere_cut, "LEFT", 100, LONG[-400:], id="cohere-left"),
        pytest.param(nova_cut, "END", 8_172, LONG[: 4 * 8_172], id="nova-end"),
        pytest.param(nova_cut, "START", 8_172, LONG[-4 * 8_172 :], id="nova-start"),
    ],
)
def test_a_text_that_is_too_long_loses_the_end_that_the_request_names(cut, mode, tokens, kept):
    answer = cut(mode)
    vector = floats(answer.body)

    assert vector == text_vector(kept, len(vector))
    assert answer.input_tokens == tokens


@pytest.mark.parametrize("cut", [cohere_cut, nova_cut], ids=["cohere", "nova"])
def test_a_text_that_is_too_long_and_must_not_be_cut_is_refused(cut):
    with pytest.raises(AwsError, match=r"Input is too long for requested model\."):
        cut("NONE")


def test_the_texts_of_mixed_inputs_are_counted():
    content = [{"type": "text", "text": "a word or two"}, {"type": "image_url", "image_url": {"url": IMAGE}}]
    body = {"inputs": [{"content": content}], "input_type": "search_document"}
    assert cohere.VERSION_4.compute(body, "").input_tokens == estimate_tokens("a word or two")
