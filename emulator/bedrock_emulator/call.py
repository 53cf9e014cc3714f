"""What an operation knows about the call that it answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from bedrock_emulator.delivery import Delivered

if TYPE_CHECKING:
    from bedrock_emulator.model.service import Operation
    from bedrock_emulator.state.lab import Lab

Params: TypeAlias = Mapping[str, Any]
"""Parsed input: SDK member names, modelled types (blobs as bytes, timestamps as datetime)."""

Output: TypeAlias = dict[str, Any]
"""Modelled output members (AWS spelling); undocumented members may be added and are serialized as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who signed the request. Secrets are not part of it."""

    kind: Literal["sigv4", "bearer", "anonymous"]
    account: str
    access_key_id: str | None = None
    region: str | None = None
    """The region of the signature's scope; None for bearer and anonymous calls."""
    canonical_path: str | None = None
    """The path whose signature verified; None when no signature was checked."""
    arn: str = ""
    """The principal, as AWS names it in denials; empty for anonymous callers."""
    bearer: Literal["SHORT_TERM", "LONG_TERM"] | None = None
    """Which kind of Bedrock API key was sent; None for other callers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API call after authentication."""

    lab: "Lab"
    operation: "Operation"
    caller: Caller
    region: str
    account: str
    request_id: str


Event: TypeAlias = tuple[str, Mapping[str, Any]]
"""The name of an event and its payload."""


class Passage(tuple[Event, ...]):
    """Events that come together again and again, so that their frames are encoded once; compared by identity."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Source(Protocol):
    """Where events come from bit by bit, such as another server."""

    def interrupt(self) -> None:
        """End the wait for the next event, in which another thread may be."""

    def close(self) -> None:
        """Free what it holds; called by the thread that reads the events."""


@dataclass(frozen=True, slots=True)
class EventStream:
    """A streamed answer: events, and passages of them.

    An AwsError raised by the iterator becomes an exception frame.
    """

    parts: Iterable[Event | Passage]
    headers: Sequence[tuple[str, str]] = ()
    """Response headers after those of every stream."""
    source: Source | None = None
    """Of events that take time to come: each is sent at once. None where all are there: frames are joined."""

    @property
    def events(self) -> Iterator[Event]:
        """Every event by itself."""
        for part in self.parts:
            if isinstance(part, Passage):
                yield from part
            else:
                yield part


@dataclass(frozen=True, slots=True)
class PreparedBody:
    """An answer whose body is bytes already: a large list that seldom changes, or what InvokeModel answers."""

    data: bytes
    content_type: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()
    """Response headers after those of every answer."""


Handler: TypeAlias = Callable[[Call, Params], Output | EventStream | PreparedBody | Delivered]
"""One API call as a function of the call and its parameters; refusals are raised as AwsError."""
