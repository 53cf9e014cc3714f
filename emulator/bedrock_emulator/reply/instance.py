"""A small value that validates against a JSON schema.

Propose, then check: each kind of schema proposes plain values in order of preference, and the first that
conforms is taken. Required members are filled and optional ones left out, so that recursive schemas end.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, islice
from typing import Any

from bedrock_emulator.reply.scalars import MAX_SIZE, numbers, strings, strings_matching
from bedrock_emulator.reply.schema import (
    Judge,
    MalformedSchemaError,
    Schema,
    matches,
    same,
    types_of,
)

_LEVELS = (6, 12, 24)
"""How deep values may nest: the shallow try comes first, so that a recursive schema gives a shallow value."""
_PROPOSALS = 200
_WORK = 10_000
"""Schemas looked at and list items made altogether, so that a hostile schema costs a bounded time."""
_NOTHING = object()

_HINTS = {  # keywords that betray the type of a schema that names none
    "object": ("properties", "required", "additionalProperties", "minProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "uniqueItems", "contains"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_ANY_TYPE = ("string", "integer", "object", "array", "boolean", "null")


def instance_of(schema: Schema, given: Mapping[str, Any] | None = None) -> Any:
    """A value that conforms to `schema`; members that `given` holds are kept where they fit.

    A schema that is malformed, or that nothing fits, gives an empty object.
    """
    try:
        judge = Judge(schema)
        for levels in _LEVELS:
            value = _Maker(judge, levels).find(schema, given=given or {})
            if value is not _NOTHING:
                return value
    except MalformedSchemaError:
        pass  # the service passes schemas on unread, and the model makes of them what it can [guess]
    return {}


class _Maker:
    """Makes values inside one schema document."""

    def __init__(self, judge: Judge, levels: int) -> None:
        self.judge = judge
        self.levels = levels
        self.work = _WORK
        self.open_refs: list[str] = []

    def find(self, schema: Schema, name: str = "value", depth: int = 0, given: Any = None) -> Any:
        """The first proposal that conforms, or _NOTHING."""
        return next(self.fitting(schema, name, depth, given), _NOTHING)

    def fitting(self, schema: Schema, name: str, depth: int, given: Any = None) -> Iterator[Any]:
        for value in islice(self.propose(schema, name, depth, given), _PROPOSALS):
            if self.judge.accepts(value, schema):
                yield value

    def propose(self, schema: Schema, name: str, depth: int, given: Any = None) -> Iterator[Any]:
        self.work -= 1
        if depth > self.levels or self.work < 0:
            return
        if isinstance(schema, bool):
            yield from (f"synthetic {name}",) if schema else ()
            return
        if "$ref" in schema:
            yield from self._referred(schema, name, depth, given)
        elif "const" in schema:
            yield schema["const"]
        elif "enum" in schema:
            yield from schema["enum"]
        else:
            yield from self._open(schema, name, depth, given)

    def _referred(self, schema: Mapping[str, Any], name: str, depth: int, given: Any) -> Iterator[Any]:
        reference = schema["$ref"]
        rest = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
        self.open_refs.append(reference)
        try:
            yield from self.propose(_merged(self.judge.resolve(reference), rest), name, depth + 1, given)
        finally:
            self.open_refs.remove(reference)

    def _open(self, schema: Mapping[str, Any], name: str, depth: int, given: Any) -> Iterator[Any]:
        """A schema without const, enum and $ref: combinations first, then the types."""
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                rest = {key: value for key, value in schema.items() if key != keyword}
                for branch in sorted(schema[keyword], key=self._is_open):
                    yield from self.propose(_merged(rest, branch), name, depth, given)
                return
        if "allOf" in schema:
            merged: Schema = {key: value for key, value in schema.items() if key != "allOf"}
            for part in schema["allOf"]:
                merged = _merged(merged, self._resolved(part))
            yield from self.propose(merged, name, depth, given)
            return
        if "then" in schema:
            rest = {key: value for key, value in schema.items() if key not in ("if", "then", "else")}
            for part in ({"allOf": [schema["if"], schema["then"]]}, schema.get("else", True), True):
                yield from self.propose(_merged(rest, part), name, depth, given)
            return
        yield from self._by_type(schema, name, depth, given)

    def _by_type(self, schema: Mapping[str, Any], name: str, depth: int, given: Any) -> Iterator[Any]:
        if "default" in schema and schema["default"] is not None and not given:
            yield schema["default"]
        for kind in types_of(schema) or _guessed_types(schema):
            match kind:
                case "object":
                    yield from self._objects(schema, depth, given or {})
                case "array":
                    yield from self._arrays(schema, name, depth)
                case "string":
                    yield from strings(schema, name)
                case "integer":
                    yield from (number for number in numbers(schema) if isinstance(number, int))
                case "number":
                    yield from numbers(schema)
                case "boolean":
                    yield from (True, False)
                case "null":
                    yield None

    def _objects(self, schema: Mapping[str, Any], depth: int, given: Mapping[str, Any]) -> Iterator[Any]:
        properties: Mapping[str, Schema] = schema.get("properties") or {}
        wanted = list(dict.fromkeys([*schema.get("required", ()), *given]))
        smallest = self._filled(wanted, schema, depth, given)
        if smallest is not None:
            yield smallest
        for partner in schema.get("dependentRequired", {}).values():
            wanted += [name for name in partner if name not in wanted]
        wanted += [name for name in properties if name not in wanted]
        fullest = self._filled(wanted, schema, depth, given)
        base = smallest if fullest is None else fullest
        if base is None:
            return
        yield base
        yield from self._padded(base, schema, depth)
        yield from self._varied(smallest or base, schema, depth)

    def _filled(
        self, names: Sequence[str], schema: Mapping[str, Any], depth: int, given: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        required = schema.get("required", ())
        filled = {}
        for name in names:
            part = self._member(name, schema)
            if name in given and self.judge.accepts(given[name], part):
                filled[name] = given[name]
                continue
            value = self.find(part, name, depth + 1)
            if value is not _NOTHING:
                filled[name] = value
            elif name in required:
                return None
        return filled

    def _member(self, name: str, schema: Mapping[str, Any]) -> Schema:
        """The schema of one member, by name, by pattern or by what additional members may be."""
        properties = schema.get("properties") or {}
        if name in properties:
            part: Schema = properties[name]
            return part
        for pattern, part in schema.get("patternProperties", {}).items():
            if matches(pattern, name):
                found: Schema = part
                return found
        additional: Schema = schema.get("additionalProperties", True)
        return additional

    def _padded(self, base: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Iterator[Any]:
        """With members of free names until minProperties is reached."""
        missing = int(schema.get("minProperties", 0)) - len(base)
        if missing <= 0 or missing > MAX_SIZE:
            return
        names = chain(
            (
                string
                for pattern in schema.get("patternProperties", {})
                for string in strings_matching(pattern)
            ),
            islice(self.propose(schema.get("propertyNames", True), "key", depth + 1), _PROPOSALS),
            (f"key{number}" for number in count(1)),
        )
        added = dict(base)
        for name in islice(names, 2 * _PROPOSALS + missing):
            if len(added) >= len(base) + missing:
                break
            if isinstance(name, str) and name not in added:
                added.update(self._filled([name], schema, depth, {}) or {})
        yield added

    def _varied(self, base: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Iterator[Any]:
        """The same object with other values, for lists whose items must differ."""
        for name in base:
            for value in self.fitting(self._member(name, schema), name, depth + 1):
                yield {**base, name: value}

    def _arrays(self, schema: Mapping[str, Any], name: str, depth: int) -> Iterator[Any]:
        items: Any = schema.get("items", True)
        prefix = list(schema.get("prefixItems", items if isinstance(items, list) else ()))
        rest: Schema = schema.get("additionalItems", True) if isinstance(items, list) else items
        least, most = int(schema.get("minItems", 0)), int(schema.get("maxItems", MAX_SIZE))
        if least > MAX_SIZE:
            return
        friendly = 0 if self._is_open(rest) else 1
        sizes = dict.fromkeys([min(max(least, len(prefix), friendly), most), least])
        for size in sizes:
            value = self._items([*prefix, *[rest] * (size - len(prefix))][:size], schema, name, depth)
            if value is not None:
                yield value
        for wanted in (schema["contains"],) if "contains" in schema else ():
            found = self._items([wanted] * max(least, int(schema.get("minContains", 1))), schema, name, depth)
            if found is not None:
                yield found
        if not prefix and least <= 1 <= most:
            yield from ([item] for item in self.fitting(rest, name, depth + 1))

    def _items(
        self, parts: Sequence[Schema], schema: Mapping[str, Any], name: str, depth: int
    ) -> list[Any] | None:
        self.work -= len(parts)
        if self.work < 0:
            return None
        unique = bool(schema.get("uniqueItems"))
        made: list[Any] = []
        for part in parts:
            if not unique and made and part is parts[len(made) - 1]:
                made.append(made[-1])
                continue
            for value in self.fitting(part, name, depth + 1):
                if not unique or not any(same(value, other) for other in made):
                    made.append(value)
                    break
            else:
                return None
        return made

    def _is_open(self, schema: Schema) -> bool:
        """Whether a schema leads straight back to one that is being filled."""
        return isinstance(schema, Mapping) and schema.get("$ref") in self.open_refs

    def _resolved(self, schema: Schema) -> Schema:
        """A part of allOf with its references followed, so that it can be merged."""
        for _ in range(self.levels):
            if not isinstance(schema, Mapping) or "$ref" not in schema:
                break
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = _merged(self.judge.resolve(schema["$ref"]), rest)
        return schema


def _guessed_types(schema: Mapping[str, Any]) -> Sequence[str]:
    found = tuple(kind for kind, keywords in _HINTS.items() if any(keyword in schema for keyword in keywords))
    return found or _ANY_TYPE


def _merged(left: Schema, right: Schema) -> Schema:
    """One schema for both; of two keywords that cannot be joined the right one is proposed."""
    if isinstance(left, bool) or isinstance(right, bool):
        if left is False or right is False:
            return False
        return right if isinstance(left, bool) else left
    merged = {**left, **right}
    for keyword in left.keys() & right.keys():
        merged[keyword] = _joined(keyword, left[keyword], right[keyword])
    return merged


def _joined(keyword: str, left: Any, right: Any) -> Any:
    match keyword:
        case "required" | "allOf":
            return [*left, *(item for item in right if item not in left)]
        case "properties":
            return {name: _merged(left.get(name, True), right.get(name, True)) for name in {**left, **right}}
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties":
            return max(left, right)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties":
            return min(left, right)
        case "enum":
            return [choice for choice in left if any(same(choice, other) for other in right)]
        case "type":
            return _joined_types(left, right)
    return right


def _joined_types(left: Any, right: Any) -> list[str]:
    wide, narrow = types_of({"type": left}), types_of({"type": right})
    both = [kind for kind in wide if kind in narrow]
    if "integer" not in both and {"integer", "number"} <= {*wide, *narrow}:
        both.append("integer")
    return both
