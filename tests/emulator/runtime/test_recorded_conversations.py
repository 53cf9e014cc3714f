"""What AWS accepted must pass, and what it refused must be refused in the same words."""

import json
from functools import cache

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.conversation import check_conversation
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.render import converse_events, usage_members
from bedrock_emulator.reply.reply import Usage
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.state.catalog import load_catalogue
from tests.emulator.runtime.models import Model
from tests.media import refilled, with_blobs
from tests.recordings import records, requires_recordings

pytestmark = requires_recordings

UNKNOWN_MODEL = "The provided model identifier is invalid."


def trusted(operation):
    return [
        pytest.param(record, id=record["id"])
        for record in records(operation)
        if "messages" in record["request"]["body"]
    ]


@cache
def shipped():
    return load_catalogue(documented_ids=False)


def model_of(record):
    """The model as the shipped catalogue has it; one that it does not hold, by its id alone."""
    called = record["model"].rpartition("/")[2]
    catalogue = shipped()
    for model_id in (called, called.partition(".")[2]):
        model = catalogue.model(model_id, record["region"] or "us-east-1")
        if model is not None:
            return model
    return Model(called)


def outcome(record, *, streaming):
    params = with_blobs(refilled(record["request"]["body"]))
    try:
        check_conversation(Demand(params, model_of(record), streaming=streaming))
    except AwsError as error:
        return error.message
    reply = synthesize(params, model_id=record["model"], max_tokens=4096)
    events = [name for name, _ in converse_events(reply, family=family_of(record["model"]), latency_ms=1)]
    return events[-1]


def expected(record):
    response = record["response"]
    return "metadata" if response["status"] == 200 else response["body"]["message"]


@pytest.mark.parametrize(
    ("record", "streaming"),
    [
        pytest.param(*parameter.values, streaming, id=f"{operation} {parameter.id}")
        for operation, streaming in (("Converse", False), ("ConverseStream", True))
        for parameter in trusted(operation)
        if expected(parameter.values[0]) != UNKNOWN_MODEL
    ],
)
def test_a_recorded_request_has_the_recorded_outcome(record, streaming):
    assert outcome(record, streaming=streaming) == expected(record)


def recorded_usage(record):
    response = record["response"]
    if "events" in response:
        return json.loads(response["events"][-1]["payload_text"]).get("usage", {})
    return response["body"].get("usage", {})


@pytest.mark.parametrize(
    ("record", "streamed"),
    [
        pytest.param(*parameter.values, streamed, id=f"{operation} {parameter.id}")
        for operation, streamed in (("Converse", False), ("ConverseStream", True))
        for parameter in trusted(operation)
        if "serverToolUsage" in recorded_usage(*parameter.values)  # older answers have fewer members
    ],
)
def test_usage_has_the_recorded_members(record, streamed):
    """Only `cacheDetails`, the youngest member, may be missing in a recording."""
    recorded = recorded_usage(record)
    usage = Usage(
        input_tokens=recorded["inputTokens"],
        output_tokens=recorded["outputTokens"],
        cache_read_tokens=recorded.get("cacheReadInputTokens", 0),
        cache_write_tokens=recorded.get("cacheWriteInputTokens", 0),
        cache_points=has_cache_point(record["request"]["body"]),
    )
    members = usage_members(usage, family_of(record["model"]), streamed=streamed)
    assert {name: members[name] for name in members if name in recorded or name != "cacheDetails"} == recorded
