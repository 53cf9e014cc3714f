"""The AWS Query protocol: parameters as a form, answers and errors as XML."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.model.findings import Findings
from bedrock_emulator.model.service import Operation, Shape
from bedrock_emulator.model.validate import Validator

MOST_PARAMETERS = 1_000
"""Parameters of one form; 50 tags and all the rest need some 150."""

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_MOST_PARTS = 8
"""Dots that divide the name of a parameter; no member of STS lies deeper than four."""

_CODES: Mapping[str, tuple[str, int]] = {
    "ExpiredTokenException": ("ExpiredToken", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 400),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "ValidationException": ("ValidationError", 400),
    "SerializationException": ("MalformedInput", 400),
}
"""What the errors of the layers in front are called in this protocol [reported by users]."""


def read_form(body: bytes) -> dict[str, str]:
    """The parameters of a form.

    Raises:
        AwsError: MalformedQueryString, it is none.
    """
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        text = f"The request body is not a form of at most {MOST_PARAMETERS:,} parameters in UTF-8."
        raise AwsError("MalformedQueryString", text, status=404) from error
    return dict(pairs)


def parse(form: Mapping[str, str], shape: Shape | None, validator: Validator) -> dict[str, Any]:
    """The parameters of an operation, checked.

    Raises:
        AwsError: ValidationException, they break a constraint.
    """
    if shape is None:
        return {}
    findings = Findings()
    params: dict[str, Any] = validator.check(shape)(_value(_tree(form), shape), "", findings)
    findings.raise_if_any()
    return params


def _tree(form: Mapping[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` as {"tags": {"member": {"1": {"key": "a"}}}}; names begin as the service quotes them."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        *path, last = (part[:1].lower() + part[1:] for part in name.split(".", _MOST_PARTS))
        branch: Any = tree
        for part in path:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise AwsError(
                    "MalformedInput", f"The parameter {name!r} is a value and a structure.", status=400
                )
        branch[last] = value
    return tree


def _value(tree: Any, shape: Shape) -> Any:
    """The JSON value that a part of the form stands for; what stands for none is left for the check to refuse."""
    if shape.kind == "structure" and isinstance(tree, dict):
        members = {member.wire_name: member.shape for member in shape.members.values()}
        return {name: _value(tree[name], members[name]) for name in tree if name in members}
    if shape.kind == "list" and isinstance(tree, dict) and shape.item is not None:
        items = tree.get("member", {})
        if isinstance(items, dict):
            numbers = sorted((name for name in items if _INTEGER.fullmatch(name)), key=int)
            return [_value(items[number], shape.item) for number in numbers]
    if shape.kind == "integer" and isinstance(tree, str) and _INTEGER.fullmatch(tree):
        return int(tree)
    return tree


def serialize(operation: Operation, output: Mapping[str, Any], request_id: str) -> HttpResponse:
    """The answer of a success."""
    root = ET.Element(f"{operation.name}Response", xmlns=operation.namespace)
    _write(ET.SubElement(root, f"{operation.name}Result"), output)
    ET.SubElement(ET.SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    return _xml(root, operation.status, request_id)


def serialize_error(
    error: AwsError, operation: Operation | None, namespace: str, request_id: str
) -> HttpResponse:
    """The answer of a refusal."""
    modelled = operation.errors.get(error.code) if operation else None
    code, status = (error.code, modelled or error.status or 400)
    if error.authentication or modelled is None:
        code, status = _CODES.get(error.code, (code, status))
    root = ET.Element("ErrorResponse", xmlns=namespace)
    details = {"Type": "Sender" if status < 500 else "Receiver", "Code": code, "Message": error.message}
    _write(ET.SubElement(root, "Error"), details)
    ET.SubElement(root, "RequestId").text = request_id
    return _xml(root, status, request_id)


def _write(parent: ET.Element, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        element = ET.SubElement(parent, name)
        if isinstance(value, Mapping):
            _write(element, value)
        else:
            element.text = _text(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(value))


def _xml(root: ET.Element, status: int, request_id: str) -> HttpResponse:
    headers = [("content-type", "text/xml"), ("x-amzn-requestid", request_id)]
    return HttpResponse(status=status, headers=headers, body=ET.tostring(root, encoding="utf-8"))
