import pytest

from bedrock_provider.regions import (
    call_region,
    custom_endpoint,
    discovery_region,
    region_of_arn,
    region_of_url,
    runtime_url,
)

STANDARD = "https://bedrock-runtime.eu-west-1.amazonaws.com"
PRIVATE_LINK = "https://vpce-1a2b.bedrock-runtime.eu-west-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        ("eu-north-1", {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "ap-south-1"}, "eu-north-1"),
        (None, {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "ap-south-1"}, "us-west-2"),
        (None, {"AWS_REGION": "  ", "AWS_DEFAULT_REGION": " ap-south-1 "}, "ap-south-1"),
        (None, {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "us-east-1"),
        (None, {}, "us-east-1"),
    ],
    ids=["configured", "AWS_REGION", "blank AWS_REGION", "both blank", "nothing"],
)
def test_discovery_region(configured: str | None, environment: dict[str, str], expected: str) -> None:
    assert discovery_region(configured, environment) == expected


PLACES = ("requested", "model", "base_url", "configured", "AWS_REGION", "AWS_DEFAULT_REGION", "nothing")


@pytest.mark.parametrize("first", range(len(PLACES)), ids=PLACES)
def test_each_place_wins_over_all_that_follow(first: int) -> None:
    regions = ["r0-a-1", "r1-a-1", "r2-a-1", "r3-a-1", "r4-a-1", "r5-a-1", "us-east-1"]
    said = [region if index >= first else None for index, region in enumerate(regions)]
    requested, in_arn, in_url, configured, named, default, _ = said
    environment = {"AWS_REGION": named or " ", "AWS_DEFAULT_REGION": default or ""}
    model = f"arn:aws:bedrock:{in_arn}:123456789012:inference-profile/x" if in_arn else "acme.model"
    found = call_region(
        requested=requested,
        model=model,
        base_url=f"https://bedrock-runtime.{in_url}.amazonaws.com" if in_url else "https://proxy.example",
        configured=configured,
        environment=environment,
    )
    assert found == regions[first]


@pytest.mark.parametrize(
    ("reference", "region"),
    [
        ("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc", "eu-west-1"),
        ("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/x.y", "us-gov-west-1"),
        ("arn:aws:bedrock:::foundation-model/x.y", None),
        ("arn:aws:sagemaker:eu-west-1:123456789012:endpoint/x", None),
        ("eu.anthropic.claude-x", None),
    ],
)
def test_region_of_arn(reference: str, region: str | None) -> None:
    assert region_of_arn(reference) == region


@pytest.mark.parametrize(
    ("url", "region", "is_custom"),
    [
        (STANDARD, "eu-west-1", False),
        ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn/", "cn-north-1", False),
        ("https://bedrock-runtime-fips.us-east-2.amazonaws.com", "us-east-2", True),
        (PRIVATE_LINK, "eu-west-1", True),
        ("https://proxy.example/bedrock-runtime.eu-west-1.amazonaws.com", None, True),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com.evil.example", None, True),
        (None, None, False),
    ],
)
def test_urls(url: str | None, region: str | None, is_custom: bool) -> None:
    assert region_of_url(url) == region
    assert custom_endpoint(url) == (url if is_custom else None)


def test_runtime_url() -> None:
    assert runtime_url("eu-west-1") == STANDARD
    assert runtime_url("cn-north-1") == "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"
