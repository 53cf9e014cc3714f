"""The service models of `bedrock` and `bedrock-runtime`, and of the services that hand out credentials, as plain values.

The only file that touches botocore's loaders and model: everything else sees Operation and Shape.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias, cast

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, StringShape, StructureShape
from botocore.model import Shape as BotocoreShape

Kind: TypeAlias = Literal[
    "structure", "list", "map", "string", "integer", "long", "float", "double", "boolean", "blob", "timestamp"
]
Location: TypeAlias = Literal["uri", "querystring", "header", "body"]

SERVICES = ("bedrock", "bedrock-runtime")


@dataclass(slots=True, eq=False)
class Shape:
    """One shape of a service model; recursive models refer to the same object again."""

    name: str
    kind: Kind
    members: dict[str, "Member"] = field(default_factory=dict, repr=False)
    required: frozenset[str] = frozenset()
    item: "Shape | None" = field(default=None, repr=False)
    """The element of a list, the value of a map."""
    key: "Shape | None" = field(default=None, repr=False)
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    """Of the value for numbers, of the length for everything else."""
    maximum: float | None = None
    union: bool = False
    document: bool = False
    sensitive: bool = False
    payload: str | None = None
    """The member that is the whole HTTP body."""
    event_stream: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure and where it travels."""

    name: str
    wire_name: str
    location: Location
    shape: Shape


@dataclass(frozen=True)
class Operation:
    """One API call of a service."""

    name: str
    service: str
    method: str
    uri: str
    """The path template, `{label}` for each label."""
    status: int
    """The HTTP status of success."""
    version: str
    """Of the service's API, a date."""
    namespace: str
    """Of XML answers; empty where answers are JSON."""
    signed: bool
    """Whether callers need keys."""
    _model: OperationModel = field(repr=False, compare=False)
    _shapes: "_ShapeReader" = field(repr=False, compare=False)

    @cached_property
    def input(self) -> Shape | None:
        """The shape of the request; read on first use, because most operations are never called."""
        shape = self._model.input_shape
        return None if shape is None else self._shapes.read(shape)

    @cached_property
    def output(self) -> Shape | None:
        """The shape of the answer."""
        shape = self._model.output_shape
        return None if shape is None else self._shapes.read(shape)

    @cached_property
    def errors(self) -> Mapping[str, int]:
        """HTTP status by code of each error that the operation models."""
        traits = {shape.name: shape.metadata["error"] for shape in self._model.error_shapes}
        return {trait.get("code", name): trait["httpStatusCode"] for name, trait in traits.items()}

    @cached_property
    def error_shapes(self) -> Mapping[str, Shape]:
        """The shape by code of each error that the operation models."""
        return {shape.name: self._shapes.read(shape) for shape in self._model.error_shapes}

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The members of the streamed union, exceptions included; empty when the answer is not a stream."""
        if not self._model.has_event_stream_output:
            return ()
        return tuple(cast("StructureShape", self._model.get_event_stream_output()).members)


class Api:
    """Every operation of some services by name."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self.operations = operations

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations.values())

    def status_of(self, code: str) -> int | None:
        """The HTTP status that the models give to an error code, whatever operation answers it."""
        return next((each.errors[code] for each in self if code in each.errors), None)


def load_api(services: Sequence[str] = SERVICES) -> Api:
    """Read service models from the installed botocore (about 40 ms for both of Bedrock's)."""
    loader = Loader()
    operations = {}
    for service in services:
        model = ServiceModel(loader.load_service_model(service, "service-2"), service)
        shapes = _ShapeReader(is_query=model.metadata["protocol"] == "query")
        for name in model.operation_names:
            operations[name] = _operation(model.operation_model(name), service, shapes)
    return Api(operations)


def _operation(model: OperationModel, service: str, shapes: "_ShapeReader") -> Operation:
    return Operation(
        name=model.name,
        service=service,
        method=model.http["method"],
        uri=model.http["requestUri"],
        status=model.http.get("responseCode", 200),
        version=model.metadata["apiVersion"],
        namespace=model.metadata.get("xmlNamespace", ""),
        signed=model.auth_type != "none",
        _model=model,
        _shapes=shapes,
    )


class _ShapeReader:
    """Turns botocore's shapes into ours, each once, so that recursion ends; no thread sees half of one."""

    def __init__(self, *, is_query: bool) -> None:
        self._is_query = is_query
        self._known: dict[str, Shape] = {}
        self._lock = threading.RLock()

    def read(self, source: BotocoreShape) -> Shape:
        with self._lock:
            if source.name not in self._known:
                shape = self._known[source.name] = _bare_shape(source)
                self._fill(shape, source)
            return self._known[source.name]

    def _fill(self, shape: Shape, source: BotocoreShape) -> None:
        if isinstance(source, StructureShape):
            for name, member in source.members.items():
                shape.members[name] = self._member(name, member)
        elif isinstance(source, ListShape):
            shape.item = self.read(source.member)
        elif isinstance(source, MapShape):
            shape.key, shape.item = self.read(source.key), self.read(source.value)

    def _member(self, name: str, member: BotocoreShape) -> Member:
        serialization: Mapping[str, Any] = member.serialization
        location = cast("Location", serialization.get("location", "body"))
        wire_name = serialization.get("name", name)
        # Of this protocol members are RoleArn on the wire and roleArn in refusals [reported by users].
        if self._is_query:
            wire_name = wire_name[:1].lower() + wire_name[1:]
        return Member(name, wire_name, location, self.read(member))


def _bare_shape(source: BotocoreShape) -> Shape:
    traits: Mapping[str, Any] = source.metadata
    return Shape(
        name=source.name,
        kind=cast("Kind", source.type_name),
        required=frozenset(traits.get("required", ())),
        enum=tuple(source.enum) if isinstance(source, StringShape) else (),
        pattern=traits.get("pattern"),
        minimum=traits.get("min"),
        maximum=traits.get("max"),
        union=bool(traits.get("union")),
        document=bool(traits.get("document")),
        sensitive=bool(traits.get("sensitive")),
        payload=source.serialization.get("payload"),
        event_stream=bool(source.serialization.get("eventstream")),
    )
