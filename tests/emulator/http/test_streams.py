"""Streams as a client sees them, through botocore's own event-stream parser."""

import json
from contextlib import closing
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import EventStreamError
from botocore.loaders import create_loader
from botocore.session import Session

from bedrock_emulator import LabClient
from bedrock_emulator.wire.events import decode_events
from tests.emulator.http.raw import connect, exchange, post

MODEL = "us.amazon.nova-lite-v1:0"
HELLO = {"messages": [{"role": "user", "content": [{"text": "hello there"}]}]}

SERVICE_MODELS = create_loader()
"""What botocore has read of its service models, which takes most of the time of making a client."""


def runtime(lab: LabClient) -> Any:
    session = Session()
    session.register_component("data_loader", SERVICE_MODELS)
    return session.create_client(
        "bedrock-runtime",
        config=Config(retries={"mode": "standard"}),  # which repeats a 503 after 50 ms
        region_name="us-east-1",
        endpoint_url=lab.endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def stream(lab: LabClient, **params: Any) -> list[dict[str, Any]]:
    return list(runtime(lab).converse_stream(modelId=MODEL, **{**HELLO, **params})["stream"])


def text_of(events: list[dict[str, Any]]) -> str:
    return "".join(
        event["contentBlockDelta"]["delta"].get("text", "")
        for event in events
        if "contentBlockDelta" in event
    )


def test_a_stream_says_the_same_as_one_answer_in_several_deltas(bedrock_emulator: LabClient) -> None:
    events = stream(bedrock_emulator)
    whole = runtime(bedrock_emulator).converse(modelId=MODEL, **HELLO)
    assert text_of(events) == whole["output"]["message"]["content"][0]["text"]
    assert sum("contentBlockDelta" in event for event in events) > 5
    assert events[-1]["metadata"]["usage"]["totalTokens"] == whole["usage"]["totalTokens"]


def test_text_starts_with_its_first_delta(bedrock_emulator: LabClient) -> None:
    names = [next(iter(event)) for event in stream(bedrock_emulator)]
    assert names[:2] == ["messageStart", "contentBlockDelta"]
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert "contentBlockStart" not in names


def test_every_event_is_padded_and_sorted_on_the_wire(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    body = json.dumps(HELLO).encode()
    answer = exchange(
        lab.endpoint_url,
        post(f"/_lab/{lab.name}/model/{MODEL}/converse-stream", body, {"authorization": "Bearer some-key"}),
    )
    assert answer is not None
    events = decode_events(answer.body)
    assert all(2 <= len(event["payload"]["p"]) <= 61 for event in events)
    assert all(list(event["payload"]) == sorted(event["payload"]) for event in events)
    assert len({event["payload"]["p"] for event in events}) > 1


def test_the_journal_holds_the_events_as_they_were_sent(bedrock_emulator: LabClient) -> None:
    events = stream(bedrock_emulator)
    (entry,) = bedrock_emulator.journal()
    assert [each["type"] for each in entry["events"]] == [next(iter(event)) for event in events]
    assert (entry["operation"], entry["status"], entry["complete"]) == ("ConverseStream", 200, True)
    assert entry["clientClosed"] is False


def test_scripted_events_are_sent_as_they_are(bedrock_emulator: LabClient) -> None:
    events = [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "one"}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]
    bedrock_emulator.put_scenario(
        {"version": 1, "rules": [{"when": {"model": "*nova*"}, "reply": {"events": events}}]}
    )
    assert stream(bedrock_emulator) == events


def test_a_scripted_reply_answers_both_operations(bedrock_emulator: LabClient) -> None:
    reply = {"content": [{"text": "Paris."}], "usage": {"inputTokens": 7, "outputTokens": 3}}
    bedrock_emulator.put_scenario({"version": 1, "rules": [{"reply": reply}]})
    assert text_of(stream(bedrock_emulator)) == "Paris."
    whole = runtime(bedrock_emulator).converse(modelId=MODEL, **HELLO)
    assert whole["output"]["message"]["content"] == [{"text": "Paris."}]
    assert whole["usage"]["totalTokens"] == 10


@pytest.mark.parametrize("after", [0, 1, 4])
def test_an_exception_inside_a_stream_reaches_the_client_as_one(
    bedrock_emulator: LabClient, after: int
) -> None:
    fault = {
        "stream": {"exceptionAfterEvents": after, "code": "throttlingException", "message": "slow down"},
        "count": 1,
    }
    bedrock_emulator.put_faults([fault])
    with (
        closing(runtime(bedrock_emulator).converse_stream(modelId=MODEL, **HELLO)["stream"]) as events,
        pytest.raises(EventStreamError, match=r"throttlingException.*slow down"),
    ):
        list(events)
    assert bedrock_emulator.journal()[-1]["events"][-1]["messageType"] == "exception"
    assert len(bedrock_emulator.journal()[-1]["events"]) == after + 1
    assert stream(bedrock_emulator)[-1].keys() == {"metadata"}


def test_a_stream_can_end_before_its_time(bedrock_emulator: LabClient) -> None:
    bedrock_emulator.put_faults(
        [{"operation": "ConverseStream", "stream": {"endAfterEvents": 3}, "count": 1}]
    )
    assert len(stream(bedrock_emulator)) == 3
    assert "metadata" in stream(bedrock_emulator)[-1]


def test_a_fault_happens_as_often_as_it_says_and_every_attempt_is_journaled(
    bedrock_emulator: LabClient,
) -> None:
    error = {"error": {"code": "ServiceUnavailableException"}, "operation": "ConverseStream", "count": 2}
    bedrock_emulator.put_faults([error])
    assert stream(bedrock_emulator)
    statuses = [entry["status"] for entry in bedrock_emulator.journal()]
    assert statuses == [503, 503, 200]


@pytest.mark.parametrize("model", ["amazon.nova-*", "us.amazon.*", "*nova-lite*"])
def test_a_fault_meets_a_profile_also_through_its_base_model(bedrock_emulator: LabClient, model: str) -> None:
    bedrock_emulator.put_faults(
        [
            {"model": model, "error": {"code": "ServiceUnavailableException"}, "count": 1},
            {"model": "anthropic.*", "error": {"code": "ThrottlingException"}},
            {"model": model, "stream": {"endAfterEvents": 2}, "count": 1},
        ]
    )
    assert len(stream(bedrock_emulator)) == 2
    assert [entry["status"] for entry in bedrock_emulator.journal()] == [503, 200]


def test_a_client_that_leaves_ends_its_stream(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    delta = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "x" * 20_000}}}
    events = [{"messageStart": {"role": "assistant"}}, *[delta] * 700]
    lab.put_scenario({"version": 1, "rules": [{"reply": {"events": events}}]})
    path = f"/_lab/{lab.name}/model/{MODEL}/converse-stream"
    with connect(lab.endpoint_url) as connection:
        connection.sendall(post(path, json.dumps(HELLO).encode(), {"authorization": "Bearer some-key"}))
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    (entry,) = lab.wait_for_journal(1)
    assert (entry["complete"], entry["clientClosed"]) == (False, True)
    assert 0 < len(entry["events"]) < len(events)


def test_a_stream_longer_than_the_journal_keeps_is_sent_whole_and_said_to_be_cut(
    bedrock_emulator: LabClient,
) -> None:
    delta = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "x" * 100_000}}}
    events = [*[delta] * 140, {"messageStop": {"stopReason": "end_turn"}}]
    bedrock_emulator.put_scenario({"version": 1, "rules": [{"reply": {"events": events}}]})
    assert len(stream(bedrock_emulator)) == 141
    (entry,) = bedrock_emulator.journal()
    assert (entry["complete"], entry["eventsLeftOut"]) == (True, True)
    assert 0 < len(entry["events"]) < 141


def test_labs_do_not_see_each_other(bedrock_emulator: LabClient) -> None:
    bedrock_emulator.put_faults([{"error": {"code": "ThrottlingException"}}])
    with bedrock_emulator.emulator.lab() as other:
        assert stream(other)
        assert len(other.journal()) == 1
    assert bedrock_emulator.journal() == []
