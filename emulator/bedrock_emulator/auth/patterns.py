"""Texts of a policy that stand for many: wildcards, ARNs with wildcards, and policy variables.

Patterns are compiled once, by RE2, which cannot be made slow by whoever writes the policy.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import re2

from bedrock_emulator.errors import AdminError

Context: TypeAlias = Mapping[str, Sequence[str]]
"""What is known about a request: the values of each condition key, whose name is in lower case."""

ARN_FIELDS = 6

LONGEST = 2_048
"""Characters of one text of a policy, as many as ARNs have [docs]."""

_VARIABLE = re.compile(r"\$\{(?P<name>[^}]*)\}")
_DEFAULT = re.compile(r"(?P<key>[^,]+?)\s*,\s*'(?P<default>[^']*)'")
_SPECIAL = ("*", "?", "$")
"""What `${*}`, `${?}` and `${$}` stand for: the characters themselves [docs]."""


@dataclass(frozen=True, slots=True)
class _Variable:
    """A value that is known when a request comes."""

    key: str
    default: str | None

    def value(self, context: Context) -> str | None:
        values = context.get(self.key, ())
        return values[0] if len(values) == 1 else self.default


@dataclass(frozen=True, slots=True)
class _Wildcard:
    expression: str


_Part: TypeAlias = str | _Variable | _Wildcard


class Pattern:
    """A compiled text; one with variables is completed for each request."""

    __slots__ = ("_compiled", "_ignore_case", "_parts", "text")

    def __init__(self, text: str, parts: Sequence[_Part], *, ignore_case: bool = False) -> None:
        self.text = text
        self._parts = tuple(parts)
        self._ignore_case = ignore_case
        fixed = not any(isinstance(part, _Variable) for part in parts)
        self._compiled = _compile(self._parts, {}, ignore_case=ignore_case) if fixed else None

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def matches(self, text: str, context: Context) -> bool:
        """Whether it stands for this text; with a variable that has no value it stands for nothing [docs]."""
        compiled = self._compiled or _compile(self._parts, context, ignore_case=self._ignore_case)
        return compiled is not None and compiled.fullmatch(text) is not None


def exact(text: str, *, ignore_case: bool, variables: bool, path: str) -> Pattern:
    """A text without wildcards, such as StringEquals compares with.

    Raises:
        AdminError: a variable that cannot be.
    """
    return Pattern(
        text, tuple(_read_variables(_bounded(text, path), variables, path)), ignore_case=ignore_case
    )


def glob(text: str, *, ignore_case: bool = False, variables: bool, path: str) -> Pattern:
    """A text in which `*` stands for any characters and `?` for any one of them.

    Raises:
        AdminError: a variable that cannot be.
    """
    parts = tuple(_wild(_read_variables(_bounded(text, path), variables, path), "."))
    return Pattern(text, parts, ignore_case=ignore_case)


def arn_glob(text: str, *, variables: bool, path: str) -> Pattern:
    """An ARN with wildcards, which stand for nothing beyond their own field; missing fields are any [docs].

    Raises:
        AdminError: a variable that cannot be.
    """
    if text == "*":
        return glob(text, variables=False, path=path)
    fields = _split_arn(_bounded(text, path))
    fields += ["*"] * (ARN_FIELDS - len(fields))
    parts: list[_Part] = []
    for index, field in enumerate(fields):
        parts += [":"] if index else []
        anything = "." if index == ARN_FIELDS - 1 else "[^:]"
        parts += _wild(_read_variables(field, variables, path), anything)
    return Pattern(text, parts)


def has_variables(text: str) -> bool:
    """Whether a text refers to a policy variable."""
    return _VARIABLE.search(text) is not None


def keys_without_default(text: str) -> list[str]:
    """The condition keys that must have a value for the text to stand for anything."""
    names = (found["name"] for found in _VARIABLE.finditer(text))
    return [name for name in names if name not in _SPECIAL and not _DEFAULT.fullmatch(name)]


def _bounded(text: str, path: str) -> str:
    if len(text) > LONGEST:
        raise AdminError(400, f"must be at most {LONGEST:,} characters long", path=path)
    return text


def _split_arn(text: str) -> list[str]:
    """The fields of an ARN; the colons within a variable separate nothing."""
    hidden = _VARIABLE.sub(lambda found: found[0].replace(":", "\0"), text)
    return [field.replace("\0", ":") for field in hidden.split(":", ARN_FIELDS - 1)]


def _read_variables(text: str, variables: bool, path: str) -> Iterator[_Part]:  # noqa: FBT001
    """The text in pieces; without `variables` (Version 2008-10-17) `${` means itself [docs]."""
    if not variables:
        yield text
        return
    end = 0
    for found in _VARIABLE.finditer(text):
        yield text[end : found.start()]
        yield _read_variable(found["name"], path)
        end = found.end()
    yield text[end:]


def _read_variable(name: str, path: str) -> _Part:
    if name in _SPECIAL:
        return _Wildcard(re2.escape(name))
    given = _DEFAULT.fullmatch(name)
    key = given["key"] if given else name
    if not re.fullmatch(r"[\w-]+:[\w:./=+@-]+", key):
        message = (
            f"${{{name}}} is no policy variable; write ${{aws:username}} or ${{aws:username, 'default'}}"
        )
        raise AdminError(400, message, path=path)
    return _Variable(key.lower(), given["default"] if given else None)


def _wild(parts: Iterator[_Part], anything: str) -> Iterator[_Part]:
    for part in parts:
        if not isinstance(part, str):
            yield part
            continue
        for piece in re.split(r"([*?])", part):
            yield _Wildcard({"*": f"{anything}*", "?": anything}[piece]) if piece in {"*", "?"} else piece


def _compile(parts: Sequence[_Part], context: Context, *, ignore_case: bool) -> "re2._Regexp[str] | None":
    expression = "(?is)" if ignore_case else "(?s)"
    for part in parts:
        if isinstance(part, _Wildcard):
            expression += part.expression
            continue
        text = part.value(context) if isinstance(part, _Variable) else part
        if text is None:
            return None
        expression += re2.escape(text)
    return re2.compile(expression)
