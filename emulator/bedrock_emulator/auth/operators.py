"""The operators of conditions: how each reads the values of a policy, and compares with those of a request."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import TypeAlias

from bedrock_emulator.auth.patterns import Context, arn_glob, exact, glob, has_variables
from bedrock_emulator.errors import AdminError

Test: TypeAlias = Callable[[str, Context], bool]
"""Whether a value of the request is the one that the policy names."""

ReadValue: TypeAlias = Callable[..., Test]
"""Turns a value of a policy into its test; takes `variables` and `path` by name."""

_BOOLEANS = {"true": True, "false": False}


def _string(value: str, *, ignore_case: bool = False, variables: bool, path: str) -> Test:
    return exact(value, ignore_case=ignore_case, variables=variables, path=path).matches


def _like(value: str, *, variables: bool, path: str) -> Test:
    return glob(value, variables=variables, path=path).matches


def _arn(value: str, *, variables: bool, path: str) -> Test:
    if not value.startswith(("arn:", "*", "${")):
        raise AdminError(400, f"{value!r} is no ARN; it begins with arn:", path=path)
    return arn_glob(value, variables=variables, path=path).matches


def _bool(value: str, *, variables: bool, path: str) -> Test:
    _refuse_variables(value, variables, path)
    wanted = read_boolean(value, path)
    return lambda given, _: _BOOLEANS.get(given.lower()) is wanted


def _numeric(compare: Callable[[float, float], bool], value: str, *, variables: bool, path: str) -> Test:
    _refuse_variables(value, variables, path)
    wanted = _number(value)
    if wanted is None:
        raise AdminError(400, f"{value!r} is no number", path=path)
    return partial(_compare, compare, wanted, _number)


def _date(compare: Callable[[float, float], bool], value: str, *, variables: bool, path: str) -> Test:
    _refuse_variables(value, variables, path)
    wanted = _instant(value)
    if wanted is None:
        message = f"{value!r} is no date; write 2026-01-31T12:00:00Z, or seconds since 1970"
        raise AdminError(400, message, path=path)
    return partial(_compare, compare, wanted, _instant)


def _address(value: str, *, variables: bool, path: str) -> Test:
    _refuse_variables(value, variables, path)
    try:
        network = ip_network(value, strict=False)
    except ValueError as error:
        message = f"{value!r} is no IP address or range; write 203.0.113.0/24"
        raise AdminError(400, message, path=path) from error
    return lambda given, _: _is_within(given, network)


def _is_within(given: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(given) in network
    except ValueError:
        return False


def _compare(
    compare: Callable[[float, float], bool],
    wanted: float,
    read: Callable[[str], float | None],
    given: str,
    _: Context,
) -> bool:
    value = read(given)
    return value is not None and compare(value, wanted)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _instant(text: str) -> float | None:
    """Seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _number(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_boolean(text: str, path: str) -> bool:
    """The truth value that a policy writes as a text.

    Raises:
        AdminError: it is another text.
    """
    if text.lower() not in _BOOLEANS:
        raise AdminError(400, f'{text!r} must be "true" or "false"', path=path)
    return _BOOLEANS[text.lower()]


def _refuse_variables(value: str, variables: bool, path: str) -> None:  # noqa: FBT001
    if variables and has_variables(value):
        message = "policy variables stand in Resource and in the values of String and Arn operators only"
        raise AdminError(400, message, path=path)


OPERATORS: Mapping[str, tuple[ReadValue, bool]] = MappingProxyType(
    {
        "StringEquals": (_string, False),
        "StringNotEquals": (_string, True),
        "StringEqualsIgnoreCase": (partial(_string, ignore_case=True), False),
        "StringNotEqualsIgnoreCase": (partial(_string, ignore_case=True), True),
        "StringLike": (_like, False),
        "StringNotLike": (_like, True),
        "ArnEquals": (_arn, False),
        "ArnNotEquals": (_arn, True),
        "ArnLike": (_arn, False),
        "ArnNotLike": (_arn, True),
        "Bool": (_bool, False),
        "NumericEquals": (partial(_numeric, eq), False),
        "NumericNotEquals": (partial(_numeric, eq), True),
        "NumericLessThan": (partial(_numeric, lt), False),
        "NumericLessThanEquals": (partial(_numeric, le), False),
        "NumericGreaterThan": (partial(_numeric, gt), False),
        "NumericGreaterThanEquals": (partial(_numeric, ge), False),
        "DateEquals": (partial(_date, eq), False),
        "DateNotEquals": (partial(_date, eq), True),
        "DateLessThan": (partial(_date, lt), False),
        "DateLessThanEquals": (partial(_date, le), False),
        "DateGreaterThan": (partial(_date, gt), False),
        "DateGreaterThanEquals": (partial(_date, ge), False),
        "IpAddress": (_address, False),
        "NotIpAddress": (_address, True),
    }
)
"""How each operator reads its values, and whether it is the negation of another; ArnEquals and ArnLike behave alike [docs]."""

NOT_SUPPORTED = frozenset({"BinaryEquals"})
"""Operators that exist, for keys that no Bedrock request has."""
