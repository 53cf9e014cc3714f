"""Every constraint of every operation that is answered: held at its boundary, refused just outside, by AWS's name."""

import re
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from botocore.model import OperationModel
from botocore.serialize import create_serializer

from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.model.parse import Parser
from bedrock_emulator.model.router import Router
from bedrock_emulator.model.service import load_api
from bedrock_emulator.operations.dispatch import HANDLERS, DispatchTable
from tests.emulator.model.boundaries import Boundary, boundaries, service, smallest

API = load_api()
ANSWERED = sorted(DispatchTable.of(API, HANDLERS).handlers)
TABLE = [
    row
    for name in ANSWERED
    for row in boundaries(service(API.operations[name].service).operation_model(name))
]

EMPTY_TOOLS = re.compile(r"(.+\.)?toolConfig\.tools:not be null")
"""An empty toolConfig is refused in words of its own [reported by users]."""

ONE_VIOLATION = "400 ValidationException: 1 validation error detected: "

_router = Router(API)
_parser = Parser()


def _model(name: str) -> OperationModel:
    return service(API.operations[name].service).operation_model(name)


def _refusal(name: str, params: Any) -> str:
    """What a request that botocore wrote is refused with; the empty text when it is accepted."""
    wire = create_serializer("rest-json", include_validation=False).serialize_to_request(params, _model(name))
    request = HttpRequest(
        method=wire["method"],
        path=unquote(wire["url_path"]),
        query=urlencode(wire["query_string"]),
        headers={key.lower(): str(value) for key, value in wire["headers"].items()},
        body=wire["body"] if isinstance(wire["body"], bytes) else wire["body"].encode(),
    )
    match = _router.match(request.method, request.path)
    assert match is not None
    assert match.operation.name == name
    try:
        _parser.parse(match.operation, request, match.labels)
    except AwsError as error:
        return f"{error.status} {error.code}: {error.message}"
    return ""


@pytest.mark.parametrize("name", ANSWERED)
def test_the_smallest_request_is_accepted(name: str) -> None:
    assert _refusal(name, smallest(_model(name))) == ""


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_constraint_holds_at_its_boundary_and_not_beyond(row: Boundary) -> None:
    accepted = _refusal(row.operation, row.valid())
    # No text of some lengths has the form of an ARN: such a text is refused for its form, and for nothing else.
    assert not accepted or (accepted.startswith(ONE_VIOLATION) and row.form in accepted)
    refused = _refusal(row.operation, row.outside())
    if EMPTY_TOOLS.fullmatch(f"{row.path}:{row.words}"):
        assert refused == "400 ValidationException: The provided request is not valid"
    else:
        assert re.match(r"400 ValidationException: \d+ validation errors? detected: Value ", refused)
        assert row.sentence in refused
