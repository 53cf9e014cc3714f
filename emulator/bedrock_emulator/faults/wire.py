"""What goes wrong below the events: broken connections, wrong checksums, silence.

Works on an answer as pieces: its bytes, one frame at a time for a stream and all at once otherwise, and pauses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bedrock_emulator.delivery import CUT, Cut, Pause
from bedrock_emulator.faults.grammar import LONGEST_SECONDS

Piece: TypeAlias = bytes | Pause | Cut
"""A part of an answer that is ready for the connection, or what happens there instead."""

_FLIPPED = 0xFF
"""What a byte of a checksum is XORed with, so that it is wrong for certain."""

_PRELUDE_CHECKSUM = 8
"""Where the checksum of the prelude begins; that of the message is the last four bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in an answer: after so many bytes or events, or half way through the frame of an event."""

    after_bytes: int | None = None
    after_events: int | None = None
    inside_event: int | None = None
    """Counted from 0."""

    @property
    def needs_events(self) -> bool:
        """Whether only a stream has such a place."""
        return self.after_bytes is None

    def within(self, piece: bytes, *, sent: int, frames: int) -> int | None:
        """Where in this piece the place is, if it is there.

        Args:
            piece: the next bytes.
            sent: bytes before them.
            frames: pieces before them.
        """
        if self.after_bytes is not None:
            return self.after_bytes - sent if sent + len(piece) > self.after_bytes else None
        if frames == self.after_events:
            return 0
        return len(piece) // 2 if frames == self.inside_event else None


def divided(pieces: Iterable[Piece], spot: Spot) -> tuple[Iterator[Piece], Iterator[Piece]]:
    """The pieces before a place and those behind it; all are before it when the answer does not reach it.

    The second iterator may be used once the first has ended.
    """
    behind: list[bytes] = []
    source = iter(pieces)

    def before() -> Iterator[Piece]:
        sent = frames = 0
        for piece in source:
            if isinstance(piece, bytes):
                place = spot.within(piece, sent=sent, frames=frames)
                if place is not None:
                    behind.append(piece[place:])
                    yield piece[:place]
                    return
                sent, frames = sent + len(piece), frames + 1
            yield piece

    def after() -> Iterator[Piece]:
        yield from behind
        yield from source

    return before(), after()


@dataclass(frozen=True, slots=True)
class CutShort:
    """The connection ends at a place, at the latest where the answer does, and not as it should."""

    spot: Spot

    def apply(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces up to the cut."""
        before, _ = divided(pieces, self.spot)
        yield from before
        yield CUT


@dataclass(frozen=True, slots=True)
class Stall:
    """Silence at a place, at the latest where the answer ends; then the rest, or a cut if the silence has no length."""

    spot: Spot
    seconds: float | None = None

    def apply(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces with the silence between them."""
        before, after = divided(pieces, self.spot)
        yield from before
        if self.seconds is None:
            yield Pause(LONGEST_SECONDS, or_end=True, from_now=True)
            yield CUT
        else:
            yield Pause(self.seconds, from_now=True)
            yield from after


@dataclass(frozen=True, slots=True)
class WrongChecksum:
    """A frame whose prelude or message checksum does not fit its bytes."""

    part: Literal["prelude", "message"]
    event: int
    """Counted from 0."""

    def apply(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, one of them damaged."""
        frames = 0
        for piece in pieces:
            if not isinstance(piece, bytes):
                yield piece
                continue
            yield self._damaged(piece) if frames == self.event else piece
            frames += 1

    def _damaged(self, frame: bytes) -> bytes:
        place = _PRELUDE_CHECKSUM if self.part == "prelude" else len(frame) - 4
        return b"".join((frame[:place], bytes([frame[place] ^ _FLIPPED]), frame[place + 1 :]))


@dataclass(frozen=True, slots=True)
class SlowFirstByte:
    """Not one byte, headers included, before so long."""

    seconds: float
