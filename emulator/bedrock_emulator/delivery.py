"""How an answer travels: at what pace, and what goes wrong on the way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedrock_emulator.call import EventStream, Output, PreparedBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The orders for one answer; the default delivers it whole and at once."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An answer with orders of its own, as a scenario rule gives them."""

    answer: "Output | EventStream | PreparedBody"
    delivery: Delivery
