"""The last steps of the pipeline: how an answer travels, by the orders of its scenario rule and of the fault book."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from bedrock_emulator.call import EventStream, PreparedBody, Source
from bedrock_emulator.delivery import Pause
from bedrock_emulator.faults.fault import BytesFault
from bedrock_emulator.faults.wire import Piece, SlowFirstByte
from bedrock_emulator.http.awaited import awaited
from bedrock_emulator.http.exchange import Exchange
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.http.streaming import GIVEN_UP, UNREACHABLE_LENGTH, damaged_bytes, pieces_of
from bedrock_emulator.http.waiting import Timetable, Timing
from bedrock_emulator.model.serialize import body_headers, event_stream_headers, serialize
from bedrock_emulator.operations.runtime.resolution import model_names
from bedrock_emulator.wire.events import paddings

STREAM_BYTES_KEPT = 4 * 1024 * 1024
"""Bytes of one stream that the journal keeps, so that many long streams at once fit into memory."""


class Deliverer:
    """Each method is a step, in the order in which they stand here."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing

    def add_fault(self, exchange: Exchange) -> None:
        """Ask the fault book unless a rule ordered a fault that this answer can suffer: it has one at most."""
        call, fault = exchange.call, exchange.delivery.fault
        streamed = isinstance(exchange.output, EventStream)
        if fault is None or (fault.needs_stream and not streamed):
            fault = call.lab.faults.take_delivery(
                call.operation.name, *models_of(exchange), streamed=streamed
            )
            exchange.delivery = replace(exchange.delivery, fault=fault)
        if fault is not None and isinstance(fault.effect, SlowFirstByte):
            exchange.held_seconds = fault.effect.seconds

    def pace_whole(self, exchange: Exchange) -> None:
        """Let an answer in one piece come when its last token would, and say so; a stream is paced as it is sent."""
        pace, output = exchange.delivery.pace, exchange.output
        if pace is not None and output is not None and not isinstance(output, EventStream):
            exchange.output, seconds = pace.whole(output)
            exchange.held_seconds += seconds

    def serialize(self, exchange: Exchange) -> None:
        """Make the HTTP answer."""
        operation, output, request_id = exchange.match.operation, exchange.output, exchange.request_id
        if isinstance(output, EventStream):
            exchange.made_response = self._streamed(exchange, output)
        elif isinstance(output, PreparedBody):
            headers = [*body_headers(request_id, output.content_type), *output.headers]
            exchange.made_response = HttpResponse(status=operation.status, headers=headers, body=output.data)
        else:
            exchange.made_response = serialize(operation, output or {}, request_id)

    def damage_whole(self, exchange: Exchange) -> None:
        """Cut or stall an answer in one piece; a stream is damaged as it is sent."""
        fault, body = exchange.delivery.fault, exchange.response.body
        if fault is not None and isinstance(fault.effect, BytesFault) and isinstance(body, bytes):
            sent = self._sent(exchange, damaged_bytes([body], fault))
            # One more than there is, so that a cut at the very end is one too.
            length = len(body) + fault.breaks_connection
            exchange.made_response = replace(exchange.response, body=sent, length=length)

    def hold(self, exchange: Exchange) -> None:
        """Wait with the whole answer, its headers included."""
        if exchange.held_seconds:
            Timetable(self._timing, exchange.over).hold(exchange.held_seconds)

    def _streamed(self, exchange: Exchange, stream: EventStream) -> HttpResponse:
        fault = exchange.delivery.fault
        pieces = pieces_of(stream, exchange.delivery, paddings(exchange.request_id))
        return HttpResponse(
            status=200,
            headers=[*event_stream_headers(exchange.request_id), *stream.headers],
            body=self._sent(exchange, pieces)
            if stream.source is None
            else self._sent_as_it_comes(exchange, pieces, stream.source),
            length=UNREACHABLE_LENGTH if fault is not None and fault.breaks_connection else None,
        )

    def _sent_as_it_comes(
        self, exchange: Exchange, pieces: Iterator[Piece], source: Source
    ) -> Iterator[bytes]:
        with closing(awaited(pieces, source)) as taken:
            yield from self._sent(exchange, taken)

    def _sent(self, exchange: Exchange, pieces: Iterator[Piece]) -> Iterator[bytes]:
        """Send the pieces; the exchange is recorded just before the client can see the end of it."""
        timetable, sent = Timetable(self._timing, exchange.over), _Sent()
        try:
            for piece in pieces:
                if isinstance(piece, bytes):
                    sent.keep(piece)
                    yield piece
                elif not isinstance(piece, Pause) or ((yield from timetable.wait(piece)) and piece.or_end):
                    yield from self._broken_off(exchange, timetable, sent)
                    break
            else:
                sent.complete = True
            sent.client_closed = False
        finally:
            exchange.record(**sent.members(streamed=isinstance(exchange.output, EventStream)))

    def _broken_off(self, exchange: Exchange, timetable: Timetable, sent: "_Sent") -> Iterator[bytes]:
        """End an answer before its time: with a broken connection where a length was announced, else with an exception."""
        if exchange.response.length is None:
            sent.keep(GIVEN_UP)
            yield GIVEN_UP
        else:
            yield from timetable.flush()


@dataclass(slots=True)
class _Sent:
    """What was sent bit by bit, as the journal keeps it."""

    complete: bool = False
    client_closed: bool = True
    """Until the end is reached: when the client leaves, granian closes the generator that sends."""
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _left_out: bool = False

    def keep(self, piece: bytes) -> None:
        self._left_out = self._size > STREAM_BYTES_KEPT
        if not self._left_out:
            self._pieces.append(piece)
            self._size += len(piece)

    def members(self, *, streamed: bool) -> dict[str, Any]:
        ending: dict[str, Any] = {"complete": self.complete, "client_closed": self.client_closed}
        if streamed:
            return {"frames": self._pieces, "frames_left_out": self._left_out, **ending}
        return {"response_body": b"".join(self._pieces), **ending}


def models_of(exchange: Exchange) -> tuple[str, ...]:
    """Every name by which a fault may mean the model of this call; none are looked up where nothing can fail."""
    call, model_id = exchange.call, exchange.params.get("modelId")
    return () if model_id is None or not call.lab.faults else model_names(call, model_id)
