"""Pieces of an answer that take time to come, awaited so that a client who leaves is noticed."""

import queue
import threading
from collections.abc import Generator, Iterator

from bedrock_emulator.call import Source
from bedrock_emulator.delivery import Pause
from bedrock_emulator.faults.wire import Piece
from bedrock_emulator.http.waiting import SLICE_SECONDS

PIECES_AHEAD = 64
"""Pieces that wait for a slow client before its source waits too."""


def awaited(pieces: Iterator[Piece], source: Source) -> Generator[Piece, None, None]:
    """The pieces, each as soon as it is there; no bytes are offered while none is, which fails when the client has left.

    They are taken in a thread of their own. Closing this generator ends that, and the source.
    """
    taker = _Taker(pieces, source)
    threading.Thread(target=taker.run, name="awaited-pieces", daemon=True).start()
    try:
        while True:
            try:
                piece = taker.taken.get(timeout=SLICE_SECONDS)
            except queue.Empty:
                yield b""
                yield Pause(0.0, or_end=True)  # for a lab that is gone
                continue
            if piece is None:
                return
            taker.room.release()
            yield piece
    finally:
        taker.give_up()


class _Taker:
    """Takes pieces ahead of who sends them."""

    def __init__(self, pieces: Iterator[Piece], source: Source) -> None:
        self.taken: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        """None is the end."""
        self.room = threading.Semaphore(PIECES_AHEAD)
        self._pieces = pieces
        self._source = source
        self._is_wanted = True

    def run(self) -> None:
        try:
            for piece in self._pieces:
                self.room.acquire()
                if not self._is_wanted:
                    break
                self.taken.put(piece)
        finally:
            self._source.close()
            self.taken.put(None)

    def give_up(self) -> None:
        self._is_wanted = False
        self.room.release()
        self._source.interrupt()
