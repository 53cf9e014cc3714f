"""What the last steps of the pipeline do to answers, in process and without a second of waiting."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.faults.grammar import GAP_SECONDS, LONGEST_SECONDS
from bedrock_emulator.http.streaming import UNREACHABLE_LENGTH
from bedrock_emulator.http.waiting import SLICE_SECONDS
from bedrock_emulator.wire.events import decode_events, sound_events
from tests.emulator.http.in_process import PATHS, InProcess, body_of

PLACES = st.integers(0, 60)
BYTES = st.integers(0, 9000)
CHOICES = st.one_of(
    st.fixed_dictionaries({"index": PLACES}),
    st.fixed_dictionaries(
        {"event": st.sampled_from(["contentBlockDelta", "contentBlockStop", "messageStop", "metadata"])},
        optional={"occurrence": st.integers(1, 9)},
    ),
)
FAULTS = st.one_of(
    st.fixed_dictionaries({"error": st.just({"code": "ThrottlingException"})}),
    st.fixed_dictionaries({"stream": st.fixed_dictionaries({"endAfterEvents": PLACES})}),
    st.fixed_dictionaries(
        {
            "stream": st.fixed_dictionaries(
                {"exceptionAfterEvents": PLACES, "code": st.just("ModelStreamErrorException")}
            )
        }
    ),
    st.fixed_dictionaries(
        {
            "events": st.one_of(
                st.fixed_dictionaries({"drop": CHOICES}),
                st.fixed_dictionaries({"repeat": CHOICES}, optional={"times": st.integers(1, 5)}),
                st.fixed_dictionaries({"postpone": CHOICES}, optional={"by": PLACES.map(lambda it: it + 1)}),
                st.fixed_dictionaries(
                    {"insert": st.just({"event": "mystery"})}, optional={"before": CHOICES}
                ),
            )
        }
    ),
    st.fixed_dictionaries(
        {
            "wire": st.one_of(
                st.fixed_dictionaries({"cutAfterBytes": BYTES}),
                st.fixed_dictionaries({"cutInsideEvent": PLACES}),
                st.fixed_dictionaries({"wrongPreludeChecksum": PLACES}),
                st.fixed_dictionaries({"wrongMessageChecksum": PLACES}),
                st.fixed_dictionaries({"stallAfterBytes": BYTES}, optional={"stallMs": st.just(2000)}),
                st.fixed_dictionaries({"stallAfterEvents": PLACES}, optional={"stallMs": st.just(2000)}),
                st.fixed_dictionaries({"firstByteAfterMs": st.just(2000)}),
            )
        }
    ),
)

EMULATOR = InProcess()
SOUND = {operation: body_of(EMULATOR.call(operation)) for operation in PATHS}
"""What each operation answers when nothing goes wrong."""


def said(operation: str, body: bytes) -> Any:
    """An answer without what differs each time: paddings."""
    if not operation.endswith("Stream"):
        return json.loads(body)
    events = decode_events(body)
    return [(event["type"], {**event["payload"], "p": None}) for event in events]


@settings(max_examples=150)
@given(st.sampled_from(sorted(PATHS)), FAULTS)
def test_after_any_fault_the_journal_holds_what_was_sent_and_the_next_call_is_well(operation, fault):
    EMULATOR.fault({**fault, "count": 1})
    answer = EMULATOR.call(operation)
    sent, entry = body_of(answer), EMULATOR.last()
    if operation.endswith("Stream") and answer.status == 200:
        events, broken = sound_events(sent)
        assert entry["events"] == events
        assert entry["brokenEvents"] == ({"$base64": base64.b64encode(broken).decode()} if broken else None)
    elif entry["complete"]:
        assert entry["responseBody"] == json.loads(sent)

    EMULATOR.fault({"error": {"code": "ThrottlingException"}, "operation": "ListGuardrails"})
    again = EMULATOR.call(operation)
    assert said(operation, body_of(again)) == said(operation, SOUND[operation])
    entry = EMULATOR.last()
    assert (entry["complete"], entry["fault"]) == (True, None)


@pytest.fixture
def emulator() -> InProcess:
    return InProcess()


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("ConverseStream", {"wire": {"cutInsideEvent": 2}}),
        ("ConverseStream", {"stream": {"endAfterEvents": 2}}),
        ("ConverseStream", {"events": {"drop": {"event": "metadata"}}}),
        ("Converse", {"error": {"code": "ThrottlingException"}}),
        ("Converse", {"wire": {"cutAfterBytes": 9}}),
        ("InvokeModel", {"wire": {"firstByteAfterMs": 9}}),
    ],
    ids=["cut", "ended", "dropped", "an error", "a body that is cut", "slow"],
)
def test_the_journal_names_the_fault_by_its_place(emulator, operation, fault):
    others = [{"operation": "ListGuardrails", "error": {"code": "ThrottlingException"}}]
    emulator.lab.put("faults", {"faults": [*others, fault]})
    body_of(emulator.call(operation))
    assert emulator.last()["fault"] == "faults[1]"


@pytest.mark.parametrize("operation", ["Converse", "ConverseStream"])
def test_a_rule_orders_a_fault_and_goes_before_the_fault_book(emulator, operation):
    rule = {"fault": {"wire": {"cutAfterBytes": 5}, "count": 1}}
    emulator.lab.put("scenario", {"version": 1, "rules": [rule]})
    emulator.fault({"wire": {"cutAfterBytes": 7}, "count": 1})
    lengths = [len(body_of(emulator.call(operation))) for _ in range(2)]
    assert lengths == [5, 7]
    places = [entry["fault"] for entry in emulator.lab.journal.entries()]
    assert places == ["rules[0].fault", "faults[0]"]


def test_a_fault_of_streams_leaves_other_answers_alone_and_is_not_used_up(emulator):
    emulator.fault({"wire": {"cutInsideEvent": 0}, "count": 1})
    assert emulator.call("Converse").status == 200
    assert emulator.last()["fault"] is None
    assert len(emulator.lab.faults) == 1


@pytest.mark.parametrize(
    ("operation", "length"),
    [("Converse", len(SOUND["Converse"]) + 1), ("ConverseStream", UNREACHABLE_LENGTH)],
)
def test_an_answer_that_is_cut_announces_more_than_comes(emulator, operation, length):
    emulator.fault({"wire": {"cutAfterBytes": 9}})
    answer = emulator.call(operation)
    assert answer.length == length
    assert len(body_of(answer)) == 9
    entry = emulator.last()
    assert (entry["complete"], entry["clientClosed"]) == (False, False)


def test_the_bytes_of_a_body_that_is_cut_are_shown_as_they_were_sent(emulator):
    emulator.fault({"wire": {"cutAfterBytes": 9}})
    sent = body_of(emulator.call("Converse"))
    assert emulator.last()["responseBody"] == {"$base64": base64.b64encode(sent).decode()}


def test_a_stall_without_a_length_is_given_up_in_an_exception(emulator):
    emulator.fault({"wire": {"stallAfterEvents": 2}})
    *_, last = decode_events(body_of(emulator.call("ConverseStream")))
    assert (last["messageType"], last["type"]) == ("exception", "internalServerException")
    assert emulator.time.now == pytest.approx(LONGEST_SECONDS)
    assert emulator.last()["complete"] is False


@pytest.mark.parametrize(
    "fault",
    [
        {"wire": {"stallAfterEvents": 2}},
        {"events": {"repeat": {"event": "contentBlockDelta"}, "forever": True}},
    ],
    ids=["a stall", "a stream without end"],
)
@pytest.mark.parametrize("ending", ["reset", "close"])
def test_when_the_lab_is_gone_nothing_waits_any_longer(emulator, fault, ending):
    emulator.fault(fault)
    emulator.time.at = (10.0, getattr(emulator.lab, ending))
    events = decode_events(body_of(emulator.call("ConverseStream")))
    assert events[-1]["messageType"] == "exception"
    assert emulator.time.now < 10.0 + SLICE_SECONDS


def test_when_the_lab_is_gone_a_paced_answer_comes_at_once_and_whole(emulator):
    pace = {"timeToFirstTokenMs": 20_000, "tokensPerSecond": 1}
    emulator.lab.put("scenario", {"version": 1, "rules": [{"pace": pace}]})
    emulator.time.at = (10.0, emulator.lab.reset)
    names = [event["type"] for event in decode_events(body_of(emulator.call("ConverseStream")))]
    assert names[-1] == "metadata"
    assert emulator.time.now < 10.0 + SLICE_SECONDS


def test_who_finds_no_seat_among_those_who_wait_does_not_wait(emulator):
    while emulator.seats.acquire(blocking=False):
        pass
    emulator.fault({"wire": {"stallAfterEvents": 2}})
    assert decode_events(body_of(emulator.call("ConverseStream")))[-1]["messageType"] == "exception"
    emulator.fault({"wire": {"firstByteAfterMs": 1500}})
    emulator.lab.put("scenario", {"version": 1, "rules": [{"pace": {"tokensPerSecond": 1}}]})
    assert decode_events(body_of(emulator.call("ConverseStream")))[-1]["type"] == "metadata"
    assert emulator.time.now == 0


def test_a_seat_is_given_back_when_the_wait_is_over_and_when_the_client_leaves(emulator):
    emulator.lab.put("scenario", {"version": 1, "rules": [{"pace": {"tokensPerSecond": 1}}]})
    for _ in range(20):
        body = emulator.call("ConverseStream").body
        while next(body):  # until it waits
            pass
        body.close()
    body_of(emulator.call("ConverseStream"))
    assert [emulator.seats.acquire(blocking=False) for _ in range(10)] == [True] * 9 + [False]


@pytest.mark.parametrize("operation", ["Converse", "InvokeModel"])
def test_a_slow_first_byte_holds_back_the_headers_too(emulator, operation):
    emulator.fault({"wire": {"firstByteAfterMs": 1500}})
    emulator.call(operation)
    assert emulator.time.now == pytest.approx(1.5)


def test_a_waiting_stream_offers_no_bytes_so_that_a_client_that_left_is_noticed(emulator):
    emulator.fault({"wire": {"stallAfterEvents": 0, "stallMs": 1000}})
    pieces = list(emulator.call("ConverseStream").body)
    assert pieces[:9].count(b"") >= 8
    assert max(emulator.time.waits) <= SLICE_SECONDS


def test_a_client_that_leaves_a_stream_without_end_is_journaled_so(emulator):
    emulator.fault({"events": {"repeat": {"index": 1}, "forever": True}})
    body = emulator.call("ConverseStream").body
    pieces = [next(body) for _ in range(9)]
    body.close()
    entry = emulator.last()
    assert (entry["complete"], entry["clientClosed"]) == (False, True)
    assert len(entry["events"]) == sum(map(bool, pieces))
    assert emulator.time.now <= 9 * GAP_SECONDS


PACE = {"timeToFirstTokenMs": 300, "tokensPerSecond": 50, "jitter": 0.5, "seed": 3}


@pytest.mark.parametrize("operation", sorted(PATHS))
def test_the_latency_that_an_answer_reports_is_the_time_that_it_took(emulator, operation):
    emulator.lab.put("scenario", {"version": 1, "rules": [{"pace": PACE}]})
    answer = emulator.call(operation)
    body = body_of(answer)
    assert reported_latency(operation, answer.headers, body) == round(emulator.time.now * 1000)
    assert emulator.time.now > 0.3


def reported_latency(operation: str, headers: list[tuple[str, str]], body: bytes) -> int:
    if operation == "Converse":
        return int(json.loads(body)["metrics"]["latencyMs"])
    if operation == "ConverseStream":
        return int(decode_events(body)[-1]["payload"]["metrics"]["latencyMs"])
    if operation == "InvokeModel":
        return int(dict(headers)["x-amzn-bedrock-invocation-latency"])
    native = json.loads(base64.b64decode(decode_events(body)[-1]["payload"]["bytes"]))
    return int(native["amazon-bedrock-invocationMetrics"]["invocationLatency"])


def test_sending_takes_no_time_of_its_own_on_the_timetable(emulator):
    emulator.lab.put("scenario", {"version": 1, "rules": [{"pace": {"tokensPerSecond": 10}}]})
    body = emulator.call("ConverseStream").body
    for _ in body:
        emulator.time.now += 0.01  # a client that takes its time
    told = emulator.last()["events"][-1]["payload"]["metrics"]["latencyMs"]
    assert emulator.time.now == pytest.approx(told / 1000, abs=0.15)


def test_a_silence_is_as_long_as_ordered_however_late_the_answer_is(emulator):
    emulator.fault({"wire": {"stallAfterEvents": 5, "stallMs": 1000}})
    for piece in emulator.call("ConverseStream").body:
        emulator.time.now += 0.5 if piece else 0.0  # a client that takes its time
    assert sum(emulator.time.waits) == pytest.approx(1.0)


def test_a_retry_time_is_sent_where_sdks_look_for_it(emulator):
    emulator.fault({"error": {"code": "ThrottlingException", "retryAfterMs": 250}})
    assert ("x-amz-retry-after", "250") in emulator.call("Converse").headers


def test_an_error_and_an_exception_have_further_members_of_their_shape(emulator):
    members = {"originalStatusCode": 418, "originalMessage": "teapot"}
    emulator.fault({"error": {"code": "ModelStreamErrorException", "members": members}})
    assert members.items() <= json.loads(body_of(emulator.call("ConverseStream"))).items()
    ordered = {"exceptionAfterEvents": 1, "code": "modelStreamErrorException", "members": members}
    emulator.fault({"stream": ordered})
    assert members.items() <= decode_events(body_of(emulator.call("ConverseStream")))[-1]["payload"].items()
