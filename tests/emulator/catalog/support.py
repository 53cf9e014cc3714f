"""Calls without a server, and answers read by botocore's own parser."""

from datetime import UTC, datetime
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from bedrock_emulator.call import Call, Caller, Output, PreparedBody
from bedrock_emulator.model.serialize import to_json
from bedrock_emulator.state.catalog import Catalogue, load_catalogue
from bedrock_emulator.state.model_access import ModelAccess
from bedrock_emulator.state.resources import Resources

ACCOUNT = "123456789012"
NOW = datetime(2026, 7, 13, 10, tzinfo=UTC)


@cache
def shipped() -> Catalogue:
    """AWS's catalogue alone."""
    return load_catalogue(documented_ids=False)


@cache
def with_documented_ids() -> Catalogue:
    """The catalogue that a server starts with."""
    return load_catalogue(documented_ids=True)


def resources(seed: int = 0) -> Resources:
    """Where nothing was created yet; it is always the same moment, and ids come in a fixed order."""
    return Resources(now=lambda: NOW, random=Random(seed))  # noqa: S311  (ids are no secrets)


def call(
    catalogue: Catalogue | None = None,
    *,
    region: str = "us-east-1",
    account: str = ACCOUNT,
    created: Resources | None = None,
    access: ModelAccess | None = None,
) -> Call:
    """A call of a lab that has nothing but these; what is left out is shipped, empty, granted."""
    lab = SimpleNamespace(
        catalogue=shipped() if catalogue is None else catalogue,
        resources=created or resources(),
        model_access=access or ModelAccess(),
    )
    return Call(
        lab=cast("Any", lab),
        operation=cast("Any", None),
        caller=Caller(kind="sigv4", account=account),
        region=region,
        account=account,
        request_id="00000000-0000-4000-8000-000000000000",
    )


def body(answer: Output | PreparedBody | Any) -> bytes:
    """The bytes that go out."""
    return answer.data if isinstance(answer, PreparedBody) else to_json(answer)


def parsed(operation: str, answer: Output | PreparedBody | Any) -> dict[str, Any]:
    """What a botocore client hands to its user."""
    response = {"status_code": 200, "headers": {}, "body": body(answer)}
    shape = _service().operation_model(operation).output_shape
    assert shape is not None
    result: dict[str, Any] = create_parser("rest-json").parse(response, shape)
    result.pop("ResponseMetadata")
    return result


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("bedrock", "service-2"), "bedrock")
