"""A recorded embedding behind an application profile has the recorded shape."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.emulator.golden.replay import lab
from tests.end_to_end.test_embeddings import outline
from tests.recorded_models import profile
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

BEHIND_THE_PROFILE = "amazon.titan-embed-text-v2:0"
"""The recorder's profile does not tell its model; request and answer have this one's members [guess]."""

PROFILED = [
    record for record in records("InvokeModel") if ":application-inference-profile/" in record["model"]
]


@pytest.mark.parametrize("record", PROFILED, ids=lambda record: record["id"])
def test_an_embedding_behind_a_profile_has_the_recorded_shape(record: Mapping[str, Any]) -> None:
    arn = record["model"]
    row = profile(arn, arn.rpartition("/")[2], BEHIND_THE_PROFILE, record["region"])

    answer = lab().answer(record, profiles=[row])

    assert answer.status == 200, answer.body.decode()
    assert outline(json.loads(answer.body)) == outline(record["response"]["body"])
