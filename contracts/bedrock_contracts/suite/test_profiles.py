"""PROF: inference profiles."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_contracts.api import ModelInfo
from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.lab import Bench, Case, World
from bedrock_contracts.oracle.catalogue import REGION_PREFIXES, base_model
from bedrock_contracts.suite.search import searched
from bedrock_contracts.suite.test_discovery import KNOWN_MODEL, refusal
from bedrock_contracts.suite.worlds import (
    MODEL,
    application_arn,
    application_profile,
    discovery,
    model,
    profile,
)

MANY = 1_010
"""More profiles than fit on the largest page that ListInferenceProfiles gives."""

SEEING = model(MODEL, inputModalities=["TEXT", "IMAGE"])


def found_by(case: Case, *, force: bool = False) -> dict[str, ModelInfo]:
    """The discovered models by id, after making sure that both lists were asked for."""
    catalog = case.provider.discover(force=force)
    assert case.requests("ListInferenceProfiles"), "discovery made no ListInferenceProfiles request"
    return {found.id: found for found in catalog.models} if catalog else {}


def abilities(found: ModelInfo) -> dict[str, Any]:
    """What a profile has from its model."""
    return {
        "contextWindow": found.context_window,
        "maxTokens": found.max_tokens,
        "reasoning": found.reasoning,
        "input": sorted(found.input),
    }


@requirement("PROF-001", "PROF-002", "PROF-004")
@pytest.mark.parametrize("base", [MODEL, KNOWN_MODEL])
def test_profiles_of_every_region_inherit_from_their_model(bench: Bench, check: Check, base: str) -> None:
    listed = model(base, inputModalities=["TEXT", "IMAGE"], modelName="Thinking model")
    profiles = [profile(f"{prefix}.{base}", base) for prefix in REGION_PREFIXES]
    with bench.case(config=discovery(), world=World(models=[listed], profiles=profiles)) as case:
        found = found_by(case)
        with check("PROF-001"):
            missing = {each["inferenceProfileId"] for each in profiles} - set(found)
            assert not missing, f"profiles are missing: {sorted(missing)}"
            assert base in found, f"the foundation model {base} is missing beside its profiles"
        for prefix in REGION_PREFIXES:
            with check("PROF-002" if prefix == "us" else "PROF-004"):
                assert {base, f"{prefix}.{base}"} <= set(found), f"{prefix}.{base} or its model is missing"
                mine, base_has = abilities(found[f"{prefix}.{base}"]), abilities(found[base])
                assert mine == base_has, f"{prefix}.{base} has {mine}, its model has {base_has}"


LISTED = tuple(f"acme.m{number}-v1:0" for number in range(3))
BASES = st.sampled_from([*LISTED, "acme.unlisted-v1:0"])


@requirement("PROF-002", "PROF-003")
def test_any_profile_has_the_abilities_of_its_model_or_the_defaults(bench: Bench, check: Check) -> None:
    defaults = {"contextWindow": 23_456, "maxTokens": 789, "reasoning": False, "input": ["text"]}
    with bench.case(config=discovery(defaultContextWindow=23_456, defaultMaxTokens=789)) as case:

        @searched(bench)
        @given(
            seeing=st.sets(st.sampled_from(LISTED)),
            chosen=st.sets(st.tuples(st.sampled_from(REGION_PREFIXES), BASES), max_size=5),
        )
        def holds_for(seeing: set[str], chosen: set[tuple[str, str]]) -> None:
            models = [
                model(name, inputModalities=["TEXT", *(["IMAGE"] * (name in seeing))]) for name in LISTED
            ]
            profiles = [profile(f"{prefix}.{base}", base) for prefix, base in sorted(chosen)]
            case.furnish(World(models=models, profiles=profiles))
            found = found_by(case, force=True)
            for each in profiles:
                name, base = each["inferenceProfileId"], base_model(each)
                with check("PROF-002" if base in LISTED else "PROF-003"):
                    assert name in found, f"{name} is missing"
                    wanted = abilities(found[base]) if base in found else defaults
                    has = abilities(found[name])
                    assert has == wanted, f"{name} has {has}, expected {wanted}"

        holds_for()


@requirement("PROF-005")
def test_an_application_profile_inherits_through_its_model_arn(bench: Bench, check: Check) -> None:
    world = World(models=[SEEING], profiles=[application_profile("a1b2c3d4e5f6", MODEL)])
    with bench.case(config=discovery(), world=world) as case, check("PROF-005"):
        found = found_by(case)
        mine = [entry for name, entry in found.items() if "a1b2c3d4e5f6" in name]
        assert mine, f"the application profile is not among {sorted(found)}"
        assert MODEL in found, f"its model is not among {sorted(found)}"
        assert abilities(mine[0]) == abilities(found[MODEL]), f"it has {abilities(mine[0])}"


@requirement("PROF-006")
def test_no_page_of_profiles_is_left_unread(bench: Bench, check: Check) -> None:
    profiles = [profile(f"us.acme.p{number}-v1:0", MODEL) for number in range(MANY)]
    with (
        bench.case(config=discovery(), world=World(models=[model()], profiles=profiles)) as case,
        check("PROF-006"),
    ):
        listed = sum(name.startswith("us.") for name in found_by(case))
        assert listed == MANY, f"{listed} of {MANY} profiles were found"


@requirement("PROF-007")
def test_denied_profiles_leave_the_models(bench: Bench, check: Check) -> None:
    denied = refusal("AccessDeniedException", "ListInferenceProfiles")
    world = World(models=[model()], profiles=[profile(f"us.{MODEL}", MODEL)], faults=[denied])
    with bench.case(config=discovery(), world=world) as case, check("PROF-007"):
        found = found_by(case)
        assert MODEL in found, f"with profiles denied, discovery gave {sorted(found) or 'nothing'}"


@requirement("PROF-008")
def test_a_profile_arn_is_called_in_its_own_region(bench: Bench, check: Check) -> None:
    arn = application_arn("a1b2c3d4e5f6", "eu-west-1")
    world = World(models=[model()], profiles=[application_profile("a1b2c3d4e5f6", MODEL, "eu-west-1")])
    with bench.case(config=discovery(region="us-east-1"), world=world) as case, check("PROF-008"):
        reply = case.ask(arn)
        exchange = case.the_request("ConverseStream")
        assert exchange["region"] == "eu-west-1", f"the call was signed for {exchange['region']}"
        assert arn in exchange["path"], f"the call named {exchange['path']}"
        reply.succeeded()


@requirement("PROF-009")
def test_the_provider_filter_looks_at_the_model_behind_a_profile(bench: Bench, check: Check) -> None:
    world = World(
        models=[model("acme.a-v1:0"), model("globex.b-v1:0")],
        profiles=[profile("us.acme.a-v1:0", "acme.a-v1:0"), profile("us.globex.b-v1:0", "globex.b-v1:0")],
    )
    with bench.case(config=discovery(providerFilter=["globex"]), world=world) as case, check("PROF-009"):
        found = set(found_by(case))
        expected = {"globex.b-v1:0", "us.globex.b-v1:0"}
        assert found == expected, f"filter globex found {sorted(found)}"


@requirement("PROF-010")
def test_only_active_profiles_are_listed(bench: Bench, check: Check) -> None:
    retired = profile(f"eu.{MODEL}", MODEL, status="LEGACY")
    world = World(models=[model()], profiles=[profile(f"us.{MODEL}", MODEL), retired])
    with bench.case(config=discovery(), world=world) as case, check("PROF-010"):
        found = found_by(case)
        assert f"us.{MODEL}" in found, f"the active profile is missing from {sorted(found)}"
        assert f"eu.{MODEL}" not in found, "a profile with status LEGACY was listed"


@requirement("PROF-012")
def test_a_profile_named_like_a_model_is_no_second_entry(bench: Bench, check: Check) -> None:
    world = World(models=[model()], profiles=[profile(MODEL, MODEL), profile(f"us.{MODEL}", MODEL)])
    with bench.case(config=discovery(), world=world) as case, check("PROF-012"):
        catalog = case.provider.discover()
        names = [found.id for found in catalog.models] if catalog else []
        assert names.count(MODEL) == 1, f"{MODEL} is listed {names.count(MODEL)} times"
        assert f"us.{MODEL}" in names, f"the other profile is missing from {names}"
