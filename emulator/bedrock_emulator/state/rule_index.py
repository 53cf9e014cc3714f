"""Finds the rules that can match a request without trying them all.

Each rule stands in one bucket: under a key that a request must have for the rule to match, or among those that
are tried for every request. What a lookup costs grows with the buckets that the request meets, not with the rules.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from heapq import merge

from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.state.when import Condition, When

_GRAM = 4
"""Characters of a `contains` that are looked for in the request's text."""

_FEW = 64
"""Up to so many different grams are searched one by one, which is cheaper than cutting the text up."""

_PREFERENCE = ("equals", "contains", "metadata", "tool", "model")
"""Kinds of keys, those that tell the most rules apart first."""


class RuleIndex:
    """The conditions of rules, by number."""

    def __init__(self, whens: Sequence[When]) -> None:
        self._always: list[int] = []
        self._buckets: defaultdict[Hashable, list[int]] = defaultdict(list)
        self._by_gram: defaultdict[str, list[int]] = defaultdict(list)
        common = Counter(gram for when in whens for needle in _needles(when) for gram in _grams(needle))
        for number, when in enumerate(whens):
            self._enter(number, when, common)

    def _enter(self, number: int, when: When, common: Counter[str]) -> None:
        condition = min(
            (each for each in when.conditions if _rank(each) is not None), key=_rank_of, default=None
        )
        if condition is None:
            self._always.append(number)
        elif _kind(condition) == "contains":
            self._by_gram[min(_grams(condition.wanted), key=common.__getitem__)].append(number)
        else:
            for key in condition.keys:
                self._buckets[key].append(number)

    def candidates(self, facts: Facts) -> Iterator[int]:
        """The numbers of the rules that may match, in order; one may come twice."""
        found = [self._always, *self._met(facts)]
        return iter(self._always) if len(found) == 1 else merge(*found)

    def _met(self, facts: Facts) -> Iterator[list[int]]:
        if self._buckets:
            for key in _keys(facts):
                if key in self._buckets:
                    yield self._buckets[key]
        if self._by_gram:
            yield from (self._by_gram[gram] for gram in self._grams_in(facts.last_user_text))

    def _grams_in(self, text: str) -> set[str]:
        if len(self._by_gram) <= _FEW:
            return {gram for gram in self._by_gram if gram in text}
        cuts = (text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1))
        return {gram for gram in cuts if gram in self._by_gram}


def _keys(facts: Facts) -> Iterator[Hashable]:
    yield "equals", facts.last_user_text
    yield from (("metadata", name, value) for name, value in facts.metadata.items())
    yield from (("tool", name) for name in facts.tools)
    yield from (("model", name) for name in facts.request.names)


def _needles(when: When) -> Iterator[str]:
    return (each.wanted for each in when.conditions if _kind(each) == "contains" and _rank(each) is not None)


def _grams(needle: str) -> list[str]:
    return [needle[at : at + _GRAM] for at in range(len(needle) - _GRAM + 1)]


def _kind(condition: Condition) -> str | None:
    first = condition.keys[0] if condition.keys else None
    return str(first[0]) if isinstance(first, tuple) else None


def _rank(condition: Condition) -> int | None:
    """How well a condition tells rules apart; None where the index has no use for it."""
    kind = _kind(condition)
    if kind is None or (kind == "contains" and len(condition.wanted) < _GRAM):
        return None
    return _PREFERENCE.index(kind)


def _rank_of(condition: Condition) -> int:
    rank = _rank(condition)
    assert rank is not None  # its caller asks about indexed conditions only
    return rank
