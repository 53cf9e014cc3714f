"""Questions about JSON schemas of users. The judging is jsonschema's; regular expressions are RE2's.

jsonschema takes some 80 ms to import, so it is imported with the first schema and not when the server starts.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import unquote

import re2

Schema: TypeAlias = Mapping[str, Any] | bool

_QUIET = re2.Options()
_QUIET.log_errors = False


class MalformedSchemaError(ValueError):
    """A schema that no version of JSON Schema allows, or one that refers to what is not there."""


class Judge:
    """Judges values against a schema document and against the parts of it."""

    __slots__ = ("_resolved", "_validator", "root")

    def __init__(self, root: Schema) -> None:
        from referencing import Registry

        self.root = root
        version = _version(root)
        _check(version, root)
        # A registry of our own knows no document but this one: nothing is ever fetched.
        self._validator: Any = version(root, registry=Registry())
        self._resolved: dict[str, Schema] = {}

    def accepts(self, value: Any, schema: Schema) -> bool:
        """Whether `value` is valid under `schema`, a part of the document."""
        from referencing.exceptions import Unresolvable

        try:
            return bool(self._validator.evolve(schema=schema).is_valid(value))
        except Unresolvable as error:
            raise MalformedSchemaError(str(error)) from error
        except RecursionError:  # a reference that leads only back to itself allows nothing
            return False

    def resolve(self, reference: str) -> Schema:
        """The schema that a local `$ref` (`#/$defs/Address`) points to."""
        if reference not in self._resolved:
            self._resolved[reference] = target = _pointed_to(reference, self.root)
            _check(self._validator, target)
        return self._resolved[reference]


def _check(version: Any, schema: Any) -> None:
    from jsonschema.exceptions import SchemaError

    try:
        version.check_schema(schema)
    except SchemaError as error:
        raise MalformedSchemaError(error.message) from error


def _pointed_to(reference: str, root: Schema) -> Any:
    if reference != "#" and not reference.startswith("#/"):
        raise MalformedSchemaError(f"$ref {reference} is not a pointer into the schema itself")
    target: Any = root
    for part in unquote(reference).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            target = target[int(name) if isinstance(target, list) else name]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise MalformedSchemaError(f"$ref {reference} points nowhere") from error
    return target


def _version(root: Schema) -> Any:
    """The JSON Schema version that the document names, 2020-12 when it names none."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for

    return _with_re2(validator_for(root, default=Draft202012Validator))


@cache
def _with_re2(version: Any) -> Any:
    """The same version with RE2 in place of `re`, which a hostile pattern can keep busy for ever."""
    from jsonschema import validators

    extend: Any = validators.extend
    return extend(version, {"pattern": _pattern, "patternProperties": _pattern_properties})


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Exception]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not matches(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, value: Any, _: Any) -> Iterator[Exception]:
    if isinstance(value, Mapping):
        for pattern, schema in patterns.items():
            for name in (name for name in value if matches(pattern, name)):
                yield from validator.descend(value[name], schema, path=name, schema_path=pattern)


def matches(pattern: str, text: str) -> bool:
    """Whether a user's pattern is found in `text`; one that RE2 cannot read (look-around) is not judged."""
    try:
        return re2.search(pattern, text, options=_QUIET) is not None
    except re2.error:
        return True


def types_of(schema: Mapping[str, Any]) -> Sequence[str]:
    """The types that a schema names; none when it names none."""
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def same(left: Any, right: Any) -> bool:
    """JSON equality: 1 is 1.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return bool(left == right)


def is_number(value: Any) -> bool:
    """Whether a value is a JSON number; Python's bool is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
