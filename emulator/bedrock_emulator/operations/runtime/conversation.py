"""What Bedrock refuses about a conversation before, or as, the model reads it.

Every rule has evidence, and where reports conflict the request is accepted. Indexes count from 0 here, unlike
in the constraint layer. The rules on fields live in conversation_inference.py and conversation_media.py.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, Protocol

from bedrock_emulator.call import Params
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.operations.runtime.conversation_inference import MODEL_ERRORS, check_inference
from bedrock_emulator.operations.runtime.conversation_media import check_media
from bedrock_emulator.reply.family import claude_version
from bedrock_emulator.reply.prompt import has_cache_point

Message = Mapping[str, Any]
Turn = Sequence[tuple[int, Message]]
"""Numbered messages of one role in a row."""

_NO_PREFILL_SINCE = (4, 6)
"""The Claude versions from which on a conversation may not end with the assistant [reported by users]."""
_ASSISTANT_FIRST_SINCE = (4, 5)
"""Sonnet 4.5 answered a conversation that the assistant opened [recorded]; newer ones are taken to."""


class ModelTraits(Protocol):
    """What the rules need to know about a model; None means unknown, and nothing is refused for it."""

    @property
    def model_id(self) -> str: ...
    @property
    def max_output_tokens(self) -> int | None: ...
    @property
    def system_role(self) -> bool | None: ...
    @property
    def input_modalities(self) -> Collection[str]: ...
    @property
    def output_modalities(self) -> Collection[str]: ...
    @property
    def video_types(self) -> Collection[str] | None: ...
    @property
    def streaming(self) -> bool: ...
    @property
    def prompt_caching(self) -> bool | None: ...


def check_conversation(params: Params, *, model: ModelTraits, streaming: bool = False) -> None:
    """Raise the AwsError that Bedrock would answer to a Converse or ConverseStream request, if any."""
    _check_capabilities(params, model, streaming=streaming)
    messages: Sequence[Message] = params.get("messages") or ()
    _check_turns(messages, model)
    for number, message in enumerate(messages):
        _check_content(number, message)
    _check_tools(params, messages)
    check_inference(params, model_id=model.model_id, max_output_tokens=model.max_output_tokens)
    check_media(messages, model)


def _check_capabilities(params: Params, model: ModelTraits, *, streaming: bool) -> None:
    if "TEXT" not in model.output_modalities:  # [reported by users, embedding models]
        raise validation_error(
            "This action doesn't support the model that you provided. "
            "Try again with a supported text or chat model."
        )
    if streaming and not model.streaming:  # [reported by users]
        raise validation_error("The model is unsupported for streaming.")
    if (
        streaming and params.get("toolConfig") and "meta.llama3-" in model.model_id
    ):  # [reported by users; docs]
        raise validation_error("This model doesn't support tool use in streaming mode.")
    if params.get("system") and model.system_role is False:  # an empty list is accepted [recorded]
        raise validation_error(
            "This model doesn't support system messages. Try again without a system message "
            "or use a model that supports system messages."
        )
    if (
        model.prompt_caching is False and params.get("messages") and has_cache_point(params)
    ):  # [reported by users]
        raise AwsError(
            "AccessDeniedException",
            "You invoked an unsupported model or your request did not allow prompt caching. "
            "See the documentation for more information.",
            status=403,
        )


def _check_turns(messages: Sequence[Message], model: ModelTraits) -> None:
    """Who speaks first and last. Turns of one role in a row are accepted since 2025 [recorded]."""
    version = claude_version(model.model_id)
    newer_claude = version is not None and version.number >= _ASSISTANT_FIRST_SINCE
    # [reported by users; without any message: guess]
    if not messages or (messages[0]["role"] == "assistant" and not newer_claude):
        raise validation_error(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    if messages[-1]["role"] == "assistant" and version and version.number >= _NO_PREFILL_SINCE:
        raise validation_error(  # [reported by users]; others, as Nova 2 Lite, accept it [recorded]
            f"{MODEL_ERRORS}This model does not support assistant message prefill. "
            "The conversation must end with a user message."
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
    turns = [
        list(turn) for _, turn in groupby(enumerate(messages), lambda numbered: str(numbered[1]["role"]))
    ]
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
