import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.call import Event, PreparedBody
from bedrock_emulator.delivery import Cut, Pause
from bedrock_emulator.reply.pace import LONGEST_SECONDS, Pace, compile_pace


def event_of(piece: Event | Pause | Cut) -> Event:
    """A piece of a stream that must be an event."""
    assert not isinstance(piece, Pause | Cut)
    return piece


def delta(text):
    return "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}}


def metadata(latency=1):
    return "metadata", {"metrics": {"latencyMs": latency}, "usage": {"outputTokens": 3}}


def chunk(document):
    return "chunk", {"bytes": json.dumps(document).encode()}


def waits(pieces):
    return [piece.seconds for piece in pieces if isinstance(piece, Pause)]


def test_each_delta_waits_for_its_tokens_and_the_first_token_for_its_own_time():
    pace = Pace(first_token_seconds=0.5, tokens_per_second=10)
    events = [("messageStart", {"role": "assistant"}), delta("four"), delta("four"), delta("x" * 20)]
    assert list(pace.stream(events)) == [
        Pause(0.5),
        events[0],
        events[1],
        Pause(0.1),
        events[2],
        Pause(0.5),
        events[3],
    ]


@pytest.mark.parametrize(
    "event",
    [
        ("contentBlockDelta", {"delta": {"toolUse": {"input": "x" * 40}}}),
        ("contentBlockDelta", {"delta": {"reasoningContent": {"text": "x" * 40}}}),
        chunk({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x" * 40}}),
        chunk({"delta": {"type": "input_json_delta", "partial_json": "x" * 40}}),
        chunk({"contentBlockDelta": {"delta": {"text": "x" * 40}}}),
        chunk({"generation": "x" * 40}),
        chunk({"outputs": [{"text": "x" * 40, "stop_reason": None}]}),
        chunk({"outputText": "x" * 40, "index": 0}),
        chunk({"choices": [{"delta": {"content": "x" * 40}}]}),
    ],
    ids=["tool", "reasoning", "claude", "claude tool", "nova", "llama", "mistral", "titan", "jamba"],
)
def test_what_is_said_takes_time_in_every_format(event):
    assert waits(Pace(tokens_per_second=10).stream([event])) == pytest.approx([0.9])


@pytest.mark.parametrize(
    "event",
    [
        ("messageStop", {"stopReason": "end_turn"}),
        ("contentBlockDelta", {"delta": {"reasoningContent": {"signature": "x" * 400}}}),
        chunk({"event_type": "stream-end", "response": {"text": "x" * 400}}),
    ],
    ids=["no delta", "a signature", "a text that was said before"],
)
def test_what_is_not_said_takes_none(event):
    assert waits(Pace(tokens_per_second=10).stream([event])) == []


@given(
    st.lists(st.text(max_size=30), max_size=20),
    st.floats(0, 9),
    st.none() | st.floats(0.5, 1000),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_the_latency_that_a_stream_reports_is_the_sum_of_its_waits(texts, first, rate, jitter, seed):
    pace = Pace(first_token_seconds=first, tokens_per_second=rate, jitter=jitter, seed=seed)
    pieces = list(pace.stream([*map(delta, texts), metadata()]))
    _, told = event_of(pieces[-1])
    assert told["metrics"]["latencyMs"] == round(sum(waits(pieces)) * 1000)
    assert [piece for piece in pieces if not isinstance(piece, Pause)][:-1] == [*map(delta, texts)]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_without_jitter_a_text_takes_equally_long_however_it_is_divided(sizes):
    pace, text = Pace(tokens_per_second=20), "x" * sum(sizes)
    assert sum(waits(pace.stream([delta("x" * size) for size in sizes]))) == pytest.approx(
        sum(waits(pace.stream([delta(text)])))
    )


def test_the_same_seed_gives_the_same_waits_and_another_one_others():
    def drawn(seed):
        pace = Pace(first_token_seconds=1, tokens_per_second=10, jitter=0.5, seed=seed)
        return waits(pace.stream([delta("x" * 40)] * 20))

    assert drawn(1) == drawn(1) != drawn(2)
    assert all(0.5 <= wait <= 1.5 for wait in drawn(1))


def test_the_metrics_of_a_chunk_tell_the_same_times():
    pace = Pace(first_token_seconds=0.25, tokens_per_second=10)
    metrics = {"inputTokenCount": 1, "invocationLatency": 9, "firstByteLatency": 9}
    last = chunk({"type": "message_stop", "amazon-bedrock-invocationMetrics": metrics})
    *_, ending = pace.stream([chunk({"generation": "x" * 84}), last])
    _, payload = event_of(ending)
    told = json.loads(payload["bytes"])["amazon-bedrock-invocationMetrics"]
    assert told == {"inputTokenCount": 1, "invocationLatency": 2250, "firstByteLatency": 250}


def test_an_answer_in_one_piece_takes_as_long_as_its_last_token():
    pace = Pace(first_token_seconds=0.5, tokens_per_second=10)
    answer, seconds = pace.whole({"metrics": {"latencyMs": 9}, "usage": {"outputTokens": 21}})
    assert seconds == pytest.approx(2.5)
    assert answer == {"metrics": {"latencyMs": 2500}, "usage": {"outputTokens": 21}}


def test_an_answer_of_invoke_model_tells_its_latency_in_a_header():
    headers = [("x-amzn-bedrock-invocation-latency", "9"), ("X-Amzn-Bedrock-Output-Token-Count", "11")]
    answer, seconds = Pace(tokens_per_second=10).whole(PreparedBody(b"{}", headers=headers))
    assert seconds == pytest.approx(1.0)
    assert answer == PreparedBody(b"{}", headers=[("x-amzn-bedrock-invocation-latency", "1000"), headers[1]])


def test_no_wait_is_longer_than_its_bound():
    pace = Pace(first_token_seconds=300, tokens_per_second=0.1, jitter=1)
    assert max(waits(pace.stream([delta("x" * 4000)]))) <= LONGEST_SECONDS
    assert pace.whole({"usage": {"outputTokens": 10**6}})[1] <= LONGEST_SECONDS


def test_a_document_says_all_of_it():
    document = {"timeToFirstTokenMs": 250, "tokensPerSecond": 40, "jitter": 0.2, "seed": 7}
    assert compile_pace(document) == Pace(first_token_seconds=0.25, tokens_per_second=40, jitter=0.2, seed=7)
    assert compile_pace({"tokensPerSecond": 1}) == Pace(tokens_per_second=1)
