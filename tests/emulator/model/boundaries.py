"""Every constraint of an operation's request, each with a value at its boundary and one just outside.

Read from botocore's model itself, so that nothing here depends on the code under test; a service model that gains a
constraint, or a server that serves one more operation, gains rows in the table.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeAlias

from botocore.loaders import Loader
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)

from tests.emulator.model.spelling import matching, not_matching

Build: TypeAlias = Callable[[Any], Any]
"""A whole request with this value at the place in question."""

Request: TypeAlias = Callable[[], Any]
"""Makes a request when it is needed: some are megabytes."""

ABSENT = object()
"""In the place of a value: the member is left out."""

OTHER_MAXIMA = {"GuardrailTopicDefinition": 1_000}
"""Where the service takes longer values than the service model says [reported by users]."""

_LENGTH = {"string", "list", "map", "blob"}
_NUMBERS = {"integer", "long", "float", "double"}


@dataclass(frozen=True, slots=True)
class Boundary:
    """One constraint of one member."""

    operation: str
    path: str
    """As the service names the member: wire names, elements of lists counted from 1."""
    words: str
    """What an answer says that the member must do."""
    valid: Request = field(repr=False)
    """A request with a value at the boundary, for botocore's own serializer."""
    outside: Request = field(repr=False)
    """A request with a value just outside."""

    @property
    def name(self) -> str:
        """What tells the row from every other."""
        return f"{self.operation}:{self.path}:{self.words[:60]}"

    @property
    def sentence(self) -> str:
        """What a refusal says behind the offending value."""
        return f"{self._place} {self.words}"

    @property
    def form(self) -> str:
        """What a refusal of a text of the wrong form says in that place."""
        return f"{self._place} satisfy regular expression pattern: "

    @property
    def _place(self) -> str:
        return f"at '{self.path}' failed to satisfy constraint: Member must"


@cache
def service(name: str) -> ServiceModel:
    """A service model, as botocore reads it."""
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def boundaries(operation: OperationModel) -> Iterator[Boundary]:
    """Every boundary that a request of the operation has."""
    if operation.input_shape is not None:
        for path, words, valid, outside in _structure(operation.input_shape, "", lambda value: value, ()):
            yield Boundary(operation.name, path, words, valid, outside)


_Row: TypeAlias = tuple[str, str, Request, Request]


def _of(shape: Shape, path: str, build: Build, above: tuple[str, ...]) -> Iterator[_Row]:
    """The boundaries of a member and of everything below it; recursive shapes once."""
    if shape.name in above or shape.metadata.get("document"):
        return
    yield from _own(shape, path, build)
    above = (*above, shape.name)
    if isinstance(shape, StructureShape):
        yield from _structure(shape, path, build, above)
    elif isinstance(shape, ListShape):
        yield from _of(shape.member, f"{path}.1.member", lambda value: build(_list(shape, value)), above)
    elif isinstance(shape, MapShape):
        key, value = _plain(shape.key), _plain(shape.value)
        yield from _of(shape.key, f"{path}.key", lambda each: build({each: value}), above)
        yield from _of(shape.value, f"{path}.{key}.member", lambda each: build({key: each}), above)


def _structure(shape: StructureShape, path: str, build: Build, above: tuple[str, ...]) -> Iterator[_Row]:
    for name, member in shape.members.items():
        if member.metadata.get("eventstream"):
            continue
        wire_name = member.serialization.get("name", name)
        place = f"{path}.{wire_name}" if path else wire_name
        with_member = _with_member(shape, name, build)
        if name in shape.required_members and member.serialization.get("location") != "uri":
            yield place, "not be null", partial(with_member, _plain(member)), partial(with_member, ABSENT)
        yield from _of(member, place, with_member, above)


def _with_member(shape: StructureShape, name: str, build: Build) -> Build:
    def with_member(value: Any) -> Any:
        others = {} if shape.metadata.get("union") else _required(shape)
        members = {**others, name: value}
        return build({each: members[each] for each in members if members[each] is not ABSENT})

    return with_member


def _own(shape: Shape, path: str, build: Build) -> Iterator[_Row]:
    """The constraints of the value itself."""
    low, high = shape.metadata.get("min"), OTHER_MAXIMA.get(shape.name, shape.metadata.get("max"))
    if shape.type_name in _LENGTH:
        if low and not (low == 1 and _is_in_path(shape)):  # an empty text in a path is another path
            words = f"have length greater than or equal to {low}"
            yield path, words, lambda: build(_sized(shape, low)), lambda: build(_sized(shape, low - 1))
        if high is not None:
            words = f"have length less than or equal to {high}"
            yield path, words, lambda: build(_sized(shape, high)), lambda: build(_sized(shape, high + 1))
    elif shape.type_name in _NUMBERS:
        if low is not None:
            words = f"have value greater than or equal to {low}"
            yield path, words, partial(build, low), partial(build, _beyond(shape, low, -1))
        if high is not None:
            words = f"have value less than or equal to {high}"
            yield path, words, partial(build, high), partial(build, _beyond(shape, high, 1))
    if isinstance(shape, StringShape):
        yield from _text(shape, path, build)


def _text(shape: StringShape, path: str, build: Build) -> Iterator[_Row]:
    if shape.enum:
        words = f"satisfy enum value set: [{', '.join(shape.enum)}]"
        yield path, words, partial(build, shape.enum[-1]), partial(build, f"{shape.enum[-1]}X")
    pattern = shape.metadata.get("pattern")
    if pattern is not None:
        wrong = not_matching(pattern, least=1 if _is_in_path(shape) else 0)
        if wrong is not None:  # `[\s\S]*` has no outside
            words = f"satisfy regular expression pattern: {pattern}"
            yield path, words, partial(build, _plain(shape)), partial(build, wrong)


def _is_in_path(shape: Shape) -> bool:
    return shape.serialization.get("location") == "uri"


def _beyond(shape: Shape, limit: float, direction: int) -> float:
    if shape.type_name in {"integer", "long"}:
        return limit + direction
    return math.nextafter(limit, direction * math.inf)


def _sized(shape: Shape, length: int) -> Any:
    """A value of exactly this length; texts match the pattern too where such a text was found."""
    if shape.type_name == "blob":
        return b"a" * length
    if isinstance(shape, ListShape):
        return [_plain(shape.member)] * length
    if isinstance(shape, MapShape):
        return {f"{_plain(shape.key)}{index}": _plain(shape.value) for index in range(length)}
    return matching(shape.metadata.get("pattern"), least=length, most=length) or "a" * length


def _plain(shape: Shape) -> Any:
    """The smallest valid value."""
    low = shape.metadata.get("min") or (1 if _is_in_path(shape) else 0)
    if isinstance(shape, StructureShape):
        return _union(shape) if shape.metadata.get("union") else _required(shape)
    if isinstance(shape, ListShape | MapShape) or shape.type_name == "blob":
        return _sized(shape, low)
    if isinstance(shape, StringShape):
        return shape.enum[0] if shape.enum else matching(shape.metadata.get("pattern"), least=low)
    if shape.type_name == "boolean":
        return True
    return "2026-01-31T12:00:00Z" if shape.type_name == "timestamp" else low


def smallest(operation: OperationModel) -> Any:
    """The smallest valid request."""
    return {} if operation.input_shape is None else _required(operation.input_shape)


def _required(shape: StructureShape) -> dict[str, Any]:
    return {name: _plain(shape.members[name]) for name in shape.required_members}


def _union(shape: StructureShape) -> dict[str, Any]:
    name, member = next(iter(shape.members.items()))
    return {name: _plain(member)}


def _list(shape: ListShape, first: Any) -> list[Any]:
    low = shape.metadata.get("min") or 0
    return [first, *[_plain(shape.member)] * (low - 1)]
