"""Identity-based policies: the grammar of AWS, compiled once, and the decision about one action on one resource."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bedrock_emulator.auth.condition_keys import check_key
from bedrock_emulator.auth.conditions import Condition, Presence, compile_conditions
from bedrock_emulator.auth.patterns import Context, Pattern, arn_glob, glob, keys_without_default
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.nearest import did_you_mean, nearest
from bedrock_emulator.state.schema import join_path

SERVICE_PREFIX = "bedrock:"
"""How the actions of both planes begin [docs]."""

_CURRENT, _OLD = "2012-10-17", "2008-10-17"
"""The versions of the grammar; without one it is the old, which has no variables [docs]."""

_POLICY_MEMBERS = ("Version", "Id", "Statement")
_STATEMENT_MEMBERS = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_EFFECTS = ("Allow", "Deny")

_MODEL = "anthropic.claude-*"

_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


class Decision(Enum):
    """What the policies of a caller say about a request."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "no statement allows it"
    DENIED = "a statement denies it"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a policy may speak of, so that a mistyped name is found when it is loaded and not by a lost day."""

    actions: Collection[str] = ()
    """Actions of the service, without its prefix."""
    operations: Mapping[str, str] = field(default_factory=dict)
    """Operations that are no actions, with the action that each needs."""
    context_keys: Collection[str] = ()
    """Condition keys, in lower case, whose values the IAM document gives."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """Action or NotAction, Resource or NotResource."""

    patterns: tuple[Pattern, ...]
    negated: bool

    def includes(self, text: str, context: Context) -> bool:
        return any(pattern.matches(text, context) for pattern in self.patterns) != self.negated


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy."""

    allows: bool
    actions: _Choice
    resources: _Choice
    conditions: tuple[Condition | Presence, ...]

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Whether the statement speaks of this request."""
        return (
            self.actions.includes(action, context)
            and self.resources.includes(resource, context)
            and all(condition.holds(context) for condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A compiled policy document."""

    statements: tuple[Statement, ...]


def decide(policies: Iterable[Policy], action: str, resource: str, context: Context) -> Decision:
    """What the policies say together: one denial outweighs every permission, and silence is a refusal.

    Args:
        policies: all of the caller's.
        action: as in `bedrock:InvokeModel`.
        resource: an ARN; `*` for an action that is about no resource.
        context: the condition keys of the request.
    """
    decision = Decision.NOT_ALLOWED
    for policy in policies:
        for statement in policy.statements:
            # One that could change nothing is not looked at.
            if (decision is Decision.ALLOWED and statement.allows) or not statement.applies(
                action, resource, context
            ):
                continue
            if not statement.allows:
                return Decision.DENIED
            decision = Decision.ALLOWED
    return decision


def compile_policy(document: Any, vocabulary: Vocabulary, *, path: str = "") -> Policy:
    """Read a policy document.

    Raises:
        AdminError: it is malformed; the message says what is wrong, where, and what would be right.
    """
    policy = _object(document, _POLICY_MEMBERS, path)
    version = policy.get("Version", _OLD)
    if version not in (_CURRENT, _OLD):
        raise AdminError(400, f'must be "{_CURRENT}" or "{_OLD}"', path=join_path(path, "Version"))
    if not isinstance(policy.get("Id", ""), str):
        raise AdminError(400, "must be a string", path=join_path(path, "Id"))
    statements = [
        (
            _compile_statement(each, vocabulary, variables=version == _CURRENT, path=place),
            each.get("Sid"),
            place,
        )
        for each, place in _statements(policy, path)
    ]
    seen: set[str] = set()
    for _, sid, place in statements:
        if sid in seen:
            raise AdminError(400, f"a second statement is called {sid!r}", path=join_path(place, "Sid"))
        seen.update([sid] if sid else [])
    return Policy(tuple(statement for statement, _, _ in statements))


def _statements(policy: Mapping[str, Any], path: str) -> list[tuple[Any, str]]:
    place = join_path(path, "Statement")
    given = policy.get("Statement")
    if not given or not isinstance(given, list | Mapping):
        raise AdminError(400, "must be a statement or a list of statements", path=place)
    if isinstance(given, Mapping):
        return [(_object(given, _STATEMENT_MEMBERS, place), place)]
    places = (join_path(place, index) for index in range(len(given)))
    return [(_object(each, _STATEMENT_MEMBERS, at), at) for each, at in zip(given, places, strict=True)]


def _compile_statement(
    document: Mapping[str, Any], vocabulary: Vocabulary, *, variables: bool, path: str
) -> Statement:
    sid = document.get("Sid", "")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise AdminError(400, "must consist of letters and digits", path=join_path(path, "Sid"))
    effect = document.get("Effect")
    if effect not in _EFFECTS:
        raise AdminError(400, 'must be "Allow" or "Deny", written so', path=join_path(path, "Effect"))
    actions, speaks_of_us = _compile_actions(document, vocabulary, path)
    clauses = compile_conditions(
        document.get("Condition", {}), variables=variables, path=join_path(path, "Condition")
    )
    resources, texts = _compile_resources(document, variables, path)
    if speaks_of_us:  # what is said of other services is carried along unread
        asked = [(clause.key, clause.path) for clause in clauses]
        texts = [*texts, *((text, clause.path) for clause in clauses for text in clause.values)]
        asked += [(key, at) for text, at in texts if variables for key in keys_without_default(text)]
        for key, place in asked:
            check_key(key, given=vocabulary.context_keys, path=place)
    return Statement(
        allows=effect == "Allow",
        actions=actions,
        resources=resources,
        conditions=tuple(clause.condition for clause in clauses),
    )


def _compile_actions(document: Mapping[str, Any], vocabulary: Vocabulary, path: str) -> tuple[_Choice, bool]:
    """The actions of a statement, and whether some of Bedrock are among them."""
    name, texts = _choose(document, "Action", path)
    patterns = []
    for text, place in texts:
        if not _ACTION.fullmatch(text):
            message = f"{text!r} is no action; write a service and a name, as in bedrock:InvokeModel, or *"
            raise AdminError(400, message, path=place)
        if text.lower().startswith(SERVICE_PREFIX):
            _check_action(text[len(SERVICE_PREFIX) :], vocabulary, place)
        patterns.append(glob(text, ignore_case=True, variables=False, path=place))
    negated = name == "NotAction"
    ours = any(text == "*" or text.lower().startswith(SERVICE_PREFIX) for text, _ in texts)
    return _Choice(tuple(patterns), negated), negated or ours


def _check_action(name: str, vocabulary: Vocabulary, path: str) -> None:
    """Refuse what is surely a mistake; the prefix has actions of Agents too, which no list here names."""
    operations = {each.lower(): (each, needed) for each, needed in vocabulary.operations.items()}
    if name.lower() in operations:
        operation, needed = operations[name.lower()]
        message = (
            f"{operation} is an operation without an action of its own: it needs {SERVICE_PREFIX}{needed}"
        )
        raise AdminError(400, message, path=path)
    known = {each.lower() for each in vocabulary.actions}
    if "*" in name or "?" in name or name.lower() in known:
        return
    near = nearest(name, vocabulary.actions, likeness=_SURELY_MISTYPED)
    if near is not None:
        raise AdminError(400, f"Bedrock has no action {name!r}; did you mean {near!r}?", path=path)


_SURELY_MISTYPED = 0.9
"""So alike that a name which no list knows is a slip: a letter of a word, or an s at its end."""


def _compile_resources(
    document: Mapping[str, Any],
    variables: bool,  # noqa: FBT001
    path: str,
) -> tuple[_Choice, list[tuple[str, str]]]:
    """The resources of a statement, and their texts."""
    name, texts = _choose(document, "Resource", path)
    patterns = []
    for text, place in texts:
        if text != "*" and not text.startswith("arn:"):
            message = (
                f"{text!r} is neither * nor an ARN, such as arn:aws:bedrock:*::foundation-model/{_MODEL}"
            )
            raise AdminError(400, message, path=place)
        patterns.append(arn_glob(text, variables=variables, path=place))
    return _Choice(tuple(patterns), name == "NotResource"), texts


def _choose(document: Mapping[str, Any], name: str, path: str) -> tuple[str, list[tuple[str, str]]]:
    """The one of a pair that a statement has, and its texts, each with its place."""
    pair = (name, f"Not{name}")
    given = [each for each in pair if each in document]
    if len(given) != 1:
        raise AdminError(400, f"give exactly one of {pair[0]!r}, {pair[1]!r}", path=path)
    place = join_path(path, given[0])
    values = document[given[0]]
    if isinstance(values, str):
        return given[0], [(values, place)]
    if not isinstance(values, list) or not values:
        raise AdminError(400, "must be a string or a list of strings", path=place)
    texts = [(each, join_path(place, index)) for index, each in enumerate(values)]
    for text, at in texts:
        if not isinstance(text, str):
            raise AdminError(400, "must be a string", path=at)
    return given[0], texts


def _object(document: Any, members: Collection[str], path: str) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise AdminError(400, "must be an object", path=path or None)
    unknown = next((name for name in document if name not in members), None)
    if unknown in {"Principal", "NotPrincipal"}:
        message = "a policy of an identity has none: it speaks of the one that it belongs to; remove it"
        raise AdminError(400, message, path=join_path(path, unknown))
    if unknown is not None:
        message = f"unknown member {unknown!r}{did_you_mean(unknown, members)}"
        raise AdminError(400, message, path=join_path(path, unknown))
    return document
