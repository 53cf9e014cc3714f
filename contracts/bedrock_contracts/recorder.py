"""Collects what the scenarios of a run say about the requirements."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bedrock_contracts.outcomes import Finding, Outcome
from bedrock_contracts.redact import Redactor

Witness = Callable[[], Sequence[Any]]
"""Gives the journal of the case that is open at the moment."""


class ContractBrokenError(AssertionError):
    """A scenario ended with broken requirements; raised so that plain pytest shows it as failed."""


class Recorder:
    """Knows the running scenario, and keeps one finding per requirement and scenario."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._found: dict[tuple[str, str], Finding] = {}
        self._scenario = ""
        self._claimed: tuple[str, ...] = ()
        self._witness: Witness = tuple

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found so far."""
        return tuple(self._found.values())

    def begin(self, scenario: str, requirements: Sequence[str]) -> None:
        """A scenario starts, and claims to speak about these requirements."""
        self._scenario, self._claimed = scenario, tuple(requirements)
        self._witness = tuple

    def watch(self, witness: Witness) -> None:
        """A case opened: this is where its requests can be read."""
        self._witness = witness

    @contextmanager
    def check(self, requirement: str) -> Iterator[None]:
        """Assertions inside speak about one requirement; a broken one does not hide the checks after it."""
        if requirement not in self._claimed:
            raise LookupError(f"{self._scenario} checks {requirement} but does not claim it")
        try:
            yield
        except AssertionError as broken:
            self._record(requirement, Outcome.FAIL, str(broken))
            if _searching():
                raise  # Hypothesis needs the error to shrink the example
        else:
            self._record(requirement, Outcome.PASS)

    def end(self, error: BaseException | None) -> None:
        """The scenario is over; an error that no check caught speaks about the claims still open.

        Raises ContractBrokenError when a check failed softly.
        """
        if isinstance(error, AssertionError):
            self._blame_provider(str(error))
        elif error is not None:
            for requirement in self._claimed:
                self._record(requirement, Outcome.HARNESS_ERROR, f"{type(error).__name__}: {error}")
        elif broken := self._broken():
            raise ContractBrokenError("\n".join(f"{each.requirement}: {each.seen}" for each in broken))

    def _blame_provider(self, seen: str) -> None:
        if self._broken():
            return  # the error that a check recorded and passed on
        unheard = [name for name in self._claimed if (name, self._scenario) not in self._found]
        for requirement in unheard or self._claimed:
            self._record(requirement, Outcome.FAIL, seen)

    def _broken(self) -> list[Finding]:
        mine = (finding for finding in self.findings if finding.scenario == self._scenario)
        return [finding for finding in mine if finding.outcome == Outcome.FAIL]

    def _record(self, requirement: str, outcome: Outcome, seen: str = "") -> None:
        key = (requirement, self._scenario)
        if not self._outranks(outcome, self._found.get(key)):
            return
        wire = () if outcome == Outcome.PASS else tuple(self._redactor.document(self._witness()))
        self._found[key] = Finding(
            requirement=requirement,
            scenario=self._scenario,
            outcome=outcome,
            seen=self._redactor.text(seen),
            wire=wire,
        )

    @staticmethod
    def _outranks(outcome: Outcome, known: Finding | None) -> bool:
        if known is None or outcome == Outcome.HARNESS_ERROR or known.outcome == Outcome.PASS:
            return True
        # The first failure stands, unless a search found a smaller one.
        return outcome == Outcome.FAIL and known.outcome == Outcome.FAIL and _searching()


def _searching() -> bool:
    hypothesis = sys.modules.get("hypothesis")
    return bool(hypothesis and hypothesis.currently_in_test_context())
