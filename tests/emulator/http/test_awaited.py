"""Pieces that come from elsewhere, bit by bit."""

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from bedrock_emulator.delivery import Pause
from bedrock_emulator.http.awaited import PIECES_AHEAD, awaited
from bedrock_emulator.http.waiting import SLICE_SECONDS

PATIENCE_SECONDS = 30.0


class Source:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.closed = threading.Event()

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.closed.set()


def test_the_pieces_come_in_order_and_the_source_is_closed():
    source = Source()
    pieces = [b"%d" % number for number in range(3 * PIECES_AHEAD)]
    assert [piece for piece in awaited(iter(pieces), source) if isinstance(piece, bytes) and piece] == pieces
    assert source.closed.is_set()


def test_while_nothing_is_there_no_bytes_are_offered():
    source = Source()

    def silent() -> Iterator[bytes]:
        yield b"first"
        assert source.interrupted.wait(PATIENCE_SECONDS)

    pieces = awaited(silent(), source)
    assert [next(pieces), next(pieces), next(pieces)] == [b"first", b"", Pause(0.0, or_end=True)]
    assert SLICE_SECONDS < 1
    pieces.close()
    assert source.closed.wait(PATIENCE_SECONDS)


def test_a_client_who_reads_slowly_holds_the_source_back_and_one_who_leaves_lets_it_go():
    source, taken, held = Source(), [], threading.Event()

    def endless() -> Iterator[bytes]:
        for number in count():
            taken.append(number)
            if number == PIECES_AHEAD + 1:
                held.set()
            yield b"x"

    pieces = awaited(endless(), source)
    assert next(pieces) == b"x"
    assert held.wait(PATIENCE_SECONDS)
    pieces.close()
    assert source.closed.wait(PATIENCE_SECONDS)
    assert source.interrupted.is_set()
    assert len(taken) == PIECES_AHEAD + 2


@pytest.mark.parametrize("received", [0, 1])
def test_leaving_early_closes_the_source(received: int):
    source = Source()
    pieces = awaited(iter([b"a", b"b"]), source)
    for _ in range(received):
        next(pieces)
    next(pieces)
    pieces.close()
    assert source.closed.wait(PATIENCE_SECONDS)
