"""Amazon Nova 2 multimodal embeddings, one input at a time; segments of long media are for async invocations."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bedrock_emulator.embeddings.lengths import End, fitting
from bedrock_emulator.embeddings.media import read_base64
from bedrock_emulator.embeddings.vectors import Vector, media_vector, text_vector
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.native.format import Computed, ComputedFormat, Native
from bedrock_emulator.native.schema import Schema, check, malformed
from bedrock_emulator.reply.tokens import estimate_tokens

DIMENSIONS = (3_072, 1_024, 384, 256)
_TEXT_TOKENS = 8_172
"""[docs]"""
_CUTS: Mapping[str, End | None] = MappingProxyType({"START": "start", "END": "end", "NONE": None})
PURPOSES = (
    "GENERIC_INDEX",
    "GENERIC_RETRIEVAL",
    "TEXT_RETRIEVAL",
    "IMAGE_RETRIEVAL",
    "VIDEO_RETRIEVAL",
    "DOCUMENT_RETRIEVAL",
    "AUDIO_RETRIEVAL",
    "CLASSIFICATION",
    "CLUSTERING",
)
_KINDS = ("text", "image", "video", "audio")
_MEDIA: Schema = {
    "type": "object",
    "required": ["format", "source"],
    "properties": {"format": {"type": "string"}, "source": {"type": "object"}},
}
_SINGLE: Schema = {
    "type": "object",
    "required": ["embeddingPurpose"],
    "additionalProperties": False,
    "properties": {
        "embeddingPurpose": {"type": "string", "enum": PURPOSES},
        "embeddingDimension": {"type": "integer", "enum": sorted(DIMENSIONS)},
        "text": {
            "type": "object",
            "required": ["truncationMode"],
            "additionalProperties": False,
            "properties": {
                "truncationMode": {"type": "string", "enum": ["START", "END", "NONE"]},
                "value": {"type": "string", "minLength": 1},
                "source": {"type": "object"},
            },
        },
        "image": _MEDIA,
        "video": _MEDIA,
        "audio": _MEDIA,
    },
}
_REQUEST: Schema = {
    "type": "object",
    "required": ["taskType"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"type": "string"},
        "taskType": {"type": "string", "enum": ["SINGLE_EMBEDDING", "SEGMENTED_EMBEDDING"]},
        "singleEmbeddingParams": _SINGLE,
        "segmentedEmbeddingParams": {"type": "object"},
    },
}


def _compute(body: Native, _model_id: str) -> Computed:
    check(body, _REQUEST)
    if body["taskType"] == "SEGMENTED_EMBEDDING":  # only through StartAsyncInvoke [docs]
        raise malformed("#/taskType: SEGMENTED_EMBEDDING is not a valid enum value")
    if "singleEmbeddingParams" not in body:
        raise malformed("#: required key [singleEmbeddingParams] not found")
    single = body["singleEmbeddingParams"]
    given = [kind for kind in _KINDS if kind in single]
    if len(given) != 1:
        raise malformed(f"#/singleEmbeddingParams: exactly one of {', '.join(_KINDS)} is required")
    return _embedded(single, given[0], single.get("embeddingDimension", DIMENSIONS[0]))


def _embedded(single: Native, kind: str, dimensions: int) -> Computed:
    vector, tokens = (_text if kind == "text" else _media)(single[kind], kind, dimensions)
    answer = {"embeddings": [{"embeddingType": kind.upper(), "embedding": vector}]}
    return Computed(body=answer, input_tokens=tokens)


def _text(text: Native, kind: str, dimensions: int) -> tuple[Vector, int]:
    if "value" not in text:
        raise _not_fetched(kind)
    read = fitting(text["value"], _TEXT_TOKENS, cut=_CUTS[text["truncationMode"]])
    return text_vector(read, dimensions), estimate_tokens(read)


def _media(media: Native, kind: str, dimensions: int) -> tuple[Vector, int | None]:
    encoded: Any = media["source"].get("bytes")
    if not isinstance(encoded, str):
        raise _not_fetched(kind)
    where = f"singleEmbeddingParams.{kind}.source.bytes"
    return media_vector(read_base64(encoded, where), dimensions), None


def _not_fetched(kind: str) -> AwsError:
    return validation_error(
        f"The emulator fetches nothing from S3. Give singleEmbeddingParams.{kind} its content in the request."
    )


MULTIMODAL = ComputedFormat(compute=_compute)
