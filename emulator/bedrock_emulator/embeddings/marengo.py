"""TwelveLabs Marengo: texts and images at once; sounds and videos are for async invocations [docs]."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.embeddings.lengths import End, fitting
from bedrock_emulator.embeddings.media import read_base64
from bedrock_emulator.embeddings.vectors import Vector, mean, media_vector, text_vector
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.native.format import Computed, ComputedFormat, Native
from bedrock_emulator.native.schema import Schema, check, malformed

_DIMENSIONS_2_7 = 1_024
_DIMENSIONS_3_0 = 512
"""[docs]"""
_TOKENS_2_7 = 77
_TOKENS_3_0 = 500
"""[docs]"""

_MEDIA: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"base64String": {"type": "string"}, "s3Location": {"type": "object"}},
}
_REQUEST_2_7: Schema = {
    "type": "object",
    "required": ["inputType"],
    "properties": {
        "inputType": {"type": "string", "enum": ["text", "image", "video", "audio"]},
        "inputText": {"type": "string", "minLength": 1},
        "textTruncate": {"type": "string", "enum": ["none", "end"]},
        "mediaSource": _MEDIA,
    },
}
_TEXT: Schema = {
    "type": "object",
    "required": ["inputText"],
    "properties": {"inputText": {"type": "string", "minLength": 1}},
}
_SOURCE: Schema = {"type": "object", "required": ["mediaSource"], "properties": {"mediaSource": _MEDIA}}
_REQUEST_3_0: Schema = {
    "type": "object",
    "required": ["inputType"],
    "properties": {
        "inputType": {"type": "string", "enum": ["text", "image", "text_image", "video", "audio"]},
        "text": _TEXT,
        "image": _SOURCE,
        "text_image": {
            "type": "object",
            "required": ["inputText", "mediaSource"],
            "properties": {**_TEXT["properties"], **_SOURCE["properties"]},
        },
    },
}
_ASYNC_ONLY = ("video", "audio")


def _version_2_7(body: Native, _model_id: str) -> Computed:
    check(body, _REQUEST_2_7)
    kind = _at_once(body["inputType"])
    if kind == "text":
        _require(body, "inputText", "#")
        cut: End | None = None if body.get("textTruncate") == "none" else "end"
        text = fitting(body["inputText"], _TOKENS_2_7, cut=cut)
        return _one(text_vector(text, _DIMENSIONS_2_7))
    _require(body, "mediaSource", "#")
    return _one(_media(body["mediaSource"], _DIMENSIONS_2_7))


def _version_3_0(body: Native, _model_id: str) -> Computed:
    check(body, _REQUEST_3_0)
    kind = _at_once(body["inputType"])
    _require(body, kind, "#")
    part, vectors = body[kind], []
    if "inputText" in part:
        vectors.append(text_vector(fitting(part["inputText"], _TOKENS_3_0, cut=None), _DIMENSIONS_3_0))
    if "mediaSource" in part:
        vectors.append(_media(part["mediaSource"], _DIMENSIONS_3_0))
    return _one(mean(vectors))


def _at_once(kind: str) -> str:
    if kind in _ASYNC_ONLY:  # [docs; text: guess]
        raise validation_error(f"The {kind} input type is only supported with StartAsyncInvoke.")
    return kind


def _require(body: Native, member: str, where: str) -> None:
    if member not in body:
        raise malformed(f"{where}: required key [{member}] not found")


def _media(source: Mapping[str, Any], dimensions: int) -> Vector:
    if "base64String" not in source:
        raise _not_fetched()
    return media_vector(read_base64(source["base64String"], "mediaSource.base64String"), dimensions)


def _not_fetched() -> AwsError:
    return validation_error("The emulator fetches nothing from S3. Give mediaSource.base64String instead.")


def _one(vector: Vector) -> Computed:
    return Computed(body={"data": [{"embedding": vector}]})


VERSION_2_7 = ComputedFormat(compute=_version_2_7)
VERSION_3_0 = ComputedFormat(compute=_version_3_0)
