"""Requests that Amazon Bedrock accepted are accepted over HTTP too, sent as they were sent then: one for each feature.

Every recorded exchange, with its answer, is in tests/emulator/golden, without a server.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_emulator.client import LabClient
from bedrock_emulator.state.catalog import load_catalogue
from tests.end_to_end.raw_call import RawAnswer, post
from tests.media import refilled
from tests.recorded_models import as_it_was
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

FEATURES = {
    "Converse": (
        "application-inference-profile",
        "cachePoint",
        "document",
        "image",
        "outputConfig",
        "performanceConfig",
        "reasoningContent",
        "systemTool",
        "toolResult",
        "video",
    ),
    "ConverseStream": ("additionalModelRequestFields", "toolResult"),
}
"""By the word that shows each of them in a request."""


def having(operation: str, feature: str) -> Mapping[str, Any]:
    """The first accepted request with this feature; with none but what the lab has, so not with guardrails."""
    return next(
        record
        for record in records(operation)
        if record["response"]["status"] == 200
        and feature in record["model"] + json.dumps(record["request"]["body"])
        and "guardrailConfig" not in record["request"]["body"]
    )


@pytest.fixture
def replay(bedrock_emulator: LabClient) -> Callable[[Mapping[str, Any]], RawAnswer]:
    """Sends a record's request, newly signed, to a lab that knows the model as it was."""

    def send(record: Mapping[str, Any]) -> RawAnswer:
        models, profiles = as_it_was(record, load_catalogue(documented_ids=False))
        bedrock_emulator.put_catalogue(models=models, profiles=profiles)
        request = record["request"]
        body = json.dumps(refilled(request["body"])).encode()
        headers, region = request["headers"], record["region"]
        return post(bedrock_emulator.endpoint_url, request["path"], headers=headers, body=body, region=region)

    return send


def frames(stream: bytes) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """The headers and the payload of each message, read by botocore."""
    buffer: Any = EventStreamBuffer()
    buffer.add_data(stream)
    return ((message.headers, json.loads(message.payload)) for message in buffer)


@pytest.mark.parametrize("feature", FEATURES["Converse"])
def test_a_recorded_converse_request_is_accepted(feature: str, replay: Any) -> None:
    answer = replay(having("Converse", feature))

    assert answer.status == 200, answer.body.decode()
    assert json.loads(answer.body)["output"]["message"]["role"] == "assistant"


@pytest.mark.parametrize("feature", FEATURES["ConverseStream"])
def test_a_recorded_stream_request_is_accepted(feature: str, replay: Any) -> None:
    answer = replay(having("ConverseStream", feature))

    assert answer.status == 200, answer.body.decode()
    names = [headers[":event-type"] for headers, _ in frames(answer.body)]
    assert (names[0], names[-2:]) == ("messageStart", ["messageStop", "metadata"])
    assert answer.headers["content-type"] == "application/vnd.amazon.eventstream"
