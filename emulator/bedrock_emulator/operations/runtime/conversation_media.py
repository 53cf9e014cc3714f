"""What Bedrock refuses about images, documents and videos in a conversation."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from bedrock_emulator.errors import validation_error
from bedrock_emulator.operations.runtime.capabilities import (
    MODEL_ERRORS,
    unsupported_block,
    unsupported_field,
)
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.image import image_format, image_size

Block = Mapping[str, Any]

MAX_CLAUDE_IMAGE_BYTES = 5 * 1024 * 1024
"""Counted on the base64 text, so that files above 3.75 MB are refused [reported by users]."""
_NAME = re.compile(r"[\w\s\-()\[\]]+")
"""The underscore is accepted although the message does not name it [reported by users]."""
_DOUBLE_SPACE = re.compile(r"\s\s")
_MOST_PIXELS = 8000
_MOST_PIXELS_OF_MANY = 2000
_MANY_IMAGES = 20
"""Beyond so many, each may have fewer pixels on a side [reported by users]."""
_SOUND = frozenset({"AUDIO", "SPEECH"})


class MediaTraits(Protocol):
    """What the media rules need to know about a model."""

    @property
    def model_id(self) -> str: ...
    @property
    def input_modalities(self) -> Collection[str]: ...
    @property
    def video_types(self) -> Collection[str] | None: ...


def check_media(messages: Sequence[Mapping[str, Any]], model: MediaTraits) -> None:
    """Raise the refusal of a media block that the model cannot take."""
    names: set[str] = set()
    for number, message in enumerate(messages):
        _check_text_beside_documents(message["content"])
        for at, block in enumerate(message["content"]):
            if "text" not in block:
                _check_block(block, f"messages.{number}.content.{at}", model, names)
    if family_of(model.model_id).name == "claude":
        check_pixels(_images(messages), introduction=MODEL_ERRORS)


def check_pixels(images: Sequence[tuple[str, bytes]], *, introduction: str) -> None:
    """Raise Claude's refusal of images with too many pixels on a side, each with its place; others scale them.

    Reported by users of both operations. An image whose header does not say its size is let through.
    """
    many = len(images) > _MANY_IMAGES
    limit = _MOST_PIXELS_OF_MANY if many else _MOST_PIXELS
    for place, data in images:
        if max(image_size(data) or (0,)) > limit:
            of_many = " for many-image requests" if many else ""
            raise validation_error(
                f"{introduction}{place}.image.source.base64.data: At least one of the image dimensions exceed "
                f"max allowed size{of_many}: {limit} pixels"
            )


def _images(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, bytes]]:
    """The bytes of every image and its place, those in the results of tools too."""
    return [
        (place, block["image"]["source"]["bytes"])
        for number, message in enumerate(messages)
        for place, block in _placed(message["content"], f"messages.{number}.content")
        if "bytes" in (block.get("image") or {}).get("source", {})
    ]


def _placed(content: Sequence[Block], place: str) -> Iterator[tuple[str, Block]]:
    for at, block in enumerate(content):
        yield f"{place}.{at}", block
        if "toolResult" in block:
            yield from _placed(block["toolResult"].get("content") or (), f"{place}.{at}.tool_result.content")


def _check_block(block: Block, place: str, model: MediaTraits, names: set[str]) -> None:
    if "toolResult" in block:
        _check_result(block["toolResult"].get("content") or (), place, model)
    elif "video" in block:
        _check_video(model)
    elif "audio" in block:
        _check_audio(model)
    elif "image" in block:
        _check_image(block["image"], place, model)
    elif "document" in block:
        _check_document(block["document"], place, model, names)


def _check_result(content: Sequence[Block], place: str, model: MediaTraits) -> None:
    """Media inside a tool's result. A document there needs no text; Claude ignores one from S3 [recorded]."""
    for at, block in enumerate(content):
        if "video" in block:
            _check_video(model)
        if "image" in block:
            _check_image(block["image"], f"{place}.toolResult.content.{at}", model)
    if family_of(model.model_id).name == "nova" and any(_from_s3(content, "document", "video")):
        path = "/".join(place.split("."))  # [recorded, Nova 2 Lite; an image from S3 is accepted]
        raise validation_error(
            f"{MODEL_ERRORS}Malformed input request: #/{path}: extraneous key [toolResult] is not permitted, "
            "please reformat your input and try again."
        )


def _from_s3(content: Sequence[Block], *kinds: str) -> Iterator[bool]:
    return (
        "s3Location" in (block[kind].get("source") or {})
        for block in content
        for kind in kinds
        if kind in block
    )


def _check_video(model: MediaTraits) -> None:
    if "VIDEO" not in model.input_modalities and not model.video_types:  # [recorded, Claude Sonnet 4.5]
        raise unsupported_block("video")


def _check_audio(model: MediaTraits) -> None:
    if _SOUND.isdisjoint(model.input_modalities):  # [recorded with video; for audio a guess]
        raise unsupported_block("audio")


def _check_image(image: Block, place: str, model: MediaTraits) -> None:
    if "IMAGE" not in model.input_modalities:  # [reported by users]; in older words until 2025
        raise unsupported_block("image")
    source = image.get("source") or {}
    is_claude = family_of(model.model_id).name == "claude"
    if "s3Location" in source and is_claude:  # [recorded]
        raise unsupported_field("s3Uri")
    data = source.get("bytes")
    if data is None:
        return
    size = 4 * ((len(data) + 2) // 3)
    if is_claude and size > MAX_CLAUDE_IMAGE_BYTES:  # [reported by users]
        raise validation_error(
            f"{place}.image.source.bytes: image exceeds 5 MB maximum: "
            f"{size} bytes > {MAX_CLAUDE_IMAGE_BYTES} bytes"
        )
    if image_format(data) != image.get("format"):  # [reported by users]
        raise validation_error("The provided image does not match the specified image format.")


def _check_text_beside_documents(content: Sequence[Block]) -> None:
    if any("document" in block for block in content) and not any("text" in block for block in content):
        raise validation_error("A text block must be included when using documents.")  # [reported by users]


def _check_document(document: Block, place: str, model: MediaTraits, names: set[str]) -> None:
    name = document["name"]
    if not _NAME.fullmatch(name) or _DOUBLE_SPACE.search(name):  # [reported by users]
        raise validation_error(
            "The document file name can only contain alphanumeric characters, whitespace characters, "
            "hyphens, parentheses, and square brackets. The name can't contain more than one consecutive "
            "whitespace character. Check that the file name conforms to these restrictions and retry your "
            "request."
        )
    if name in names:  # [reported by users]
        raise validation_error(
            "Messages can't contain duplicate document names. Rename the document and retry your request."
        )
    names.add(name)
    if "s3Location" in (document.get("source") or {}) and family_of(model.model_id).name == "claude":
        raise validation_error(f"{MODEL_ERRORS}{place}.document.source.type: Field required")  # [recorded]
