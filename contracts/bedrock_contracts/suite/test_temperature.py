"""TEMP: models that refuse a temperature."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.lab import Bench, Case, World
from bedrock_contracts.oracle.catalogue import REGION_PREFIXES
from bedrock_contracts.suite.search import searched
from bedrock_contracts.suite.worlds import (
    ACCOUNT,
    MODEL,
    application_arn,
    application_profile,
    model,
    profile,
)

DASHED, DOTTED = "anthropic.claude-opus-4-7", "anthropic.claude-opus-4.7"
NEAR_MISSES = (
    "anthropic.claude-opus-4-6",
    "anthropic.claude-opus-4-70",
    "anthropic.claude-opus-4.70",
    "anthropic.claude-opus-47",
    "anthropic.claude-sonnet-4-7",
    "acme.opus-4-7",
)
SPELLINGS = tuple(f"{name}{version}" for name in (DASHED, DOTTED) for version in ("", "-v1:0"))
EVERYWHERE = World(
    models=[model(each) for each in (*SPELLINGS, *NEAR_MISSES, MODEL)],
    profiles=[
        *(profile(f"{prefix}.{each}", each) for prefix in REGION_PREFIXES for each in SPELLINGS),
        application_profile("o4p7u5s4e7x1", DASHED),
        application_profile("h2a1i0k9u8x7", MODEL),
    ],
)
OPUS_APPLICATION = application_arn("o4p7u5s4e7x1")


def sent_settings(case: Case, reference: str, temperature: float | None = 0.3) -> dict[str, Any]:
    """The inferenceConfig of the one call that this makes."""
    case.forget()
    case.ask(reference, temperature=temperature, max_tokens=321)
    body: dict[str, Any] = case.the_request("ConverseStream")["requestBody"] or {}
    return dict(body.get("inferenceConfig") or {})


def requirement_of(reference: str) -> str:
    if "opus-4.7" in reference:
        return "TEMP-003"
    return "TEMP-001" if reference.startswith("anthropic") else "TEMP-002"


@requirement("TEMP-001", "TEMP-002", "TEMP-003", "TEMP-009")
def test_no_spelling_of_opus_4_7_is_sent_a_temperature(bench: Bench, check: Check) -> None:
    references = [*SPELLINGS, *(f"{prefix}.{each}" for prefix in REGION_PREFIXES for each in SPELLINGS)]
    with bench.case(world=EVERYWHERE) as case:
        for reference in references:
            settings: dict[str, Any] = {}
            with check(requirement_of(reference)):
                settings = sent_settings(case, reference)
                sent = settings.get("temperature")
                assert sent is None, f"{reference} was sent temperature {sent}"
            with check("TEMP-009"):
                kept = settings.get("maxTokens")
                assert kept == 321, f"{reference} was sent {settings}, without its maxTokens"


@requirement("TEMP-004")
@pytest.mark.parametrize("name", [f"us.{DASHED}", f"global.{DASHED}-v1:0"])
def test_the_arn_of_a_named_profile_counts(bench: Bench, check: Check, name: str) -> None:
    with bench.case(world=EVERYWHERE) as case, check("TEMP-004"):
        settings = sent_settings(case, f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{name}")
        assert "temperature" not in settings, (
            f"the ARN of {name} was sent temperature {settings['temperature']}"
        )


@requirement("TEMP-005", "TEMP-007")
def test_an_application_profile_is_judged_by_its_model(bench: Bench, check: Check) -> None:
    with bench.case(world=EVERYWHERE) as case:
        with check("TEMP-005"):
            settings = sent_settings(case, OPUS_APPLICATION)
            assert "temperature" not in settings, (
                f"the application profile was sent {settings['temperature']}"
            )
        with check("TEMP-007"):
            settings = sent_settings(case, application_arn("h2a1i0k9u8x7"))
            assert settings.get("temperature") == 0.3, f"a profile of another model was sent {settings}"


@requirement("TEMP-007")
def test_other_models_are_sent_exactly_the_temperature(bench: Bench, check: Check) -> None:
    with bench.case(world=World(models=[model()])) as case:

        @searched(bench)
        @given(temperature=st.floats(0, 1, allow_subnormal=False))
        @example(0)
        def holds_for(temperature: float) -> None:
            sent = sent_settings(case, MODEL, temperature).get("temperature", "nothing")
            with check("TEMP-007"):
                assert sent == temperature, f"asked for temperature {temperature!r}, sent {sent!r}"

        holds_for()


@requirement("TEMP-007")
def test_no_temperature_is_made_up(bench: Bench, check: Check) -> None:
    with bench.case(world=World(models=[model()])) as case, check("TEMP-007"):
        settings = sent_settings(case, MODEL, None)
        assert "temperature" not in settings, (
            f"no temperature was asked for, {settings['temperature']} was sent"
        )


@requirement("TEMP-008")
def test_ids_that_look_alike_keep_their_temperature(bench: Bench, check: Check) -> None:
    with bench.case(world=EVERYWHERE) as case, check("TEMP-008"):
        for reference in NEAR_MISSES:
            settings = sent_settings(case, reference)
            assert settings.get("temperature") == 0.3, (
                f"{reference} lost its temperature, it was sent {settings}"
            )


@requirement("TEMP-010")
def test_a_failing_lookup_neither_fails_the_call_nor_is_remembered(bench: Bench, check: Check) -> None:
    with bench.case(world=EVERYWHERE) as case, check("TEMP-010"):
        case.fail([{"operation": "GetInferenceProfile", "error": {"code": "ThrottlingException"}}])
        case.ask(OPUS_APPLICATION, temperature=0.3)
        case.the_request("ConverseStream")
        case.fail([])
        settings = sent_settings(case, OPUS_APPLICATION)
        assert "temperature" not in settings, (
            "the failed lookup was remembered: the next call had a temperature"
        )
