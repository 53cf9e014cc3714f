"""The automated reasoning policy: what logic says of an answer, which only a test can know here."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.guardrails.content import Source
from bedrock_emulator.guardrails.findings import Finding
from bedrock_emulator.guardrails.material import Material
from bedrock_emulator.guardrails.verdicts import Finds


class ReasoningPolicy:
    """`automatedReasoningPolicy`: it reports on answers and never acts [docs]."""

    def __init__(self, policy: Mapping[str, Any], source: Source) -> None:
        self._policies = len(policy.get("policies") or ()) if source == "OUTPUT" else 0

    def find(self, material: Material) -> list[Finding]:
        """The findings that verdicts tell; none without."""
        if not self._policies:
            return []
        return [
            Finding(policy="automatedReasoningPolicy", rows="findings", action="NONE", members=each.finding)
            for each in material.statements
            if isinstance(each, Finds)
        ]

    def units(self, material: Material) -> Mapping[str, int]:
        """One for every text unit and policy [guess], and how many policies there were [botocore]."""
        if not self._policies:
            return {}
        return {
            "automatedReasoningPolicyUnits": material.text_units * self._policies,
            "automatedReasoningPolicies": self._policies,
        }
