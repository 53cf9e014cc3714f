"""Turns the events of a streamed answer into frames, as they are produced."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from bedrock_emulator.call import EventStream
from bedrock_emulator.errors import AwsError
from bedrock_emulator.wire.events import encode_event, encode_exception

_log = logging.getLogger(__name__)

FRAMES_JOINED = 64
"""Frames of an unpaced stream that go out together: one write, one packet, instead of forty."""


def frames_of(stream: EventStream, paddings: Iterator[str]) -> Iterator[bytes]:
    """One frame for each event; whatever goes wrong after the first one ends the stream with an exception frame.

    An exception that left this generator would end the HTTP body as if it were complete [measured, granian].
    """
    try:
        for (name, payload), padding in zip(stream.events, paddings, strict=False):
            yield encode_event(name, payload, padding=padding)
    except AwsError as error:
        exception = error.code[:1].lower() + error.code[1:]
        yield encode_exception(exception, error.message, error.members)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("a stream failed after its first event")
        yield encode_exception(
            "internalServerException", "The emulator failed inside this stream; see its log.", {}
        )


def joined(frames: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, FRAMES_JOINED frames at a time."""
    remaining = iter(frames)
    while batch := b"".join(islice(remaining, FRAMES_JOINED)):
        yield batch
