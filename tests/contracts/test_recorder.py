"""How the ends of scenarios and checks become findings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_contracts.outcomes import Outcome
from bedrock_contracts.recorder import ContractBrokenError, Recorder
from bedrock_contracts.redact import Redactor


@pytest.fixture
def recorder():
    recorder = Recorder(Redactor(["the-secret"]))
    recorder.begin("scenario", ("AUTH-001", "AUTH-002"))
    return recorder


def fail(seen: str) -> None:
    """Typed as coming back, unlike `raise`: the check around it swallows the error."""
    raise AssertionError(seen)


def outcomes(recorder):
    return {each.requirement: (each.outcome, each.seen) for each in recorder.findings}


def test_a_broken_check_does_not_hide_the_next_one(recorder):
    with recorder.check("AUTH-001"):
        fail("first")
    with recorder.check("AUTH-002"):
        pass
    assert outcomes(recorder) == {"AUTH-001": (Outcome.FAIL, "first"), "AUTH-002": (Outcome.PASS, "")}
    with pytest.raises(ContractBrokenError, match="AUTH-001: first"):
        recorder.end(None)


def test_the_first_failure_of_a_requirement_stands(recorder):
    for seen in ("first", "second"):
        with recorder.check("AUTH-001"):
            fail(seen)
    with recorder.check("AUTH-001"):
        pass
    assert outcomes(recorder)["AUTH-001"] == (Outcome.FAIL, "first")


def test_a_failed_assertion_outside_of_a_check_speaks_about_what_was_not_heard(recorder):
    with recorder.check("AUTH-001"):
        pass
    recorder.end(AssertionError("no request was made"))
    assert outcomes(recorder) == {
        "AUTH-001": (Outcome.PASS, ""),
        "AUTH-002": (Outcome.FAIL, "no request was made"),
    }


def test_any_other_error_is_the_harness_own_and_outranks_what_was_found(recorder):
    with recorder.check("AUTH-001"):
        fail("broken")
    recorder.end(KeyError("journal"))
    assert {each.outcome for each in recorder.findings} == {Outcome.HARNESS_ERROR}


def test_a_check_of_an_id_that_was_not_claimed_is_an_error(recorder):
    with pytest.raises(LookupError, match="REG-001"), recorder.check("REG-001"):
        pass


def test_findings_carry_the_wire_without_secrets_unless_they_are_a_pass(recorder):
    recorder.watch(lambda: [{"body": "the-secret"}])
    with recorder.check("AUTH-001"):
        fail("sent the-secret")
    with recorder.check("AUTH-002"):
        pass
    first, second = recorder.findings
    assert (first.seen, first.wire) == ("sent [secret]", ({"body": "[secret]"},))
    assert second.wire == ()


def test_a_search_reports_the_smallest_counter_example(recorder):
    @settings(derandomize=True, database=None)
    @given(number=st.integers(0, 1000))
    def holds_for(number):
        with recorder.check("AUTH-001"):
            assert number < 10, f"not for {number}"

    with pytest.raises(AssertionError) as caught:
        holds_for()
    recorder.end(caught.value)
    assert outcomes(recorder)["AUTH-001"][1].startswith("not for 10\n")
    assert "AUTH-002" not in outcomes(recorder)
