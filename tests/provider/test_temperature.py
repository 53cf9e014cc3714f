import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider.profiles import is_opaque
from bedrock_provider.temperature import refuses_temperature

PREFIXES = ("", "us.", "eu.", "ap.", "apac.", "au.", "jp.", "global.", "us-gov.", "ca.", "in.")
FRAMES = (
    "{}",
    "arn:aws:bedrock:us-east-1::foundation-model/{}",
    "arn:aws:bedrock:us-east-1:1:inference-profile/{}",
)
REFUSING = ("opus-4-7", "opus-4.7", "opus-4-8", "opus-4.8", "opus-5", "sonnet-5", "fable-5", "fable-5.1")
TAKING = (
    "opus-4-6",
    "opus-4-70",
    "opus-4.70",
    "opus-47",
    "opus-4_7",
    "opus-50",
    "sonnet-4-5-20250929",
    "3-opus",
)


@given(
    frame=st.sampled_from(FRAMES),
    prefix=st.sampled_from(PREFIXES),
    name=st.sampled_from(REFUSING),
    version=st.sampled_from(["", "-v1", "-v1:0", "-20260416-v1:0"]),
    upper=st.booleans(),
)
def test_every_spelling_of_a_refusing_model_is_known(
    frame: str, prefix: str, name: str, version: str, upper: bool
) -> None:
    model = f"{prefix}anthropic.claude-{name}{version}"
    assert refuses_temperature(frame.format(model.upper() if upper else model))


@given(prefix=st.sampled_from(PREFIXES), name=st.sampled_from(TAKING), version=st.sampled_from(["", "-v1:0"]))
def test_its_neighbours_keep_their_temperature(prefix: str, name: str, version: str) -> None:
    assert not refuses_temperature(f"{prefix}anthropic.claude-{name}{version}")


@pytest.mark.parametrize("reference", ["xanthropic.claude-opus-4-7", "acme.opus-4-7", "claude", ""])
def test_other_makers_keep_their_temperature(reference: str) -> None:
    assert not refuses_temperature(reference)


@pytest.mark.parametrize(
    ("reference", "opaque"),
    [
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", True),
        ("arn:aws-cn:bedrock:cn-north-1:1:application-inference-profile/abc", True),
        ("a1b2c3d4e5f6", True),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.x.y", False),
        ("anthropic.claude-opus-4-7", False),
    ],
)
def test_only_application_profiles_need_a_look_up(reference: str, opaque: bool) -> None:
    assert is_opaque(reference) is opaque
