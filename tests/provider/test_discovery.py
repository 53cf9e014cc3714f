from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider import ModelInfo, Rules
from bedrock_provider.config import DiscoveryConfig, normalised_filter
from bedrock_provider.discovery import Listing, discovered_models
from tests.provider.listings import application_profile, model, profile


def discover(
    models: list[dict[str, Any]], profiles: list[dict[str, Any]] | None = None, **settings: Any
) -> tuple[ModelInfo, ...]:
    listing = Listing(models=models, profiles=profiles or [])
    return discovered_models(listing, DiscoveryConfig(**settings), Rules())


def ids(found: tuple[ModelInfo, ...]) -> set[str]:
    return {each.id for each in found}


@pytest.mark.parametrize(
    ("members", "listed"),
    [
        ({}, True),
        ({"outputModalities": ["IMAGE", "text"]}, True),
        ({"modelLifecycle": {"status": "active"}}, True),
        ({"responseStreamingSupported": False}, False),
        ({"responseStreamingSupported": None}, False),
        ({"responseStreamingSupported": "true"}, False),
        ({"outputModalities": ["EMBEDDING"]}, False),
        ({"outputModalities": []}, False),
        ({"modelLifecycle": {"status": "LEGACY"}}, False),
        ({"modelLifecycle": {}}, False),
        ({"modelLifecycle": None}, False),
        ({"modelId": "  "}, False),
    ],
    ids=str,
)
def test_only_active_models_that_stream_text_are_listed(members: dict[str, Any], listed: bool) -> None:
    assert bool(discover([model(**members)])) is listed


MISTRAL_IDS = {"mistral.large", "us.mistral.large"}
EVERY_ID = MISTRAL_IDS | {"amazon.nova", "us.amazon.nova"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param((), EVERY_ID, id="no filter"),
        pytest.param(("mistral ai",), MISTRAL_IDS, id="name"),
        pytest.param(("mistral",), MISTRAL_IDS, id="id prefix"),
        pytest.param(("AMAZON ", "mistral"), EVERY_ID, id="both, case and blanks"),
        pytest.param(("amaz",), set(), id="part of a name"),
        pytest.param(("nova",), set(), id="part of an id"),
    ],
)
def test_the_filter_takes_provider_names_and_id_prefixes_for_models_and_profiles(
    wanted: tuple[str, ...], found: set[str]
) -> None:
    models = [model("mistral.large", providerName="Mistral AI"), model("amazon.nova")]
    profiles = [profile("us.mistral.large", "mistral.large"), profile("us.amazon.nova", "amazon.nova")]
    assert ids(discover(models, profiles, provider_filter=normalised_filter(wanted))) == found


@pytest.mark.parametrize(
    "prefix", ["us", "eu", "ap", "apac", "au", "jp", "global", "us-gov", "ca", "in", "EU"]
)
def test_a_profile_is_its_model_under_another_name(prefix: str) -> None:
    base = model(inputModalities=["IMAGE", "TEXT", "VIDEO"], modelName="Acme thinking")
    found = {each.id: each for each in discover([base], [profile(f"{prefix}.acme.chat-v1:0")])}
    inherited = found[f"{prefix}.acme.chat-v1:0"]
    assert inherited == replace(found["acme.chat-v1:0"], id=inherited.id, name=inherited.name)
    assert (inherited.input, inherited.reasoning) == (("image", "text"), True)


def test_an_application_profile_is_listed_by_its_arn_and_known_by_its_model() -> None:
    row = application_profile("abcdefghijkl", "anthropic.claude-opus-4-7")
    models = [model("anthropic.claude-opus-4-7", inputModalities=["TEXT", "IMAGE"])]
    (found,) = (each for each in discover(models, [row]) if each.id.startswith("arn:"))
    assert found.id == row["inferenceProfileArn"]
    assert (found.context_window, found.input) == (1_000_000, ("text", "image"))


def test_the_name_of_an_application_profile_tells_nothing() -> None:
    row = application_profile("us.acme.chat-v1:0", "other.model")
    (found,) = (
        each for each in discover([model(inputModalities=["IMAGE"])], [row]) if each.id.startswith("arn:")
    )
    assert found.input == ("text",)


def test_a_profile_of_an_unlisted_model_gets_known_limits_else_the_defaults() -> None:
    rows = [profile("us.amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0"), profile("us.acme.x", "acme.x")]
    found = discover([], rows, default_context_window=7, default_max_tokens=3)
    assert {each.id: (each.context_window, each.max_tokens) for each in found} == {
        "us.amazon.nova-micro-v1:0": (128_000, 5000),
        "us.acme.x": (7, 3),
    }


@pytest.mark.parametrize(
    "members", [{"status": "INACTIVE"}, {"status": ""}, {"inferenceProfileId": " "}], ids=str
)
def test_unusable_profiles_are_dropped(members: dict[str, Any]) -> None:
    assert discover([], [profile("us.acme.x", "acme.x", **members)]) == ()


@pytest.mark.parametrize(
    ("members", "listed"),
    [
        ({}, True),
        ({"outputModalities": ["EMBEDDING"]}, False),
        ({"responseStreamingSupported": False}, False),
        ({"modelLifecycle": {"status": "LEGACY"}}, False),
    ],
    ids=str,
)
def test_a_profile_can_do_no_more_than_its_model(members: dict[str, Any], listed: bool) -> None:
    found = discover([model("acme.x", **members)], [profile("us.acme.x", "acme.x")])
    assert ("us.acme.x" in ids(found)) is listed


def test_known_limits_win_over_the_defaults() -> None:
    rows = [model("amazon.nova-micro-v1:0"), model("acme.x")]
    found = {each.id: each for each in discover(rows, default_context_window=7, default_max_tokens=3)}
    assert found["amazon.nova-micro-v1:0"].context_window == 128_000
    assert (found["acme.x"].context_window, found["acme.x"].max_tokens) == (7, 3)


@pytest.mark.parametrize(
    ("modalities", "kinds"),
    [
        (["TEXT"], ("text",)),
        (["IMAGE", "TEXT", "IMAGE"], ("image", "text")),
        (["SPEECH"], ("text",)),
        ([], ("text",)),
    ],
    ids=str,
)
def test_input_kinds(modalities: list[str], kinds: tuple[str, ...]) -> None:
    (found,) = discover([model(inputModalities=modalities)])
    assert found.input == kinds


def test_each_id_is_listed_once_whatever_its_case() -> None:
    found = discover(
        [model("a.x", modelName="first"), model("A.X")], [profile("a.X", "a.x"), profile("us.a.x", "a.x")]
    )
    assert [(each.id, each.name) for each in found] == [("a.x", "first"), ("us.a.x", "Profile us.a.x")]


def test_global_profiles_come_first_then_names_without_case_or_accents() -> None:
    names = {"a.1": "b two", "a.2": "Éclair", "a.3": "B One", "a.4": "eagle", "a.5": "zebra"}
    models = [model(model_id, modelName=name) for model_id, name in names.items()]
    found = discover(models, [profile("global.a.9", "a.9", inferenceProfileName="zzz")])
    assert [each.name for each in found] == ["zzz", "B One", "b two", "eagle", "Éclair", "zebra"]


MODELS = st.lists(
    st.builds(
        model,
        st.sampled_from(["a.1", "A.1", "b.2", "c.3-thinking"]),
        responseStreamingSupported=st.booleans(),
        outputModalities=st.lists(st.sampled_from(["TEXT", "IMAGE"]), max_size=2),
    ),
    max_size=6,
)
PROFILES = st.lists(
    st.builds(profile, st.sampled_from(["us.a.1", "global.b.2", "a.1"]), st.sampled_from(["a.1", "b.2"])),
    max_size=4,
)


@given(models=MODELS, profiles=PROFILES, data=st.data())
def test_the_order_of_the_pages_makes_no_difference_to_what_is_found(
    models: list[dict[str, Any]], profiles: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = discover(data.draw(st.permutations(models)), data.draw(st.permutations(profiles)))
    found = discover(models, profiles)
    assert {each.lower() for each in ids(shuffled)} == {each.lower() for each in ids(found)}
    assert len({each.id.lower() for each in found}) == len(found)


@given(models=MODELS, profiles=PROFILES)
def test_two_filters_together_find_what_each_finds(
    models: list[dict[str, Any]], profiles: list[dict[str, Any]]
) -> None:
    def found(*words: str) -> set[str]:
        return {each.lower() for each in ids(discover(models, profiles, provider_filter=words))}

    assert found("a", "b") == found("a") | found("b")
