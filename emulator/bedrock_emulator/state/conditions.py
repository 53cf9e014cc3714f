"""Reads a rule's `when`: what each of its members asks of a request."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import re2

from bedrock_emulator.errors import AdminError
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.state.jsonpath import JsonPath
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import check_operation, model_glob
from bedrock_emulator.state.when import Condition, When

_EXCERPT = 60
"""Characters of a text that a sentence about it quotes."""


def compile_when(document: Mapping[str, Any], *, operations: Collection[str], path: str) -> When:
    """Read a `Condition` document of the schema.

    Raises:
        AdminError: an unknown operation, or a pattern or path that cannot be read.
    """
    conditions: list[Condition] = []
    for member, read in _READERS.items():  # the cheap ones first, however the document is ordered
        if member in document:
            place = join_path(path, member)
            if member == "operation":
                for each in _listed(document[member]):
                    check_operation(each, operations, place)
            conditions.extend(read(member, document[member], place))
    text = document.get("lastUserText", {})
    return When(tuple(conditions), compile_regex(text["regex"], path) if "regex" in text else None)


def _operation(member: str, wanted: Any, _path: str) -> Iterator[Condition]:
    names = frozenset(_listed(wanted))
    yield Condition(
        member=member,
        wanted=names,
        holds=lambda facts: facts.request.operation in names,
        words=f"operation must be {' or '.join(sorted(names))}",
        found=lambda facts: facts.request.operation,
    )


def _model(member: str, wanted: Any, _path: str) -> Iterator[Condition]:
    globs = _listed(wanted)
    patterns = [model_glob(each) for each in globs]
    is_literal = not any(character in each for each in globs for character in "*?")
    yield Condition(
        member=member,
        wanted=tuple(globs),
        holds=lambda facts: any(map(facts.is_about, patterns)),
        words=f"model must be {' or '.join(map(repr, globs))}",
        found=lambda facts: ", ".join(facts.request.names),
        keys=tuple(("model", each) for each in globs) if is_literal else (),
    )


def _turn(member: str, wanted: Any, _path: str) -> Iterator[Condition]:
    least, most = (
        (wanted, wanted) if isinstance(wanted, int) else (wanted.get("atLeast", 1), wanted.get("atMost"))
    )
    yield Condition(
        member=member,
        wanted=(least, most),
        holds=lambda facts: least <= facts.turn and (most is None or facts.turn <= most),
        words=f"turn must be {_range(least, most)}",
        found=lambda facts: str(facts.turn),
    )


def _range(least: int, most: int | None) -> str:
    if least == most:
        return str(least)
    return f"at least {least}" if most is None else f"from {least} to {most}"


def _flag(fact: Callable[[Facts], bool], member: str, wanted: Any, _path: str) -> Iterator[Condition]:
    yield Condition(
        member=member,
        wanted=wanted,
        holds=lambda facts: fact(facts) is wanted,
        words=f"{member} must be {_yes(wanted)}",
        found=lambda facts: _yes(fact(facts)),
    )


def _tool_offered(member: str, wanted: str, _path: str) -> Iterator[Condition]:
    yield Condition(
        member=member,
        wanted=wanted,
        holds=lambda facts: wanted in facts.tools,
        words=f"toolOffered must be {wanted!r}",
        found=lambda facts: ", ".join(sorted(facts.tools)) or "no tools",
        keys=(("tool", wanted),),
    )


def _tool_result(member: str, wanted: Any, path: str) -> Iterator[Condition]:
    is_wanted = wanted if isinstance(wanted, bool) else True
    yield from _flag(lambda facts: facts.has_tool_result, member, is_wanted, path)
    if isinstance(wanted, dict):
        yield from _text(lambda facts: facts.tool_result_text, member, wanted, path)


def _members(
    facts_of: Callable[[Facts], Mapping[str, Any]], kind: str, member: str, wanted: Any, _path: str
) -> Iterator[Condition]:
    """Exact values of a mapping's members."""
    for name, value in wanted.items():
        yield Condition(
            member=f"{member}.{name}",
            wanted=value,
            holds=lambda facts, name=name, value=value: facts_of(facts).get(name) == value,  # type: ignore[misc]
            words=f"{member}.{name} must be {value!r}",
            found=lambda facts, name=name: repr(facts_of(facts).get(name)),  # type: ignore[misc]
            keys=((kind, name, value),) if kind else (),
        )


def _caller(member: str, wanted: Mapping[str, str], _path: str) -> Iterator[Condition]:
    for name, value in wanted.items():
        read, pattern = _CALLER[name], model_glob(value)
        yield Condition(
            member=f"{member}.{name}",
            wanted=value,
            holds=lambda facts, read=read, pattern=pattern: pattern.match(read(facts) or "") is not None,  # type: ignore[misc]
            words=f"{member}.{name} must be {value!r}",
            found=lambda facts, read=read: repr(read(facts)),  # type: ignore[misc]
        )


_CALLER: Mapping[str, Callable[[Facts], str | None]] = {
    "accessKeyId": lambda facts: facts.request.caller.access_key_id,
    "arn": lambda facts: facts.request.caller.arn,
    "account": lambda facts: facts.request.caller.account,
    "kind": lambda facts: facts.request.caller.kind,
}


def _guardrail(member: str, wanted: Mapping[str, str], path: str) -> Iterator[Condition]:
    yield from _members(_named_guardrail, "", member, wanted, path)


def _named_guardrail(facts: Facts) -> Mapping[str, Any]:
    """The guardrail of the request; its id also where the request has the ARN."""
    identifier = facts.guardrail.get("guardrailIdentifier")
    return {
        "id": identifier and identifier.rpartition("/")[2],
        "arn": identifier,
        "version": facts.guardrail.get("guardrailVersion"),
    }


def _text(fact: Callable[[Facts], str], member: str, wanted: Any, path: str) -> Iterator[Condition]:
    def condition(kind: str, value: str, test: Callable[[str], bool], verb: str) -> Condition:
        return Condition(
            member=f"{member}.{kind}",
            wanted=value,
            holds=lambda facts: test(fact(facts)),
            words=f"{member} must {verb} {value!r}",
            found=lambda facts: excerpt(fact(facts)),
            keys=((kind, value),) if member == "lastUserText" and kind != "regex" else (),
        )

    if "equals" in wanted:
        # No fact has white space around it, and YAML's `|` puts a line end behind every text.
        text = wanted["equals"].strip()
        yield condition("equals", text, partial(str.__eq__, text), "be")
    for each in _listed(wanted.get("contains", ())):
        yield condition("contains", each, lambda text, each=each: each in text, "contain")  # type: ignore[misc]
    if "regex" in wanted:
        pattern = compile_regex(wanted["regex"], path)
        yield condition("regex", wanted["regex"], lambda text: pattern.search(text) is not None, "match")


def _json_path(member: str, wanted: Any, path: str) -> Iterator[Condition]:
    for index, each in enumerate(_listed(wanted)):
        place = join_path(path, index) if isinstance(wanted, list) else path
        try:
            route = JsonPath(each["path"])
        except ValueError as error:
            raise AdminError(400, str(error), path=join_path(place, "path")) from error
        fits, verb = _value_test(each, place)
        yield Condition(
            member=member,
            wanted=repr(sorted(each.items(), key=str)),
            holds=lambda facts, route=route, fits=fits: fits(_values(facts, route)),  # type: ignore[misc]
            words=f"the body's {each['path']} must {verb}",
            found=lambda facts, route=route: _listing(_values(facts, route)),  # type: ignore[misc]
        )


@dataclass(frozen=True, slots=True)
class _Values:
    """What stands at one path of a request."""

    found: tuple[Any, ...]
    scalars: frozenset[tuple[bool, Any]]
    """Those that are no objects and lists, so that many rules are compared with many values in no time."""

    def __contains__(self, value: Any) -> bool:
        """Whether this is one of them; to JSON true is not 1."""
        if isinstance(value, _COMPOSITE):
            return value in self.found
        return _scalar(value) in self.scalars


_COMPOSITE = (list, Mapping)


def _scalar(value: Any) -> tuple[bool, Any]:
    return isinstance(value, bool), value


def _values(facts: Facts, route: JsonPath) -> _Values:
    def find() -> _Values:
        found = tuple(route.find(facts.request.body))
        scalars = frozenset(_scalar(each) for each in found if not isinstance(each, _COMPOSITE))
        return _Values(found, scalars)

    return facts.once(("path", route.text), find)


def _value_test(wanted: Mapping[str, Any], path: str) -> tuple[Callable[[_Values], bool], str]:
    """What must be so of the values at a path, and in words."""
    if "equals" in wanted:
        value = wanted["equals"]
        return lambda values: value in values, f"be {value!r}"
    if "contains" in wanted:
        part = wanted["contains"]
        return lambda values: any(
            isinstance(each, str) and part in each for each in values.found
        ), f"contain {part!r}"
    if "regex" in wanted:
        pattern = compile_regex(wanted["regex"], path)
        return lambda values: any(isinstance(each, str) and pattern.search(each) for each in values.found), (
            f"match {wanted['regex']!r}"
        )
    exists = wanted.get("exists", True)
    return lambda values: bool(values.found) is exists, "exist" if exists else "not exist"


def _listing(values: _Values) -> str:
    if not values.found:
        return "nothing there"
    first = values.found[0]
    return excerpt(first if isinstance(first, str) else repr(first))


def compile_regex(pattern: str, path: str) -> Any:
    """RE2, which takes linear time whatever the pattern and the text are.

    Raises:
        AdminError: at the member `regex` of `path`: what RE2 has against it.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0]
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        message = f"is not a regular expression of RE2: {reason} (no lookaround and no backreferences)"
        raise AdminError(400, message, path=join_path(path, "regex")) from error


def excerpt(text: str) -> str:
    """The start of a text, quoted."""
    return repr(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _yes(value: object) -> str:
    return "true" if value else "false"


_READERS: Mapping[str, Callable[[str, Any, str], Iterator[Condition]]] = {
    "operation": _operation,
    "model": _model,
    "turn": _turn,
    "hasImage": partial(_flag, lambda facts: facts.has_image),
    "hasDocument": partial(_flag, lambda facts: facts.has_document),
    "toolOffered": _tool_offered,
    "caller": _caller,
    "requestMetadata": partial(_members, lambda facts: facts.metadata, "metadata"),
    "guardrail": _guardrail,
    "lastUserText": partial(_text, lambda facts: facts.last_user_text),
    "systemText": partial(_text, lambda facts: facts.system_text),
    "toolResult": _tool_result,
    "jsonPath": _json_path,
}
