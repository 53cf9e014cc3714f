"""Value types to JSON and back: camelCase names outside, snake_case inside, converted here and nowhere else."""

import dataclasses
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self, Union, get_args, get_origin, get_type_hints


class MalformedValueError(ValueError):
    """A JSON document that is not the value it claims to be; the message names the place."""

    def __init__(self, path: str, expected: str, found: object) -> None:
        super().__init__(f"{path}: expected {expected}, found {found!r}")


class JsonValue:
    """A frozen dataclass with a JSON form."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON object; members that are None are left out."""
        kind: Any = type(self)
        values = {name: getattr(self, name) for name in _hints(kind)}
        return {camel_case(name): _plain(value) for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, document: object) -> Self:
        """The value a JSON object stands for; unknown members are ignored, wrong ones raise MalformedValueError."""
        value: Self = _object(cls, document, cls.__name__)
        return value


@cache
def camel_case(name: str) -> str:
    """`context_window` as `contextWindow`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:
    if isinstance(value, JsonValue):
        return value.to_json()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


@cache
def _required(cls: Any) -> frozenset[str]:
    missing = dataclasses.MISSING
    fields = dataclasses.fields(cls)
    return frozenset(f.name for f in fields if f.default is missing and f.default_factory is missing)


def _object(cls: Any, document: object, path: str) -> Any:
    if not isinstance(document, Mapping):
        raise MalformedValueError(path, "an object", document)
    values = {}
    for name, hint in _hints(cls).items():
        key = camel_case(name)
        if key in document:
            values[name] = _read(hint, document[key], f"{path}.{key}")
        elif name in _required(cls) and not _accepts_none(hint):
            raise MalformedValueError(f"{path}.{key}", "a value", None)
        elif name in _required(cls):
            values[name] = None
    return cls(**values)


def _accepts_none(hint: Any) -> bool:
    return type(None) in get_args(hint)


def _read(hint: Any, value: object, path: str) -> Any:
    if hint is Any:
        return value
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(hint), value, path)
    if origin is tuple:
        return _sequence(get_args(hint)[0], value, path)
    if origin is Literal:
        return _literal(get_args(hint), value, path)
    if origin is Mapping:
        return _mapping(get_args(hint)[1], value, path)
    if isinstance(hint, type) and issubclass(hint, JsonValue):
        return _object(hint, value, path)
    return _scalar(origin or hint, value, path)


def _one_of(hints: tuple[Any, ...], value: object, path: str) -> Any:
    if value is None and type(None) in hints:
        return None
    (hint,) = (hint for hint in hints if hint is not type(None))
    return _read(hint, value, path)


def _sequence(hint: Any, value: object, path: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise MalformedValueError(path, "a list", value)
    return tuple(_read(hint, item, f"{path}[{index}]") for index, item in enumerate(value))


def _mapping(hint: Any, value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedValueError(path, "an object", value)
    return {str(key): _read(hint, item, f"{path}.{key}") for key, item in value.items()}


def _literal(choices: tuple[Any, ...], value: object, path: str) -> Any:
    if value not in choices:
        raise MalformedValueError(path, "one of " + ", ".join(map(repr, choices)), value)
    return value


def _scalar(kind: Any, value: object, path: str) -> Any:
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        raise MalformedValueError(path, kind.__name__, value)
    return value
