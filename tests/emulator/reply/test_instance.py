import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from bedrock_emulator.reply.instance import instance_of
from bedrock_emulator.reply.pattern import UnreadablePatternError, string_matching

SMALL = st.integers(0, 4)
NAMES = st.sampled_from(["a", "b", "city", "size"])


def _pair(strategy, low, high):
    """Two ordered bounds, each of which may be missing."""
    return st.tuples(strategy, strategy).flatmap(
        lambda ends: st.fixed_dictionaries({}, optional={low: st.just(min(ends)), high: st.just(max(ends))})
    )


STRINGS = st.builds(
    lambda bounds, extra: {"type": "string", **bounds, **extra},
    _pair(st.integers(0, 40), "minLength", "maxLength"),
    st.just({}),
) | st.sampled_from(
    [
        {"type": "string", "format": "date"},
        {"type": "string", "format": "uuid"},
        {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,}$"},
        {"type": "string", "pattern": r"^\d+(\.\d+)?$"},
    ]
)
INTEGERS = st.builds(
    lambda bounds, step: {"type": "integer", **bounds, **step},
    st.integers(-50, 50).map(lambda low: {"minimum": low, "maximum": low + 30}) | st.just({}),
    st.sampled_from([{}, {"multipleOf": 5}, {"multipleOf": 7}]),
)
NUMBERS = st.builds(
    lambda low, width, kind: {"type": "number", kind[0]: low, kind[1]: low + width},
    st.integers(-1000, 1000).map(lambda number: number / 8),
    st.sampled_from([0.125, 0.25, 1, 10.5]),
    st.sampled_from([("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum")]),
)
ENUMS = st.lists(st.none() | st.booleans() | st.integers() | st.text(), min_size=1).map(
    lambda items: {"enum": items}
)
LEAVES = STRINGS | INTEGERS | NUMBERS | ENUMS | st.just({"type": ["string", "null"]}) | st.just({"const": 0})


def _object(properties, required):
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in required if name in properties],
        "additionalProperties": False,
    }


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(_object, st.dictionaries(NAMES, inner, max_size=3), st.lists(NAMES, unique=True))
        | st.builds(
            lambda items, bounds: {"type": "array", "items": items, **bounds},
            inner,
            _pair(SMALL, "minItems", "maxItems"),
        )
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts})
        | st.builds(lambda part: {"allOf": [part], "description": "wrapped"}, inner)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(SCHEMAS)
def test_an_instance_validates(schema):
    Draft202012Validator(schema).validate(instance_of(schema))


@settings(deadline=None)
@given(st.lists(SCHEMAS, min_size=1, max_size=3))
def test_an_instance_validates_through_references(schemas):
    names = [f"Part{number}" for number in range(len(schemas))]
    schema = {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in names},
        "required": names,
        "$defs": dict(zip(names, schemas, strict=True)),
    }
    Draft202012Validator(schema).validate(instance_of(schema))


TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            },
            "required": ["value", "children", "next"],
        }
    },
}


def test_a_recursive_schema_gives_a_shallow_value():
    assert instance_of(TREE) == {"value": 1, "children": [], "next": None}


SPECIAL = {
    "unique enum items": {
        "type": "array",
        "items": {"enum": ["x", "y", "z"]},
        "minItems": 3,
        "uniqueItems": True,
    },
    "unique objects": {
        "type": "array",
        "items": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        "minItems": 4,
        "uniqueItems": True,
    },
    "unique strings": {"type": "array", "items": {"type": "string"}, "minItems": 5, "uniqueItems": True},
    "a tuple": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "null"}],
        "items": False,
        "minItems": 2,
    },
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"const": 9}},
    "oneOf that overlaps": {
        "oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 5}],
    },
    "a discriminated union": {
        "oneOf": [
            {
                "type": "object",
                "properties": {"kind": {"const": kind}, kind: {"type": "string"}},
                "required": ["kind", kind],
            }
            for kind in ("cat", "dog")
        ]
    },
    "not": {"type": "integer", "not": {"const": 1}},
    "if then else": {
        "type": "object",
        "properties": {"country": {"enum": ["US", "CA"]}, "zip": {"type": "string"}},
        "required": ["country"],
        "if": {"properties": {"country": {"const": "US"}}},
        "then": {"required": ["zip"]},
    },
    "minProperties": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 3},
    "patternProperties": {
        "type": "object",
        "patternProperties": {"^x-[0-9]$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 1,
    },
    "propertyNames": {"type": "object", "propertyNames": {"pattern": "^k"}, "minProperties": 2},
    "dependentRequired": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "required": ["a"],
        "dependentRequired": {"a": ["b"]},
    },
    "required without a definition": {"type": "object", "required": ["anything"]},
    "allOf of references": {
        "allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}],
        "$defs": {
            "A": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            "B": {"type": "object", "properties": {"b": {"enum": ["q"]}}, "required": ["b"]},
        },
    },
    "a decimal step": {"type": "number", "minimum": 0.5, "exclusiveMaximum": 1, "multipleOf": 0.25},
    "a reference with escapes": {
        "$ref": "#/$defs/a~1b%20c",
        "$defs": {"a/b c": {"type": "array", "items": {"const": 5}, "minItems": 2}},
    },
    "draft 7 with a tuple": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "array",
        "items": [{"type": "integer"}, {"type": "string"}],
        "additionalItems": False,
        "minItems": 2,
    },
    "anything": {},
    "true": True,
    "an integral float bound": {"type": "string", "minLength": 30.0},
}


@pytest.mark.parametrize("schema", SPECIAL.values(), ids=SPECIAL.keys())
def test_an_instance_validates_for_each_keyword(schema):
    validator_for(schema, default=Draft202012Validator)(schema).validate(instance_of(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objet"},
        {"type": "integer", "minimum": "x"},
        {"$ref": "#/$defs/Missing"},
        {
            "type": "object",
            "properties": {"a": {"$ref": "https://example.com/schema.json"}},
            "required": ["a"],
        },
        {"$ref": "#"},
        {"$ref": "#/x", "x": {"type": "integer", "minimum": "a"}},
        {"$ref": "#anchor"},
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "object", "properties": {"self": {"$ref": "#"}}, "required": ["self"]},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "items": {"type": "array", "minItems": 9000}, "minItems": 9000},
        {
            "anyOf": [{"$ref": "#/$defs/a"}] * 9,
            "$defs": {
                "a": {"anyOf": [{"$ref": "#/$defs/b"}] * 9},
                "b": {"anyOf": [{"$ref": "#/$defs/a"}] * 9},
            },
        },
        {"type": "string", "pattern": "("},
        False,
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_a_schema_that_nothing_fits_gives_an_empty_object(schema):
    assert instance_of(schema) == {}


def test_given_members_are_kept_only_where_they_fit():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    }
    assert instance_of(schema, {"a": 7, "b": "seven"}) == {"a": 7, "b": 1}


@pytest.mark.parametrize(
    "pattern",
    [
        "^abc$",
        "^[a-z]+@[a-z]+\\.com$",
        "^(cat|dog)s?$",
        "[^a0]",
        r"^\d{3}-\w{2}\s$",
        "^(ab){2,}$",
        r"^(.)\1$",
        r"\D",
    ],
)
def test_a_string_is_made_that_its_pattern_accepts(pattern):
    assert re.search(pattern, string_matching(pattern))


@pytest.mark.parametrize("pattern", ["(", "(a{200}){200}"])
def test_an_unreadable_pattern_is_refused(pattern):
    with pytest.raises(UnreadablePatternError):
        string_matching(pattern)
