"""A fault as a whole: what it does, how often, and which line of which document ordered it."""

from dataclasses import dataclass, field
from typing import TypeAlias

from bedrock_emulator.faults.errors import ErrorFault
from bedrock_emulator.faults.grammar import Drop, Insert, Postpone, Repeat
from bedrock_emulator.faults.odds import Odds
from bedrock_emulator.faults.stream import StreamFault
from bedrock_emulator.faults.wire import CutShort, SlowFirstByte, Stall, WrongChecksum

EventFault: TypeAlias = StreamFault | Drop | Repeat | Postpone | Insert
"""What goes wrong with the events of a streamed answer, before they are framed."""

BytesFault: TypeAlias = CutShort | WrongChecksum | Stall
"""What goes wrong with the bytes of an answer."""

WireFault: TypeAlias = BytesFault | SlowFirstByte
"""What goes wrong below the events."""

DeliveryFault: TypeAlias = EventFault | WireFault
"""What goes wrong with an answer that there is; an ErrorFault takes its place."""


Effect: TypeAlias = ErrorFault | DeliveryFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a document; `odds` decide whether a call that it means is hit."""

    effect: Effect
    odds: Odds = field(default_factory=Odds)
    place: str = ""
    """Where it was ordered, `faults[0]` or `rules[2].fault`: the journal names it."""

    @property
    def needs_stream(self) -> bool:
        """Whether only a streamed answer can suffer it."""
        match self.effect:
            case CutShort(spot) | Stall(spot):
                return spot.needs_events
            case ErrorFault() | SlowFirstByte():
                return False
            case _:
                return True

    @property
    def breaks_connection(self) -> bool:
        """Whether the HTTP answer does not end as HTTP wants it."""
        return isinstance(self.effect, CutShort)
