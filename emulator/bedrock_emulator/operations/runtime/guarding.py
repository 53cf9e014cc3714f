"""One exchange with a model under a guardrail: what was found on both sides, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bedrock_emulator.call import Call, Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.guardrails.assessment import Scope, reason
from bedrock_emulator.guardrails.content import Piece, TextPiece, texts
from bedrock_emulator.guardrails.evaluation import Evaluation
from bedrock_emulator.guardrails.masking import masked
from bedrock_emulator.guardrails.turn import Place, has_guard_content, request_pieces, with_texts
from bedrock_emulator.operations.runtime.guard import Guard, find_guard
from bedrock_emulator.reply.request import ModelRequest

INTERVENED = "guardrail_intervened"
"""The stop reason of a Converse answer that was blocked or masked [recorded]."""
_ENDED = "end_turn"

_PROMPT_ATTACK = frozenset({"PROMPT_ATTACK"})

_SCOPES: Mapping[str, Scope] = {"enabled": "INTERVENTIONS", "enabled_full": "FULL"}


@dataclass(slots=True)
class Outcome:
    """What became of one answer; a stream fills it in before it gives the events that depend on it."""

    is_intervened: bool = False
    is_refused: bool = False
    """Whether the model was not asked."""
    is_blank: bool = False
    """Whether the model's own words of the event that was given last are blank, whatever a mask has left of others."""
    trace: Mapping[str, Any] | None = None
    """`trace.guardrail` of Converse; None where none was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """The guardrail of a request, and what it makes of it."""

    guard: Guard
    scope: Scope | None
    """What the trace lists; None without a trace."""
    is_async: bool
    is_native: bool
    """Whether InvokeModel asks, whose answers keep the model's own stop reason [recorded]."""
    places: Sequence[tuple[Place, Piece]]
    input: Evaluation
    outcome: Outcome

    def masked(self, request: ModelRequest) -> ModelRequest:
        """The request as the model sees it."""
        hidden = {
            place: masked(piece.text, masks)
            for number, (place, piece) in enumerate(self.places)
            if isinstance(piece, TextPiece) and (masks := self.input.masks(number))
        }
        return replace(request, params=with_texts(request.params, hidden))

    @property
    def blocked_reason(self) -> str:
        """The stop reason of a blocked message, which is all that is left of an answer."""
        return _ENDED if self.is_native else INTERVENED

    def judge(self, said: Sequence[str]) -> Evaluation:
        """What it makes of an answer."""
        context = texts(piece for _, piece in self.places)
        return self.guard.judge("OUTPUT", [TextPiece(text=text) for text in said], context=context)

    def conclude(self, output: Evaluation | None, original: str) -> None:
        """Keep what became of the answer.

        Args:
            output: what was found in it; None when the model was not asked.
            original: the answer as the model gave it.
        """
        self.outcome.is_refused = output is None
        actions = [each.action for each in (self.input, output) if each is not None]
        self.outcome.is_intervened = any(action != "NONE" for action in actions)
        if self.scope is not None:
            self.outcome.trace = self._trace(output, original, self.scope)

    def _trace(self, output: Evaluation | None, original: str, scope: Scope) -> dict[str, Any]:
        guardrail_id = self.guard.version.guardrail_id
        judged = {"inputAssessment": {guardrail_id: self.guard.assessment(self.input, scope)}}
        if output is None:  # no other members [recorded, InvokeModel]
            return {**judged, "actionReason": reason(self.input.action)}
        return {
            "modelOutput": [] if output.action == "NONE" else [original],  # [recorded]
            **judged,
            "outputAssessments": {guardrail_id: [self.guard.assessment(output, scope)]},
            "actionReason": reason(self.input.action, output.action),
        }


def guarding_of(call: Call, request: ModelRequest) -> Guarding | None:
    """The guardrail that the request names, after it has read the request; None where it names none.

    Raises:
        AwsError: it does not exist.
    """
    config = request.params.get("guardrailConfig") or {}
    if not config.get("guardrailIdentifier") and not config.get("guardrailVersion"):
        return None
    guard = _existing(call, config)
    places = request_pieces(request.params)
    return Guarding(
        guard=guard,
        scope=_SCOPES.get(config.get("trace") or "disabled"),
        is_async=config.get("streamProcessingMode") == "async",
        is_native=not request.operation.startswith("Converse"),
        places=places,
        input=guard.judge("INPUT", [piece for _, piece in places], without=_inapplicable(request)),
        outcome=Outcome(),
    )


def _inapplicable(request: ModelRequest) -> frozenset[str]:
    """InvokeModel cannot tell a user's words from the program's unless they are tagged, and only users attack [docs]."""
    is_told_apart = request.operation.startswith("Converse") or has_guard_content(request.params)
    return frozenset() if is_told_apart else _PROMPT_ATTACK


def _existing(call: Call, config: Params) -> Guard:
    for member in ("guardrailIdentifier", "guardrailVersion"):
        if not config.get(member):  # both or none [docs]; the text is a [guess]
            raise validation_error(f"The {member} must be specified when a guardrail is enabled.")
    guard = find_guard(call, config["guardrailIdentifier"], config["guardrailVersion"])
    if guard is None:  # one text for an unknown id, version and region [reported by users]
        raise validation_error("The guardrail identifier or version provided in the request does not exist.")
    return guard
