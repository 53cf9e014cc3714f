"""Cohere Embed: version 3 in English and for many languages, and version 4."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson

from bedrock_emulator.embeddings.lengths import End, fitting
from bedrock_emulator.embeddings.media import read_base64
from bedrock_emulator.embeddings.precision import FORMS
from bedrock_emulator.embeddings.vectors import Vector, mean, media_vector, text_vector
from bedrock_emulator.native.format import Computed, ComputedFormat, Native
from bedrock_emulator.native.identifiers import uuid
from bedrock_emulator.native.schema import Schema, check, malformed
from bedrock_emulator.reply.tokens import estimate_tokens

MAX_TEXTS = 96
"""Of one request [docs]; images and mixed inputs count by the same limit."""
_V3_DIMENSIONS = 1_024
_V3_TOKENS = 512
_V3_CHARACTERS = 2_048
"""[reported by users: expected maxLength: 2048]"""
_V4_DIMENSIONS = (1_536, 1_024, 512, 256)
_V4_TOKENS = 128_000
"""[docs]"""

_CUTS: Mapping[str, End | None] = MappingProxyType({"START": "start", "LEFT": "start", "NONE": None})
"""What `truncate` says; only an explicit NONE refuses a text that is too long [reported by users]."""

_INPUT_TYPES = ["search_document", "search_query", "classification", "clustering"]
_TYPES: Schema = {"type": "array", "items": {"type": "string", "enum": list(FORMS)}}


def _texts(most: int | None) -> Schema:
    text = {"type": "string"} if most is None else {"type": "string", "maxLength": most}
    return {"type": "array", "minItems": 1, "maxItems": MAX_TEXTS, "items": text}


def _images(most: int) -> Schema:
    return {"type": "array", "minItems": 1, "maxItems": most, "items": {"type": "string"}}


_V3: Schema = {
    "type": "object",
    "required": ["input_type"],
    "additionalProperties": False,
    "properties": {
        "texts": _texts(_V3_CHARACTERS),
        "images": _images(1),  # [docs]
        "input_type": {"type": "string", "enum": [*_INPUT_TYPES, "image"]},
        "truncate": {"type": "string", "enum": ["NONE", "START", "END"]},
        "embedding_types": _TYPES,
    },
}
_V4: Schema = {
    "type": "object",
    "required": ["input_type"],
    "additionalProperties": False,
    "properties": {
        "texts": _texts(None),
        "images": _images(MAX_TEXTS),
        "inputs": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_TEXTS,
            "items": {
                "type": "object",
                "required": ["content"],
                "properties": {"content": {"type": "array", "minItems": 1, "items": {"type": "object"}}},
            },
        },
        "input_type": {"type": "string", "enum": _INPUT_TYPES},
        "truncate": {"type": "string", "enum": ["NONE", "LEFT", "RIGHT", "START", "END"]},
        "embedding_types": _TYPES,
        "max_tokens": {"type": "integer", "minimum": 1, "maximum": _V4_TOKENS},
        "output_dimension": {"type": "integer", "enum": sorted(_V4_DIMENSIONS)},
    },
}


def _version_3(body: Native, model_id: str) -> Computed:
    check(body, _V3)
    _require_one(body, ("texts", "images"))
    texts = list(_read(body.get("texts", ()), body, _V3_TOKENS))
    vectors = [text_vector(text, _V3_DIMENSIONS) for text in texts]
    vectors += [_image(each, _V3_DIMENSIONS) for each in body.get("images", ())]
    # The English model answers the texts in lower case [recorded].
    said = (
        [text.lower() for text in body.get("texts", ())] if "english" in model_id else body.get("texts", ())
    )
    types = body.get("embedding_types")
    embeddings = vectors if types is None else _by_type(vectors, types)
    return _computed(body, embeddings, texts, said, by_type=types is not None)


def _version_4(body: Native, _model_id: str) -> Computed:
    check(body, _V4)
    _require_one(body, ("texts", "images", "inputs"))
    dimensions = body.get("output_dimension", _V4_DIMENSIONS[0])
    most = body.get("max_tokens", _V4_TOKENS)
    texts = list(_read(body.get("texts", ()), body, most))
    vectors = [text_vector(text, dimensions) for text in texts]
    vectors += [_image(each, dimensions) for each in body.get("images", ())]
    mixed = [[_part(part, body, most) for part in each["content"]] for each in body.get("inputs", ())]
    vectors += [mean([_vector(part, dimensions) for part in parts]) for parts in mixed]
    embeddings = _by_type(vectors, body.get("embedding_types", ["float"]))
    texts += [part for parts in mixed for part in parts if isinstance(part, str)]
    return _computed(body, embeddings, texts, body.get("texts", ()), by_type=True)


def _require_one(body: Native, members: Sequence[str]) -> None:
    given = [member for member in members if member in body]
    if not given:
        raise malformed(f"#: required key [{members[0]}] not found")  # [reported by users]
    if len(given) > 1:  # [guess]
        raise malformed("".join(f"#: extraneous key [{member}] is not permitted" for member in given[1:]))


def _read(texts: Iterable[str], body: Native, most: int) -> Iterable[str]:
    """The texts as far as the model reads them."""
    cut = _CUTS.get(body.get("truncate", "END"), "end")
    return (fitting(text, most, cut=cut) for text in texts)


def _image(encoded: str, dimensions: int) -> Vector:
    return media_vector(read_base64(encoded, "images"), dimensions)


def _vector(part: str | bytes, dimensions: int) -> Vector:
    return text_vector(part, dimensions) if isinstance(part, str) else media_vector(part, dimensions)


def _part(part: Native, body: Native, most: int) -> str | bytes:
    """`{"type": "text", "text": …}` or `{"type": "image_url", "image_url": {"url": "data:…"}}` [docs]."""
    text, url = part.get("text"), _url(part.get("image_url"))
    if part.get("type") == "text" and isinstance(text, str):
        return next(iter(_read([text], body, most)))
    if part.get("type") == "image_url" and url is not None:
        return read_base64(url, "inputs")
    raise malformed("#/inputs: expected content of type text or image_url, each with the member of its name")


def _url(image: Any) -> str | None:
    url = image.get("url") if isinstance(image, Mapping) else image
    return url if isinstance(url, str) else None


def _by_type(vectors: Sequence[Vector], types: Sequence[str]) -> dict[str, Any]:
    return {name: [FORMS[name](vector) for vector in vectors] for name in types}


def _computed(
    body: Native, embeddings: Any, texts: Sequence[str], said: Sequence[str], *, by_type: bool
) -> Computed:
    answer = {
        "embeddings": embeddings,
        "id": uuid(orjson.dumps(body).decode()),
        "response_type": "embeddings_by_type" if by_type else "embeddings_floats",
        "texts": list(said),
    }
    return Computed(body=answer, input_tokens=sum(estimate_tokens(text) for text in texts))


VERSION_3 = ComputedFormat(compute=_version_3)
VERSION_4 = ComputedFormat(compute=_version_4)
