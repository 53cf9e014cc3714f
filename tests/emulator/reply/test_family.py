import pytest

from bedrock_emulator.reply.family import ClaudeVersion, claude_version


@pytest.mark.parametrize(
    ("model_id", "version"),
    [
        ("anthropic.claude-sonnet-4-20250514-v1:0", ClaudeVersion("sonnet", (4, 0))),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", ClaudeVersion("sonnet", (4, 5))),
        ("us.anthropic.claude-opus-4-6-v1:0", ClaudeVersion("opus", (4, 6))),
        ("us.anthropic.claude-opus-4.7", ClaudeVersion("opus", (4, 7))),
        ("anthropic.claude-fable-5", ClaudeVersion("fable", (5, 0))),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", ClaudeVersion("sonnet", (3, 7))),
        ("anthropic.claude-3-haiku-20240307-v1:0", ClaudeVersion("haiku", (3, 0))),
        ("anthropic.claude-v2", None),
        ("amazon.nova-pro-v1:0", None),
    ],
)
def test_claude_versions_are_read_from_every_spelling(model_id, version):
    assert claude_version(model_id) == version
