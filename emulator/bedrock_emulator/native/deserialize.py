"""Refuses a request in the words of serde, with which the chat completion format is read.

`Failed to deserialize the JSON body into the target type: reasoning_effort: invalid type: map, expected a string` was
reported by users with gpt-oss; that text goes on with a line and a column, which are left out here.
"""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.schema import Schema, has_type

_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "object": "a map",
        "array": "a sequence",
        "string": "a string",
        "integer": "u32",
        "number": "f32",
        "boolean": "a boolean",
    }
)


def check_deserialized(body: Any, schema: Schema) -> None:
    """Raise the refusal of the first value that does not have the type of its field."""
    for problem in _problems(body, schema, ""):
        raise validation_error(f"Failed to deserialize the JSON body into the target type: {problem}")


def _problems(value: Any, schema: Schema, path: str) -> Iterator[str]:
    where = f"{path}: " if path else ""
    wanted = schema.get("type", ())
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if names and not any(has_type(value, name) for name in names):
        yield f"{where}invalid type: {_found(value)}, expected {_EXPECTED[names[0]]}"
        return
    if "enum" in schema and value not in schema["enum"]:
        variants = ", ".join(f"`{variant}`" for variant in schema["enum"])
        yield f"{where}unknown variant `{value}`, expected one of {variants}"
    if isinstance(value, Mapping):
        yield from (
            f"{where}missing field `{name}`" for name in schema.get("required", ()) if name not in value
        )
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from _problems(value[name], part, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and "items" in schema:
        for at, item in enumerate(value):
            yield from _problems(item, schema["items"], f"{path}[{at}]")


def _found(value: Any) -> str:
    """The value as serde names what it did not expect."""
    if isinstance(value, Mapping | list):
        return "map" if isinstance(value, Mapping) else "sequence"
    if isinstance(value, bool | int | float):
        kind = (
            "boolean"
            if isinstance(value, bool)
            else "integer"
            if isinstance(value, int)
            else "floating point"
        )
        return f"{kind} `{json.dumps(value)}`"
    return "null" if value is None else f"string {json.dumps(value, ensure_ascii=False)}"
