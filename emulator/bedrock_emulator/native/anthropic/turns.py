"""What Claude refuses about the turns of a conversation, and about the tools that it uses."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from bedrock_emulator.native.anthropic.refusals import expect, expect_one_of, inside, refusal, require
from bedrock_emulator.reply.family import claude_version

Message = Mapping[str, Any]
Turn = Sequence[tuple[int, Message]]
"""Numbered messages of one role in a row."""

_ASSISTANT_FIRST_SINCE = (4, 5)
"""Sonnet 4.5 answered a conversation that the assistant opened [recorded, Converse]."""


def check_roles(messages: Any, model_id: str) -> None:
    """Who speaks, and who speaks first; what else depends on the model is not checked here."""
    version = claude_version(model_id)
    number = version.number if version else (2, 0)
    if not expect(messages, "list", "messages"):
        raise refusal("messages", "at least one message is required")  # [reported by users]
    for index, message in enumerate(messages):
        place = inside("messages", index)
        role = require(expect(message, "dictionary", place), "role", place)
        if role != "system":
            expect_one_of(role, ("user", "assistant"), f"{place}.role")
        require(message, "content", place)
    if messages[0]["role"] != "user" and number < _ASSISTANT_FIRST_SINCE:  # [reported by users]
        raise refusal("messages", 'first message must use the "user" role')


def check_turns(messages: Sequence[Message]) -> None:
    """What each turn holds; messages in Converse's form. The texts are [reported by users]."""
    for index, message in enumerate(messages):
        final = index == len(messages) - 1 and message["role"] == "assistant"
        if not message["content"] and not final:
            raise refusal(
                inside("messages", index),
                "all messages must have non-empty content except for the optional final assistant message",
            )
        _check_texts(message, final=final)
    _check_tool_turns(messages)


def _check_texts(message: Message, *, final: bool) -> None:
    texts = [block["text"] for block in message["content"] if "text" in block]
    if any(not text for text in texts):
        raise refusal("messages", "text content blocks must be non-empty")
    if any(not text.strip() for text in texts):
        raise refusal("messages", "text content blocks must contain non-whitespace text")
    if final and texts and texts[-1] != texts[-1].rstrip():
        raise refusal("messages", "final assistant content cannot end with trailing whitespace")


def _check_tool_turns(messages: Sequence[Message]) -> None:
    """Each call has its result in the next turn, and no result comes without a call [reported by users].

    Several messages of one role in a row are one turn.
    """
    turns = [
        list(turn) for _, turn in groupby(enumerate(messages), lambda numbered: str(numbered[1]["role"]))
    ]
    for before, after in pairwise([[], *turns]):
        called, answered = _called(before), list(_answered(after))
        known, given = set(called), {identity for _, identity in answered}
        missing = [identity for identity in called if identity not in given]
        if missing:
            raise refusal(
                inside("messages", before[-1][0]),
                f"`tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(missing)}. "
                "Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
            )
        for place, identity in answered:
            if identity not in known:
                raise refusal(
                    place,
                    f"unexpected `tool_use_id` found in `tool_result` blocks: {identity}. Each `tool_result` block "
                    "must have a corresponding `tool_use` block in the previous message.",
                )


def _called(turn: Turn) -> list[str]:
    calls = (block["toolUse"] for _, message in turn for block in message["content"] if "toolUse" in block)
    return [call["toolUseId"] for call in calls if call.get("type") != "server_tool_use"]


def _answered(turn: Turn) -> Iterator[tuple[str, str]]:
    """The place of each result, and the id of its call."""
    return (
        (f"messages.{index}.content.{at}", block["toolResult"]["toolUseId"])
        for index, message in turn
        for at, block in enumerate(message["content"])
        if "toolResult" in block
    )
