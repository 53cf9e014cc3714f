"""ListInferenceProfiles and GetInferenceProfile as a botocore client reads them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.inference_profiles import get_inference_profile, list_inference_profiles
from bedrock_emulator.state.catalog import Catalogue
from tests.emulator.catalog.support import ACCOUNT, body, call, parsed, shipped

NOVA = "amazon.nova-2-lite-v1:0"
OTHER_ACCOUNT = "999988887777"
OWN = {
    "inferenceProfileId": "mi1dadi0g15f",
    "inferenceProfileArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/mi1dadi0g15f",
    "inferenceProfileName": "team-a",
    "models": [{"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"}],
    "createdAt": "2026-07-13T10:00:00.123456789Z",
}


def _listed(
    catalogue: Catalogue, region: str = "us-east-1", account: str = ACCOUNT, **params: Any
) -> dict[str, Any]:
    answer = list_inference_profiles(call(catalogue, region=region, account=account), params)
    return parsed("ListInferenceProfiles", answer)


def _ids(answer: dict[str, Any]) -> list[str]:
    return [each["inferenceProfileId"] for each in answer["inferenceProfileSummaries"]]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2"])
def test_botocore_reads_every_profile_with_the_callers_region_and_account(region: str) -> None:
    summaries = _listed(shipped(), region)["inferenceProfileSummaries"]
    assert [each["inferenceProfileId"] for each in summaries] == [
        each.profile_id for each in shipped().profiles_in(region, ACCOUNT)
    ]
    for each in summaries:
        assert each["inferenceProfileArn"] == (
            f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{each['inferenceProfileId']}"
        )
        assert each["status"] == "ACTIVE"
        assert each["type"] == "SYSTEM_DEFINED"
        assert each["inferenceProfileName"]
        assert each["models"]


def test_the_keys_of_every_row_are_alphabetical() -> None:
    for row in json.loads(body(list_inference_profiles(call(), {})))["inferenceProfileSummaries"]:
        assert list(row) == sorted(row)


@pytest.mark.parametrize(
    ("region", "profile_id", "destinations"),
    [
        ("us-east-1", f"us.{NOVA}", ["us-east-1", "us-east-2", "us-west-2"]),
        ("us-west-1", f"us.{NOVA}", ["us-east-1", "us-east-2", "us-west-1", "us-west-2"]),
        ("eu-west-1", f"global.{NOVA}", ["", "eu-west-1"]),
        ("ap-northeast-1", f"jp.{NOVA}", ["ap-northeast-1", "ap-northeast-3"]),
    ],
    ids=["us", "us from a source that is no destination elsewhere", "global", "jp"],
)
def test_destinations_depend_on_the_source_region(
    region: str, profile_id: str, destinations: list[str]
) -> None:
    answer = get_inference_profile(call(region=region), {"inferenceProfileIdentifier": profile_id})
    models = parsed("GetInferenceProfile", answer)["models"]
    assert [each["modelArn"] for each in models] == [
        f"arn:aws:bedrock:{destination}::foundation-model/{NOVA}" for destination in destinations
    ]


def test_recorded_texts_and_times_reach_the_client() -> None:
    answer = get_inference_profile(call(), {"inferenceProfileIdentifier": f"global.{NOVA}"})
    profile = parsed("GetInferenceProfile", answer)
    assert profile["inferenceProfileName"] == "GLOBAL Amazon Nova 2 Lite"
    assert profile["description"] == (
        "Routes requests to Amazon Nova 2 Lite globally across all supported AWS Regions."
    )
    assert profile["createdAt"].replace(microsecond=0) == datetime(2025, 11, 4, 23, 14, 33, tzinfo=UTC)


def test_the_unpaged_answer_is_serialized_once_per_region_and_account() -> None:
    first = body(list_inference_profiles(call(), {}))
    assert body(list_inference_profiles(call(), {})) is first
    assert OTHER_ACCOUNT.encode() in body(list_inference_profiles(call(account=OTHER_ACCOUNT), {}))


def test_application_profiles_are_listed_only_when_asked_for_by_type() -> None:
    catalogue = shipped().overlay(profiles=[OWN])
    assert OWN["inferenceProfileId"] not in _ids(_listed(catalogue))
    assert OWN["inferenceProfileId"] not in _ids(_listed(catalogue, typeEquals="SYSTEM_DEFINED"))
    assert _ids(_listed(catalogue, typeEquals="APPLICATION")) == [OWN["inferenceProfileId"]]


def test_an_application_profile_belongs_to_its_region_and_account() -> None:
    catalogue = shipped().overlay(profiles=[OWN])
    assert _ids(_listed(catalogue, account=OTHER_ACCOUNT, typeEquals="APPLICATION")) == []
    assert _ids(_listed(catalogue, region="us-west-2", typeEquals="APPLICATION")) == []


@pytest.mark.parametrize(
    "identifier", [OWN["inferenceProfileId"], OWN["inferenceProfileArn"]], ids=["id", "ARN"]
)
def test_an_application_profile_is_found_by_id_and_by_arn(identifier: str) -> None:
    catalogue = shipped().overlay(profiles=[OWN])
    answer = get_inference_profile(call(catalogue), {"inferenceProfileIdentifier": identifier})
    assert json.loads(body(answer))["toolboxArn"] is None
    profile = parsed("GetInferenceProfile", answer)
    created = profile.pop("createdAt")
    assert created.replace(microsecond=0) == datetime(2026, 7, 13, 10, tzinfo=UTC)
    expected = {name: value for name, value in OWN.items() if name != "createdAt"}
    assert profile == {**expected, "status": "ACTIVE", "type": "APPLICATION"}


@pytest.mark.parametrize(
    "identifier",
    [
        "us.nobody.nothing-v1:0",
        f"eu.{NOVA}",
        f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/us.{NOVA}",
        f"arn:aws:bedrock:us-east-1:{OTHER_ACCOUNT}:inference-profile/us.{NOVA}",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/us.{NOVA}",
        NOVA,
        "us.anthropic.claude-opus-4-20250514-v1:0",
    ],
    ids=[
        "unknown",
        "other geography",
        "other region",
        "other account",
        "wrong kind of ARN",
        "model",
        "removed",
    ],
)
def test_what_is_not_a_profile_here_is_not_found(identifier: str) -> None:
    with pytest.raises(AwsError) as caught:
        get_inference_profile(call(), {"inferenceProfileIdentifier": identifier})
    assert (caught.value.status, caught.value.code) == (404, "ResourceNotFoundException")


def _every_page(catalogue: Catalogue, size: int, **params: Any) -> list[dict[str, Any]]:
    pages = [_listed(catalogue, maxResults=size, **params)]
    while "nextToken" in pages[-1]:
        pages.append(_listed(catalogue, maxResults=size, nextToken=pages[-1]["nextToken"], **params))
    assert all(len(page["inferenceProfileSummaries"]) == size for page in pages[:-1])
    return [row for page in pages for row in page["inferenceProfileSummaries"]]


PROFILES = st.lists(
    st.builds(
        lambda name, kind: {"inferenceProfileId": name, "type": kind, "models": []},
        st.from_regex(r"[a-z]{2}\.[a-z0-9.:-]{1,12}", fullmatch=True),
        st.sampled_from(["SYSTEM_DEFINED", "APPLICATION"]),
    ),
    max_size=12,
    unique_by=lambda row: row["inferenceProfileId"],
)


@given(
    profiles=PROFILES,
    size=st.integers(1, 30),
    kind=st.sampled_from(["SYSTEM_DEFINED", "APPLICATION"]),
    replace=st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_pages_of_any_size_hold_every_row_once_in_the_order_of_the_whole(
    profiles: list[dict[str, Any]], size: int, kind: str, *, replace: bool
) -> None:
    catalogue = shipped().overlay(profiles=profiles, replace=replace)
    whole = _listed(catalogue, typeEquals=kind)["inferenceProfileSummaries"]
    assert _every_page(catalogue, size, typeEquals=kind) == whole
    mine = {row["inferenceProfileId"] for row in profiles if row["type"] == kind}
    assert mine <= {row["inferenceProfileId"] for row in whole}


def test_pages_go_on_where_the_last_one_ended_when_the_catalogue_changes_between_them() -> None:
    first = _ids(_listed(shipped(), maxResults=5))
    token = _listed(shipped(), maxResults=5)["nextToken"]
    added = [
        {"inferenceProfileId": "us.a.before", "models": []},
        {"inferenceProfileId": "us.zz.after", "models": []},
    ]
    rest = _ids(_listed(shipped().overlay(profiles=added), nextToken=token))
    assert first + rest == [*_ids(_listed(shipped())), "us.zz.after"]


def _token(**params: Any) -> str:
    token: str = _listed(shipped(), maxResults=3, **params)["nextToken"]
    return token


@pytest.mark.parametrize(
    ("token", "region", "account", "kind"),
    [
        ("forged", "us-east-1", ACCOUNT, "SYSTEM_DEFINED"),
        ("AAAA" * 8, "us-east-1", ACCOUNT, "SYSTEM_DEFINED"),
        ("\N{SNOWMAN}", "us-east-1", ACCOUNT, "SYSTEM_DEFINED"),
        (_token()[:-4], "us-east-1", ACCOUNT, "SYSTEM_DEFINED"),
        ("x" + _token()[1:], "us-east-1", ACCOUNT, "SYSTEM_DEFINED"),
        (_token(), "us-east-2", ACCOUNT, "SYSTEM_DEFINED"),
        (_token(), "us-east-1", OTHER_ACCOUNT, "SYSTEM_DEFINED"),
        (_token(), "us-east-1", ACCOUNT, "APPLICATION"),
    ],
    ids=["forged", "base64", "not ASCII", "cut", "changed", "other region", "other account", "other filter"],
)
def test_a_token_that_was_not_given_out_for_this_list_is_refused(
    token: str, region: str, account: str, kind: str
) -> None:
    with pytest.raises(AwsError) as caught:
        list_inference_profiles(
            call(region=region, account=account), {"nextToken": token, "typeEquals": kind}
        )
    assert (caught.value.status, caught.value.code) == (400, "ValidationException")


def test_a_token_outlives_the_row_at_which_its_page_ended() -> None:
    left = {"inferenceProfileId": "us.zz.left", "models": []}
    rest = _listed(shipped().overlay(profiles=[left], replace=True), nextToken=_token())
    assert _ids(rest) == ["us.zz.left"]
