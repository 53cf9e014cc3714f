"""The Condition block of a policy statement: operators, quantifiers, and what an absent key means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bedrock_emulator.auth.operators import NOT_SUPPORTED, OPERATORS, Test, read_boolean
from bedrock_emulator.auth.patterns import Context
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path

_Quantifier: TypeAlias = Literal["ForAllValues", "ForAnyValue"]

_IF_EXISTS = "IfExists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of a Condition block."""

    key: str
    """In lower case: the names of condition keys have no case [docs]."""
    tests: tuple[Test, ...]
    """One of them must pass; none of them when `negated`."""
    negated: bool
    if_exists: bool
    quantifier: _Quantifier | None

    def holds(self, context: Context) -> bool:
        """Whether the request meets it."""
        values = context.get(self.key, ())
        if not values:
            return self._holds_for_nothing()
        outcomes = (self._holds_for(value, context) for value in values)
        return all(outcomes) if self.quantifier == "ForAllValues" else any(outcomes)

    def _holds_for_nothing(self) -> bool:
        """A request without the key: only a negated operator is true by itself [docs]."""
        if self.quantifier == "ForAllValues":
            return True
        return self.if_exists or (self.negated and self.quantifier is None)

    def _holds_for(self, value: str, context: Context) -> bool:
        return any(test(value, context) for test in self.tests) != self.negated


@dataclass(frozen=True, slots=True)
class Presence:
    """The operator Null."""

    key: str
    absent: bool

    def holds(self, context: Context) -> bool:
        """Whether the key is there, or is not, as the policy wants."""
        return bool(context.get(self.key)) != self.absent


@dataclass(frozen=True, slots=True)
class Clause:
    """A compiled condition, and what the document says of it."""

    condition: Condition | Presence
    key: str
    values: tuple[str, ...]
    path: str


def compile_conditions(document: Any, *, variables: bool, path: str) -> list[Clause]:
    """The conditions of a block; all must hold.

    Raises:
        AdminError: it is malformed, or uses an operator that does not exist.
    """
    if not isinstance(document, Mapping):
        raise AdminError(400, "must be an object of operators", path=path)
    compiled = []
    for operator, keys in document.items():
        place = join_path(path, operator)
        if not isinstance(keys, Mapping):
            message = (
                f'must be an object of condition keys, as in {{"{operator}": {{"aws:username": "alice"}}}}'
            )
            raise AdminError(400, message, path=place)
        for key, values in keys.items():
            at = join_path(place, key)
            texts = _texts(values, at)
            compiled.append(Clause(_compile(operator, key, texts, variables, place), key, texts, at))
    return compiled


def _compile(
    name: str,
    key: str,
    values: Sequence[str],
    variables: bool,  # noqa: FBT001
    path: str,
) -> Condition | Presence:
    quantifier, base, if_exists = _read_operator(name, path)
    place = join_path(path, key)
    if base == "Null":
        if len(values) != 1:
            raise AdminError(400, 'Null takes one value, "true" or "false"', path=place)
        return Presence(key.lower(), read_boolean(values[0], place))
    read, negated = OPERATORS[base]
    return Condition(
        key=key.lower(),
        tests=tuple(read(value, variables=variables, path=place) for value in values),
        negated=negated,
        if_exists=if_exists,
        quantifier=quantifier,
    )


def _read_operator(name: str, path: str) -> tuple[_Quantifier | None, str, bool]:
    prefix, colon, rest = name.rpartition(":")
    base = rest.removesuffix(_IF_EXISTS)
    if colon and prefix not in {"ForAllValues", "ForAnyValue"}:
        known = ("ForAllValues", "ForAnyValue")
        raise AdminError(400, f"no quantifier is called {prefix!r}{did_you_mean(prefix, known)}", path=path)
    if base in NOT_SUPPORTED:
        raise AdminError(400, f"the emulator does not evaluate {base}; remove the condition", path=path)
    if base not in OPERATORS and base != "Null":
        known_operators = [*OPERATORS, "Null"]
        raise AdminError(
            400, f"no condition operator is called {base!r}{did_you_mean(base, known_operators)}", path=path
        )
    if base == "Null" and (colon or rest != base):
        raise AdminError(400, "Null stands alone, without IfExists or a quantifier", path=path)
    return (
        ("ForAllValues" if prefix == "ForAllValues" else "ForAnyValue" if colon else None),
        base,
        rest != base,
    )


def _texts(values: Any, path: str) -> tuple[str, ...]:
    """The values of a key: one or a list, numbers and booleans as their texts."""
    several = values if isinstance(values, list) else [values]
    if not several:
        raise AdminError(400, "name at least one value", path=path)
    for value in several:
        if not isinstance(value, str | bool | int | float):
            raise AdminError(400, "must be a string, a number, a boolean, or a list of them", path=path)
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in several)
