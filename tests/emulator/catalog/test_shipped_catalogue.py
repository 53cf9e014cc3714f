"""The catalogue in the package: where it is from, and that nothing is lost between the file and the answer."""

import json
from importlib.resources import files
from typing import Any

import pytest

from bedrock_emulator.state.catalog import load_catalogue
from tests.emulator.catalog.support import ACCOUNT, shipped, with_documented_ids


def _file(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((files("bedrock_emulator") / "data" / f"{name}.json").read_bytes())
    return content


@pytest.mark.parametrize("name", ["foundation-models", "inference-profiles", "documented-ids"])
def test_a_file_states_its_date_and_its_sources(name: str) -> None:
    meta = _file(name)["meta"]
    assert meta["built"]
    assert meta["sources"]


@pytest.mark.parametrize(
    ("name", "rows"), [("foundation-models", "models"), ("inference-profiles", "profiles")]
)
def test_every_row_names_a_stated_source(name: str, rows: str) -> None:
    data = _file(name)
    assert {source for row in data[rows] for source in row["sources"]} <= set(data["meta"]["sources"])


def test_every_region_lists_what_the_file_says_in_its_order() -> None:
    rows = [row for row in _file("foundation-models")["models"] if "removedBy" not in row]
    regions = {region for row in rows for group in row["availability"] for region in group["regions"]}
    assert len(regions) == 31
    for region in regions:
        expected = [
            (row["modelId"], tuple(group["inferenceTypes"]))
            for row in rows
            for group in row["availability"]
            if region in group["regions"] and row.get("bedrockRuntime", True)
        ]
        listed = [(each.model_id, each.inference_types.get(region)) for each in shipped().models_in(region)]
        assert listed == expected


def test_every_profile_has_a_name_and_a_known_model_in_its_arns() -> None:
    for region in ("us-east-1", "eu-west-1", "ap-southeast-2", "ca-west-1", "ap-south-1"):
        profiles = shipped().profiles_in(region, ACCOUNT)
        assert profiles
        for profile in profiles:
            assert profile.members["inferenceProfileName"]
            base = profile.base_model_id(region)
            assert base is not None
            assert shipped().known_model(base) is not None


@pytest.mark.parametrize(
    ("profile_id", "name"),
    [
        ("us.anthropic.claude-opus-4-6-v1", "US Anthropic Claude Opus 4.6"),  # recorded
        ("eu.anthropic.claude-opus-4-6-v1", "EU Anthropic Claude Opus 4.6"),  # formed after the recorded ones
        ("global.amazon.nova-2-lite-v1:0", "GLOBAL Amazon Nova 2 Lite"),  # recorded
        ("global.anthropic.claude-opus-4-7", "Global Anthropic Claude Opus 4.7"),  # formed
    ],
)
def test_a_profile_name_is_the_recorded_one_or_follows_its_pattern(profile_id: str, name: str) -> None:
    profile = shipped().known_profile(profile_id)
    assert profile is not None
    assert profile.members["inferenceProfileName"] == name


def test_traits_come_from_the_recorded_row() -> None:
    sonnet = shipped().model("anthropic.claude-sonnet-4-20250514-v1:0", "us-east-1")
    assert sonnet is not None
    assert sonnet.max_output_tokens == 65536  # what the service enforces, not the rounded model card
    assert sonnet.system_role is True
    assert sonnet.prompt_caching is True
    assert sonnet.streaming is True
    assert sonnet.input_modalities == ("TEXT", "IMAGE")
    assert sonnet.output_modalities == ("TEXT",)
    assert sonnet.image_types == ("jpeg", "png", "gif", "webp")
    assert sonnet.document_types == ()
    assert sonnet.video_types == ()
    assert sonnet.family.name == "claude"


def test_traits_of_a_model_that_was_never_recorded_are_unknown_and_not_invented() -> None:
    opus = shipped().model("anthropic.claude-opus-4-7", "us-east-1")
    assert opus is not None
    assert opus.max_output_tokens is None  # what documents say is rounded, and refuses nothing
    assert (opus.system_role, opus.prompt_caching, opus.image_types) == (None, None, None)


def test_a_model_that_was_legacy_once_stays_legacy() -> None:
    sonnet = shipped().model("anthropic.claude-3-7-sonnet-20250219-v1:0", "eu-west-2")
    assert sonnet is not None
    assert sonnet.summary["modelLifecycle"] == {"status": "LEGACY"}


def test_documented_ids_can_be_called_and_looked_up_but_are_not_listed() -> None:
    catalogue = with_documented_ids()
    documented = _file("documented-ids")
    listed = {each.model_id for each in catalogue.models_in("us-east-1")}
    listed |= {each.profile_id for each in catalogue.profiles_in("us-east-1", ACCOUNT)}
    for row in documented["models"]:
        assert catalogue.model(row["modelId"], "us-east-1") is not None
        assert row["modelId"] not in listed
    for row in documented["profiles"]:
        alias, real = (
            catalogue.known_profile(row["inferenceProfileId"]),
            catalogue.known_profile(row["standsFor"]),
        )
        assert alias is not None
        assert real is not None
        assert alias.model_arns == real.model_arns
        assert row["inferenceProfileId"] not in listed


def test_without_documented_ids_they_do_not_exist() -> None:
    assert shipped().known_profile("us.anthropic.claude-opus-4-6-v1:0") is None
    assert shipped().known_model("anthropic.claude-opus-4.7") is None


def test_loading_twice_gives_catalogues_that_share_nothing_that_changes() -> None:
    first, second = load_catalogue(documented_ids=False), load_catalogue(documented_ids=False)
    first.prepared(("key",), lambda: b"first")
    assert second.prepared(("key",), lambda: b"second") == b"second"
