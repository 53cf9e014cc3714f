"""A guardrail at work: one version of it, with what the lab says that it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bedrock_emulator.call import Call
from bedrock_emulator.guardrails.assessment import Scope, applied, assessment
from bedrock_emulator.guardrails.content import Piece, Source, TextPiece
from bedrock_emulator.guardrails.evaluation import Evaluation, Evaluator
from bedrock_emulator.guardrails.verdicts import Verdicts
from bedrock_emulator.state.guardrails import DRAFT, GuardrailVersion

_MOST_EVALUATORS = 64
"""Compiled policies that are kept; a guardrail can have ten thousand words."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A version of a guardrail that judges."""

    version: GuardrailVersion
    verdicts: Verdicts

    def judge(
        self,
        source: Source,
        pieces: Sequence[Piece],
        *,
        context: Sequence[TextPiece] = (),
        without: frozenset[str] = frozenset(),
    ) -> Evaluation:
        """What it finds in the content of one side; further arguments as in `Evaluator.evaluate`."""
        names = (self.version.guardrail_id, self.version.arn, self.version.name)
        return _evaluator(self.version, source).evaluate(
            pieces, verdicts=self.verdicts.narrowed(names, source), context=context, without=without
        )

    def assessment(self, evaluation: Evaluation, scope: Scope) -> dict[str, Any]:
        """The evaluation, and by whom."""
        details = applied(
            guardrail_id=self.version.guardrail_id, arn=self.version.arn, version=self.version.version
        )
        return {**assessment(evaluation, scope=scope), "appliedGuardrailDetails": details}

    def blocked_message(self, source: Source) -> str:
        """What is said in place of blocked content."""
        return self.version.blocked_input if source == "INPUT" else self.version.blocked_output


def find_guard(call: Call, identifier: str, version: str | None) -> Guard | None:
    """The guardrail that a request names, if the account has it in this region."""
    found = call.lab.resources.of(call.account, call.region).guardrails.find(identifier, version or DRAFT)
    return None if found is None else Guard(found, call.lab.verdicts)


@lru_cache(maxsize=_MOST_EVALUATORS)
def _evaluator(version: GuardrailVersion, source: Source) -> Evaluator:
    return Evaluator(version.policies, source)
