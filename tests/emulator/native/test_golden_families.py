"""Every recorded invocation of Llama, Mistral, Cohere and AI21 comes back as it was recorded."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from tests.emulator.native.family_dialects import COHERE, JURASSIC, LLAMA, MISTRAL
from tests.emulator.native.golden import Dialect, golden, replay
from tests.end_to_end.raw_call import post
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

FAMILIES: Mapping[str, tuple[Dialect, tuple[str, ...]]] = {
    "llama": (LLAMA, ("meta.llama",)),
    "mistral": (MISTRAL, ("mistral.",)),
    "cohere": (COHERE, ("cohere.command",)),
    "jurassic": (JURASSIC, ("ai21.j2",)),
}
_IN_2024 = "should-set-request-and-response-attributes-in-span-for-given-prompt"
DEVIATIONS: Mapping[str, str] = {
    f"Test-Cohere-with-AWS-Bedrock-Instrumentation/{_IN_2024}#0": "Command's members were sorted in February 2024.",
    f"Test-Cohere-with-AWS-Bedrock-Instrumentation/{_IN_2024}-with-streaming-result#0": "So they were in its chunks.",
}


@pytest.mark.parametrize(
    ("record", "dialect"),
    [
        pytest.param(*parameter.values, dialect, id=f"{operation} {parameter.id}", marks=parameter.marks)
        for operation in ("InvokeModel", "InvokeModelWithResponseStream")
        for dialect, parts in FAMILIES.values()
        for parameter in golden(operation, *parts, deviations=DEVIATIONS)
    ],
)
def test_a_recorded_invocation_is_answered_as_it_was(
    bedrock_emulator: LabClient, record: Mapping[str, Any], dialect: Dialect
) -> None:
    replay(bedrock_emulator, record, dialect)


EXPIRED = [
    record
    for operation in ("InvokeModel", "InvokeModelWithResponseStream")
    for record in records(operation)
    if record["response"]["status"] == 403
    and any(part in record["model"] for _, parts in FAMILIES.values() for part in parts)
]


@pytest.mark.parametrize("record", EXPIRED, ids=lambda record: record["id"])
def test_a_recorded_refusal_comes_back(
    bedrock_emulator: LabClient, record: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_at = datetime.now(UTC) - timedelta(hours=3)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: signed_at)
    body = json.dumps(record["request"]["body"]).encode()
    path, recorded = record["request"]["path"], record["response"]
    answer = post(bedrock_emulator.endpoint_url, path, headers={}, body=body, region=record["region"])

    assert answer.status == recorded["status"]
    assert answer.headers["x-amzn-errortype"] == dict(recorded["headers"])["x-amzn-errortype"]
    instant = re.compile(r"\d{8}T\d{6}Z")
    assert instant.sub("", answer.body.decode()) == instant.sub("", recorded["body_text"])
