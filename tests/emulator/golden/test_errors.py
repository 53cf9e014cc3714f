"""Every recorded refusal comes back with its status, code and text, and the emulator finds each by itself."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.model.serialize import serialize_error
from tests.emulator.auth.signing import authenticate, signed_by_hand
from tests.emulator.golden.replay import lab
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

OPERATIONS = (
    "Converse",
    "ConverseStream",
    "CountTokens",
    "InvokeModel",
    "InvokeModelWithResponseStream",
)
_NOW = re.compile(r"\((\d{8}T\d{6}Z) - 5 min\.\)")
_SIGNED = re.compile(r"Signature expired: (\d{8}T\d{6}Z)")


def refused(operation: str) -> list[dict[str, Any]]:
    """The records that were answered with an error.

    Those whose request's body was lost are among them: what they were refused for is the model's name.
    """
    return [
        record for record in records(operation, with_lost_bodies=True) if record["response"]["status"] != 200
    ]


REFUSED = [record for operation in OPERATIONS for record in refused(operation)]


EXPIRED = [record for record in REFUSED if record["response"]["status"] == 403]
"""Those whose signature was too old; nothing else was answered with 403."""


def parameters(refusals: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Records as parameters of a test."""
    return [pytest.param(record, id=f"{record['op']} {record['id']}") for record in refusals]


def assert_refused_as_recorded(
    status: int, headers: Mapping[str, str], body: bytes, record: Mapping[str, Any]
) -> None:
    """The recorded status, text and, where the header was kept, code; the bytes where they were recorded."""
    recorded = record["response"]
    assert status == recorded["status"]
    if "body_text" in recorded:
        assert body.decode() == recorded["body_text"]
    assert json.loads(body) == recorded["body"]
    kept = dict(recorded["headers"])
    assert headers["x-amzn-errortype"] == kept.get("x-amzn-errortype", headers["x-amzn-errortype"])
    assert headers["x-amzn-errortype"].startswith(
        "ValidationException:" if status == 400 else "InvalidSignature"
    )


@pytest.mark.parametrize("record", parameters([record for record in REFUSED if record not in EXPIRED]))
def test_the_emulator_refuses_what_was_refused(record: Mapping[str, Any]) -> None:
    answer = lab().answer(record)

    assert_refused_as_recorded(answer.status, answer.headers, answer.body, record)


@pytest.mark.parametrize("record", parameters(EXPIRED))
def test_a_signature_that_was_too_old_is_too_old(
    record: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by botocore at the recorded instant and judged at the recorded instant, the text is the recorded one."""
    message = record["response"]["body"]["message"]
    signed_at, now = _instant(_SIGNED, message), _instant(_NOW, message)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: signed_at)
    request = signed_by_hand(record["request"]["path"], {}, region=record["region"])

    with pytest.raises(AwsError) as refusal:
        authenticate(request, now=now)
    answer = serialize_error(refusal.value, None, "id")

    assert isinstance(answer.body, bytes)
    assert_refused_as_recorded(answer.status, dict(answer.headers), answer.body, record)


def _instant(pattern: re.Pattern[str], message: str) -> datetime:
    found = pattern.search(message)
    assert found is not None
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
