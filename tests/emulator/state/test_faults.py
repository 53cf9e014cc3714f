from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bedrock_emulator.auth.authenticate import Authenticator
from bedrock_emulator.call import Event
from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.faults.fault import Fault
from bedrock_emulator.faults.grammar import Drop, EventChoice, Insert, Postpone, Repeat
from bedrock_emulator.faults.stream import StreamFault
from bedrock_emulator.faults.wire import CutShort, SlowFirstByte, Spot, Stall, WrongChecksum
from bedrock_emulator.state.credentials import Credential, CredentialStore
from bedrock_emulator.state.faults import FaultBook, compile_faults
from bedrock_emulator.state.schema import check_document
from tests.emulator.state.samples import CLAUDE, NOON, api, request

EVENTS: list[Event] = [
    ("messageStart", {"role": "assistant"}),
    ("messageStop", {"stopReason": "end_turn"}),
    ("metadata", {}),
]


def book(*documents: dict[str, Any]) -> FaultBook:
    check_document({"faults": list(documents)}, "Faults")
    return compile_faults(documents, api=api(), path="faults")


def stream_fault(document: dict[str, Any]) -> StreamFault:
    taken = book(document).take_delivery("ConverseStream", CLAUDE, streamed=True)
    assert taken is not None
    assert isinstance(taken.effect, StreamFault)
    return taken.effect


def test_an_empty_book_lets_every_call_pass():
    assert book().take_error("Converse", CLAUDE) is None
    assert book().take_delivery("ConverseStream", CLAUDE, streamed=True) is None


def test_an_error_has_the_modelled_status_and_a_text_of_its_own():
    error = book({"error": {"code": "ThrottlingException"}}).take_error("Converse", CLAUDE)
    assert error is not None
    assert (error.code, error.status) == ("ThrottlingException", 429)
    assert error.message == "Too many requests, please wait before trying again."


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": "ThrottlingException", "status": 503}, 503),
        ({"code": "ModelNotReadyException"}, 429),
        ({"code": "MadeUpException", "status": 418}, 418),
    ],
    ids=["a status wins over the model", "the model knows", "a code of one's own"],
)
def test_the_status_of_an_error(error, status):
    taken = book({"error": error}).take_error("Converse", CLAUDE)
    assert taken is not None
    assert taken.status == status


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        (
            "ModelNotReadyException",
            429,
            "The model specified in the request is not ready to serve inference requests.",
        ),
        ("ResourceNotFoundException", 404, "Model not found."),
    ],
)
def test_the_text_of_an_error_that_is_asked_for_without_one(code, status, text):
    error = book({"error": {"code": code}}).take_error("Converse", CLAUDE)
    assert error is not None
    assert (error.message, error.status, error.authentication) == (text, status, False)


EXPIRED = Credential(access_key_id="EXPIRED", secret_access_key="s3cr3t", expires_at=NOON)


@pytest.mark.parametrize(
    ("code", "access_key_id"),
    [
        ("ExpiredTokenException", "EXPIRED"),
        ("InvalidSignatureException", "test"),
        ("MissingAuthenticationTokenException", None),
        ("UnrecognizedClientException", "NOBODY"),
    ],
)
def test_an_error_of_the_authentication_layer_is_as_that_layer_gives_it(code, access_key_id):
    signed = f"AWS4-HMAC-SHA256 Credential={access_key_id}/20260501/us-east-1/bedrock/aws4_request, "
    headers = {
        "authorization": f"{signed}SignedHeaders=host, Signature=00",
        "x-amz-date": "20260501T120000Z",
        "host": "localhost",
    }
    with pytest.raises(AwsError) as raised:
        Authenticator().authenticate(
            request(headers=headers if access_key_id else {}),
            mode="strict",
            credentials=CredentialStore([EXPIRED]),
            now=NOON,
            lab_now=lambda: NOON,
        )
    fault = book({"error": {"code": code}}).take_error("Converse", CLAUDE)
    assert fault is not None
    assert (fault.error_type, fault.status, fault.message) == (
        raised.value.error_type,
        raised.value.status,
        raised.value.message,
    )
    assert fault.code == code


@pytest.mark.parametrize("capital", [True, False, None])
def test_a_denial_may_ask_for_the_form_of_iam(capital):
    asked = {} if capital is None else {"capitalMessage": capital}
    error = book({"error": {"code": "AccessDeniedException", **asked}}).take_error("Converse", CLAUDE)
    assert error is not None
    assert error.capital_message is bool(capital)


def test_a_message_that_is_given_is_used():
    taken = book({"error": {"code": "ValidationException", "message": "No."}}).take_error("Converse")
    assert taken is not None
    assert taken.message == "No."


def test_a_count_runs_down_and_the_next_fault_follows():
    faults = book(
        {"error": {"code": "ThrottlingException"}, "count": 2},
        {"error": {"code": "ServiceUnavailableException"}, "count": 1},
    )
    taken = [faults.take_error("Converse", CLAUDE) for _ in range(4)]
    assert [each and each.status for each in taken] == [429, 429, 503, None]
    assert len(faults) == 0


def test_calls_that_are_not_meant_use_nothing_up():
    faults = book(
        {
            "operation": "Converse",
            "model": "anthropic.*",
            "error": {"code": "ThrottlingException"},
            "count": 1,
        }
    )
    assert faults.take_error("ConverseStream", CLAUDE) is None
    assert faults.take_error("Converse", "amazon.nova-lite-v1:0") is None
    assert faults.take_delivery("Converse", CLAUDE, streamed=False) is None
    assert faults.take_error("Converse", CLAUDE) is not None


def test_without_a_count_a_fault_stays():
    faults = book({"error": {"code": "ThrottlingException"}})
    assert all(faults.take_error("Converse") for _ in range(5))
    assert len(faults) == 1


def test_threads_together_take_exactly_the_count():
    faults = book({"error": {"code": "ThrottlingException"}, "count": 500})
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: faults.take_error("Converse", CLAUDE), range(1000)))
    assert sum(each is not None for each in taken) == 500


@pytest.mark.parametrize("after", range(5))
def test_a_stream_ends_after_its_events(after):
    fault = stream_fault({"stream": {"endAfterEvents": after}})
    assert list(fault.apply(iter(EVENTS))) == EVENTS[:after]


@pytest.mark.parametrize("after", range(5))
def test_an_exception_follows_the_events_and_comes_last_in_a_shorter_stream(after):
    document = {"stream": {"exceptionAfterEvents": after, "code": "modelStreamErrorException"}}
    fault = stream_fault(document)
    seen: list[Event] = []
    with pytest.raises(AwsError) as raised:
        deque(map(seen.append, fault.apply(iter(EVENTS))))
    assert (seen, raised.value.code) == (EVENTS[:after], "ModelStreamErrorException")


@pytest.mark.parametrize(
    ("document", "effect"),
    [
        ({"events": {"drop": {"event": "messageStop"}}}, Drop(EventChoice(name="messageStop"))),
        ({"events": {"repeat": {"index": 3}, "times": 2}}, Repeat(EventChoice(index=3), 2)),
        ({"events": {"repeat": {"index": 3}, "forever": True}}, Repeat(EventChoice(index=3), None)),
        (
            {"events": {"postpone": {"event": "contentBlockDelta", "occurrence": 2}, "by": 4}},
            Postpone(EventChoice(name="contentBlockDelta", occurrence=2), 4),
        ),
        ({"events": {"insert": {"event": "news", "payload": {"a": 1}}}}, Insert("news", {"a": 1})),
        ({"wire": {"cutAfterBytes": 9}}, CutShort(Spot(after_bytes=9))),
        ({"wire": {"cutInsideEvent": 9}}, CutShort(Spot(inside_event=9))),
        ({"wire": {"wrongPreludeChecksum": 1}}, WrongChecksum("prelude", 1)),
        ({"wire": {"stallAfterBytes": 9, "stallMs": 1500}}, Stall(Spot(after_bytes=9), 1.5)),
        ({"wire": {"stallAfterEvents": 9}}, Stall(Spot(after_events=9))),
        ({"wire": {"firstByteAfterMs": 250}}, SlowFirstByte(0.25)),
    ],
    ids=str,
)
def test_a_document_orders_what_it_says(document, effect):
    taken = book(document).take_delivery("ConverseStream", CLAUDE, streamed=True)
    assert taken == Fault(effect=effect, place="faults[0]")


def test_a_probability_decides_by_its_seed():
    faults = book({"error": {"code": "ThrottlingException"}, "probability": 0.5, "seed": 4})
    taken = [faults.take_error("Converse") is not None for _ in range(40)]
    again = book({"error": {"code": "ThrottlingException"}, "probability": 0.5, "seed": 4})
    assert taken == [again.take_error("Converse") is not None for _ in range(40)]
    assert 5 < sum(taken) < 35


def test_a_call_without_a_stream_uses_no_fault_of_streams_up():
    faults = book({"wire": {"wrongMessageChecksum": 0}, "count": 1}, {"wire": {"cutAfterBytes": 1}})
    taken = faults.take_delivery("Converse", CLAUDE, streamed=False)
    assert taken is not None
    assert (taken.place, len(faults)) == ("faults[1]", 2)


def test_a_stream_that_is_left_early_raises_nothing():
    events = StreamFault(2, "ThrottlingException").apply(iter(EVENTS))
    assert next(events) == EVENTS[0]
    events.close()
    assert list(events) == []


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        (
            {"error": {"code": "ThrotlingException"}},
            "faults[0].error.status",
            "did you mean 'ThrottlingException'",
        ),
        (
            {"operation": "Convers", "error": {"code": "X", "status": 400}},
            "faults[0].operation",
            "did you mean 'Converse'",
        ),
        (
            {"operation": "Converse", "stream": {"endAfterEvents": 1}},
            "faults[0].stream",
            "does not answer with a stream",
        ),
        (
            {"stream": {"exceptionAfterEvents": 1, "code": "AccessDeniedException"}},
            "faults[0].stream.code",
            "no stream carries",
        ),
        (
            {
                "operation": "ConverseStream",
                "stream": {"exceptionAfterEvents": 1, "code": "ModelTimeoutException"},
            },
            "faults[0].stream.code",
            "no stream carries",
        ),
        ({"error": {"code": "X", "status": 200}}, "faults[0].error.status", "at least 400"),
        ({"error": {"code": "X", "stats": 400}}, "faults[0].error.stats", "did you mean 'status'"),
        ({"eror": {"code": "X"}}, "faults[0].eror", "did you mean 'error'"),
        ({"count": 1}, "faults[0]", "exactly one of 'error', 'stream', 'events', 'wire'"),
        ({"error": {"code": "X"}, "stream": {"endAfterEvents": 1}}, "faults[0]", "exactly one of"),
        (
            {"stream": {"endAfterEvents": 1, "code": "ThrottlingException"}},
            "faults[0].stream",
            "'exceptionAfterEvents'",
        ),
        ({"stream": {"exceptionAfterEvents": 1}}, "faults[0].stream", "needs 'code'"),
        (
            {"error": {"code": "ThrottlingException"}, "probability": 0},
            "faults[0].probability",
            "more than 0",
        ),
        ({"error": {"code": "ThrottlingException"}, "seed": 1}, "faults[0]", "needs 'probability'"),
        (
            {"error": {"code": "ModelErrorException", "members": {"originalStatus": 400}}},
            "faults[0].error.members.originalStatus",
            "did you mean 'originalStatusCode'",
        ),
        (
            {"error": {"code": "ModelErrorException", "members": {"originalStatusCode": "x"}}},
            "faults[0].error.members",
            "can not be converted to a Integer",
        ),
        (
            {"events": {"drop": {"event": "messageStopp"}}},
            "faults[0].events.drop.event",
            "did you mean 'messageStop'",
        ),
        (
            {"operation": "InvokeModelWithResponseStream", "events": {"drop": {"event": "messageStop"}}},
            "faults[0].events.drop.event",
            "known are chunk",
        ),
        ({"events": {"drop": {"event": "chunk", "index": 1}}}, "faults[0].events.drop", "exactly one of"),
        ({"events": {"drop": {"index": 1, "occurrence": 1}}}, "faults[0].events.drop", "needs 'event'"),
        ({"events": {"drop": {"index": 1}, "times": 2}}, "faults[0].events", "needs 'repeat'"),
        (
            {"events": {"repeat": {"index": 1}, "times": 2, "forever": True}},
            "faults[0].events",
            "either 'times' or 'forever'",
        ),
        (
            {"operation": "Converse", "events": {"drop": {"index": 1}}},
            "faults[0].events",
            "not answer with a",
        ),
        ({"operation": "Converse", "wire": {"cutInsideEvent": 1}}, "faults[0].wire", "not answer with a"),
        ({"wire": {"cutAfterBytes": 1, "stallAfterBytes": 1}}, "faults[0].wire", "exactly one of"),
        ({"wire": {"cutAfterBytes": 1, "stallMs": 1}}, "faults[0].wire", "needs 'stallAfterBytes'"),
        ({"wire": {"reset": True}}, "faults[0].wire.reset", "unknown member 'reset'"),
        ({"wire": {"firstByteAfterMs": 300_001}}, "faults[0].wire.firstByteAfterMs", "at most 300,000"),
        ({"error": {"code": "ThrottlingException"}, "count": 0}, "faults[0].count", "at least 1"),
        ({"error": {"code": "ThrottlingException"}, "count": 1.5}, "faults[0].count", "a whole number"),
    ],
)
def test_a_wrong_fault_names_its_place_and_what_is_wrong(document, path, message):
    with pytest.raises(AdminError, match=message) as refused:
        book(document)
    assert (refused.value.status, refused.value.path) == (400, path)
