"""GRD: guardrails."""

from typing import Any

import pytest

from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.handle import RefusedError
from bedrock_contracts.lab import Bench, World
from bedrock_contracts.suite.worlds import ACCOUNT, MODEL, begin, end, model, plugin, says, text

ARN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abc123def456"
REQUIRED = {"guardrailIdentifier": "abc123def456", "guardrailVersion": "7"}
WORLD = World(models=[model()])
MODES, TRACES = ("sync", "async"), ("enabled", "disabled", "enabled_full")


def sent_guardrail(bench: Bench, guardrail: dict[str, Any] | None) -> list[dict[str, Any] | None]:
    """The guardrailConfig of two calls, since one unguarded call is enough to be unguarded."""
    config = plugin(guardrail=guardrail) if guardrail else {}
    with bench.case(config=config, world=WORLD) as case:
        case.ask(MODEL)
        case.ask(MODEL, "Again.", system="Be brief.")
        calls = case.requests("ConverseStream")
        assert len(calls) == 2, f"two calls were made, the emulator saw {len(calls)}"
        return [(call["requestBody"] or {}).get("guardrailConfig") for call in calls]


@requirement("GRD-001", "GRD-004", "GRD-005")
def test_every_call_carries_the_configured_guardrail(bench: Bench, check: Check) -> None:
    for sent in sent_guardrail(bench, REQUIRED):
        seen = sent or {}
        with check("GRD-001"):
            assert REQUIRED.items() <= seen.items(), f"configured {REQUIRED}, sent {sent}"
        with check("GRD-004"):
            assert REQUIRED.items() <= seen.items(), f"the guardrail is missing: sent {sent}"
            assert "streamProcessingMode" not in seen, f"no streamProcessingMode was configured, sent {sent}"
        with check("GRD-005"):
            assert REQUIRED.items() <= seen.items(), f"the guardrail is missing: sent {sent}"
            assert "trace" not in seen, f"no trace was configured, sent {sent}"


@requirement("GRD-002")
def test_no_guardrail_is_made_up(bench: Bench, check: Check) -> None:
    sent = sent_guardrail(bench, None)
    with check("GRD-002"):
        assert sent == [None, None], f"no guardrail was configured, sent {sent}"


@requirement("GRD-004", "GRD-005", "GRD-006", "GRD-007")
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *(("GRD-004", {"streamProcessingMode": mode}) for mode in MODES),
        *(("GRD-005", {"trace": trace}) for trace in TRACES),
        ("GRD-006", {"guardrailIdentifier": ARN}),
        ("GRD-007", {"guardrailVersion": "DRAFT"}),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else value,
)
def test_the_guardrail_is_sent_as_it_is_configured(
    bench: Bench, check: Check, name: str, changes: dict[str, str]
) -> None:
    guardrail = {**REQUIRED, **changes}
    with check(name):
        sent = sent_guardrail(bench, guardrail)
        assert sent == [guardrail, guardrail], f"configured {guardrail}, sent {sent}"


def refusal_of(bench: Bench, guardrail: dict[str, Any]) -> str:
    """The configuration error, or a fault when there is none."""
    try:
        with bench.case(config=plugin(guardrail=guardrail), world=WORLD) as case:
            case.ask(MODEL)
            calls = len(case.requests("ConverseStream"))
    except RefusedError as refused:
        return str(refused)
    raise AssertionError(f"{guardrail} was accepted, and {calls} calls were made")


@requirement("GRD-003")
@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_half_a_guardrail_is_refused_by_name(bench: Bench, check: Check, missing: str) -> None:
    half = {name: value for name, value in REQUIRED.items() if name != missing}
    with check("GRD-003"):
        told = refusal_of(bench, half)
        assert missing in told, f"the error does not name {missing}: {told!r}"


@requirement("GRD-008")
@pytest.mark.parametrize(("field", "value"), [("streamProcessingMode", "SYNC "), ("trace", "enabledfull")])
def test_other_values_are_refused_before_any_call(bench: Bench, check: Check, field: str, value: str) -> None:
    with check("GRD-008"):
        told = refusal_of(bench, {**REQUIRED, field: value})
        assert field in told, f"the error does not name {field}: {told!r}"


@requirement("GRD-009")
def test_an_intervention_is_an_answer(bench: Bench, check: Check) -> None:
    answer = (begin(), *text("Sorry, ", "not that."), *end("guardrail_intervened", usage=(5, 3)))
    world = World(models=[model()], rules=says(*answer))
    with bench.case(world=world) as case, check("GRD-009"):
        reply = case.ask(MODEL).succeeded()
        assert reply.last.reason == "guardrail", f"the reply ended with the reason {reply.last.reason!r}"
        assert reply.text == "Sorry, not that.", f"the text became {reply.text!r}"
        usage = reply.message.usage
        assert usage, "the final message has no usage"
        assert (usage.input, usage.output) == (5, 3), f"the usage became {usage}"
