"""Rows that a test brings along: added, put in place, kept as they are, or refused with their path."""

import difflib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.errors import AdminError
from bedrock_emulator.operations.foundation_models import list_foundation_models
from bedrock_emulator.state.catalog import Catalogue
from tests.emulator.catalog.support import ACCOUNT, body, call, shipped

NOVA = "amazon.nova-lite-v1:0"
PROFILE: dict[str, Any] = {"inferenceProfileId": "us.test.model", "models": []}


def _rows(catalogue: Catalogue, region: str = "us-east-1") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(body(list_foundation_models(call(catalogue, region=region), {})))[
        "modelSummaries"
    ]
    return rows


def test_a_row_is_listed_as_it_was_given() -> None:
    row = {
        "modelId": "test.model-v1:0",
        "modelName": None,
        "providerName": "Test",
        "outputModalities": ["text"],
        "inputModalities": ["TEXT", "IMAGE"],
        "responseStreamingSupported": None,
        "customizationsSupported": [],
        "modelLifecycle": {"status": "DEPRECATED", "endOfLifeTime": "2026-12-01T00:00:00Z"},
        "vendorNotes": {"any": ["thing"]},
    }
    assert _rows(shipped().overlay(models=[row]))[-1] == {
        **row,
        "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/test.model-v1:0",
        "inferenceTypesSupported": ["ON_DEMAND"],
    }


def test_a_member_that_is_left_out_stays_out() -> None:
    row = _rows(shipped().overlay(models=[{"modelId": "test.model"}]))[-1]
    assert sorted(row) == ["inferenceTypesSupported", "modelArn", "modelId"]


def test_a_row_of_another_region_gets_the_arn_of_each_region() -> None:
    pasted = {"modelId": "test.model", "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/test.model"}
    row = _rows(shipped().overlay(models=[pasted]), "eu-west-1")[-1]
    assert row["modelArn"] == "arn:aws:bedrock:eu-west-1::foundation-model/test.model"


def test_regions_limit_where_a_row_is() -> None:
    catalogue = shipped().overlay(models=[{"modelId": "test.model", "regions": ["eu-west-1"]}])
    assert catalogue.model("test.model", "eu-west-1") is not None
    assert catalogue.model("test.model", "us-east-1") is None
    assert _rows(catalogue) == _rows(shipped())


def test_a_silent_row_can_do_everything() -> None:
    model = shipped().overlay(models=[{"modelId": "test.model"}]).model("test.model", "us-east-1")
    assert model is not None
    assert (model.streaming, model.output_modalities, model.input_modalities) == (
        True,
        ("TEXT",),
        ("TEXT", "IMAGE", "VIDEO", "AUDIO"),
    )
    assert (model.system_role, model.prompt_caching, model.max_output_tokens) == (None, None, None)


@pytest.mark.parametrize(
    "row",
    [
        {"maxOutputTokens": 77},
        {"converse": {"maxTokensMaximum": 77}},
        {"maxOutputTokens": 77, "converse": None},
    ],
    ids=["ours", "the wire's", "ours beside null"],
)
def test_the_token_limit_can_be_given_as_ours_or_as_the_wires(row: dict[str, Any]) -> None:
    model = shipped().overlay(models=[{"modelId": "test.model", **row}]).model("test.model", "us-east-1")
    assert model is not None
    assert model.max_output_tokens == 77


def test_the_shipped_catalogue_never_changes() -> None:
    before = _rows(shipped())
    shipped().overlay(models=[{"modelId": NOVA, "modelName": "changed"}], profiles=[PROFILE], replace=True)
    assert _rows(shipped()) == before
    assert shipped().known_profile("us.test.model") is None


def test_replace_leaves_nothing_of_what_was_there() -> None:
    catalogue = shipped().overlay(models=[{"modelId": "test.model"}], profiles=[PROFILE], replace=True)
    assert [each.model_id for each in catalogue.models_in("us-east-1")] == ["test.model"]
    assert [each.profile_id for each in catalogue.profiles_in("us-east-1", ACCOUNT)] == ["us.test.model"]


SHIPPED_IDS = [each.model_id for each in shipped().models_in("us-east-1")]
IDS = st.lists(
    st.sampled_from(SHIPPED_IDS) | st.from_regex(r"new\.[a-z0-9]{1,6}", fullmatch=True), unique=True
)


@given(ids=IDS, replace=st.booleans())
@settings(max_examples=50, deadline=None)
def test_any_overlay_is_listed_once_old_rows_in_place_and_new_ones_after(
    ids: list[str], *, replace: bool
) -> None:
    catalogue = shipped().overlay(models=[{"modelId": each, "marked": True} for each in ids], replace=replace)
    rows = _rows(catalogue)
    expected = ids if replace else SHIPPED_IDS + [each for each in ids if each not in SHIPPED_IDS]
    assert [row["modelId"] for row in rows] == expected
    assert {row["modelId"] for row in rows if "marked" in row} == set(ids)


def test_a_profile_given_by_its_arn_is_in_that_region_alone() -> None:
    arn = f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/us.test.model"
    catalogue = shipped().overlay(profiles=[{**PROFILE, "inferenceProfileArn": arn}])
    assert catalogue.profile("us.test.model", "us-west-2", ACCOUNT) is not None
    assert catalogue.profile("us.test.model", "us-east-1", ACCOUNT) is None
    assert catalogue.profile("us.test.model", "us-west-2", "999988887777") is not None


TYPES = "ON_DEMAND, PROVISIONED, INFERENCE_PROFILE"
A_TIME = "an ISO 8601 timestamp such as 2026-02-03T19:06:46Z"
BAD_MODELS: dict[str, tuple[Any, str]] = {
    "not a list": ({}, "models must be a list of objects"),
    "not an object": (["x"], "models[0] must be an object"),
    "no id": ([{}], "models[0].modelId is required"),
    "blank id": ([{"modelId": " "}], "models[0].modelId must be a non-empty string without control characters"),
    "id of two lines": ([{"modelId": "a\n"}], "models[0].modelId must be a non-empty string without control characters"),
    "misspelt id": ([{"modelID": "a"}], "models[0].modelID is unknown; did you mean modelId?"),
    "misspelt member": (
        [{"modelId": "a"}, {"modelId": "b", "outputModality": ["TEXT"]}],
        "models[1].outputModality is unknown; did you mean outputModalities?",
    ),
    "misspelt region member": ([{"modelId": "a", "region": ["us-east-1"]}],
                               "models[0].region is unknown; did you mean regions?"),
    "list that is a string": (
        [{"modelId": "a"}, {"modelId": "b"}, {"modelId": "c", "outputModalities": "TEXT"}],
        "models[2].outputModalities must be a list of strings or null",
    ),
    "list of numbers": ([{"modelId": "a", "inputModalities": [1]}],
                        "models[0].inputModalities must be a list of strings or null"),
    "number for a boolean": ([{"modelId": "a", "responseStreamingSupported": 1}],
                             "models[0].responseStreamingSupported must be true or false or null"),
    "unknown inference type": ([{"modelId": "a", "inferenceTypesSupported": ["ONDEMAND"]}],
                               f"models[0].inferenceTypesSupported must be a list of {TYPES}"),
    "no regions": ([{"modelId": "a", "regions": []}],
                   "models[0].regions must be a non-empty list of region names such as us-east-1"),
    "not a region": ([{"modelId": "a", "regions": ["us-east"]}],
                     "models[0].regions must be a non-empty list of region names such as us-east-1"),
    "no tokens": ([{"modelId": "a", "maxOutputTokens": 0}],
                  "models[0].maxOutputTokens must be a whole number of at least 1 or null"),
    "tokens as a boolean": ([{"modelId": "a", "maxOutputTokens": True}],
                            "models[0].maxOutputTokens must be a whole number of at least 1 or null"),
    "misspelt inside": ([{"modelId": "a", "modelLifecycle": {"state": "x", "statu": "ACTIVE"}}],
                        "models[0].modelLifecycle.statu is unknown; did you mean status?"),
    "wrong inside": ([{"modelId": "a", "converse": {"systemRoleSupported": "yes"}}],
                     "models[0].converse.systemRoleSupported must be true or false or null"),
    "not a time": ([{"modelId": "a", "modelLifecycle": {"legacyTime": "soon"}}],
                   f"models[0].modelLifecycle.legacyTime must be {A_TIME} or null"),
    "ARN of another": ([{"modelId": "a", "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/b"}],
                       "models[0].modelArn names the model b, not a"),
    "repeated": ([{"modelId": "a"}, {"modelId": "a"}],
                 "models[1].modelId repeats a: each id can be given once"),
}  # fmt: skip

APPLICATION_ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/us.test.model"
BAD_PROFILES: dict[str, tuple[Any, str]] = {
    "not a list": (None, "profiles must be a list of objects"),
    "no id": ([{"models": []}], "profiles[0].inferenceProfileId is required"),
    "no models": ([{"inferenceProfileId": "a"}], "profiles[0].models is required"),
    "models of another shape": ([{**PROFILE, "models": {}}], "profiles[0].models must be a list of objects"),
    "model that is a string": ([{**PROFILE, "models": ["arn"]}], "profiles[0].models[0] must be an object"),
    "model without its ARN": ([{**PROFILE, "models": [{}]}], "profiles[0].models[0].modelArn is required"),
    "misspelt ARN": ([{**PROFILE, "models": [{"modelarn": "x"}]}],
                     "profiles[0].models[0].modelarn is unknown; did you mean modelArn?"),
    "unknown type": ([{**PROFILE, "type": "SYSTEM"}], "profiles[0].type must be SYSTEM_DEFINED or APPLICATION"),
    "not a time": ([{**PROFILE, "createdAt": 5}],
                   f"profiles[0].createdAt must be {A_TIME} or null"),
    "no ARN": ([{**PROFILE, "inferenceProfileArn": "us.test.model"}],
               "profiles[0].inferenceProfileArn must be the ARN of an inference profile in a region"),
    "ARN of another": ([{**PROFILE, "inferenceProfileArn": APPLICATION_ARN + "2"}],
                       "profiles[0].inferenceProfileArn names the profile us.test.model2, not us.test.model"),
    "ARN of another type": ([{**PROFILE, "type": "SYSTEM_DEFINED", "inferenceProfileArn": APPLICATION_ARN}],
                            "profiles[0].inferenceProfileArn is not the ARN of a profile of type SYSTEM_DEFINED"),
    "ARN of another region": (
        [{**PROFILE, "inferenceProfileArn": APPLICATION_ARN, "regions": ["us-west-2"]}],
        "profiles[0].regions must contain us-east-1, the region of inferenceProfileArn",
    ),
    "repeated": ([PROFILE, PROFILE],
                 "profiles[1].inferenceProfileId repeats us.test.model: each id can be given once"),
}  # fmt: skip


def test_of_many_unknown_members_only_a_few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    compare = difflib.get_close_matches

    def counted(word: str, *args: Any, **options: Any) -> list[str]:
        compared.append(word)
        return compare(word, *args, **options)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    unknown = {f"vendor{number}" + "x" * 10_000: number for number in range(2_000)}
    shipped().overlay(models=[{"modelId": "a", **unknown}])
    assert 0 < len(compared) <= 10
    assert max(map(len, compared)) <= 100


@pytest.mark.parametrize(("rows", "message"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_model_that_cannot_be_right_is_refused_with_its_path(rows: Any, message: str) -> None:
    with pytest.raises(AdminError) as caught:
        shipped().overlay(models=rows)
    assert caught.value.message == message
    assert caught.value.path == message.split(" ", 1)[0]
    assert caught.value.status == 400


@pytest.mark.parametrize(("rows", "message"), BAD_PROFILES.values(), ids=BAD_PROFILES)
def test_a_profile_that_cannot_be_right_is_refused_with_its_path(rows: Any, message: str) -> None:
    with pytest.raises(AdminError) as caught:
        shipped().overlay(profiles=rows)
    assert caught.value.message == message
    assert caught.value.path == message.split(" ", 1)[0]
    assert caught.value.status == 400


def test_every_real_row_is_a_valid_overlay() -> None:
    rows = _rows(shipped())
    profiles = [each.row("us-east-1", ACCOUNT) for each in shipped().profiles_in("us-east-1", ACCOUNT)]
    again = shipped().overlay(models=rows, profiles=profiles, replace=True)
    assert _rows(again) == rows
    assert [each.row("us-east-1", ACCOUNT) for each in again.profiles_in("us-east-1", ACCOUNT)] == profiles


def _place_of_refusal(rows: Any) -> str | None:
    try:
        catalogue = shipped().overlay(models=rows)
    except AdminError as error:
        return error.path or "a refusal without a path"
    return None if len(_rows(catalogue)) >= len(SHIPPED_IDS) else "rows got lost"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    ["modelId", "modelArn", "converse", "modelLifecycle", "regions", "inputModalities", "x"]
)


@given(rows=JSON | st.lists(st.dictionaries(MEMBERS, JSON, max_size=4), max_size=3))
@settings(max_examples=200, deadline=None)
def test_no_document_does_worse_than_a_refusal(rows: Any) -> None:
    place = _place_of_refusal(rows)
    assert place is None or place.startswith("models")
