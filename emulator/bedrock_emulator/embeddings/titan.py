"""Amazon Titan: text embeddings v1 and v2, and the multimodal model."""

from typing import Any

from bedrock_emulator.embeddings import precision
from bedrock_emulator.embeddings.media import read_base64
from bedrock_emulator.embeddings.vectors import Vector, mean, media_vector, scaled, text_vector
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.native.format import Computed, ComputedFormat, Native
from bedrock_emulator.native.schema import Schema, check, malformed
from bedrock_emulator.reply.tokens import estimate_tokens

MAX_TOKENS = 8_192
"""Of one text [docs]."""
_V1_DIMENSIONS = 1_536
_V1_LENGTH = 18.7
"""Version 1 does not normalise [recorded: 18.70 for "Hello, world!"]."""
_V2_DIMENSIONS = (1_024, 512, 256)
"""The first is the default; the same below."""
_V2_RAW_LENGTH = 18.7
"""Of version 2 with `normalize: false` [guess: as version 1]."""
_MULTIMODAL_DIMENSIONS = (1_024, 384, 256)

_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 50_000}
_V1: Schema = {
    "type": "object",
    "required": ["inputText"],
    "additionalProperties": False,
    "properties": {"inputText": _TEXT},
}
_V2: Schema = {
    "type": "object",
    "required": ["inputText"],
    "additionalProperties": False,
    "properties": {
        "inputText": _TEXT,
        "dimensions": {"type": "integer", "enum": sorted(_V2_DIMENSIONS)},
        "normalize": {"type": "boolean"},
        "embeddingTypes": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": ["float", "binary"]},
        },
    },
}
_MULTIMODAL: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "inputText": {"type": "string"},
        "inputImage": {"type": "string"},
        "embeddingConfig": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "outputEmbeddingLength": {"type": "integer", "enum": sorted(_MULTIMODAL_DIMENSIONS)}
            },
        },
    },
}


def _text_v1(body: Native, _model_id: str) -> Computed:
    check(body, _V1)
    tokens = _counted(body["inputText"])
    vector = scaled(text_vector(body["inputText"], _V1_DIMENSIONS), _V1_LENGTH)
    return Computed(body={"embedding": vector, "inputTextTokenCount": tokens}, input_tokens=tokens)


def _text_v2(body: Native, _model_id: str) -> Computed:
    check(body, _V2)
    tokens = _counted(body["inputText"])
    vector = text_vector(body["inputText"], body.get("dimensions", _V2_DIMENSIONS[0]))
    if not body.get("normalize", True):
        vector = scaled(vector, _V2_RAW_LENGTH)
    return Computed(
        body={**_by_type(vector, body.get("embeddingTypes", ["float"])), "inputTextTokenCount": tokens},
        input_tokens=tokens,
    )


def _by_type(vector: Vector, types: list[str]) -> dict[str, Any]:
    """`embedding` repeats the floats, where they were asked for [recorded: both members without embeddingTypes]."""
    forms = {"float": precision.floats, "binary": precision.bits}
    by_type = {name: forms[name](vector) for name in types}
    plain = {"embedding": by_type["float"]} if "float" in by_type else {}
    return {**plain, "embeddingsByType": by_type}


def _multimodal(body: Native, _model_id: str) -> Computed:
    check(body, _MULTIMODAL)
    dimensions = (body.get("embeddingConfig") or {}).get("outputEmbeddingLength", _MULTIMODAL_DIMENSIONS[0])
    text, image = body.get("inputText"), body.get("inputImage")
    vectors = []
    if text:
        vectors.append(text_vector(text, dimensions))
    if image:
        vectors.append(media_vector(read_base64(image, "inputImage"), dimensions))
    if not vectors:  # [docs: at least one of them]
        raise malformed("#: required key [inputText] or [inputImage] not found")
    tokens = estimate_tokens(text or "")
    answer = {"embedding": mean(vectors), "inputTextTokenCount": tokens, "message": None}
    return Computed(body=answer, input_tokens=tokens)


def _counted(text: str) -> int:
    """The tokens of a text that the model can take."""
    tokens = estimate_tokens(text)
    if tokens > MAX_TOKENS:
        raise _too_many(tokens)
    return tokens


def _too_many(tokens: int) -> AwsError:
    return validation_error(  # [reported by users]
        f"400 Bad Request: Too many input tokens. Max input tokens: {MAX_TOKENS}, request input token count: {tokens} "
    )


TEXT_V1 = ComputedFormat(compute=_text_v1)
TEXT_V2 = ComputedFormat(compute=_text_v2)
MULTIMODAL = ComputedFormat(compute=_multimodal)
