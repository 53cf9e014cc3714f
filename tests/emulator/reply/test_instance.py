import json
import re
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from bedrock_emulator.reply.instance import instance_of
from bedrock_emulator.reply.pattern import strings_matching

KEYWORDS = [
    *(
        "type",
        "enum",
        "const",
        "items",
        "minItems",
        "uniqueItems",
        "contains",
        "properties",
        "required",
        "anyOf",
    ),
    *("allOf", "not", "if", "then", "$ref", "$anchor", "$schema", "$id", "pattern", "minLength", "minimum"),
    *("multipleOf", "additionalProperties", "patternProperties", "dependencies", "$defs", "minProperties"),
]
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
    "not a string": {"not": {"type": "string"}},
    "unique values of two types": {
        "type": "array",
        "items": {"type": ["string", "integer"]},
        "minItems": 300,
        "uniqueItems": True,
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
    "an anchor": {"$ref": "#foo", "$defs": {"a": {"$anchor": "foo", "type": "array", "minItems": 2}}},
    "many unique integers": {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 400,
        "uniqueItems": True,
    },
    "many unique objects": {
        "type": "array",
        "items": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        "minItems": 200,
        "uniqueItems": True,
    },
    "unique numbers in a range": {
        "type": "array",
        "items": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "minItems": 9,
        "uniqueItems": True,
    },
    "unique strings of a pattern": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[a-z]+$"},
        "minItems": 9,
        "uniqueItems": True,
    },
    "a large grid": {
        "type": "array",
        "minItems": 50,
        "items": {"type": "array", "minItems": 50, "items": {"type": "integer"}},
    },
    "a long string of a pattern": {"type": "string", "pattern": "^(a+)+$", "minLength": 50},
    "a long string of two parts": {
        "type": "string",
        "pattern": "^[a-z]{1,10}-[0-9]*$",
        "minLength": 30,
        "maxLength": 31,
    },
    "a huge minimum": {"type": "integer", "minimum": 10**400},
    "a huge step": {"type": "number", "multipleOf": 10**400, "minimum": 0.5},
    "a huge exclusive range": {"type": "number", "exclusiveMinimum": 10**400, "exclusiveMaximum": 10**401},
    "a property named type": {
        "type": "object",
        "properties": {"type": {"type": "string"}, "$schema": {"type": "string"}, "items": {"type": "null"}},
        "required": ["type", "$schema", "items"],
    },
    "draft 7 dependencies": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "required": ["a"],
        "dependencies": {"a": ["b"]},
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
        {"$ref": "#/$defs/Missing"},
        {
            "type": "object",
            "properties": {"a": {"$ref": "https://example.com/schema.json"}},
            "required": ["a"],
        },
        {"$ref": "#"},
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
        False,
    ],
    ids=lambda schema: str(schema)[:60],
)
def test_a_schema_that_nothing_fits_gives_an_empty_object(schema):
    assert instance_of(schema) == {}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "any"}, "synthetic value"),
        ({"type": ["any", "null"]}, "synthetic value"),
        ({"type": 7, "minimum": 3}, 3),
        ({"type": "integer", "minimum": "x"}, 1),
        ({"type": "integer", "maximum": [], "multipleOf": 0}, 1),
        ({"type": "string", "pattern": "(", "minLength": -1}, "synthetic value"),
        ({"type": "array", "items": 5, "minItems": "2"}, ["synthetic value"]),
        ({"type": "object", "properties": [], "required": "ab"}, {}),
        ({"$ref": "#/x", "x": {"type": "integer", "minimum": "a"}}, 1),
        ({"$ref": "#/default", "default": {"type": "integer", "minimum": "a"}}, 1),
        ({"then": {"type": "integer"}}, 1),
        (7, "synthetic value"),
    ],
    ids=str,
)
def test_a_malformed_keyword_is_left_out_and_the_rest_is_followed(schema, value):
    assert instance_of(schema) == value


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.sampled_from(["#", "#/items"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYWORDS) | st.text(), inner)
        ),
        max_leaves=12,
    )
)
@settings(deadline=None)
def test_no_document_is_too_strange_to_be_read(document):
    instance_of(document)


TAME = {"type": "integer"}


def nested(levels, wrap, innermost=TAME):
    for _ in range(levels):
        innermost = wrap(innermost)
    return innermost


WRAPS = {
    "objects": lambda inner: {"type": "object", "properties": {"a": inner}, "required": ["a"]},
    "arrays": lambda inner: {"type": "array", "items": inner, "minItems": 1},
    "allOf": lambda inner: {"allOf": [inner]},
    "anyOf": lambda inner: {"anyOf": [inner]},
    "not": lambda inner: {"not": inner},
    "words": lambda inner: {"description": [inner]},
}


@pytest.mark.parametrize("levels", [100, 1000, 10_000])
@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS.keys())
def test_a_schema_of_any_depth_is_answered(wrap, levels):
    json.dumps(instance_of(nested(levels, wrap)))


@pytest.mark.parametrize("levels", [25, 64])
@pytest.mark.parametrize("kind", ["objects", "arrays"])
def test_values_nest_as_deep_as_a_schema_may(kind, levels):
    schema = nested(levels, WRAPS[kind])
    Draft202012Validator(schema).validate(instance_of(schema))


def test_values_nest_through_references():
    names = [f"level{number}" for number in range(60)]
    schema = {
        "$ref": "#/$defs/level0",
        "$defs": {
            name: {"type": "object", "properties": {"a": {"$ref": f"#/$defs/{after}"}}, "required": ["a"]}
            for name, after in pairwise([*names, "leaf"])
        }
        | {"leaf": TAME},
    }
    Draft202012Validator(schema).validate(instance_of(schema))


def grid(*sizes):
    return nested_sizes(sizes, TAME)


def nested_sizes(sizes, inner):
    for size in sizes:
        inner = {"type": "array", "items": inner, "minItems": size}
    return inner


HUGE = {
    "lists of lists": grid(1000, 1000),
    "wide lists of lists": grid(400, 400),
    "deep lists": grid(9, 9, 9, 9, 9, 9),
    "contains": {"type": "array", "items": TAME, "contains": TAME, "minContains": 10**12},
    "minProperties": {"type": "object", "minProperties": 10_000},
    "a branch for each proposal": {"oneOf": [{"type": "integer"}] * 500},
    "unique lists": {"type": "array", "items": grid(50), "minItems": 5000, "uniqueItems": True},
    "references that multiply": {
        "$ref": "#/$defs/level0",
        "$defs": {
            f"level{number}": {
                "type": "object",
                "properties": {name: {"$ref": f"#/$defs/level{(number + 1) % 20}"} for name in "abc"},
                "required": ["a", "b", "c"],
            }
            for number in range(20)
        },
    },
    "patterns on names": {
        "type": "object",
        "patternProperties": {"^(a+)+$": {}},
        "additionalProperties": False,
        "required": ["a" * 60 + "!"],
    },
    "patterns in a dialect": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "string",
        "pattern": "^(a+)+$",
        "format": "email",
        "default": "a" * 60 + "!",
    },
}


@pytest.mark.parametrize("huge", HUGE.values(), ids=HUGE.keys())
def test_a_schema_that_asks_for_much_costs_little_and_leaves_the_other_members(huge):
    steps = 0

    def count(*_):
        nonlocal steps
        steps += 1

    schema = {"type": "object", "properties": {"huge": huge, "tame": TAME}, "required": ["huge", "tame"]}
    sys.setprofile(count)
    try:
        value = instance_of(schema)
    finally:
        sys.setprofile(None)
    assert value["tame"] == 1
    assert steps < 4_000_000


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
    assert re.search(pattern, next(strings_matching(pattern)))


@pytest.mark.parametrize("pattern", ["(", "(a{200}){200}", r"^\ud83c"])
def test_an_unreadable_pattern_gives_no_string(pattern):
    assert not list(strings_matching(pattern))


def test_a_pair_of_surrogates_in_a_pattern_becomes_its_character():
    made = instance_of(
        {
            "type": "object",
            "required": ["emoji"],
            "properties": {"emoji": {"type": "string", "pattern": r"[\ud83c-\udbff][\udc00-\udfff]"}},
        }
    )
    assert made["emoji"].encode()
