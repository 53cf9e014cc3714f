"""Anthropic's own SDK for Bedrock, which speaks the Messages API through InvokeModel and its stream."""

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from bedrock_emulator.client import LabClient

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
HELLO: Any = {
    "model": CLAUDE,
    "max_tokens": 2000,
    "messages": [{"role": "user", "content": "Please call add(3, 4)."}],
}
ADD: Any = {
    "name": "add",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


@pytest.fixture
def claude(lab: LabClient) -> Iterator[anthropic.AnthropicBedrock]:
    """The SDK's client, without retries."""
    with anthropic.AnthropicBedrock(
        base_url=lab.endpoint_url,
        aws_access_key="test",
        aws_secret_key="test",
        aws_region="us-east-1",
        max_retries=0,
    ) as client:
        yield client


def test_a_message_arrives_with_its_thinking(claude: anthropic.AnthropicBedrock) -> None:
    message = claude.messages.create(**HELLO, thinking={"type": "enabled", "budget_tokens": 1024})

    assert [block.type for block in message.content] == ["thinking", "text"]
    assert (message.model, message.role, message.stop_reason) == (
        "claude-sonnet-4-5-20250929",
        "assistant",
        "end_turn",
    )
    assert message.usage.output_tokens > 0


def test_a_streamed_tool_call_is_put_together(claude: anthropic.AnthropicBedrock) -> None:
    with claude.messages.stream(**HELLO, tools=[ADD]) as stream:
        kinds = [event.type for event in stream]
        message = stream.get_final_message()

    assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")
    (call,) = message.content
    assert isinstance(call, anthropic.types.ToolUseBlock)
    assert (call.input, message.stop_reason) == ({"a": 3, "b": 4}, "tool_use")


def test_a_refusal_is_the_sdks_bad_request(claude: anthropic.AnthropicBedrock) -> None:
    with pytest.raises(anthropic.BadRequestError, match="text content blocks must be non-empty"):
        claude.messages.create(**{**HELLO, "messages": [{"role": "user", "content": ""}]})


def test_an_error_in_mid_stream_reaches_the_reader(
    lab: LabClient, claude: anthropic.AnthropicBedrock
) -> None:
    fault = {"exceptionAfterEvents": 3, "code": "ThrottlingException", "message": "Too many tokens."}
    lab.put_faults([{"operation": "InvokeModelWithResponseStream", "stream": fault}])

    with (
        claude.messages.stream(**HELLO) as stream,
        pytest.raises(Exception, match="Too many tokens") as error,
    ):
        list(stream)
    assert not isinstance(error.value, AssertionError)
