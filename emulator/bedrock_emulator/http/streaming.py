"""Turns the events of a streamed answer into frames, as they are produced."""

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from bedrock_emulator.call import EventStream, Passage
from bedrock_emulator.errors import AwsError
from bedrock_emulator.wire.events import encode_event, encode_exception, paddings

_log = logging.getLogger(__name__)

FRAMES_JOINED = 64
"""Frames of an unpaced stream that go out together: one write, one packet, instead of forty."""


def frames_of(stream: EventStream, padding: Iterator[str]) -> Iterator[bytes]:
    """One frame for each event, those of a passage in one piece.

    Whatever goes wrong after the first one ends the stream with an exception frame: an exception that left this
    generator would end the HTTP body as if it were complete [measured, granian].
    """
    try:
        for part in stream.parts:
            if isinstance(part, Passage):
                yield _passage_frames(part)
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


def joined(frames: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, FRAMES_JOINED frames at a time."""
    remaining = iter(frames)
    while batch := b"".join(islice(remaining, FRAMES_JOINED)):
        yield batch
