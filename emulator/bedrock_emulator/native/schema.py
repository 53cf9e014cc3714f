"""Checks a native request as the service does before it calls a model, in the service's words.

The service's checker is a JSON schema validator for Java (everit): all violations come in one message, each with its
JSON pointer [recorded with Nova; reported by users with Llama, Cohere, Titan, AI21].
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeAlias

from bedrock_emulator.errors import AwsError, validation_error

Schema: TypeAlias = Mapping[str, Any]
"""JSON schema, of which this is read: type (one name, or several), properties, required, additionalProperties: False,
items, minItems, maxItems, minLength, maxLength, minimum, maximum, enum."""

MOST_VIOLATIONS = 100
"""That one refusal tells, so that the answer to a huge request stays small."""

_TYPES: Mapping[str, tuple[str, Callable[[Any], bool]]] = MappingProxyType(
    {
        "object": ("JSONObject", lambda value: isinstance(value, Mapping)),
        "array": ("JSONArray", lambda value: isinstance(value, list)),
        "string": ("String", lambda value: isinstance(value, str)),
        "integer": ("Integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
        "number": ("Number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
        "boolean": ("Boolean", lambda value: isinstance(value, bool)),
        "null": ("Null", lambda value: value is None),
    }
)
_FOUND = ("null", "boolean", "integer", "string", "array", "object")
"""In the order in which a value's own type is looked up; what is none of them is a Double."""


def has_type(value: Any, name: str) -> bool:
    """Whether a value has a type of JSON schema."""
    return _TYPES[name][1](value)


def check(body: Any, schema: Schema) -> None:
    """Raise the refusal of a request that breaks its family's schema."""
    found = list(islice(violations(body, schema), MOST_VIOLATIONS))
    if found:
        raise malformed("".join(found))


def malformed(violation: str) -> AwsError:
    """The refusal of a request that the service does not pass on to the model [recorded]."""
    return validation_error(
        f"Malformed input request: {violation}, please reformat your input and try again."
    )


def violations(value: Any, schema: Schema, path: str = "#") -> Iterator[str]:
    """Everything that a value breaks, outer violations before inner ones."""
    wanted = schema.get("type", ())
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if names and not any(_TYPES[name][1](value) for name in names):
        yield f"{path}: expected type: {_TYPES[names[0]][0]}, found: {_type_of(value)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value} is not a valid enum value"
    if isinstance(value, Mapping):
        yield from _object_violations(value, schema, path)
    elif isinstance(value, list):
        yield from _array_violations(value, schema, path)
    elif isinstance(value, str):
        yield from _string_violations(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number_violations(value, schema, path)


def _object_violations(value: Mapping[str, Any], schema: Schema, path: str) -> Iterator[str]:
    """Missing keys, then unknown ones, then what is inside the known ones [reported by users]."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}: required key [{name}] not found"
    if schema.get("additionalProperties") is False:
        for name in value:
            if name not in properties:
                yield f"{path}: extraneous key [{name}] is not permitted"
    for name, part in properties.items():
        if name in value:
            yield from violations(value[name], part, f"{path}/{name}")


def _array_violations(value: Sequence[Any], schema: Schema, path: str) -> Iterator[str]:
    if len(value) < schema.get("minItems", 0):
        yield f"{path}: expected minimum item count: {schema['minItems']}, found: {len(value)}"
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        yield f"{path}: expected maximum item count: {schema['maxItems']}, found: {len(value)}"
    if "items" in schema:
        for index, item in enumerate(value):
            yield from violations(item, schema["items"], f"{path}/{index}")


def _string_violations(value: str, schema: Schema, path: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield f"{path}: expected minLength: {schema['minLength']}, actual: {len(value)}"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield f"{path}: expected maxLength: {schema['maxLength']}, actual: {len(value)}"


def _number_violations(value: float, schema: Schema, path: str) -> Iterator[str]:
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: {value} is not greater or equal to {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{path}: {value} is not less or equal to {schema['maximum']}"


def _type_of(value: Any) -> str:
    return next((_TYPES[name][0] for name in _FOUND if _TYPES[name][1](value)), "Double")
