"""A small value that validates against a JSON schema.

Propose, then check: each kind of schema proposes plain values in order of preference, and the first that
conforms is taken. Required members are filled and optional ones left out, so that recursive schemas end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from typing import Any

from bedrock_emulator.depth import is_deeper
from bedrock_emulator.reply.pattern import strings_matching
from bedrock_emulator.reply.reading import Schema
from bedrock_emulator.reply.scalars import MAX_SIZE, numbers, strings
from bedrock_emulator.reply.schema import Judge, SchemaError, identity, matches, types_of

_LEVELS = (6, 12, 24, 64)
"""How deep values may nest: the shallow try comes first, so that a recursive schema gives a shallow value."""
_SCHEMA_LEVELS = 160
"""How deep a schema itself may nest: two levels of JSON for each object, and some to spare."""
_MISSES = 200
"""How many proposals in a row may fail."""
_STEPS = 12_000
"""What a value may cost, so that any schema is answered or given up within about a tenth of a second."""
_NOTHING = object()

_HINTS = {  # keywords that betray the type of a schema that names none
    "object": ("properties", "required", "additionalProperties", "minProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "uniqueItems", "contains"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_ANY_TYPE = ("string", "integer", "object", "array", "boolean", "null")


def instance_of(schema: Any, given: Mapping[str, Any] | None = None) -> Any:
    """A value that conforms to `schema`; members that `given` holds are kept where they fit.

    Where nothing fits, or finding it would take too long, the value is an object with those of the required
    members that can be made.
    """
    if is_deeper(schema, _SCHEMA_LEVELS):
        return {}
    judge = Judge(schema)
    value = _made(judge, judge.root, "value", given or {}, steps=_STEPS)
    return _required_members(judge, given or {}) if value is _NOTHING else value


def _made(judge: Judge, schema: Schema, name: str, given: Mapping[str, Any], *, steps: int) -> Any:
    """The first value that fits, or _NOTHING."""
    judge.budget = steps
    try:
        tries = (_Maker(judge, levels).first(schema, name, given) for levels in _LEVELS)
        return next((value for value in tries if value is not _NOTHING), _NOTHING)
    except (SchemaError, RecursionError):
        return _NOTHING


def _required_members(judge: Judge, given: Mapping[str, Any]) -> dict[str, Any]:
    """Each required member by itself: one that cannot be made does not take the others along."""
    root = judge.root if isinstance(judge.root, Mapping) else {}
    names = root.get("required", ())
    made: dict[str, Any] = {}
    for name in names:
        part = {"properties": {name: _member(name, root)}, "required": [name], "type": ["object"]}
        share = {key: value for key, value in given.items() if key == name}
        made.update(_found(_made(judge, part, name, share, steps=_STEPS // len(names))))
    return made


def _found(value: Any) -> Mapping[str, Any]:
    return {} if value is _NOTHING else value


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the value something is made, and which references led there."""

    name: str
    depth: int = 0
    above: frozenset[str] = frozenset()
    """The references that values around this one are made from."""
    here: frozenset[str] = frozenset()

    def inside(self, name: str) -> "_Place":
        return _Place(name, self.depth + 1, self.above | self.here)

    def behind(self, reference: str) -> "_Place":
        return replace(self, here=self.here | {reference})


class _Kept:
    """The values that fit a schema, made as they are asked for, and each only once."""

    __slots__ = ("_more", "schema", "values")

    def __init__(self, schema: Schema, more: Iterator[Any]) -> None:
        self.schema = schema  # kept alive, for its id is a key
        self.values: list[Any] = []
        self._more = more

    def __iter__(self) -> Iterator[Any]:
        for at in count():
            if at == len(self.values):
                value = next(self._more, _NOTHING)
                if value is _NOTHING:
                    return
                self.values.append(value)
            yield self.values[at]


class _Maker:
    """Makes values inside one schema document."""

    def __init__(self, judge: Judge, levels: int) -> None:
        self.judge = judge
        self.levels = levels
        self.kept: dict[tuple[int, _Place], _Kept] = {}

    def first(self, schema: Schema, name: str, given: Mapping[str, Any]) -> Any:
        return next(self._fits(schema, _Place(name), given), _NOTHING)

    def find(self, schema: Schema, place: _Place) -> Any:
        """The first proposal that conforms, or _NOTHING."""
        return next(iter(self.fitting(schema, place)), _NOTHING)

    def fitting(self, schema: Schema, place: _Place) -> _Kept:
        key = (id(schema), place)
        if key not in self.kept:
            self.kept[key] = _Kept(schema, self._fits(schema, place))
        return self.kept[key]

    def _fits(self, schema: Schema, place: _Place, given: Any = None) -> Iterator[Any]:
        misses = 0
        for value in self.propose(schema, place, given):
            if self.judge.accepts(value, schema):
                misses = 0
                yield value
                continue
            misses += 1
            if misses > _MISSES:
                return

    def propose(self, schema: Schema, place: _Place, given: Any = None) -> Iterator[Any]:
        self.judge.charge(1)
        if place.depth > self.levels:
            return
        if isinstance(schema, bool):
            yield from (f"synthetic {place.name}",) if schema else ()
        elif "$ref" in schema:
            yield from self._referred(schema, place, given)
        elif "const" in schema:
            yield schema["const"]
        elif "enum" in schema:
            yield from schema["enum"]
        else:
            yield from self._open(schema, place, given)

    def _referred(self, schema: Mapping[str, Any], place: _Place, given: Any) -> Iterator[Any]:
        reference = schema["$ref"]
        if reference not in place.here:  # else it leads only back to itself
            target = _merged(self.judge.resolve(reference), _without(schema, "$ref"))
            yield from self.propose(target, place.behind(reference), given)

    def _open(self, schema: Mapping[str, Any], place: _Place, given: Any) -> Iterator[Any]:
        """A schema without const, enum and $ref: combinations first, then the types."""
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                rest = _without(schema, keyword)
                for branch in sorted(schema[keyword], key=lambda part: _leads_back(part, place)):
                    yield from self.propose(_merged(rest, branch), place, given)
                return
        if "allOf" in schema:
            merged: Schema = _without(schema, "allOf")
            for part in schema["allOf"]:
                merged = _merged(merged, self._resolved(part))
            yield from self.propose(merged, place, given)
        elif "then" in schema:
            rest = _without(schema, "if", "then", "else")
            chosen = {"allOf": [schema.get("if", True), schema["then"]]}
            for part in (chosen, schema.get("else", True), True):
                yield from self.propose(_merged(rest, part), place, given)
        else:
            yield from self._by_type(schema, place, given)

    def _by_type(self, schema: Mapping[str, Any], place: _Place, given: Any) -> Iterator[Any]:
        if "default" in schema and schema["default"] is not None and not given:
            yield schema["default"]
        kinds = types_of(schema) or _guessed_types(schema)
        for most in (1, None) if len(kinds) > 1 else (None,):  # one of each kind before all of the first
            for kind in kinds:
                yield from islice(self._of_kind(kind, schema, place, given), most)

    def _of_kind(self, kind: str, schema: Mapping[str, Any], place: _Place, given: Any) -> Iterator[Any]:
        match kind:
            case "object":
                return self._objects(schema, place, given or {})
            case "array":
                return self._arrays(schema, place)
            case "string":
                return strings(schema, place.name)
            case "integer" | "number":
                return numbers(schema)
            case "boolean":
                return iter((True, False))
        return iter((None,))

    def _objects(self, schema: Mapping[str, Any], place: _Place, given: Mapping[str, Any]) -> Iterator[Any]:
        wanted = list(dict.fromkeys([*schema.get("required", ()), *given]))
        smallest = self._filled(wanted, schema, place, given)
        if smallest is None:
            return
        yield smallest
        for partners in schema.get("dependentRequired", {}).values():
            wanted += partners
        wanted += schema.get("properties", {})
        fullest = self._filled(list(dict.fromkeys(wanted)), schema, place, given) or smallest
        yield fullest
        yield from self._padded(fullest, schema, place)
        yield from self._varied(smallest or fullest, schema, place)

    def _filled(
        self, names: Sequence[str], schema: Mapping[str, Any], place: _Place, given: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        required = frozenset(schema.get("required", ()))
        filled = {}
        for name in names:
            part = _member(name, schema)
            if name in given and self.judge.accepts(given[name], part):
                filled[name] = given[name]
                continue
            value = self.find(part, place.inside(name))
            if value is not _NOTHING:
                filled[name] = value
            elif name in required:
                return None
        return filled

    def _padded(self, base: Mapping[str, Any], schema: Mapping[str, Any], place: _Place) -> Iterator[Any]:
        """With members of free names until minProperties is reached."""
        missing = schema.get("minProperties", 0) - len(base)
        if missing <= 0 or missing > MAX_SIZE:
            return
        patterns = schema.get("patternProperties", {})
        names = chain(
            *(islice(strings_matching(pattern), missing) for pattern in patterns),
            islice(self.propose(schema.get("propertyNames", True), place.inside("key")), _MISSES),
            (f"key{number}" for number in count(1)),
        )
        added = dict(base)
        for name in islice(names, 2 * _MISSES + missing):
            if len(added) >= len(base) + missing:
                break
            if isinstance(name, str) and name not in added:
                added.update(self._filled([name], schema, place, {}) or {})
        yield added

    def _varied(self, base: Mapping[str, Any], schema: Mapping[str, Any], place: _Place) -> Iterator[Any]:
        """The same object with other values, for lists whose items must differ."""
        for name in base:
            for value in self.fitting(_member(name, schema), place.inside(name)):
                yield {**base, name: value}

    def _arrays(self, schema: Mapping[str, Any], place: _Place) -> Iterator[Any]:
        prefix, rest = schema.get("prefixItems", []), schema.get("items", True)
        least, most = schema.get("minItems", 0), schema.get("maxItems", MAX_SIZE)
        friendly = 0 if _leads_back(rest, place) else 1
        for size in dict.fromkeys([min(max(least, len(prefix), friendly), most), least]):
            self.judge.charge(size)
            yield from self._items([*prefix, *[rest] * (size - len(prefix))][:size], schema, place)
        if "contains" in schema:
            size = max(least, schema.get("minContains", 1))
            self.judge.charge(size)
            yield from self._items([schema["contains"]] * size, schema, place)
        if not prefix and least <= 1 <= most:
            yield from ([item] for item in self.fitting(rest, place.inside(place.name)))

    def _items(
        self, parts: Sequence[Schema], schema: Mapping[str, Any], place: _Place
    ) -> Iterator[list[Any]]:
        """One list with an item for each part, if each can be made."""
        inner = place.inside(place.name)
        unique = schema.get("uniqueItems", False)
        made: list[Any] = []
        seen = set()
        for at, part in enumerate(parts):
            if not unique or at == 0 or part is not parts[at - 1]:
                values = iter(self.fitting(part, inner))
            fresh = (value for value in islice(values, _MISSES) if not unique or identity(value) not in seen)
            value = next(fresh, _NOTHING)
            if value is _NOTHING:
                return
            made.append(value)
            if unique:
                seen.add(identity(value))
        yield made

    def _resolved(self, schema: Schema) -> Schema:
        """A part of allOf with its references followed, so that it can be merged."""
        for _ in range(self.levels):
            if not isinstance(schema, Mapping) or "$ref" not in schema:
                break
            schema = _merged(self.judge.resolve(schema["$ref"]), _without(schema, "$ref"))
        return schema


def _member(name: str, schema: Mapping[str, Any]) -> Schema:
    """The schema of one member, by name, by pattern or by what additional members may be."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if name in properties:
        return properties[name]
    patterns: Mapping[str, Schema] = schema.get("patternProperties", {})
    additional: Schema = schema.get("additionalProperties", True)
    return next((part for pattern, part in patterns.items() if matches(pattern, name)), additional)


def _leads_back(schema: Schema, place: _Place) -> bool:
    """Whether a schema leads straight back to one that is being filled."""
    return isinstance(schema, Mapping) and schema.get("$ref") in place.above | place.here


def _without(schema: Mapping[str, Any], *keywords: str) -> dict[str, Any]:
    return {keyword: value for keyword, value in schema.items() if keyword not in keywords}


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
            both = set(map(identity, right))
            return [choice for choice in left if identity(choice) in both]
        case "type":
            return _joined_types(left, right)
    return right


def _joined_types(left: Any, right: Any) -> list[str]:
    wide, narrow = types_of({"type": left}), types_of({"type": right})
    both = [kind for kind in wide if kind in narrow]
    if "integer" not in both and {"integer", "number"} <= {*wide, *narrow}:
        both.append("integer")
    return both
