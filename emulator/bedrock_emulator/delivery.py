"""How an answer travels: at what pace, and what goes wrong on the way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedrock_emulator.call import EventStream, Output, PreparedBody
    from bedrock_emulator.faults.fault import Fault
    from bedrock_emulator.reply.pace import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The orders for one answer; the default delivers it whole and at once."""

    pace: "Pace | None" = None
    fault: "Fault | None" = None
    """A fault that does happen: whether its odds are met was asked before."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An answer with orders of its own, as a scenario rule gives them."""

    answer: "Output | EventStream | PreparedBody"
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for so long. Answers under way are made of it, of events, and once framed of bytes."""

    seconds: float
    or_end: bool = False
    """Whether the answer ends here, incomplete, when the wait is given up because the lab is gone."""
    from_now: bool = False
    """Whether it is as long however late the answer is already; else it makes up for the time that sending took."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The answer ends here, incomplete, and the client must be able to notice."""


CUT = Cut()
