"""Every recorded conversation that Amazon Bedrock accepted is accepted here, sent as it was sent then."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_emulator.client import LabClient
from bedrock_emulator.state.catalog import Catalogue, load_catalogue
from bedrock_emulator.state.models import ModelRecord
from tests.end_to_end.raw_call import RawAnswer, post
from tests.media import refilled
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

ACCOUNT = "123456789012"
BEHIND_THE_APPLICATION_PROFILE = "amazon.nova-micro-v1:0"
"""The recorder's application profile does not tell its model; the recorded answer fits this one [guess]."""

GEOGRAPHIES = frozenset({"us", "eu", "global"})
"""What stands before the model in the ids of the profiles that recorders called."""

Rows = list[dict[str, Any]]


def accepted(operation: str) -> list[Any]:
    """The records of an operation that were answered with 200, as parameters."""
    return [pytest.param(it, id=it["id"]) for it in records(operation) if it["response"]["status"] == 200]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """What the emulator lists today."""
    return load_catalogue(documented_ids=False)


@pytest.fixture
def replay(bedrock_emulator: LabClient, shipped: Catalogue) -> Callable[[Mapping[str, Any]], RawAnswer]:
    """Sends a record's request, newly signed, to a lab that knows the model as it was."""

    def send(record: Mapping[str, Any]) -> RawAnswer:
        models, profiles = as_it_was(record, shipped)
        bedrock_emulator.put_catalogue(models=models, profiles=profiles)
        request = record["request"]
        body = json.dumps(refilled(request["body"])).encode()
        headers, region = request["headers"], record["region"]
        return post(bedrock_emulator.endpoint_url, request["path"], headers=headers, body=body, region=region)

    return send


def as_it_was(record: Mapping[str, Any], shipped: Catalogue) -> tuple[Rows, Rows]:
    """The model and the profile that the record calls, where today's catalogue no longer has them."""
    called, region = record["model"], record["region"]
    name = called.rpartition("/")[2]
    if ":application-inference-profile/" in called:
        return [], [profile(called, name, BEHIND_THE_APPLICATION_PROFILE, region)]
    if shipped.profile(name, region, ACCOUNT) or _callable(shipped.model(called, region), region, record):
        return [], []
    geography, _, base = name.partition(".")
    if geography not in GEOGRAPHIES:
        return [model(name, region, "ON_DEMAND")], []
    arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{name}"
    return [model(base, region, "INFERENCE_PROFILE")], [profile(arn, name, base, region)]


def _callable(shipped: ModelRecord | None, region: str, record: Mapping[str, Any]) -> bool:
    """Whether the model answers as then; some that were called by their own id are behind profiles today."""
    if shipped is None:
        return False
    return record["response"]["status"] != 200 or "ON_DEMAND" in (shipped.inference_types.get(region) or ())


def model(model_id: str, region: str, inference_type: str) -> dict[str, Any]:
    """An active text model that streams."""
    return {
        "modelId": model_id,
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "inferenceTypesSupported": [inference_type],
        "modelLifecycle": {"status": "ACTIVE"},
        "regions": [region],
    }


def profile(arn: str, name: str, base: str, region: str) -> dict[str, Any]:
    """An inference profile with one destination."""
    destination = {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{base}"}
    return {"inferenceProfileArn": arn, "inferenceProfileId": name, "models": [destination]}


def frames(stream: bytes) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """The headers and the payload of each message, read by botocore."""
    buffer: Any = EventStreamBuffer()
    buffer.add_data(stream)
    return ((message.headers, json.loads(message.payload)) for message in buffer)


@pytest.mark.parametrize("record", accepted("Converse"))
def test_a_recorded_converse_request_is_accepted(record: Mapping[str, Any], replay: Any) -> None:
    answer = replay(record)

    assert answer.status == 200, answer.body.decode()
    assert json.loads(answer.body)["output"]["message"]["role"] == "assistant"


@pytest.mark.parametrize("record", accepted("ConverseStream"))
def test_a_recorded_stream_request_is_accepted(record: Mapping[str, Any], replay: Any) -> None:
    answer = replay(record)

    assert answer.status == 200, answer.body.decode()
    names = [headers[":event-type"] for headers, _ in frames(answer.body)]
    assert (names[0], names[-2:]) == ("messageStart", ["messageStop", "metadata"])
    assert answer.headers["content-type"] == "application/vnd.amazon.eventstream"
