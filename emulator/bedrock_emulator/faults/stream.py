"""A streamed answer that ends too early: without a word, or in an exception."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError


@dataclass(frozen=True, slots=True)
class StreamFault:
    """A streamed answer that ends after so many events, in an exception event if there is a code."""

    after_events: int
    code: str | None = None
    message: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the exception: `originalStatusCode`, `originalMessage`."""

    def apply(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """The events up to the fault; the exception comes last also when there are fewer events."""
        yield from islice(events, self.after_events)
        if self.code is not None:
            raise AwsError(self.code, self.message, members=self.members)
