"""What InvokeModel takes out of a request before a model sees it: headers, body, and the question it asks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from bedrock_emulator.call import Params
from bedrock_emulator.depth import is_deeper
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.model.parse import MOST_LEVELS
from bedrock_emulator.native.format import Native
from bedrock_emulator.native.schema import check, malformed
from bedrock_emulator.operations.runtime.capabilities import check_everywhere, check_model, unsupported_block
from bedrock_emulator.operations.runtime.conversation_media import MAX_CLAUDE_IMAGE_BYTES, check_pixels
from bedrock_emulator.operations.runtime.conversation_reasoning import (
    KnownSignatures,
    NoSignatures,
    check_reasoning,
)
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.reply.image import image_format
from bedrock_emulator.reply.reply import Block

_JSON = "application/json"
_BY_MODALITY = ("image", "video")
"""Blocks that not every Nova takes."""
_ACCEPTED = (_JSON, "application/*", "*/*", "application/vnd.amazon.eventstream")


def check_media_types(params: Params) -> None:
    """Refuse a body that does not say it is JSON, and a caller who wants no JSON; both may be silent [recorded]."""
    if _media_type(params.get("contentType")) != _JSON:
        raise validation_error(  # [reported by users]
            "The provided Content Type is invalid or not supported for this model"
        )
    wanted = params.get("accept") or "*/*"
    if not any(_media_type(one) in _ACCEPTED for one in wanted.split(",")):
        raise validation_error(
            "The provided Accept Type is invalid or not supported for this model"
        )  # [guess]


def _media_type(header: str | None) -> str:
    """Without parameters, as `; charset=utf-8`; a header that is missing or empty means JSON."""
    return (header or "").partition(";")[0].strip().lower() or _JSON


def read_body(data: bytes) -> Native:
    """The request's JSON object, its members in the client's order."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _unreadable() from error
    if is_deeper(body, MOST_LEVELS):
        raise malformed(f"#: nests deeper than {MOST_LEVELS} levels")  # [guess]
    check(body, {"type": "object"})
    native: Native = body
    return native


def _unreadable() -> AwsError:
    """The answer to a body that is no JSON [reported by users], or empty [guess]."""
    return validation_error("Malformed input request, please reformat your input and try again.")


def with_headers(question: Params, params: Params) -> Params:
    """The question with what InvokeModel says in headers and Converse in its body."""
    said: dict[str, Any] = {}
    if params.get("performanceConfigLatency"):
        said["performanceConfig"] = {"latency": params["performanceConfigLatency"]}
    if params.get("serviceTier"):
        said["serviceTier"] = {"type": params["serviceTier"]}
    if params.get("requestMetadata"):
        said["requestMetadata"] = _request_metadata(params["requestMetadata"])
    guardrail = _guardrail(params)
    if guardrail:
        said["guardrailConfig"] = guardrail
    return {**question, **said}


def _guardrail(params: Params) -> Mapping[str, Any] | None:
    identifier, version = params.get("guardrailIdentifier"), params.get("guardrailVersion")
    if (
        not identifier and not version
    ):  # empty headers turn no guardrail on [botocore: the pattern allows them]
        return None
    if not identifier or not version:  # both or none [docs]; the text is a [guess]
        missing = "guardrailVersion" if identifier else "guardrailIdentifier"
        raise validation_error(f"The {missing} must be specified when a guardrail is enabled.")
    trace = {"trace": params["trace"].lower()} if params.get("trace") else {}
    return {"guardrailIdentifier": identifier, "guardrailVersion": version, **trace}


def _request_metadata(header: str) -> Mapping[str, str]:
    """The JSON object of texts in X-Amzn-Bedrock-Request-Metadata [docs]; the refusal is a [guess]."""
    try:
        metadata = orjson.loads(header)
    except orjson.JSONDecodeError:
        metadata = None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise validation_error("The request metadata must be a JSON object whose values are strings.")
    return metadata


def check_question(demand: Demand, *, known: KnownSignatures | None = None) -> None:
    """Raise what the model refuses about a question whose form is right, in InvokeModel's words."""
    check_everywhere(demand)
    if demand.family == "claude":
        _check_claude(demand)
    elif demand.family == "nova":
        _check_nova(demand)
    elif demand.count("image"):
        _check_sight(demand)
    check_reasoning(demand.messages, model_id=demand.model_id, known=known or NoSignatures(), introduction="")
    check_model(demand, introduction="")


def _check_sight(demand: Demand) -> None:
    if "IMAGE" not in demand.model.input_modalities:  # [reported by users, Converse]
        raise unsupported_block("image")


def _check_claude(demand: Demand) -> None:
    """Limits in Claude's own words."""
    wanted, limit = demand.config["maxTokens"], demand.model.max_output_tokens
    if limit is not None and wanted > limit:  # [reported by users]
        name = demand.model_id.removeprefix("anthropic.")
        raise validation_error(
            f"max_tokens: {wanted} > {limit}, which is the maximum allowed number of output tokens for {name}"
        )
    images = [
        (place, image)
        for number, message in enumerate(demand.messages)
        for image, place in _images(message["content"], f"messages.{number}.content")
    ]
    for place, image in images:
        _check_image(image, f"{place}.image.source.base64", demand)
    check_pixels([(place, image["source"]["bytes"]) for place, image in images], introduction="")


def _images(content: Sequence[Block], place: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every image and its place, those in the results of tools too."""
    for at, block in enumerate(content):
        if "image" in block:
            yield block["image"], f"{place}.{at}"
        elif "toolResult" in block:
            yield from _images(block["toolResult"]["content"], f"{place}.{at}.tool_result.content")


def _check_image(image: Mapping[str, Any], place: str, demand: Demand) -> None:
    _check_sight(demand)
    data = image["source"]["bytes"]
    size = 4 * ((len(data) + 2) // 3)
    if size > MAX_CLAUDE_IMAGE_BYTES:  # [reported by users]
        raise validation_error(
            f"{place}: image exceeds 5 MB maximum: {size} bytes > {MAX_CLAUDE_IMAGE_BYTES} bytes"
        )
    found = image_format(data)
    if found is None:  # [reported by users]
        raise validation_error("Could not process image")
    if found != image["format"]:  # [reported by users]
        raise validation_error(
            f"{place}: The image was specified using the image/{image['format']} media type, "
            f"but the image appears to be a image/{found} image"
        )


def _check_nova(demand: Demand) -> None:
    """What the schema of one Nova lacks; the words are those of cachePoint [reported by users], for these a [guess]."""
    wanted, limit = demand.config.get("maxTokens"), demand.model.max_output_tokens
    if wanted is not None and limit is not None and wanted > limit:
        raise malformed(f"#/inferenceConfig/maxTokens: {wanted} is not less or equal to {limit}")
    for number, message in enumerate(demand.messages):
        for at, block in enumerate(message["content"]):
            kind = next(iter(block))
            if kind in _BY_MODALITY and kind.upper() not in demand.model.input_modalities:
                raise malformed(f"#/messages/{number}/content/{at}: extraneous key [{kind}] is not permitted")
