"""Embeddings of long inputs, as async invocations compute them: an input in segments, its vectors in files [docs]."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from bedrock_emulator.embeddings.marengo import VERSION_2_7, VERSION_3_0
from bedrock_emulator.embeddings.media import read_base64
from bedrock_emulator.embeddings.nova import DIMENSIONS, MULTIMODAL, PURPOSES
from bedrock_emulator.embeddings.vectors import media_vector, text_vector
from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.format import ComputedFormat, Native
from bedrock_emulator.native.schema import Schema, check

Fetch: TypeAlias = Callable[[str], bytes]
"""The content of an S3 object by its URI; refuses what it cannot read."""

Files: TypeAlias = Mapping[str, bytes]
"""What an invocation leaves behind, by name below its own prefix."""

_LONGEST_SEGMENT = 32_000
"""Characters of one segment of text, when the request does not say [docs]."""
_MARENGO_KINDS = ("image", "video", "audio")
_MARENGO_DIMENSIONS = {"2-7": 1_024, "3-0": 512}

_SOURCE: Schema = {
    "type": "object",
    "properties": {
        "bytes": {"type": "string"},
        "s3Location": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string"}}},
    },
}
_MEDIA: Schema = {"type": "object", "properties": {"source": _SOURCE}}
_MARENGO_SOURCE: Schema = {
    "type": "object",
    "properties": {
        "base64String": {"type": "string"},
        "s3Location": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string"}}},
    },
}
_MARENGO_INPUT: Schema = {"type": "object", "properties": {"mediaSource": _MARENGO_SOURCE}}
_MARENGO: Schema = {
    "type": "object",
    "properties": {"mediaSource": _MARENGO_SOURCE, **dict.fromkeys(_MARENGO_KINDS, _MARENGO_INPUT)},
}
"""Version 2.7 has its source beside the type, version 3.0 in a member that is called as the type is [docs]."""
_NOVA: Schema = {
    "type": "object",
    "required": ["taskType", "segmentedEmbeddingParams"],
    "properties": {
        "taskType": {"type": "string", "enum": ["SEGMENTED_EMBEDDING"]},
        "segmentedEmbeddingParams": {
            "type": "object",
            "required": ["embeddingPurpose"],
            "properties": {
                "embeddingPurpose": {"type": "string", "enum": PURPOSES},
                "embeddingDimension": {"type": "integer", "enum": sorted(DIMENSIONS)},
                "text": {
                    "type": "object",
                    "properties": {
                        "value": {"type": "string", "minLength": 1},
                        "source": _SOURCE,
                        "segmentationConfig": {
                            "type": "object",
                            "properties": {
                                "maxLengthChars": {"type": "integer", "minimum": 800, "maximum": 50_000}
                            },
                        },
                    },
                },
                "image": _MEDIA,
                "audio": _MEDIA,
                "video": _MEDIA,
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class LongFormat:
    """How the async invocations of one family are computed."""

    compute: Callable[[Native, str, Fetch], Files]
    """(modelInput, model id, fetch) -> the files; raises AwsError as the family refuses."""


def _nova(body: Native, model_id: str, fetch: Fetch) -> Files:
    if body.get("taskType") == "SINGLE_EMBEDDING":
        return {"output.json": orjson.dumps(MULTIMODAL.compute(body, model_id).body)}
    check(body, _NOVA)
    wanted = body["segmentedEmbeddingParams"]
    kind = next((each for each in ("text", "image", "audio", "video") if each in wanted), None)
    if kind is None:
        raise validation_error("segmentedEmbeddingParams needs one of text, image, audio, video.")
    dimensions = wanted.get("embeddingDimension", DIMENSIONS[0])
    segments = _text_segments if kind == "text" else _media_segments
    lines = list(segments(wanted[kind], dimensions, fetch))
    name = f"embedding-{kind}.jsonl"
    result = {
        "embeddingDimension": dimensions,
        "embeddingResults": [{"embeddingType": kind.upper(), "status": "SUCCESS", "outputFileUri": name}],
    }
    return {
        name: b"".join(orjson.dumps(line) + b"\n" for line in lines),
        "segmented-embedding-result.json": orjson.dumps(result),
    }


def _text_segments(text: Native, dimensions: int, fetch: Fetch) -> Iterator[Mapping[str, Any]]:
    written = text["value"] if "value" in text else _fetched(text, fetch).decode("utf-8", "replace")
    longest = (text.get("segmentationConfig") or {}).get("maxLengthChars", _LONGEST_SEGMENT)
    start = index = 0
    while start < len(written):
        end = _end_of_segment(written, start, longest)
        yield {
            "embedding": text_vector(written[start:end], dimensions),
            "segmentMetadata": {
                "segmentIndex": index,
                "segmentStartCharPosition": start,
                "segmentEndCharPosition": end,
            },
            "status": "SUCCESS",
        }
        start, index = end, index + 1


def _end_of_segment(text: str, start: int, longest: int) -> int:
    """After the last space that fits, so that no word is cut; in the middle of a longer word."""
    end = start + longest
    space = text.rfind(" ", start + 1, end)
    return len(text) if end >= len(text) else space + 1 if space > 0 else end


def _media_segments(media: Native, dimensions: int, fetch: Fetch) -> Iterator[Mapping[str, Any]]:
    """One segment: nothing here can tell how long a sound or a video is."""
    yield {
        "embedding": media_vector(_fetched(media, fetch), dimensions),
        "segmentMetadata": {"segmentIndex": 0},
        "status": "SUCCESS",
    }


def _fetched(part: Native, fetch: Fetch) -> bytes:
    source = part.get("source") or {}
    if "bytes" in source:
        return read_base64(source["bytes"], "source.bytes")
    if "s3Location" in source:
        return fetch(source["s3Location"]["uri"])
    raise validation_error("The input needs a source with bytes or an s3Location.")


def _marengo(at_once: ComputedFormat, version: str) -> Callable[[Native, str, Fetch], Files]:
    def compute(body: Native, model_id: str, fetch: Fetch) -> Files:
        kind = body.get("inputType")
        if kind not in _MARENGO_KINDS:
            return {"output.json": orjson.dumps(at_once.compute(body, model_id).body)}
        check(body, _MARENGO)
        media = _marengo_media(body.get(kind) or body, fetch)
        row: dict[str, Any] = {"embedding": media_vector(media, _MARENGO_DIMENSIONS[version])}
        if kind != "image":
            row |= {"embeddingOption": "visual" if kind == "video" else "audio", "startSec": 0.0}
        return {"output.json": orjson.dumps({"data": [row]})}

    return compute


def _marengo_media(part: Native, fetch: Fetch) -> bytes:
    source = part.get("mediaSource") or {}
    if "base64String" in source:
        return read_base64(source["base64String"], "mediaSource.base64String")
    if "s3Location" in source:
        return fetch(source["s3Location"]["uri"])
    raise validation_error("mediaSource needs a base64String or an s3Location with a uri.")


_BY_PART: tuple[tuple[str, LongFormat], ...] = (
    ("amazon.nova-2-multimodal-embeddings", LongFormat(_nova)),
    ("twelvelabs.marengo-embed-2-7", LongFormat(_marengo(VERSION_2_7, "2-7"))),
    ("twelvelabs.marengo-embed-3-0", LongFormat(_marengo(VERSION_3_0, "3-0"))),
)


def long_format_of(model_id: str) -> LongFormat | None:
    """How async invocations of a model are computed; None for models without them, or that are not emulated."""
    return next((each for part, each in _BY_PART if part in model_id), None)
