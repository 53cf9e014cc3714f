"""Questions about JSON schemas of users. The judging is jsonschema's; regular expressions are RE2's.

jsonschema takes some 80 ms to import, so it is imported with the first schema and not when the server starts.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import re2

from bedrock_emulator.reply.reading import Schema, read

_QUIET = re2.Options()
_QUIET.log_errors = False
_QUIET.max_mem = 1 << 20
_CHARACTERS_PER_STEP = 100


class SchemaError(ValueError):
    """A schema that cannot be followed."""


class BadReferenceError(SchemaError):
    """A `$ref` to what is not there."""


class BudgetSpentError(SchemaError):
    """A schema that asks for more work than it may."""


class Judge:
    """Judges values against a schema document and its parts, within a budget of steps.

    One step is one keyword looked at, with more for long lists and texts: a few microseconds.
    """

    __slots__ = ("_anchors", "_resolved", "_validator", "budget", "root")

    def __init__(self, document: Any) -> None:
        self.root = read(document)
        self.budget = 0
        self._resolved: dict[str, Schema] = {}
        self._anchors: dict[str, Schema] | None = None
        self._validator = _validator(self)

    def charge(self, steps: int) -> None:
        """Takes steps off the budget; raises when it is spent."""
        self.budget -= steps
        if self.budget < 0:
            raise BudgetSpentError

    def accepts(self, value: Any, schema: Schema) -> bool:
        """Whether `value` is valid under `schema`, a part of the document."""
        self.charge(1)
        try:
            return bool(self._validator.evolve(schema=schema).is_valid(value))
        except RecursionError:  # a reference that leads only back to itself allows nothing
            return False
        except ArithmeticError:  # a whole number that no float can hold, divided by a fraction
            return False

    def resolve(self, reference: str) -> Schema:
        """The schema that a local `$ref` (`#/$defs/Address`, `#address`) points to."""
        if reference not in self._resolved:
            self._resolved[reference] = read(self._pointed_to(reference))
        return self._resolved[reference]

    def _pointed_to(self, reference: str) -> Any:
        document, _, place = unquote(reference).partition("#")
        if document:
            raise BadReferenceError(reference)
        if place and not place.startswith("/"):
            return self._anchored(place)
        target: Any = self.root
        for part in place.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            try:
                target = target[int(name) if isinstance(target, list) else name]
            except (KeyError, IndexError, ValueError, TypeError) as error:
                raise BadReferenceError(reference) from error
        return target

    def _anchored(self, name: str) -> Schema:
        if self._anchors is None:
            self._anchors = dict(_anchors(self.root))
        if name not in self._anchors:
            raise BadReferenceError(name)
        return self._anchors[name]


def _anchors(document: Any) -> Iterator[tuple[str, Schema]]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if isinstance(node.get("$anchor"), str):
                yield node["$anchor"], node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


_Check = Callable[[Any, Any, Any, Any], Any]


def _validator(judge: Judge) -> Any:
    """jsonschema with every keyword charged, and ours in place of those that use `re` or go elsewhere.

    A hostile pattern can keep `re` busy for ever.
    """
    from jsonschema import Draft202012Validator, validators

    def reference(validator: Any, target: str, value: Any, _: Any) -> Any:
        return validator.descend(value, judge.resolve(target))

    def charged(check: _Check) -> _Check:
        def charging(validator: Any, argument: Any, value: Any, schema: Any) -> Any:
            judge.charge(1 + _steps(argument) + _steps(value))
            return check(validator, argument, value, schema)

        return charging

    ours = {
        "$ref": reference,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
    }
    checks = {**Draft202012Validator.VALIDATORS, **ours}
    extend: Any = validators.extend
    return extend(Draft202012Validator, {name: charged(check) for name, check in checks.items()})(judge.root)


def _steps(value: Any) -> int:
    if isinstance(value, str):
        return len(value) // _CHARACTERS_PER_STEP
    return len(value) // 4 if isinstance(value, list | Mapping) else 0


def _broken(keyword: str) -> Exception:
    from jsonschema import ValidationError

    return ValidationError(keyword)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Exception]:
    if isinstance(value, str) and not matches(pattern, value):
        yield _broken("pattern")


def _pattern_properties(validator: Any, patterns: Any, value: Any, _: Any) -> Iterator[Exception]:
    if isinstance(value, Mapping):
        for pattern, schema in patterns.items():
            for name in (name for name in value if matches(pattern, name)):
                yield from validator.descend(value[name], schema)


def _additional_properties(validator: Any, additional: Any, value: Any, schema: Any) -> Iterator[Exception]:
    if isinstance(value, Mapping):
        for name in value.keys() - schema.get("properties", {}).keys():
            if not any(matches(pattern, name) for pattern in schema.get("patternProperties", ())):
                yield from validator.descend(value[name], additional)


def _unique_items(_: Any, unique: bool, value: Any, __: Any) -> Iterator[Exception]:  # noqa: FBT001 - jsonschema calls it
    if unique and isinstance(value, list) and len(set(map(identity, value))) < len(value):
        yield _broken("uniqueItems")


def matches(pattern: str, text: str) -> bool:
    """Whether a user's pattern is found in `text`; one that RE2 cannot read (look-around) is not judged."""
    try:
        return re2.search(pattern, text, options=_QUIET) is not None
    except re2.error:
        return True


def types_of(schema: Mapping[str, Any]) -> Sequence[str]:
    """The types that a schema names; none when it names none."""
    types: Sequence[str] = schema.get("type", ())
    return types


def identity(value: Any) -> Hashable:
    """What two values share when JSON takes them for equal: 1 is 1.0, but true is not 1."""
    if isinstance(value, Mapping):
        return frozenset((name, identity(member)) for name, member in value.items())
    if isinstance(value, list):
        return tuple(map(identity, value))
    return isinstance(value, bool), value
