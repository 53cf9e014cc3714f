"""Turns an HTTP request into the parameters of its operation, by the locations that the service model gives."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import orjson

from bedrock_emulator.depth import is_deeper
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.model.findings import Findings
from bedrock_emulator.model.service import Member, Operation, Shape
from bedrock_emulator.model.validate import Check, Validator

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)

MOST_LEVELS = 64
"""Levels of JSON in a request body. The service has a limit too; which one, no capture shows [guess]."""

Parse: TypeAlias = Callable[[HttpRequest, Mapping[str, str]], dict[str, Any]]


class Parser:
    """Parses and validates requests; each operation is compiled on its first call."""

    def __init__(self) -> None:
        self._validator = Validator()
        self._compiled: dict[str, Parse] = {}

    def parse(self, operation: Operation, request: HttpRequest, labels: Mapping[str, str]) -> dict[str, Any]:
        """The parameters by SDK member name: blobs as bytes, timestamps as aware datetimes.

        Raises:
            AwsError: SerializationException for a value of the wrong type, ValidationException for broken constraints.
        """
        compiled = self._compiled.get(operation.name)
        if compiled is None:
            compiled = self._compiled[operation.name] = self._compile(operation.input)
        return compiled(request, labels)

    def _compile(self, shape: Shape | None) -> Parse:
        if shape is None:
            return lambda _request, _labels: {}
        outside = [(member, self._validator.check(member.shape)) for member in _outside_body(shape)]
        required = [shape.members[name] for name in shape.required if shape.members[name].location != "body"]
        body = self._body(shape)

        def parse(request: HttpRequest, labels: Mapping[str, str]) -> dict[str, Any]:
            findings = Findings()
            params = _read_outside(outside, request, labels, findings)
            for member in required:
                if member.name not in params:
                    findings.miss(member.wire_name)
            params.update(body(request, findings))
            findings.raise_if_any()
            return params

        return parse

    def _body(self, shape: Shape) -> Callable[[HttpRequest, Findings], dict[str, Any]]:
        if shape.payload is not None:
            return self._payload(shape.members[shape.payload])
        if not any(member.location == "body" for member in shape.members.values()):
            return lambda _request, _findings: {}
        check = self._validator.check(shape)
        return lambda request, findings: check(_load_json(request.body), "", findings)

    def _payload(self, member: Member) -> Callable[[HttpRequest, Findings], dict[str, Any]]:
        check = self._validator.check(member.shape)
        if member.shape.kind == "blob":
            return lambda request, findings: {member.name: check(request.body, member.name, findings)}
        return lambda request, findings: {member.name: check(_load_json(request.body), member.name, findings)}


def _outside_body(shape: Shape) -> list[Member]:
    return [member for member in shape.members.values() if member.location != "body"]


def _read_outside(
    members: list[tuple[Member, Check]], request: HttpRequest, labels: Mapping[str, str], findings: Findings
) -> dict[str, Any]:
    query = dict(parse_qsl(request.query, keep_blank_values=True)) if request.query else {}
    params = {}
    for member, check in members:
        match member.location:
            case "uri":
                text = labels.get(member.name)
            case "querystring":
                text = query.get(member.wire_name)
            case _:
                text = request.headers.get(member.wire_name.lower())
        if text is not None:
            params[member.name] = check(_from_text(text, member), member.wire_name, findings)
    return params


def _from_text(text: str, member: Member) -> object:
    """The JSON value that a query or header text stands for; text that is none is left for the check to refuse."""
    if member.shape.kind in {"integer", "long"}:
        return int(text) if _INTEGER.fullmatch(text) else text
    if member.shape.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _load_json(body: bytes) -> Any:
    if not body:
        return {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unreadable(f"The request body is not valid JSON: {error}") from error
    # Counting brackets is cheap and tells nearly every request from one that could nest too deeply.
    if body.count(b"{") + body.count(b"[") > MOST_LEVELS and is_deeper(document, MOST_LEVELS):
        raise _unreadable(f"The request body is not valid JSON: it nests deeper than {MOST_LEVELS} levels")
    return document


def _unreadable(message: str) -> AwsError:
    """Coral's name for an unreadable body; the text is ours, because none was seen for Bedrock [guess]."""
    return AwsError("SerializationException", message, status=400)
