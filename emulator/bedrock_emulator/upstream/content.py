"""The turns of a conversation as chat messages: what Converse says in blocks, OpenAI says in messages and parts."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from bedrock_emulator.errors import validation_error
from bedrock_emulator.reply.tokens import TEXT_FORMATS

Block: TypeAlias = Mapping[str, Any]
Message: TypeAlias = dict[str, Any]

_FAILED = "The tool failed: "
"""Before the result of a tool whose status is `error`, for which a chat message has no member."""

_UNSAID = frozenset({"cachePoint", "reasoningContent"})
"""Blocks that are left out: servers cache by themselves, and several refuse reasoning that is sent back [docs]."""


def chat_messages(params: Mapping[str, Any]) -> list[Message]:
    """The system text and the turns.

    Raises:
        AwsError: a block that a chat message cannot carry.
    """
    messages = list(_system(params.get("system") or ()))
    for number, turn in enumerate(params.get("messages") or ()):
        read = _assistant if turn["role"] == "assistant" else _user
        messages += read(turn["content"], f"messages.{number}.content")
    return messages


def _system(blocks: Sequence[Block]) -> Iterator[Message]:
    texts = [text for at, block in enumerate(blocks) for text in _texts(block, f"system.{at}")]
    if texts:
        yield {"role": "system", "content": "\n".join(texts)}


def _user(content: Sequence[Block], place: str) -> Iterator[Message]:
    """The results of tools, which must follow their calls at once, then what the user says."""
    parts: list[Message] = []
    for at, block in enumerate(content):
        where = f"{place}.{at}"
        if "toolResult" in block:
            message, media = _tool_message(block["toolResult"], f"{where}.toolResult.content")
            yield message
            parts += media
        else:
            parts += _parts(block, where)
    if parts:
        yield {"role": "user", "content": _joined(parts)}


def _joined(parts: Sequence[Message]) -> str | Sequence[Message]:
    """Texts alone as one text, since not every chat template takes parts [docs, vLLM]."""
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def _tool_message(result: Block, place: str) -> tuple[Message, list[Message]]:
    """The message of one result, and its pictures, which only the user can show."""
    parts = [
        part for at, block in enumerate(result["content"]) for part in _result_parts(block, f"{place}.{at}")
    ]
    said = "\n".join(part["text"] for part in parts if part["type"] == "text")
    failed = _FAILED if result.get("status") == "error" else ""
    message = {"role": "tool", "tool_call_id": result["toolUseId"], "content": failed + said}
    return message, [part for part in parts if part["type"] != "text"]


def _result_parts(block: Block, place: str) -> Iterator[Message]:
    if "json" in block:
        yield _text(json.dumps(block["json"], ensure_ascii=False))
    else:
        yield from _parts(block, place)


def _assistant(content: Sequence[Block], place: str) -> Iterator[Message]:
    texts: list[str] = []
    calls: list[Message] = []
    for at, block in enumerate(content):
        if "toolUse" in block:
            calls.append(_tool_call(block["toolUse"]))
        else:
            texts += _texts(block, f"{place}.{at}")
    if texts or calls:
        message: Message = {"role": "assistant", "content": "\n".join(texts) if texts else None}
        yield {**message, "tool_calls": calls} if calls else message


def _tool_call(tool_use: Block) -> Message:
    arguments = json.dumps(tool_use["input"], ensure_ascii=False, separators=(",", ":"))
    function = {"name": tool_use["name"], "arguments": arguments}
    return {"id": tool_use["toolUseId"], "type": "function", "function": function}


def _texts(block: Block, place: str) -> Iterator[str]:
    """What is said where there can be nothing but text."""
    for part in _parts(block, place):
        if part["type"] != "text":
            raise validation_error(f"{place}: the upstream of this rule takes pictures from the user only.")
        yield part["text"]


def _parts(block: Block, place: str) -> Iterator[Message]:
    """The parts that one block becomes."""
    ((kind, value),) = block.items()
    match kind:
        case "text":
            yield _text(value)
        case "image":
            yield _image(value, place)
        case "document":
            yield _document(value, place)
        case "guardContent":  # {"text": {"text": …}} or {"image": …}
            yield from _parts({"text": value["text"]["text"]} if "text" in value else value, place)
        case "citationsContent":
            yield _text("".join(part["text"] for part in value.get("content") or ()))
        case "searchResult":
            yield _titled(value["title"], "\n".join(part["text"] for part in value["content"]))
        case _ if kind not in _UNSAID:
            raise validation_error(
                f"{place}: the upstream of this rule cannot take a block of kind '{kind}'. Send text, images, tool "
                "uses and tool results, or let another rule answer."
            )


def _text(text: str) -> Message:
    return {"type": "text", "text": text}


def _image(image: Block, place: str) -> Message:
    data = image["source"].get("bytes")
    if data is None:
        raise validation_error(
            f"{place}.image.source: the upstream of this rule cannot read S3. Send the image's bytes."
        )
    url = f"data:image/{image['format']};base64,{b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _document(document: Block, place: str) -> Message:
    return _titled(document["name"], _document_text(document, f"{place}.document"))


def _titled(title: str, text: str) -> Message:
    return _text(f"{title}:\n{text}")


def _document_text(document: Block, place: str) -> str:
    source = document["source"]
    if "text" in source:
        return str(source["text"])
    if "content" in source:
        return "\n".join(part["text"] for part in source["content"])
    if "bytes" not in source:
        raise validation_error(
            f"{place}.source: the upstream of this rule cannot read S3. Send the document's text."
        )
    if document.get("format") not in TEXT_FORMATS:
        known = ", ".join(sorted(TEXT_FORMATS))
        raise validation_error(
            f"{place}.format: the upstream of this rule takes documents as text only ({known}), and this one is "
            f"{document.get('format')}. Send its text."
        )
    try:
        return bytes(source["bytes"]).decode()
    except UnicodeDecodeError as error:
        raise validation_error(f"{place}.source.bytes: the document is not UTF-8 text.") from error
