"""From what the checks saw to a verdict. This file is the only place that knows the policy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bedrock_contracts.api import Capabilities
from bedrock_contracts.codec import JsonValue
from bedrock_contracts.spec import Profile, Requirement


class Outcome(StrEnum):
    """What one scenario says about one requirement."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    HARNESS_ERROR = "harness error"


class Status(StrEnum):
    """What the whole run says about one requirement."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WARN = "warn"
    """A SHOULD that does not hold."""
    INFO = "info"
    """A MAY that does not hold."""
    SKIP = "skip"
    """Its capability is not declared, and the profile does not insist on it."""
    NOT_TESTED = "not tested"
    HARNESS_ERROR = "harness error"


class Verdict(StrEnum):
    """What the run says about the provider."""

    CERTIFIED = "CERTIFIED"
    NOT_CERTIFIED = "NOT CERTIFIED"
    INCOMPLETE = "INCOMPLETE"
    HARNESS_ERROR = "HARNESS ERROR"

    @property
    def exit_code(self) -> int:
        """The exit code of `certify`; 2 is left to usage errors."""
        return {Verdict.CERTIFIED: 0, Verdict.NOT_CERTIFIED: 1, Verdict.INCOMPLETE: 4}.get(self, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(JsonValue):
    """One scenario's word on one requirement."""

    requirement: str
    scenario: str
    outcome: str
    seen: str = ""
    wire: tuple[Any, ...] = ()
    """Journal entries of the case, secrets removed; only where the outcome is not a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One requirement after the run."""

    requirement: Requirement
    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()


def judge(
    profile: Profile,
    requirements: Mapping[str, Requirement],
    capabilities: Capabilities,
    findings: Iterable[Finding],
) -> tuple[Result, ...]:
    """The status of every requirement of the profile, in the profile's order."""
    by_id: dict[str, list[Finding]] = {}
    for finding in findings:
        by_id.setdefault(finding.requirement, []).append(finding)
    return tuple(
        _result(requirements[name], profile, capabilities, tuple(by_id.get(name, ())))
        for name in profile.requirements
    )


def _result(
    requirement: Requirement, profile: Profile, capabilities: Capabilities, findings: tuple[Finding, ...]
) -> Result:
    capability = capabilities[requirement.capability]
    if capability.support != "full":
        insisted = requirement.capability in profile.insists_on
        status = Status.NOT_TESTED if insisted else Status.SKIP
        why = f"{requirement.capability} is not declared: {capability.reason}"
        reason = f"{why}; profile {profile.name} insists on it" if insisted else why
        return Result(requirement=requirement, status=status, reason=reason)
    status = _status(requirement, {finding.outcome for finding in findings})
    reason = "no check ran" if status is Status.NOT_TESTED else ""
    return Result(requirement=requirement, status=status, reason=reason, findings=findings)


def _status(requirement: Requirement, outcomes: set[str]) -> Status:
    if Outcome.HARNESS_ERROR in outcomes:
        return Status.HARNESS_ERROR
    if Outcome.FAIL in outcomes:
        return {"MUST": Status.FAIL, "SHOULD": Status.WARN, "MAY": Status.INFO}[requirement.level]
    return Status.PASS if outcomes else Status.NOT_TESTED


def verdict(results: Iterable[Result], *, finished: bool, strict: bool = False) -> Verdict:
    """The one word about the run.

    A harness error outranks everything, since it says that the run cannot be believed. A broken MUST
    outranks what was not tested; a skip is never counted as a pass, and a run that tested nothing is
    incomplete. `strict` takes a broken SHOULD like a broken MUST.
    """
    statuses = {result.status for result in results}
    broken = {Status.FAIL, Status.WARN} if strict else {Status.FAIL}
    if Status.HARNESS_ERROR in statuses:
        return Verdict.HARNESS_ERROR
    if statuses & broken:
        return Verdict.NOT_CERTIFIED
    if not finished or Status.NOT_TESTED in statuses or Status.PASS not in statuses:
        return Verdict.INCOMPLETE
    return Verdict.CERTIFIED
