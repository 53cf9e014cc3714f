"""Every condition operator, with values that meet it, values that do not, and the key absent."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.auth.conditions import compile_conditions
from bedrock_emulator.auth.patterns import glob
from bedrock_emulator.errors import AdminError

PROFILE = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"


def holds(operator: str, wanted: Any, *values: str) -> bool:
    """Whether a request whose key has these values meets the condition."""
    clauses = compile_conditions({operator: {"aws:Key": wanted}}, variables=True, path="Condition")
    context = {"aws:key": values, "aws:username": ("alice",)} if values else {}
    return all(clause.condition.holds(context) for clause in clauses)


@pytest.mark.parametrize(
    ("operator", "wanted", "met", "missed"),
    [
        ("StringEquals", "a", "a", "A"),
        ("StringEquals", ["a", "b"], "b", "c"),
        ("StringEquals", "a*", "a*", "ab"),
        ("StringEquals", "${aws:username}", "alice", "bob"),
        ("StringEquals", True, "true", "false"),
        ("StringNotEquals", ["a", "b"], "c", "b"),
        ("StringEqualsIgnoreCase", "Claude", "cLAUDE", "nova"),
        ("StringEqualsIgnoreCase", "${aws:username}", "ALICE", "bob"),
        ("StringNotEqualsIgnoreCase", "Claude", "nova", "cLAUDE"),
        ("StringNotEqualsIgnoreCase", "${aws:username}", "bob", "ALICE"),
        ("StringLike", "us-*-?", "us-east-1", "us-east-12"),
        ("StringLike", "${*}", "*", "x"),
        ("StringNotLike", "us-*", "eu-west-1", "us-east-1"),
        ("ArnEquals", "arn:aws:bedrock:*:*:inference-profile/us.*", PROFILE, PROFILE.replace("/us.", "/eu.")),
        ("ArnLike", "arn:aws:bedrock:*:123456789012:*", PROFILE, PROFILE.replace("1234", "4321")),
        ("ArnNotEquals", PROFILE, PROFILE + "x", PROFILE),
        ("ArnNotLike", "arn:aws:bedrock:*:*:inference-profile/global.*", PROFILE, PROFILE.replace("/us.", "/global.")),
        ("Bool", "true", "True", "false"),
        ("Bool", False, "false", "true"),
        ("NumericEquals", 3, "3.0", "4"),
        ("NumericNotEquals", "3", "4", "3"),
        ("NumericLessThan", "3", "2.9", "3"),
        ("NumericLessThanEquals", "3", "3", "3.1"),
        ("NumericGreaterThan", "3", "3.1", "3"),
        ("NumericGreaterThanEquals", "3", "3", "2"),
        ("NumericEquals", "3", "3", "three"),
        ("DateEquals", "2026-01-31T12:00:00Z", "1769860800", "1769860801"),
        ("DateNotEquals", "2026-01-31T12:00:00Z", "2026-01-31T12:00:01Z", "2026-01-31T12:00:00Z"),
        ("DateLessThan", "2026-02-01T00:00:00Z", "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z"),
        ("DateLessThanEquals", "2026-02-01", "2026-02-01T00:00:00Z", "2026-02-01T00:00:01Z"),
        ("DateGreaterThan", 1769860800, "2026-01-31T12:00:01Z", "2026-01-31T12:00:00Z"),
        ("DateGreaterThanEquals", "2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z", "2026-01-31T11:59:59Z"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", "203.0.114.7"),
        ("IpAddress", ["2001:db8::/32", "10.0.0.1"], "10.0.0.1", "not an address"),
        ("NotIpAddress", "203.0.113.0/24", "203.0.114.7", "203.0.113.7"),
    ],
)  # fmt: skip
def test_an_operator_tells_values_apart(operator: str, wanted: Any, met: str, missed: str) -> None:
    assert (holds(operator, wanted, met), holds(operator, wanted, missed)) == (True, False)


@pytest.mark.parametrize(
    ("operator", "holds_without"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
    ],
)
def test_an_absent_key_meets_only_what_is_negated_or_may_be_absent(
    operator: str, holds_without: bool
) -> None:
    assert holds(operator, "a") == holds_without


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("c", "b"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("c", "a"), False),
        ("ForAnyValue:StringNotLikeIfExists", ("a", "c"), True),
    ],
)
def test_a_quantifier_looks_at_every_value(operator: str, values: tuple[str, ...], expected: bool) -> None:
    assert holds(operator, ["a", "b"], *values) == expected


@pytest.mark.parametrize(("wanted", "present", "absent"), [("true", False, True), (False, True, False)])
def test_null_asks_for_the_key_itself(wanted: Any, present: bool, absent: bool) -> None:
    assert (holds("Null", wanted, "x"), holds("Null", wanted)) == (present, absent)


@pytest.mark.parametrize(
    ("operator", "wanted", "words"),
    [
        ("Bool", "yes", '"true" or "false"'),
        ("Null", ["true", "false"], "one value"),
        ("NullIfExists", "true", "stands alone"),
        ("ForAllValues:Null", "true", "stands alone"),
        ("NumericEquals", "x", "no number"),
        ("NumericEquals", "nan", "no number"),
        ("DateLessThan", "tomorrow", "2026-01-31T12:00:00Z"),
        ("IpAddress", "203.0.113", "203.0.113.0/24"),
        ("ArnLike", "us.amazon.nova", "begins with arn:"),
        ("Bool", "${aws:username}", "policy variables stand in"),
        ("BinaryEquals", "eA==", "does not evaluate"),
        ("StringEquals", [], "at least one"),
        ("StringEquals", {"a": 1}, "must be a string"),
        ("StringEquals", None, "must be a string"),
    ],
)
def test_a_value_that_its_operator_cannot_read_is_refused(operator: str, wanted: Any, words: str) -> None:
    with pytest.raises(AdminError) as refused:
        holds(operator, wanted, "x")
    assert words in refused.value.message
    assert (refused.value.path or "").startswith(f"Condition.{operator}")


def by_definition(pattern: str, text: str) -> bool:
    """What `*` and `?` mean, in the plainest way to say it."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(by_definition(pattern[1:], text[index:]) for index in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and by_definition(pattern[1:], text[1:])


@given(pattern=st.text("ab*?.\n\\", max_size=6), text=st.text("ab.\n\\*", max_size=6))
def test_wildcards_mean_what_they_are_defined_to_mean(pattern: str, text: str) -> None:
    compiled = glob(pattern, variables=False, path="")
    assert compiled.matches(text, {}) == by_definition(pattern, text)
