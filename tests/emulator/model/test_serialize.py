"""What the serializer writes, botocore's own parser reads back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.model.serialize import serialize, serialize_error, to_json
from bedrock_emulator.model.service import load_api

API = load_api()


def read_back(operation: str, response: HttpResponse) -> dict[str, Any]:
    service = API.operations[operation].service
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service).operation_model(
        operation
    )
    assert isinstance(response.body, bytes)
    assert model.output_shape is not None
    raw = {"status_code": response.status, "headers": dict(response.headers), "body": response.body}
    parsed: dict[str, Any] = create_parser("rest-json").parse(raw, model.output_shape)
    return parsed


def test_json_is_compact_and_alphabetical_at_every_level() -> None:
    assert (
        to_json({"b": {"d": 1, "c": [{"z": 1, "a": 2}]}, "a": "é"})
        == '{"a":"é","b":{"c":[{"a":2,"z":1}],"d":1}}'.encode()
    )


def test_bytes_and_timestamps_are_written_as_the_service_does() -> None:
    moment = datetime(2026, 7, 13, 1, 2, 3, 456, tzinfo=UTC)
    assert (
        to_json({"at": moment, "blob": b"\x00\xff"})
        == b'{"at":"2026-07-13T01:02:03.000456000Z","blob":"AP8="}'
    )


def test_botocore_reads_what_was_written() -> None:
    moment = datetime(2026, 7, 13, 1, 2, 3, tzinfo=UTC)
    output = {
        "inferenceProfileArn": "arn:x",
        "models": [{"modelArn": "arn:y"}],
        "createdAt": moment,
        "undocumented": None,
    }
    parsed = read_back(
        "GetInferenceProfile", serialize(API.operations["GetInferenceProfile"], output, "id-1")
    )
    assert parsed["createdAt"] == moment
    assert parsed["models"] == [{"modelArn": "arn:y"}]
    assert parsed["ResponseMetadata"]["RequestId"] == "id-1"


def test_the_status_of_success_is_the_models() -> None:
    response = serialize(API.operations["CreateInferenceProfile"], {"inferenceProfileArn": "arn:x"}, "id-1")
    assert response.status == 201


def test_header_members_and_a_raw_payload_leave_the_json() -> None:
    output = {"body": b"raw", "contentType": "application/json", "performanceConfigLatency": "standard"}
    response = serialize(API.operations["InvokeModel"], output, "id-1")
    assert response.body == b"raw"
    assert response.headers == [
        ("content-type", "application/json"),
        ("x-amzn-requestid", "id-1"),
        ("x-amzn-bedrock-performanceconfig-latency", "standard"),
    ]


@pytest.mark.parametrize(
    ("error", "status", "layer", "body"),
    [
        (AwsError("ThrottlingException", "slow"), 429, "com.amazon.bedrock/", b'{"message":"slow"}'),
        (AwsError("ModelTimeoutException", "late"), 408, "com.amazon.bedrock/", b'{"message":"late"}'),
        (AwsError("Made.Up", "x", status=418), 418, "com.amazon.bedrock/", b'{"message":"x"}'),
        (
            AwsError("AccessDeniedException", "no", capital_message=True),
            403,
            "com.amazon.bedrock/",
            b'{"Message":"no"}',
        ),
        (
            AwsError("ExpiredTokenException", "old", status=403, authentication=True),
            403,
            "com.amazon.coral.service/",
            b'{"message":"old"}',
        ),
    ],
    ids=["throttling", "timeout", "explicit status", "capital message", "authentication"],
)
def test_an_error_carries_its_code_status_and_text(
    error: AwsError, status: int, layer: str, body: bytes
) -> None:
    response = serialize_error(error, API.operations["Converse"], "id-1")
    headers = dict(response.headers)
    assert (response.status, response.body) == (status, body)
    assert headers["x-amzn-errortype"] == f"{error.code}:http://internal.amazon.com/coral/{layer}"
    assert headers["x-amzn-requestid"] == "id-1"
