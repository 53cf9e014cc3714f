import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bedrock_emulator.call import Caller
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.journal import Budget, Journal
from bedrock_emulator.state.schema import check_document
from tests.emulator.state.samples import entry, frame, request


def ids(journal: Journal, **which: object) -> list[int]:
    return [each["id"] for each in journal.entries(**which)]  # type: ignore[arg-type]


def test_an_entry_tells_the_whole_exchange():
    journal = Journal("a")
    caller = Caller(
        kind="sigv4", account="123456789012", access_key_id="AKID", canonical_path="/model/m%3A0/converse"
    )
    http = request(
        b'{"messages":[]}', headers={"content-type": "application/json"}, path="/_lab/a/model/m:0/converse"
    )
    journal.append(entry(http, caller=caller))
    assert journal.entries() == [
        {
            "id": 1,
            "time": "2026-05-01T12:00:00.000Z",
            "durationMs": 1.25,
            "operation": "Converse",
            "lab": "a",
            "region": "us-east-1",
            "account": "123456789012",
            "caller": {"kind": "sigv4", "accessKeyId": "AKID", "arn": None},
            "method": "POST",
            "path": "/_lab/a/model/m:0/converse",
            "canonicalPath": "/model/m%3A0/converse",
            "query": "",
            "requestHeaders": {"content-type": "application/json"},
            "requestBody": {"messages": []},
            "status": 200,
            "errorCode": None,
            "errorMessage": None,
            "requestId": "r-1",
            "responseHeaders": [["Content-Type", "application/json"]],
            "responseBody": {"ok": True},
            "events": [],
            "complete": True,
            "clientClosed": False,
            "eventsLeftOut": False,
            "brokenEvents": None,
            "fault": None,
        }
    ]


@pytest.mark.parametrize(
    "kept",
    [
        entry(),
        entry(operation=None, region=None, caller=None, status=404, error_code="X", error_message="no"),
        entry(request(b"\xff not json"), response_body=b"<html>"),
        entry(
            frames=[frame("messageStart", {"role": "assistant"})],
            response_body=b"",
            complete=False,
            client_closed=True,
        ),
    ],
    ids=["answered", "refused before all else", "not JSON", "streamed"],
)
def test_every_entry_is_as_the_schema_says(kept):
    journal = Journal("a")
    journal.append(kept)
    check_document(journal.page(), "JournalPage")


def test_a_stream_is_decoded_however_its_frames_were_joined():
    first, second = (
        frame("messageStart", {"role": "assistant", "p": "abc"}),
        frame("messageStop", {"stopReason": "end_turn"}),
    )
    journal = Journal("a")
    journal.append(entry(frames=[first, second], response_body=b""))
    journal.append(entry(frames=[first + second], response_body=b""))
    apart, joined = journal.entries()
    assert apart["events"] == joined["events"]
    assert apart["events"] == [
        {"type": "messageStart", "messageType": "event", "payload": {"role": "assistant", "p": "abc"}},
        {"type": "messageStop", "messageType": "event", "payload": {"stopReason": "end_turn"}},
    ]
    assert apart["responseBody"] is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", None),
        (b"null", None),
        (b"[1]", [1]),
        (b"\xff", {"$base64": "/w=="}),
        (b"[" * 65 + b"]" * 65, {"$base64": "W1tb" * 21 + "W1td" + "XV1d" * 21 + "XQ=="}),
    ],
    ids=["empty", "null", "JSON", "not JSON", "too deep"],
)
def test_how_a_body_is_shown(body, expected):
    journal = Journal("a")
    journal.append(entry(request(body)))
    shown = journal.entries()[0]["requestBody"]
    assert shown == expected


def test_entries_can_be_picked_by_operation_and_id():
    journal = Journal("a")
    for operation in ("Converse", "ListFoundationModels", "Converse"):
        journal.append(entry(operation=operation))
    assert ids(journal, operation="Converse") == [1, 3]
    assert ids(journal, after=1) == [2, 3]
    assert ids(journal, operation="Converse", after=1) == [3]


def test_the_oldest_goes_when_there_are_too_many():
    journal = Journal("a", max_entries=3)
    for _ in range(5):
        journal.append(entry())
    page = journal.page()
    assert (ids(journal), page["dropped"], page["lastId"]) == ([3, 4, 5], 2, 5)


LARGE = 100_000
"""Characters of which nothing else in an exchange has nearly as many."""


@pytest.mark.parametrize(
    "large",
    [
        entry(request(b"x" * LARGE)),
        entry(request(headers={"x-large": "x" * LARGE})),
        entry(request(headers={"x" * LARGE: ""})),
        entry(request(path="/" + "x" * LARGE)),
        entry(request(query="x" * LARGE)),
        entry(region="x" * LARGE),
        entry(caller=Caller(kind="sigv4", account="123456789012", access_key_id="x" * LARGE)),
        entry(caller=Caller(kind="sigv4", account="123456789012", canonical_path="x" * LARGE)),
        entry(error_message="x" * LARGE),
        entry(response_body=b"x" * LARGE),
        entry(response_headers=[("x-large", "x" * LARGE)]),
        entry(frames=[b"x" * LARGE]),
    ],
    ids=[
        "body",
        "header",
        "header-name",
        "path",
        "query",
        "region",
        "key",
        "canonical",
        "message",
        "answer",
        "answer-header",
        "frames",
    ],
)
def test_everything_that_a_client_can_make_large_counts(large):
    assert LARGE < large.size < LARGE + 5_000


def test_the_oldest_goes_when_they_are_too_large():
    journal = Journal("a", budget=Budget(3 * LARGE + 15_000))
    for _ in range(3):
        journal.append(entry(request(b"x" * LARGE)))
    assert (ids(journal), journal.dropped) == ([1, 2, 3], 0)
    journal.append(entry(request(b"x" * 2 * LARGE)))
    assert (ids(journal), journal.dropped) == ([3, 4], 2)


def test_an_exchange_larger_than_the_budget_is_counted_as_dropped():
    journal = Journal("a", budget=Budget(LARGE))
    journal.append(entry(request(b"x" * LARGE)))
    assert (len(journal), journal.dropped, journal.append(entry())) == (0, 1, 2)


def test_of_journals_that_share_a_budget_the_largest_gives_way():
    budget = Budget(4 * LARGE)
    small, large = Journal("small", budget=budget), Journal("large", budget=budget)
    small.append(entry(request(b"x" * LARGE)))
    for _ in range(5):
        large.append(entry(request(b"x" * LARGE)))
    small.append(entry())
    assert (ids(small), ids(large), large.dropped) == ([1, 2], [4, 5], 3)


@pytest.mark.parametrize("give_up", [Journal.clear, Journal.close])
def test_what_a_journal_gives_up_is_room_for_others(give_up):
    budget = Budget(4 * LARGE)
    former, journal = Journal("former", budget=budget), Journal("a", budget=budget)
    for _ in range(2):
        former.append(entry(request(b"x" * LARGE)))
    give_up(former)
    for _ in range(3):
        journal.append(entry(request(b"x" * LARGE)))
    assert ids(journal) == [1, 2, 3]


def test_a_closed_journal_keeps_nothing_more():
    journal = Journal("a")
    journal.append(entry())
    journal.close()
    journal.append(entry())
    assert (len(journal), journal.dropped) == (0, 0)


def test_a_journal_that_closes_lets_its_waiters_go():
    journal = Journal("a")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(journal.wait, 1, timeout=30)
        journal.close()
        with pytest.raises(AdminError, match="reset or deleted while this waited") as refused:
            waiting.result(10)
    assert refused.value.status == 409


def test_a_clear_empties_the_journal_and_ids_go_on():
    journal = Journal("a", max_entries=1)
    journal.append(entry())
    journal.append(entry())
    journal.clear()
    assert (len(journal), journal.dropped, journal.append(entry())) == (0, 0, 3)


def test_waiting_for_what_is_there_returns_at_once():
    journal = Journal("a")
    journal.append(entry())
    assert journal.wait(1, timeout=0) is True
    assert journal.wait(1, timeout=0, operation="ConverseStream") is False
    assert journal.wait(2, timeout=0) is False


def test_a_waiter_is_woken_by_the_exchange_it_waits_for():
    journal = Journal("a")
    outcome = []
    waiter = threading.Thread(
        target=lambda: outcome.append(journal.wait(2, timeout=30, operation="Converse"))
    )
    waiter.start()
    for operation in ("Converse", "ListFoundationModels", "Converse"):
        journal.append(entry(operation=operation))
    waiter.join(30)
    assert outcome == [True]


def test_entries_may_be_read_while_others_are_written():
    journal = Journal("a", max_entries=50)
    done = threading.Event()

    def write() -> None:
        for _ in range(2000):
            journal.append(entry())
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen = ids(journal)
        assert seen == list(range(seen[0], seen[-1] + 1)) if seen else True
    writer.join()
    assert ids(journal) == list(range(1951, 2001))
