"""The policy: from findings to statuses, and from statuses to the verdict and its exit code."""

import pytest

from bedrock_contracts import spec
from bedrock_contracts.api import CAPABILITIES, Capabilities
from bedrock_contracts.outcomes import Finding, Outcome, Result, Status, Verdict, judge, verdict
from bedrock_contracts.spec import Profile, Requirement

PROFILE = Profile(name="p", contract="0.1", requirements=("GRD-001",), insists_on=frozenset())
INSISTING = Profile(name="p", contract="0.1", requirements=("GRD-001",), insists_on=frozenset({"guardrails"}))


def requirement(level="MUST"):
    return Requirement(
        id="GRD-001",
        level=level,
        statement="s",
        why="w",
        source="p",
        observe="wire",
        capability="guardrails",
        since="0.1",
        digest="0" * 12,
    )


def status_of(*outcomes, level="MUST", profile=PROFILE, capabilities=None):
    findings = [
        Finding(requirement="GRD-001", scenario=str(n), outcome=each) for n, each in enumerate(outcomes)
    ]
    declared = capabilities or Capabilities.of(*CAPABILITIES)
    (result,) = judge(profile, {"GRD-001": requirement(level)}, declared, findings)
    return result.status


def results(*statuses):
    return [Result(requirement=requirement(), status=status) for status in statuses]


@pytest.mark.parametrize(
    ("level", "expected"), [("MUST", Status.FAIL), ("SHOULD", Status.WARN), ("MAY", Status.INFO)]
)
def test_the_level_decides_what_a_failure_means(level, expected):
    assert status_of(Outcome.PASS, Outcome.FAIL, level=level) is expected


def test_a_harness_error_outranks_a_failure():
    assert status_of(Outcome.FAIL, Outcome.HARNESS_ERROR) is Status.HARNESS_ERROR


def test_a_requirement_without_any_finding_was_not_tested():
    assert status_of() is Status.NOT_TESTED


def test_an_undeclared_capability_is_skipped_unless_the_profile_insists_on_it():
    without = Capabilities.of("auth")
    assert status_of(capabilities=without) is Status.SKIP
    assert status_of(capabilities=without, profile=INSISTING) is Status.NOT_TESTED


@pytest.mark.parametrize(
    ("statuses", "expected", "code"),
    [
        ((Status.PASS,), Verdict.CERTIFIED, 0),
        ((Status.PASS, Status.SKIP, Status.WARN, Status.INFO), Verdict.CERTIFIED, 0),
        ((Status.PASS, Status.FAIL, Status.NOT_TESTED), Verdict.NOT_CERTIFIED, 1),
        ((Status.PASS, Status.NOT_TESTED), Verdict.INCOMPLETE, 4),
        ((Status.SKIP,), Verdict.INCOMPLETE, 4),
        ((), Verdict.INCOMPLETE, 4),
        ((Status.FAIL, Status.HARNESS_ERROR), Verdict.HARNESS_ERROR, 3),
    ],
)
def test_the_verdict_of_a_finished_run(statuses, expected, code):
    word = verdict(results(*statuses), finished=True)
    assert (word, word.exit_code) == (expected, code)


def test_an_unfinished_run_is_never_a_certificate():
    assert verdict(results(Status.PASS), finished=False) is Verdict.INCOMPLETE


def test_strict_takes_a_should_like_a_must():
    assert verdict(results(Status.PASS, Status.WARN), finished=True, strict=True) is Verdict.NOT_CERTIFIED


def test_unknown_capabilities_and_missing_reasons_are_refused():
    with pytest.raises(ValueError, match="unknown capabilities teleport"):
        Capabilities.of("teleport")
    with pytest.raises(ValueError, match="gives no reason"):
        Capabilities.of(not_applicable={"guardrails": ""})


def test_the_profile_lists_known_requirements_only():
    assert all(name in spec.requirements() for each in spec.profiles().values() for name in each.requirements)
