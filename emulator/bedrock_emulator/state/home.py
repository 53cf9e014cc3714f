"""Where resources live, and what their stores need of the world."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bedrock_emulator.state.identifiers import Identifiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One account in one region of one lab."""

    account: str
    region: str
    now: Callable[[], datetime] = field(repr=False)
    """The lab's clock."""
    identifiers: Identifiers = field(repr=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """The one lock of everything that lives here, so that what spans stores (a resource and its tags) is one change."""
