"""TwelveLabs Pegasus: a question about one video in, a `message` out [docs]. How it streams is a guess."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.chat_request import with_output_schema
from bedrock_emulator.native.encoded import decoded
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.native.pieces import finish_reason, text_of, text_pieces
from bedrock_emulator.native.request import as_converse
from bedrock_emulator.native.schema import check, malformed
from bedrock_emulator.reply.reply import Reply

_NAME = "Pegasus"
_INFERENCE = {"maxOutputTokens": "maxTokens", "temperature": "temperature"}
_SCHEMA: Mapping[str, Any] = {  # [docs]
    "type": "object",
    "required": ("inputPrompt", "mediaSource"),
    "additionalProperties": False,  # [guess: as the other families]
    "properties": {
        "inputPrompt": {"type": "string", "minLength": 1},
        "mediaSource": {
            "type": "object",
            "properties": {
                "base64String": {"type": "string"},
                "s3Location": {
                    "type": "object",
                    "required": ("uri",),
                    "properties": {"uri": {"type": "string"}, "bucketOwner": {"type": "string"}},
                },
            },
        },
        "temperature": {"type": "number", "minimum": 0, "maximum": 1},
        "maxOutputTokens": {"type": "integer", "minimum": 1, "maximum": 4096},
        "responseFormat": {"type": "object"},
    },
}


def _read(body: Native, _model_id: str) -> Params:
    check(body, _SCHEMA)
    video = {"format": "mp4", "source": _source(body["mediaSource"])}  # the request does not name a format
    turn = {"role": "user", "content": [{"video": video}, {"text": body["inputPrompt"]}]}
    params = as_converse(
        [turn], body=body, inference=_INFERENCE, read=("inputPrompt", "mediaSource", "responseFormat")
    )
    return with_output_schema(params, body.get("responseFormat"))


def _source(media: Mapping[str, Any]) -> Mapping[str, Any]:
    """One of the two [docs]; the refusals are guesses."""
    if ("base64String" in media) == ("s3Location" in media):
        raise malformed("#/mediaSource: exactly one of base64String and s3Location is required")
    if "s3Location" in media:
        return {"s3Location": media["s3Location"]}
    video = decoded(media["base64String"])
    if video is None:
        raise malformed("#/mediaSource/base64String: not base64")
    return {"bytes": video}


def _body(reply: Reply, _asked: Asked) -> Native:
    return {"message": text_of(reply, _NAME), "finishReason": finish_reason(reply.stop_reason)}


def _chunks(events: Iterable[Event], _asked: Asked) -> Iterator[Native]:
    for text, ending in text_pieces(events, _NAME):
        yield {
            "message": text,
            "finishReason": None if ending is None else finish_reason(ending.stop_reason),
        }


PEGASUS = TextFormat(read=_read, body=_body, chunks=_chunks)
