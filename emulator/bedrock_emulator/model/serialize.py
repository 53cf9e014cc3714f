"""Writes answers as the service does: compact JSON, alphabetical keys at every level, headers as recorded."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from bedrock_emulator.call import Output
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.model.service import Operation

JSON = "application/json"
EVENT_STREAM = "application/vnd.amazon.eventstream"


def to_json(value: object) -> bytes:
    """Compact JSON with sorted keys [recorded]; bytes become base64, datetimes ISO 8601 with nanoseconds and Z."""
    return orjson.dumps(
        value, default=_default, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
    )


def body_headers(request_id: str, content_type: str = JSON) -> list[tuple[str, str]]:
    """The headers of every answer in one piece, in the recorded order."""
    return [("content-type", content_type), ("x-amzn-requestid", request_id)]


def event_stream_headers(request_id: str) -> list[tuple[str, str]]:
    """The headers of every streamed answer, in the recorded order."""
    return [("content-type", EVENT_STREAM), ("x-amzn-requestid", request_id)]


def unknown_route() -> AwsError:
    """The answer where the service models know no operation: Coral's body [reported by users], its status a [guess].

    The message is ours: the real body has none.
    """
    return AwsError(
        "UnknownOperationException",
        "No operation of Amazon Bedrock has this method and path.",
        status=404,
        members={
            "Output": {"__type": "com.amazon.coral.service#UnknownOperationException"},
            "Version": "1.0",
        },
    )


def serialize(operation: Operation, output: Output, request_id: str) -> HttpResponse:
    """The HTTP answer of a success: header members become headers, a blob payload the whole body."""
    shape = operation.output
    headers = body_headers(request_id)
    body_members: Mapping[str, Any] = output
    if shape is not None:
        in_headers = {
            name for name, member in shape.members.items() if member.location == "header" and name in output
        }
        if in_headers:
            headers = _with_headers(
                headers, {shape.members[name].wire_name: output[name] for name in in_headers}
            )
            body_members = {name: value for name, value in output.items() if name not in in_headers}
        if shape.payload is not None:
            payload = output.get(shape.payload, b"")
            body = payload if isinstance(payload, bytes) else to_json(payload)
            return HttpResponse(status=operation.status, headers=headers, body=body)
    return HttpResponse(status=operation.status, headers=headers, body=to_json(body_members))


def serialize_error(error: AwsError, operation: Operation | None, request_id: str) -> HttpResponse:
    """The HTTP answer of a refusal: the code in x-amzn-ErrorType, the text in `message` [recorded]."""
    status = error.status or (operation.errors.get(error.code) if operation else None) or 400
    text = "Message" if error.capital_message else "message"
    headers = [*body_headers(request_id), ("x-amzn-errortype", error.error_type), *error.headers]
    return HttpResponse(status=status, headers=headers, body=to_json({text: error.message, **error.members}))


def _with_headers(headers: list[tuple[str, str]], members: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Replace or append, in the order of the names: Content-Type is itself a modelled member of InvokeModel."""
    merged = dict(headers)
    for name, value in sorted(members.items()):
        merged[name.lower()] = str(value)
    return list(merged.items())


def _default(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}000Z"
    raise TypeError(f"{type(value).__name__} has no JSON form")
