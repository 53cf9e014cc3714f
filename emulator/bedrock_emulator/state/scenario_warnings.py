"""Finds rules that can never match: what their author meant is not what will happen."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import re2

from bedrock_emulator.state.scenario import Rule
from bedrock_emulator.state.selector import model_glob
from bedrock_emulator.state.when import Condition, When

ANSWERED = frozenset({"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"})
"""The operations that a scenario answers."""

_MODEL_ARN = "foundation-model/"
"""What comes before the id in the ARN of a model."""

_TEXTS = frozenset({"lastUserText", "systemText", "toolResult"})

_COMPARED = 200
"""Earlier rules that a rule is compared with, besides those for the same text; more would only take long."""


@dataclass(frozen=True, slots=True)
class RuleWarning:
    """A rule that can never match."""

    path: str
    message: str


def find_warnings(rules: Sequence[Rule], model_names: Collection[str]) -> Iterator[RuleWarning]:
    """The warnings about rules that are tried in this order.

    Args:
        rules: of one scenario.
        model_names: every id that the catalogue knows.
    """
    fits = _ModelNames(model_names)
    for rule in rules:
        reason = next(
            chain(_unanswered(rule.when), _unknown_model(rule.when, fits), _contradiction(rule.when)), None
        )
        if reason is not None:
            yield RuleWarning(f"{rule.path}.when", f"this rule can never match: {reason}")
    yield from _shadowed(rules)


def _unanswered(when: When) -> Iterator[str]:
    names = _wanted(when, "operation")
    if names is not None and not names & ANSWERED:
        yield f"scenarios answer {', '.join(sorted(ANSWERED))} only"


class _ModelNames:
    """Whether a glob fits a name of the catalogue; each glob is tried once."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._known: dict[str, bool] = {}

    def fit(self, glob: str) -> bool:
        if glob not in self._known:
            pattern = model_glob(glob)
            self._known[glob] = glob in self._names or any(map(pattern.match, self._names))
        return self._known[glob]


def _unknown_model(when: When, names: _ModelNames) -> Iterator[str]:
    globs = _wanted(when, "model") or ()
    if globs and not any(_is_made_later(glob) or names.fit(glob.rpartition(_MODEL_ARN)[2]) for glob in globs):
        yield f"no model and no profile of the catalogue fits {' or '.join(map(repr, globs))}"


def _is_made_later(glob: str) -> bool:
    """Whether it may mean an application profile, which a program makes while it runs."""
    return glob.startswith("arn:") and _MODEL_ARN not in glob


def _contradiction(when: When) -> Iterator[str]:
    least, most = _wanted(when, "turn") or (1, None)
    if most is not None and least > most:
        yield f"no turn is at least {least} and at most {most}"
    if most == 1 and _wanted(when, "toolResult") is True:
        yield "a tool result comes after the model's first turn"
    if _wanted(when, "caller.accessKeyId") and _wanted(when, "caller.kind") in {"bearer", "anonymous"}:
        yield f"a caller of the kind {_wanted(when, 'caller.kind')!r} has no access key"
    yield from _contradicting_texts(when)


def _contradicting_texts(when: When) -> Iterator[str]:
    for condition in when.conditions:
        base, _, kind = condition.member.partition(".")
        exact = _wanted(when, f"{base}.equals") if base in _TEXTS else None
        if exact is not None and not _text_holds(kind, condition.wanted, exact):
            yield f"{base} cannot be {exact!r} and {kind} {condition.wanted!r}"


def _shadowed(rules: Sequence[Rule]) -> Iterator[RuleWarning]:
    general: list[Rule] = []
    by_text: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        exact = _wanted(rule.when, "lastUserText.equals")
        earlier = chain(general, by_text.get(exact, ()) if exact is not None else ())
        cover = next((each for each in earlier if _covers(each.when, rule.when)), None)
        if cover is not None:
            message = f"this rule can never match: rule {cover.label}, before it, answers all that it could"
            yield RuleWarning(rule.path, message)
        elif exact is not None:
            by_text[exact].append(rule)
        elif len(general) < _COMPARED:
            general.append(rule)


def _covers(earlier: When, later: When) -> bool:
    """Whether every request of the later one is one of the earlier one; False where that is not certain."""
    # The last conditions tell the most rules apart.
    return all(_is_implied(condition, later) for condition in reversed(earlier.conditions))


def _is_implied(condition: Condition, by: When) -> bool:
    base, _, kind = condition.member.partition(".")
    if base in _TEXTS and kind:
        return _text_is_implied(base, kind, condition.wanted, by)
    compare = _IMPLIED.get(condition.member, lambda one, other: bool(one == other))
    return any(
        compare(condition.wanted, each.wanted) for each in by.conditions if each.member == condition.member
    )


def _text_is_implied(base: str, kind: str, wanted: str, by: When) -> bool:
    exact = _wanted(by, f"{base}.equals")
    if exact is not None:
        return _text_holds(kind, wanted, exact)
    same = [each.wanted for each in by.conditions if each.member == f"{base}.{kind}"]
    return any(wanted in each for each in same) if kind == "contains" else wanted in same


def _text_holds(kind: str, wanted: str, text: str) -> bool:
    if kind == "contains":
        return wanted in text
    return re2.search(wanted, text) is not None if kind == "regex" else wanted == text


def _model_covers(earlier: Sequence[str], later: Sequence[str]) -> bool:
    return all(any(_glob_covers(each, glob) for each in earlier) for glob in later)


def _glob_covers(earlier: str, later: str) -> bool:
    """Whether what fits the later glob fits the earlier one: its own text does, where `*` stands for itself."""
    return earlier == later or ("?" not in later and model_glob(earlier).match(later) is not None)


def _turn_covers(earlier: tuple[int, int | None], later: tuple[int, int | None]) -> bool:
    (least, most), (later_least, later_most) = earlier, later
    return least <= later_least and (most is None or (later_most is not None and later_most <= most))


_IMPLIED: Mapping[str, Callable[[Any, Any], bool]] = {
    "operation": lambda earlier, later: later <= earlier,
    "model": _model_covers,
    "turn": _turn_covers,
}


def _wanted(when: When, member: str) -> Any:
    """What the first condition on a member asks for; None without one."""
    return next((each.wanted for each in when.conditions if each.member == member), None)
