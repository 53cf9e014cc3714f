"""What Bedrock refuses about a conversation before, or as, the model reads it.

Every rule has evidence, and where reports conflict the request is accepted. Indexes count from 0 here, unlike
in the constraint layer. What depends on the model alone stands in capabilities.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.operations.runtime.capabilities import MODEL_ERRORS, check_model, check_service
from bedrock_emulator.operations.runtime.conversation_media import check_media
from bedrock_emulator.operations.runtime.conversation_output import check_output
from bedrock_emulator.operations.runtime.conversation_reasoning import (
    KnownSignatures,
    NoSignatures,
    check_reasoning,
)
from bedrock_emulator.operations.runtime.demand import Demand

Message = Mapping[str, Any]
Turn = Sequence[tuple[int, Message]]
"""Numbered messages of one role in a row."""

_ASSISTANT_FIRST_SINCE = (4, 5)
"""Sonnet 4.5 answered a conversation that the assistant opened [recorded]; newer ones are taken to."""


def check_conversation(demand: Demand, *, known: KnownSignatures | None = None) -> None:
    """Raise the AwsError that Bedrock would answer to a Converse or ConverseStream request, if any.

    Args:
        demand: the request and its model.
        known: the signatures that were told here.
    """
    check_service(demand)
    _check_turns(demand.messages, demand)
    for number, message in enumerate(demand.messages):
        _check_content(number, message)
    _check_tools(demand.params, demand.messages)
    check_output(demand.params)
    check_media(demand.messages, demand.model)
    check_reasoning(
        demand.messages,
        model_id=demand.model_id,
        known=known or NoSignatures(),
        introduction=MODEL_ERRORS,
    )
    check_model(demand)


def _check_turns(messages: Sequence[Message], demand: Demand) -> None:
    """Who speaks first. Turns of one role in a row are accepted since 2025 [recorded]."""
    newer_claude = demand.claude is not None and demand.claude.number >= _ASSISTANT_FIRST_SINCE
    # [reported by users; without any message: guess]
    if not messages or (messages[0]["role"] == "assistant" and not newer_claude):
        raise validation_error(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )


def _check_content(number: int, message: Message) -> None:
    content = message["content"]
    if not content:  # [reported by users]
        raise validation_error(
            f"The content field in the Message object at messages.{number} is empty. "
            "Add a ContentBlock object to the content field and try again."
        )
    for at, block in enumerate(content):
        text = block.get("text")
        if text is not None and not text.strip() and not _leads_cache_point(text, content, at):
            raise validation_error(  # [reported by users]
                f"The text field in the ContentBlock object at messages.{number}.content.{at} is blank. "
                "Add text to the text field, and try again."
            )


def _leads_cache_point(text: str, content: Sequence[Mapping[str, Any]], at: int) -> bool:
    """White space right before a cachePoint is accepted [recorded, Claude Sonnet 4.5]."""
    return bool(text) and at + 1 < len(content) and "cachePoint" in content[at + 1]


def _check_tools(params: Params, messages: Sequence[Message]) -> None:
    used = any("toolUse" in block or "toolResult" in block for block in _blocks(messages))
    if used and not params.get("toolConfig"):  # [reported by users]
        raise validation_error(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks."
        )
    _check_tool_config(params.get("toolConfig") or {})
    if used:
        _check_failed_results(messages)
        _check_pairing(messages)


def _check_tool_config(config: Mapping[str, Any]) -> None:
    specs = [tool.get("toolSpec") for tool in config.get("tools") or ()]
    for number, spec in enumerate(specs):
        if spec and not isinstance(
            (spec.get("inputSchema") or {}).get("json"), Mapping
        ):  # [reported by users]
            raise validation_error(
                f"The format of the value at toolConfig.tools.{number}.toolSpec.inputSchema.json is invalid. "
                "Provide a json object for the field and try again."
            )
    chosen = ((config.get("toolChoice") or {}).get("tool") or {}).get("name")
    if chosen is not None and all(spec is None or spec["name"] != chosen for spec in specs):  # [guess]
        raise validation_error(
            f"The tool {chosen} at toolConfig.toolChoice.tool.name is not one of toolConfig.tools. "
            "Choose a tool that the request offers and try again."
        )


def _blocks(messages: Sequence[Message]) -> Iterator[Mapping[str, Any]]:
    return (block for message in messages for block in message["content"])


def _check_failed_results(messages: Sequence[Message]) -> None:
    for number, message in enumerate(messages):
        for at, block in enumerate(message["content"]):
            result = block.get("toolResult")
            if (
                result and result.get("status") == "error" and not result.get("content")
            ):  # [reported by users]
                raise validation_error(
                    f"The content field at messages.{number}.content.{at}.toolResult "
                    "cannot be empty when status value is error."
                )


def _check_pairing(messages: Sequence[Message]) -> None:
    """Each call needs its result in the turn that follows, and no result comes without a call.

    Several messages of one role in a row are one turn. A call that the service ran itself has its result in
    the same turn [recorded, Nova code interpreter].
    """
    spoken = [numbered for numbered in enumerate(messages) if numbered[1]["role"] != "system"]
    turns = [list(turn) for _, turn in groupby(spoken, lambda numbered: str(numbered[1]["role"]))]
    for before, after in pairwise([[], *turns]):
        number, first = after[0]
        if first["role"] != "user":
            continue
        called = _tool_use_ids(before)
        answered = [
            block["toolResult"]["toolUseId"] for block in _turn_blocks(after) if "toolResult" in block
        ]
        missing = [tool_use_id for tool_use_id in called if tool_use_id not in answered]
        if missing:  # [reported by users]
            raise validation_error(
                f"Expected toolResult blocks at messages.{number}.content for the following Ids: "
                + ", ".join(missing)
            )
        if len(answered) > len(called):  # [reported by users]
            raise validation_error(
                f"The number of toolResult blocks at messages.{number}.content exceeds "
                "the number of toolUse blocks of previous turn."
            )


def _turn_blocks(turn: Turn) -> Iterator[Mapping[str, Any]]:
    return (block for _, message in turn for block in message["content"])


def _tool_use_ids(turn: Turn) -> list[str]:
    calls = (block["toolUse"] for block in _turn_blocks(turn) if "toolUse" in block)
    return [call["toolUseId"] for call in calls if call.get("type") != "server_tool_use"]
