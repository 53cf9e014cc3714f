"""Server-sent events, however the network cuts them."""

from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.errors import UpstreamError
from bedrock_emulator.upstream.sse import MAX_LINE, SseReader


def read(*received: bytes) -> list[bytes]:
    reader = SseReader()
    return [data for piece in received for data in reader.feed(piece)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [b"a", b"b"], id="two"),
        pytest.param(b"data: a\r\n\r\n", [b"a"], id="CRLF"),
        pytest.param(b"data:a\n\n", [b"a"], id="no space"),
        pytest.param(b"data: a\ndata: b\n\n", [b"a\nb"], id="two lines"),
        pytest.param(b": PROCESSING\n\nevent: x\nid: 1\ndata: a\n\n", [b"a"], id="comment and other fields"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [b"a"], id="byte order mark"),
        pytest.param(b"data: a\n\n\n\n", [b"a"], id="more empty lines"),
        pytest.param(b"data: a\n", [], id="unfinished"),
    ],
)
def test_the_data_of_each_event_is_read(stream: bytes, events: list[bytes]):
    assert read(stream) == events


@given(st.lists(st.text(alphabet='aé"{:} ', min_size=1), max_size=5), st.data())
def test_any_cut_gives_the_same_events(texts: list[str], data: st.DataObject):
    stream = b"".join(f"data: {text}\r\n\r\n".encode() for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*pieces) == [text.encode() for text in texts]


@pytest.mark.parametrize(
    ("piece", "times", "what"),
    [
        pytest.param(b"x" * (MAX_LINE // 4), 5, "line", id="line"),
        pytest.param(b"data: " + b"x" * (MAX_LINE // 4) + b"\n", 9, "event", id="event"),
    ],
)
def test_what_has_no_end_is_not_held(piece: bytes, times: int, what: str):
    with pytest.raises(UpstreamError, match=f"{what} of more than"):
        read(*repeat(piece, times))
