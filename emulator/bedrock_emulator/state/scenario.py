"""What the models of a lab say: rules, compiled when they are put, of which the first that matches answers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Literal, TypeAlias

import orjson

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.faults.fault import Fault
from bedrock_emulator.guardrails.verdicts import Verdicts
from bedrock_emulator.model.service import Api
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.pace import Pace, compile_pace
from bedrock_emulator.state.conditions import compile_when
from bedrock_emulator.state.content import ContentCheck
from bedrock_emulator.state.fault_document import compile_fault
from bedrock_emulator.state.guardrail_verdicts import compile_verdicts
from bedrock_emulator.state.replies import ScenarioReply, compile_reply
from bedrock_emulator.state.rule_index import RuleIndex
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.upstreams import Upstream, compile_upstream
from bedrock_emulator.state.when import When

Then: TypeAlias = Literal["repeat-last", "loop", "fail"]
"""What a sequence does after its last reply."""

VERDICTS = "guardrailVerdicts"
"""The section of a scenario that is about guardrails."""

_NEAREST = 3
"""Rules that the refusal of a request without a rule lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer of a rule, and how it travels."""

    reply: ScenarioReply | Upstream | None = None
    """None lets the synthetic model answer."""
    fault: Fault | None = None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a scenario."""

    label: str
    """How people find it: its name, else its place."""
    key: str
    """Under which its counts are kept: they survive an edit elsewhere in the file."""
    path: str
    """Its place in the document."""
    when: When
    steps: tuple[Step, ...]
    then: Then = "repeat-last"

    def step(self, taken: int) -> int:
        """Which step answers a call that comes after so many others.

        Raises:
            AwsError: the sequence is at its end, and says that it fails then.
        """
        count = len(self.steps)
        if taken < count:
            return taken
        if self.then == "loop":
            return taken % count
        if self.then == "fail":
            message = f"The sequence of the scenario's rule {self.label} has {count} answers, and this is call {taken + 1}."
            raise AwsError("ValidationException", message, status=400)
        return count - 1


class Scenario:
    """The rules of one or several documents; immutable, and shared by the labs that begin with it."""

    def __init__(
        self, rules: Iterable[Rule] = (), *, strict: bool = False, verdicts: Verdicts | None = None
    ) -> None:
        """Number the rules.

        Args:
            rules: in the order in which they are tried.
            strict: whether a request that no rule matches is refused.
            verdicts: what guardrails find.
        """
        self.rules = tuple(_with_keys_of_their_own(rules))
        self.strict = strict
        self.verdicts = verdicts or Verdicts()
        self._index = RuleIndex([rule.when for rule in self.rules])

    def match(self, facts: Facts) -> Rule | None:
        """The first rule that matches."""
        rules = self.rules
        return next(
            (rules[number] for number in self._index.candidates(facts) if rules[number].when.holds(facts)),
            None,
        )

    def no_match(self, facts: Facts) -> AwsError:
        """The refusal of a request that no rule matches: it lists the nearest, and why each of them does not."""
        failed = [(rule, rule.when.failed(facts)) for rule in self.rules]
        nearest = sorted(failed, key=lambda each: len(each[1]))[:_NEAREST]
        reasons = [
            f"rule {rule.label}: {first.words}, and here it is {first.found(facts)}"
            for rule, (first, *_) in nearest
        ]
        listed = f"The nearest: {'; '.join(reasons)}." if reasons else "There are no rules."
        return AwsError(
            "ValidationException",
            f"No rule of the scenario matches this {facts.request.operation} request. {listed}",
            status=400,
        )


def join_scenarios(scenarios: Iterable[Scenario]) -> Scenario:
    """The rules of one after those of the other."""
    parts = tuple(scenarios)
    return Scenario(
        (rule for part in parts for rule in part.rules),
        strict=any(part.strict for part in parts),
        verdicts=sum((part.verdicts for part in parts), Verdicts()),
    )


def compile_scenario(
    document: Mapping[str, Any], *, api: Api, path: str = "", locate: Callable[[str], str] = str
) -> Scenario:
    """Turn a `Scenario` document into rules.

    Args:
        document: as the schema has it.
        api: what operations, content blocks, events and exceptions there are.
        path: where it lies in a larger document, for refusals.
        locate: turns a place in the document into what people look for, such as `chat.scenario.yaml:12`.

    Raises:
        AdminError: it is valid JSON of the schema, and still cannot be followed; says where and why.
    """
    compiler = RuleCompiler(api, locate)
    rules = [compiler.compile(rule, where) for rule, where in rules_of(document, path)]
    check_names(document, path)
    verdicts = compile_verdicts(document.get(VERDICTS, ()), api=api, path=join_path(path, VERDICTS))
    return Scenario(rules, strict=document.get("strict", False), verdicts=verdicts)


def rules_of(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[Mapping[str, Any], str]]:
    """The rules of a document and their places."""
    place = join_path(path, "rules")
    return ((rule, join_path(place, index)) for index, rule in enumerate(document["rules"]))


class RuleCompiler:
    """Turns `Rule` documents into rules; what the service model says is looked up once."""

    def __init__(self, api: Api, locate: Callable[[str], str] = str) -> None:
        self._api = api
        self._locate = locate
        self._check = ContentCheck(api)

    def compile(self, document: Mapping[str, Any], path: str) -> Rule:
        """One rule.

        Raises:
            AdminError: as compile_scenario says.
        """
        when = compile_when(
            document.get("when", {}), operations=self._api.operations, path=join_path(path, "when")
        )
        return Rule(
            label=self._label(document, path),
            key=_key(document),
            path=path,
            when=when,
            steps=tuple(self._step(step, when, where) for step, where in _steps(document, path)),
            then=document.get("then", "repeat-last"),
        )

    def _step(self, document: Mapping[str, Any], when: When, path: str) -> Step:
        step = Step()
        if "reply" in document:
            reply = compile_reply(
                document["reply"],
                check=self._check,
                groups=when.group_names,
                path=join_path(path, "reply"),
            )
            step = replace(step, reply=reply)
        if "upstream" in document:
            upstream = compile_upstream(document["upstream"], path=join_path(path, "upstream"))
            step = replace(step, reply=upstream)
        if "fault" in document:
            where = join_path(path, "fault")
            fault = compile_fault(document["fault"], api=self._api, operation=when.operation, path=where)
            step = replace(step, fault=fault)
        return replace(step, pace=compile_pace(document["pace"])) if "pace" in document else step

    def _label(self, document: Mapping[str, Any], path: str) -> str:
        place = self._locate(path)
        return f"{document['name']!r} ({place})" if "name" in document else place


def _steps(document: Mapping[str, Any], path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The answers of a rule: those of its sequence, else its one."""
    if "sequence" not in document:
        yield document, path
        return
    for index, step in enumerate(document["sequence"]):
        place = join_path(path, "sequence", index)
        yield ({"reply": step} if isinstance(step, str) else step), place


def _key(document: Mapping[str, Any]) -> str:
    """The name of a rule, else a digest of what it says."""
    if "name" in document:
        return f"name {document['name']}"
    return blake2b(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _with_keys_of_their_own(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Rules that say the same count apart all the same."""
    seen: Counter[str] = Counter()
    for rule in rules:
        again = seen[rule.key]
        seen[rule.key] += 1
        yield replace(rule, key=f"{rule.key} {again}") if again else rule


def check_names(document: Mapping[str, Any], path: str = "") -> None:
    """Refuse two rules of one name.

    Raises:
        AdminError: at the second one.
    """
    seen: set[str] = set()
    for rule, where in rules_of(document, path):
        name = rule.get("name")
        if name in seen:
            raise AdminError(400, f"another rule is called {name!r}", path=join_path(where, "name"))
        if name is not None:
            seen.add(name)
