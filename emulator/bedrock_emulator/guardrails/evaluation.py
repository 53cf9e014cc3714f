"""Evaluates content under the policies of a guardrail: policies in, an evaluation out."""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bedrock_emulator.guardrails.content import Piece, Source, TextPiece
from bedrock_emulator.guardrails.findings import Action, Finding, in_text_order, strongest
from bedrock_emulator.guardrails.masking import Mask, masked
from bedrock_emulator.guardrails.material import Material
from bedrock_emulator.guardrails.policies.filters import ContentPolicy
from bedrock_emulator.guardrails.policies.grounding import GroundingPolicy
from bedrock_emulator.guardrails.policies.policy import Policy
from bedrock_emulator.guardrails.policies.reasoning import ReasoningPolicy
from bedrock_emulator.guardrails.policies.sensitive import SensitivePolicy
from bedrock_emulator.guardrails.policies.topics import TopicPolicy
from bedrock_emulator.guardrails.policies.words import WordPolicy
from bedrock_emulator.guardrails.verdicts import Verdicts

_POLICIES: Mapping[str, Callable[[Mapping[str, Any], Source], Policy]] = {
    "topicPolicy": TopicPolicy,
    "contentPolicy": ContentPolicy,
    "wordPolicy": WordPolicy,
    "sensitiveInformationPolicy": SensitivePolicy,
    "contextualGroundingPolicy": GroundingPolicy,
    "automatedReasoningPolicy": ReasoningPolicy,
}
"""Every policy, in the order of an assessment [botocore]."""

_LATENCY_MS = 200
_CHARACTERS_A_MS = 25
"""What `guardrailProcessingLatency` tells: no time passes [guess, within what is recorded]."""


@dataclass(frozen=True)
class Evaluation:
    """What was found in the content of one side, and what follows from it; not slotted, since masks are kept."""

    material: Material
    findings: Sequence[Finding]
    """In the order of an assessment; those of undetected things too."""
    usage: Mapping[str, int]
    guards_images: bool
    latency_ms: int

    @property
    def action(self) -> Action:
        """The strongest of all: every policy is evaluated, also when one blocks [recorded]."""
        return strongest(list(self.findings))

    def unmasked(self) -> "Evaluation":
        """The same where nothing can be hidden any more: what would have been masked is only reported [guess]."""
        return replace(self, findings=[each.reported() for each in self.findings])

    def masks(self, piece: int) -> Sequence[Mask]:
        """What is hidden in one piece."""
        return self._masks.get(piece, ())

    @cached_property
    def _masks(self) -> Mapping[int, list[Mask]]:
        """What is hidden, by piece: there can be thousands of both."""
        masks: dict[int, list[Mask]] = {}
        for each in self.findings:
            if each.action == "ANONYMIZED" and each.span is not None:
                mask = Mask(each.span.start, each.span.end, each.placeholder)
                masks.setdefault(each.span.piece, []).append(mask)
        return masks

    def masked_texts(self) -> list[str]:
        """The guarded texts with placeholders."""
        return [masked(piece.text, self.masks(number)) for number, piece in self.material.guarded]


class Evaluator:
    """The policies of one version of a guardrail, made ready for one side of a conversation."""

    def __init__(self, policies: Mapping[str, Mapping[str, Any]], source: Source) -> None:
        """Compile the policies.

        Args:
            policies: as GetGuardrail answers them, by member.
            source: the side.
        """
        self.source = source
        self._policies = [_POLICIES[name](policies[name], source) for name in _POLICIES if name in policies]

    def evaluate(
        self,
        pieces: Sequence[Piece],
        *,
        verdicts: Verdicts,
        context: Sequence[TextPiece] = (),
        without: frozenset[str] = frozenset(),
    ) -> Evaluation:
        """Judge the content of one side.

        Args:
            pieces: what was said.
            verdicts: those for this guardrail and side.
            context: of an answer, the texts of the request.
            without: content filters that are left out.
        """
        material = Material(pieces, verdicts, context, without)
        findings = [finding for policy in self._policies for finding in in_text_order(policy.find(material))]
        return Evaluation(
            material=material,
            findings=findings,
            usage=dict(ChainMap(*(dict(policy.units(material)) for policy in self._policies))),
            guards_images=any(
                isinstance(policy, ContentPolicy) and policy.guards_images() for policy in self._policies
            ),
            latency_ms=_LATENCY_MS + material.total_characters // _CHARACTERS_A_MS,
        )
