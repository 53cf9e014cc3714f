import pytest

from bedrock_provider.capabilities import UNKNOWN, capabilities_of


@pytest.mark.parametrize(
    "spelling",
    [
        "anthropic.claude-opus-4-7",
        "us.anthropic.claude-opus-4-7-v1:0",
        "GLOBAL.anthropic.claude-opus-4.7",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-7",
    ],
)
def test_all_spellings_of_a_model_share_its_limits(spelling: str) -> None:
    known = capabilities_of(spelling)
    assert (known.context_window, known.max_tokens, known.reasoning) == (1_000_000, 128_000, True)


@pytest.mark.parametrize("model_id", ["acme.chat-v1:0", "anthropic.claude-opus-4-70", ""])
def test_nothing_is_made_up(model_id: str) -> None:
    assert capabilities_of(model_id) == UNKNOWN


def test_a_listed_model_without_reasoning_is_known_not_to_reason() -> None:
    assert capabilities_of("amazon.nova-micro-v1:0").reasoning is False
