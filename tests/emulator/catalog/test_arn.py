"""ARNs are read into their parts and formed for a region."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.state.arn import Arn, ProfileType, model_arn, model_id_of, parse_arn, profile_arn

PART = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "amazon.nova-lite-v1:0",
        "amazon.nova-pro-v1:0:24k",
        "arn:aws:bedrock:us-east-1",
        "arn:aws:bedrock:r:a:model/",
        "",
    ],
)
def test_anything_else_is_not_an_arn(text: str) -> None:
    assert parse_arn(text) is None


@given(
    region=PART | st.just(""),
    account=PART | st.just(""),
    kind=PART,
    name=st.from_regex(r"[a-z0-9.:/-]{1,20}", fullmatch=True),
)
def test_an_arn_is_read_into_the_parts_that_it_was_made_of(
    region: str, account: str, kind: str, name: str
) -> None:
    text = f"arn:aws:bedrock:{region}:{account}:{kind}/{name}"
    assert parse_arn(text) == Arn("aws", "bedrock", region, account, kind, name)


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("us-east-1", "arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0"),
        ("", "arn:aws:bedrock:::foundation-model/a.b-v1:0"),
        ("us-gov-west-1", "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/a.b-v1:0"),
        ("cn-north-1", "arn:aws-cn:bedrock:cn-north-1::foundation-model/a.b-v1:0"),
    ],
    ids=["commercial", "no region", "GovCloud", "China"],
)
def test_a_model_arn_carries_the_partition_of_its_region(region: str, arn: str) -> None:
    assert model_arn(region, "a.b-v1:0") == arn
    assert model_id_of(arn) == "a.b-v1:0"


@pytest.mark.parametrize(
    ("kind", "resource"),
    [("SYSTEM_DEFINED", "inference-profile"), ("APPLICATION", "application-inference-profile")],
)
def test_a_profile_arn_carries_the_callers_account(kind: ProfileType, resource: str) -> None:
    arn = profile_arn(kind, "us-east-1", "123456789012", "us.a.b")
    assert arn == f"arn:aws:bedrock:us-east-1:123456789012:{resource}/us.a.b"
    assert model_id_of(arn) is None
