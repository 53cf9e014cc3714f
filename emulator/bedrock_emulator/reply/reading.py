"""A user's JSON schema in the one form that the rest of this package trusts.

The service passes schemas on unread and the model makes of them what it can [guess]. So a keyword without the
form that JSON Schema gives it is left out and the rest is followed, and the older spellings become those of 2020-12.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any] | bool

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_LEFT_OUT = object()


def read(schema: Any) -> Schema:
    """The schema with its malformed keywords left out; what is no schema at all allows everything."""
    if not isinstance(schema, Mapping):
        return schema if isinstance(schema, bool) else True
    kept = {}
    for keyword, value in _modern(schema).items():
        readable = _READERS.get(keyword, _unknown)(value)
        if readable is not _LEFT_OUT:
            kept[keyword] = readable
    return kept


def _modern(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tuples and dependencies as 2020-12 writes them."""
    if isinstance(schema.get("items"), list):
        rest = {key: value for key, value in schema.items() if key not in ("items", "additionalItems")}
        schema = {**rest, "prefixItems": schema["items"], "items": schema.get("additionalItems", True)}
    if isinstance(schema.get("dependencies"), Mapping):
        partners = {name: part for name, part in schema["dependencies"].items() if isinstance(part, list)}
        parts = {name: part for name, part in schema["dependencies"].items() if name not in partners}
        schema = {"dependentRequired": partners, "dependentSchemas": parts, **schema}
    return schema


def is_number(value: Any) -> bool:
    """Whether a value is a finite JSON number; Python's bool is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value)


def _is_finite(value: float) -> bool:
    return isinstance(value, int) or isfinite(value)  # an int may be too large to be asked


def _schema(value: Any) -> Any:
    return read(value) if isinstance(value, Mapping | bool) else _LEFT_OUT


def _schemas(value: Any) -> Any:
    return [read(part) for part in value] if isinstance(value, list) and value else _LEFT_OUT


def _named_schemas(value: Any) -> Any:
    return {name: read(part) for name, part in value.items()} if isinstance(value, Mapping) else _LEFT_OUT


def _count(value: Any) -> Any:
    return int(value) if is_number(value) and value >= 0 and value == int(value) else _LEFT_OUT


def _number(value: Any) -> Any:
    return value if is_number(value) else _LEFT_OUT


def _step(value: Any) -> Any:
    return value if is_number(value) and value > 0 else _LEFT_OUT


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else _LEFT_OUT


def _names(value: Any) -> Any:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else _LEFT_OUT


def _named_names(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return _LEFT_OUT
    return {name: _names(partners) for name, partners in value.items() if isinstance(partners, list)}


def _types(value: Any) -> Any:
    """Known types only: a type that JSON Schema does not know, such as "any", allows everything."""
    types = value if isinstance(value, list) else [value]
    known = all(isinstance(kind, str) and kind in _TYPES for kind in types)
    return types if known and types else _LEFT_OUT


def _flag(value: Any) -> Any:
    return value if isinstance(value, bool) else _LEFT_OUT


def _choices(value: Any) -> Any:
    return value if isinstance(value, list) and value else _LEFT_OUT


def _as_it_is(value: Any) -> Any:
    return value


def _left_out(_: Any) -> Any:
    return _LEFT_OUT


def _unknown(value: Any) -> Any:
    """A keyword of no meaning here may still hold schemas that a `$ref` points to."""
    return read(value) if isinstance(value, Mapping) else value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "type": _types,
    "enum": _choices,
    "const": _as_it_is,
    "default": _as_it_is,
    "examples": _as_it_is,
    "uniqueItems": _flag,
    "multipleOf": _step,
    "dependentRequired": _named_names,
    "required": _names,
    # One dialect, one base: a part cannot choose another. jsonschema would also hand its patterns to `re`.
    **dict.fromkeys(
        ("$schema", "$id", "$dynamicRef", "unevaluatedProperties", "unevaluatedItems"), _left_out
    ),
    **dict.fromkeys(("$ref", "$anchor", "pattern", "format"), _text),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count
    ),
    **dict.fromkeys(("minContains", "maxContains"), _count),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _schemas),
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), _named_schemas
    ),
    **dict.fromkeys(("items", "contains", "additionalProperties", "propertyNames"), _schema),
    **dict.fromkeys(("not", "if", "then", "else"), _schema),
}
