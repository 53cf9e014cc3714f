from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bedrock_provider import CallError, ErrorInfo, ModelCall
from bedrock_provider.streaming import ConverseMapper
from tests.provider.converse import START, end, text

REFUSED = ErrorInfo(type="ThrottlingException", category="rate_limit", message="slow down", retryable=True)


class Source:
    """An open answer that gives some events and then perhaps breaks."""

    request_id = "req-1"

    def __init__(self, *events: Mapping[str, Any], breaks: bool = False) -> None:
        self.events = events
        self.breaks = breaks
        self.asked = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for event in self.events:
            self.asked += 1
            yield event
        if self.breaks or self.is_closed:
            raise CallError(REFUSED)

    def close(self) -> None:
        self.is_closed = True


def call(source: Source) -> ModelCall:
    return ModelCall(lambda: source, ConverseMapper("acme.chat"))


def types(events: Iterator[Any]) -> list[str]:
    return [event.type for event in events]


def test_a_whole_call_closes_its_connection() -> None:
    source = Source(START, *text("x"), *end())
    assert types(call(source)) == ["start", "text_start", "text_delta", "text_end", "done"]
    assert source.is_closed


def test_events_are_pulled_one_at_a_time() -> None:
    source = Source(START, *text("a", "b"), *end())
    running = call(source)
    assert source.asked == 0
    next(running)
    assert source.asked == 1


def test_a_break_is_an_error_event_with_the_request_id() -> None:
    source = Source(START, *text("kept")[:1], breaks=True)
    *_, last = call(source)
    assert last.error is not None
    assert last.message is not None
    assert (last.type, last.error.category, last.error.request_id) == ("error", "rate_limit", "req-1")
    assert [block.to_json()["text"] for block in last.message.content] == ["kept"]
    assert source.is_closed


def test_a_refused_call_is_a_start_and_an_error() -> None:
    def refuse() -> Source:
        raise CallError(REFUSED)

    assert types(ModelCall(refuse, ConverseMapper("acme.chat"))) == ["start", "error"]


def test_closing_half_way_ends_with_aborted() -> None:
    source = Source(START, *text("a", "b"), *end())
    running = call(source)
    seen = [next(running).type for _ in range(3)]
    running.close()
    (last,) = running
    assert seen[-1] == "text_delta"
    assert last.error is not None
    assert (last.type, last.reason, last.error.category) == ("error", "aborted", "aborted")
    assert source.is_closed


def test_closing_before_the_start_sends_nothing() -> None:
    opened: list[int] = []

    def open_source() -> Source:
        opened.append(1)
        return Source()

    running = ModelCall(open_source, ConverseMapper("acme.chat"))
    running.close()
    assert [event.reason for event in running] == [None, "aborted"]
    assert opened == []


def test_closing_a_call_that_is_over_changes_nothing() -> None:
    running = call(Source(START, *end()))
    assert types(running)[-1] == "done"
    running.close()
    assert list(running) == []


def test_a_cancel_while_the_request_is_sent_closes_the_answer() -> None:
    source = Source(START, *end())
    running: ModelCall

    def open_source() -> Source:
        running.close()
        return source

    running = ModelCall(open_source, ConverseMapper("acme.chat"))
    assert [event.reason for event in running] == [None, "aborted"]
    assert source.is_closed


@pytest.mark.parametrize("way", ["with", "forgotten"])
def test_leaving_a_call_closes_its_connection(way: str) -> None:
    source = Source(START, *text("x"), *end())
    if way == "with":
        with call(source) as running:
            next(running)
    else:
        running = call(source)
        next(running)
        del running
    assert source.is_closed
