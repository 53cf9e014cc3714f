"""DISC: which models are found, and what is told about them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_contracts.api import Catalog, ModelInfo
from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.lab import Bench, Case, World
from bedrock_contracts.oracle.catalogue import Limits, expected_ids, expected_input, is_listed
from bedrock_contracts.suite.search import searched
from bedrock_contracts.suite.worlds import MODEL, discovery, model, profile

DEFAULTS = Limits()
CONFIGURED = Limits(context_window=12_345, max_tokens=678)
KNOWN_MODEL, KNOWN_WINDOW = "anthropic.claude-3-haiku-20240307-v1:0", 200_000
"""A model whose context window AWS documents."""

VENDORS = ("acme", "globex", "initech")
MODALITIES = st.lists(
    st.sampled_from(["TEXT", "IMAGE", "VIDEO", "SPEECH", "EMBEDDING"]), min_size=1, unique=True
)


@st.composite
def summaries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Foundation models of every kind, with ids that differ."""
    count = draw(st.integers(1, 8))
    return [
        model(
            f"{draw(st.sampled_from(VENDORS))}.model-{number}-v1:0",
            inputModalities=draw(MODALITIES),
            outputModalities=draw(MODALITIES),
            responseStreamingSupported=draw(st.sampled_from([True, True, False, None])),
            modelLifecycle={"status": draw(st.sampled_from(["ACTIVE", "ACTIVE", "LEGACY"]))},
        )
        for number in range(count)
    ]


def found_by(case: Case, *, force: bool = False) -> Catalog:
    """What discovery found, after making sure that it asked."""
    catalog = case.provider.discover(force=force)
    assert case.requests("ListFoundationModels"), "discovery made no ListFoundationModels request"
    assert catalog is not None, "discovery gave no implicit provider although there are models to list"
    return catalog


def entry_of(catalog: Catalog, name: str) -> ModelInfo:
    """The entry of a model that has to be there."""
    entries = [found for found in catalog.models if found.id == name]
    assert entries, f"{name} is missing from {sorted(ids(catalog))}"
    return entries[0]


def ids(catalog: Catalog | None) -> set[str]:
    return {found.id for found in catalog.models} if catalog else set()


@requirement("DISC-001", "DISC-002", "DISC-003", "DISC-011", "DISC-012")
def test_discovery_keeps_exactly_the_models_that_can_be_used(bench: Bench, check: Check) -> None:
    with bench.case(config=discovery()) as case:

        @searched(bench)
        @given(listed=summaries())
        def holds_for(listed: list[dict[str, Any]]) -> None:
            case.furnish(World(models=listed))
            judge_listing(case, check, {summary["modelId"]: summary for summary in listed})

        holds_for()


def judge_listing(case: Case, check: Check, listed: dict[str, dict[str, Any]]) -> None:
    catalog = case.provider.discover(force=True)
    assert case.requests("ListFoundationModels"), "discovery made no ListFoundationModels request"
    found = ids(catalog)
    kept = [listed[name] for name in sorted(found & set(listed))]
    with check("DISC-001"):
        wrong = [each["modelId"] for each in kept if each["responseStreamingSupported"] is not True]
        assert not wrong, f"models without streaming were returned: {wrong}"
    with check("DISC-002"):
        wrong = [each["modelId"] for each in kept if "TEXT" not in each["outputModalities"]]
        assert not wrong, f"models without text output were returned: {wrong}"
    with check("DISC-012"):
        wrong = [each["modelId"] for each in kept if each["modelLifecycle"]["status"] != "ACTIVE"]
        assert not wrong, f"models that are not ACTIVE were returned: {wrong}"
    with check("DISC-003"):
        missing = expected_ids(list(listed.values())) - found
        assert not missing, f"usable models are missing: {sorted(missing)}"
    with check("DISC-011"):
        for entry in catalog.models if catalog else ():
            told, wanted = set(entry.input), expected_input(listed[entry.id])
            offered = listed[entry.id]["inputModalities"]
            assert told == wanted, f"{entry.id} lists {offered}, reported as {sorted(told)}"


@requirement("DISC-004", "DISC-005", "DISC-006")
def test_the_provider_filter_keeps_the_named_providers(bench: Bench, check: Check) -> None:
    @searched(bench)
    @given(
        listed=summaries(),
        wanted=st.lists(st.sampled_from(VENDORS), unique=True),
        spelling=st.sampled_from([str, str.upper, " {} ".format]),
    )
    def holds_for(listed: list[dict[str, Any]], wanted: list[str], spelling: Any) -> None:
        usable = [summary for summary in listed if is_listed(summary)]
        expected = expected_ids(usable, wanted)
        words = [spelling(name) for name in wanted]
        with bench.case(config=discovery(providerFilter=words), world=World(models=usable)) as case:
            found = ids(case.provider.discover())
            assert case.requests("ListFoundationModels"), "discovery made no ListFoundationModels request"
            exact = words == wanted
            with check("DISC-005" if not wanted else "DISC-004" if exact else "DISC-006"):
                told = f"providerFilter {words} found {sorted(found)}, expected {sorted(expected)}"
                assert found == expected, told

    holds_for()


@requirement("DISC-005")
def test_a_missing_filter_lets_every_provider_through(bench: Bench, check: Check) -> None:
    listed = [model(f"{vendor}.model-v1:0") for vendor in VENDORS]
    with bench.case(config=discovery(), world=World(models=listed)) as case, check("DISC-005"):
        found = ids(found_by(case))
        assert found == expected_ids(listed), f"without a filter only {sorted(found)} were found"


@requirement("DISC-004", "DISC-006", "DISC-007")
def test_the_provider_filter_compares_whole_names(bench: Bench, check: Check) -> None:
    listed = [
        model("acme.model-v1:0", providerName="Acme AI"),
        model("acmelabs.model-v1:0", providerName="Acme AI Labs"),
        model("globex.model-v1:0", providerName="Globex"),
    ]
    for spelled, name in (("Acme AI", "DISC-004"), (" aCME ai ", "DISC-006")):
        with bench.case(config=discovery(providerFilter=[spelled]), world=World(models=listed)) as case:
            found = ids(case.provider.discover())
            assert case.requests("ListFoundationModels"), "discovery made no ListFoundationModels request"
            with check(name):
                assert "acme.model-v1:0" in found, f"filter {spelled!r} found {sorted(found)}"
                assert "globex.model-v1:0" not in found, f"filter {spelled!r} let globex.model-v1:0 through"
            with check("DISC-007"):
                other = "acmelabs.model-v1:0"
                assert other not in found, f"filter {spelled!r} matched a part of the name 'Acme AI Labs'"


@requirement("DISC-008", "DISC-009")
@pytest.mark.parametrize("limits", [DEFAULTS, CONFIGURED], ids=["defaults", "configured"])
def test_unknown_limits_come_from_the_configuration(bench: Bench, check: Check, limits: Limits) -> None:
    chosen = {"defaultContextWindow": limits.context_window, "defaultMaxTokens": limits.max_tokens}
    config = discovery(**(chosen if limits is CONFIGURED else {}))
    with bench.case(config=config, world=World(models=[model()])) as case:
        found = entry_of(found_by(case), MODEL)
        with check("DISC-008"):
            assert found.context_window == limits.context_window, f"context window {found.context_window}"
        with check("DISC-009"):
            assert found.max_tokens == limits.max_tokens, f"output limit {found.max_tokens}"


@requirement("DISC-014")
def test_a_known_limit_beats_the_configured_default(bench: Bench, check: Check) -> None:
    config = discovery(defaultContextWindow=12_345)
    with bench.case(config=config, world=World(models=[model(KNOWN_MODEL)])) as case, check("DISC-014"):
        found = entry_of(found_by(case), KNOWN_MODEL)
        assert found.context_window == KNOWN_WINDOW, (
            f"{KNOWN_MODEL} was given a window of {found.context_window}"
        )


@requirement("DISC-010", "DISC-015")
def test_every_model_is_complete_and_unique(bench: Bench, check: Check) -> None:
    listed = [model(), model("acme.Chat-v1:0"), model("acme.nameless-v1:0", modelName=None)]
    world = World(models=listed, profiles=[profile("us.acme.chat-v1:0", MODEL)])
    with bench.case(config=discovery(), world=world) as case:
        catalog = found_by(case)
        with check("DISC-010"):
            for found in catalog.models:
                words = found.id and found.name and found.input
                whole = words and found.context_window > 0 and found.max_tokens > 0
                assert whole, f"incomplete entry: {found.to_json()}"
        with check("DISC-015"):
            names = [found.id.lower() for found in catalog.models]
            twice = sorted({name for name in names if names.count(name) > 1})
            assert not twice, f"listed more than once: {twice}"


@requirement("DISC-016")
def test_discovery_lists_and_does_nothing_else(bench: Bench, check: Check) -> None:
    world = World(models=[model()], profiles=[profile("us.acme.chat-v1:0", MODEL)])
    with bench.case(config=discovery(), world=world) as case, check("DISC-016"):
        found_by(case)
        others = {each["operation"] for each in case.requests()} - {
            "ListFoundationModels",
            "ListInferenceProfiles",
        }
        assert not others, f"discovery also called {sorted(map(str, others))}"


REFUSALS = ("AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException")
PASSING = ("ThrottlingException", "InternalServerException", "ServiceUnavailableException")
STATUS = {"UnrecognizedClientException": 403, "ExpiredTokenException": 403}


def refusal(code: str, operation: str = "ListFoundationModels") -> dict[str, Any]:
    """A fault that answers every call of an operation with this error."""
    error = {"code": code, **({"status": STATUS[code]} if code in STATUS else {})}
    return {"operation": operation, "error": error}


@requirement("DISC-013")
@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_listing_gives_no_models_and_no_exception(bench: Bench, check: Check, code: str) -> None:
    world = World(models=[model()], faults=[refusal(code)])
    with bench.case(config=discovery(), world=world) as case, check("DISC-013"):
        catalog = case.provider.discover()
        assert case.requests("ListFoundationModels"), "discovery made no ListFoundationModels request"
        assert not ids(catalog), f"{code} on the listing still gave {sorted(ids(catalog))}"


@requirement("DISC-017")
@pytest.mark.parametrize("code", PASSING)
def test_a_passing_failure_leaves_the_last_good_models(bench: Bench, check: Check, code: str) -> None:
    with bench.case(config=discovery(), world=World(models=[model()])) as case, check("DISC-017"):
        before = ids(found_by(case))
        case.fail([refusal(code)])
        after = case.provider.discover(force=True)
        asked = len(case.requests("ListFoundationModels"))
        assert asked > 1, "a forced discovery made no second ListFoundationModels request"
        assert ids(after) == before, (
            f"after {code} the models were {sorted(ids(after))}, before {sorted(before)}"
        )
        is_stale = after is not None and after.stale
        assert is_stale, f"the models kept after {code} are not marked stale"
