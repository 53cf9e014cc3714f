"""Turns answers into the pieces that are sent: events into frames as they are produced, by the orders of a delivery."""

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from bedrock_emulator.call import Event, EventStream, Passage
from bedrock_emulator.delivery import Cut, Delivery, Pause
from bedrock_emulator.errors import AwsError
from bedrock_emulator.faults.fault import BytesFault, EventFault, Fault
from bedrock_emulator.faults.wire import Piece
from bedrock_emulator.wire.events import encode_event, encode_exception, paddings

_log = logging.getLogger(__name__)

FRAMES_JOINED = 64
"""Frames of an unpaced stream that go out together: one write, one packet, instead of forty."""

UNREACHABLE_LENGTH = 2**31 - 1
"""The Content-Length of a stream that is to be cut: a chunked body would end as if it were complete [measured, granian].

Only for these, since some clients wait for more of a body of known length before they hand on what they have [measured,
http.client]."""

GIVEN_UP = encode_exception(
    "internalServerException",
    "The emulator ended this stream, which a fault or an upstream would have kept open for longer.",
    {},
)
"""How a stream ends that stalls or repeats itself without end, or whose lab is gone before its upstream has answered."""


def pieces_of(stream: EventStream, delivery: Delivery, padding: Iterator[str]) -> Iterator[Piece]:
    """A streamed answer as it is to be sent: its events damaged, paced, framed, and its frames damaged, as ordered."""
    if delivery.pace is None and delivery.fault is None:
        frames = frames_of(stream.parts, padding)
        return joined(frames) if stream.source is None else frames
    events: Iterable[Event | Pause | Cut] = damaged_events(stream.events, delivery.fault)
    if delivery.pace is not None:
        events = delivery.pace.stream(events)
    return damaged_bytes(frames_of(events, padding), delivery.fault)


def damaged_events(events: Iterable[Event], fault: Fault | None) -> Iterable[Event | Pause | Cut]:
    """The events after a fault in them, if this is one."""
    if fault is None or not isinstance(fault.effect, EventFault):
        return events
    return fault.effect.apply(events)


def damaged_bytes(pieces: Iterable[Piece], fault: Fault | None) -> Iterator[Piece]:
    """The bytes after a fault in them, if this is one."""
    if fault is None or not isinstance(fault.effect, BytesFault):
        return iter(pieces)
    return fault.effect.apply(pieces)


def frames_of(parts: Iterable[Event | Passage | Pause | Cut], padding: Iterator[str]) -> Iterator[Piece]:
    """One frame for each event, those of a passage in one piece.

    Whatever goes wrong after the first one ends the stream with an exception frame: an exception that left this
    generator would end the HTTP body as if it were complete [measured, granian].
    """
    try:
        for part in parts:
            if isinstance(part, Passage):
                yield _passage_frames(part)
            elif isinstance(part, Pause | Cut):
                yield part
            else:
                name, payload = part
                yield encode_event(name, payload, padding=next(padding))
    except AwsError as error:
        exception = error.code[:1].lower() + error.code[1:]
        yield encode_exception(exception, error.message, error.members)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("a stream failed after its first event")
        yield encode_exception(
            "internalServerException", "The emulator failed inside this stream; see its log.", {}
        )


@lru_cache(maxsize=128)
def _passage_frames(passage: Passage) -> bytes:
    """The frames of a passage, with paddings of its own, so that the same passage always has the same bytes."""
    own = paddings(repr(passage))
    return b"".join(
        encode_event(name, payload, padding=padding)
        for (name, payload), padding in zip(passage, own, strict=False)
    )


def joined(frames: Iterable[Piece]) -> Iterator[Piece]:
    """The same bytes, FRAMES_JOINED frames at a time; for streams without pauses."""
    remaining = (frame for frame in frames if isinstance(frame, bytes))
    while batch := b"".join(islice(remaining, FRAMES_JOINED)):
        yield batch
