"""An evaluation as AWS writes it. Keys stand in the order of InvokeModel [recorded]; Converse sorts them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from bedrock_emulator.guardrails.evaluation import Evaluation
from bedrock_emulator.guardrails.findings import Action, Finding

Scope: TypeAlias = Literal["INTERVENTIONS", "FULL"]
"""Whether rows of what was not detected are listed too."""

_USAGE = (
    "topicPolicyUnits",
    "contentPolicyUnits",
    "wordPolicyUnits",
    "automatedReasoningPolicyUnits",
    "automatedReasoningPolicies",
    "sensitiveInformationPolicyUnits",
    "sensitiveInformationPolicyFreeUnits",
    "contextualGroundingPolicyUnits",
    "contentPolicyImageUnits",
)
"""The counters in the recorded order; a policy that was not evaluated counts 0 [recorded]."""

_ROWS = ("topics", "filters", "customWords", "managedWordLists", "piiEntities", "regexes", "findings")
"""The lists of rows in the order of the service model."""

_SAID: Mapping[Action, str] = {
    "NONE": "No action.",
    "ANONYMIZED": "Guardrail masked.",
    "BLOCKED": "Guardrail blocked.",
}


def reason(*actions: Action) -> str:
    """`actionReason`: a line for the input and one for the output [recorded]; one line when nothing was done [recorded]."""
    if not any(action != "NONE" for action in actions):
        return _SAID["NONE"]
    return "\n".join(_SAID[action] for action in actions)


def usage(evaluation: Evaluation) -> dict[str, int]:
    """Every counter."""
    return {name: evaluation.usage.get(name, 0) for name in _USAGE}


def coverage(evaluation: Evaluation) -> dict[str, Any]:
    """How much of the content was guarded; images are named where there are some [guess]."""
    material = evaluation.material
    covered: dict[str, Any] = {
        "textCharacters": {"guarded": material.guarded_characters, "total": material.total_characters}
    }
    if material.images:
        count = len(material.images)
        covered["images"] = {"guarded": count if evaluation.guards_images else 0, "total": count}
    return covered


def assessment(evaluation: Evaluation, *, scope: Scope) -> dict[str, Any]:
    """The policies that have rows, and what the evaluation took."""
    return {
        **_policies([each for each in evaluation.findings if _is_shown(each, scope)]),
        "invocationMetrics": {
            "guardrailProcessingLatency": evaluation.latency_ms,
            "usage": usage(evaluation),
            "guardrailCoverage": coverage(evaluation),
        },
    }


def applied(*, guardrail_id: str, arn: str, version: str) -> dict[str, Any]:
    """`appliedGuardrailDetails` of a guardrail that the request itself names [recorded]."""
    return {
        "guardrailId": guardrail_id,
        "guardrailVersion": version,
        "guardrailArn": arn,
        "guardrailOrigin": ["REQUEST"],
        "guardrailOwnership": "SELF",
    }


def _is_shown(finding: Finding, scope: Scope) -> bool:
    return finding.is_detected or finding.is_always_shown or scope == "FULL"


def _policies(findings: Sequence[Finding]) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    policies: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for each in sorted(findings, key=lambda finding: _ROWS.index(finding.rows)):
        policies.setdefault(each.policy, {}).setdefault(each.rows, []).append(each.members)
    return policies
