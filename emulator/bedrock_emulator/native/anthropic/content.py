"""Claude's content blocks of a request, as Converse's."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bedrock_emulator.native.anthropic.refusals import (
    expect,
    expect_one_of,
    expect_tag,
    inside,
    refusal,
    require,
)
from bedrock_emulator.native.encoded import decoded

_IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_CACHE_POINT = {"cachePoint": {"type": "default"}}


def read_content(content: Any, place: str) -> list[Mapping[str, Any]]:
    """A message's content, a text or a list of blocks, as Converse's blocks."""
    if isinstance(content, str):
        return [{"text": content}]
    blocks: list[Mapping[str, Any]] = []
    for index, block in enumerate(expect(content, "list", place)):
        at = inside(place, index)
        blocks.extend(_READERS[expect_tag(block, _READERS, at)](block, at))
        blocks.extend(cache_point(block))
    return blocks


def cache_point(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Converse's cachePoint after a part that `cache_control` marks."""
    control = part.get("cache_control")
    if control:
        ttl = control.get("ttl") if isinstance(control, Mapping) else None
        yield {"cachePoint": {"type": "default", "ttl": ttl}} if ttl else _CACHE_POINT


def _text(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    yield {"text": expect(require(block, "text", f"{place}.text"), "string", f"{place}.text.text")}


def _image(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, "image.source")
    source = require(block, "source", inside(place, "image"))
    expect_tag(source, ("base64", "url"), at)
    if source["type"] == "url":  # [recorded]
        raise refusal(f"{at}.base64.data", "URL sources are not supported")
    kind = expect_one_of(
        require(source, "media_type", f"{at}.base64"), _IMAGE_TYPES, f"{at}.base64.media_type"
    )
    yield {
        "image": {"format": kind.removeprefix("image/"), "source": {"bytes": _data(source, f"{at}.base64")}}
    }


def _data(source: Mapping[str, Any], place: str) -> bytes:
    written = expect(require(source, "data", place), "string", f"{place}.data")
    data = decoded(written)
    if data is None:
        raise refusal(f"{place}.data", "invalid base64 data")  # [guess]
    return data


def _document(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, "document.source")
    source = require(block, "source", inside(place, "document"))
    kind = expect_tag(source, ("base64", "text", "content", "url"), at)
    if kind == "url":  # as images [recorded]
        raise refusal(f"{at}.base64.data", "URL sources are not supported")
    document: dict[str, Any] = {"format": "txt", "name": block.get("title") or "document"}
    if kind == "base64":
        expect_one_of(
            require(source, "media_type", f"{at}.base64"), ("application/pdf",), f"{at}.base64.media_type"
        )
        document |= {"format": "pdf", "source": {"bytes": _data(source, f"{at}.base64")}}
    elif kind == "text":
        document["source"] = {
            "text": expect(require(source, "data", f"{at}.text"), "string", f"{at}.text.data")
        }
    else:
        document["source"] = {"content": read_content(require(source, "content", at), f"{at}.content")}
    for name in ("citations", "context"):
        if block.get(name):
            document[name] = block[name]
    yield {"document": document}


def _tool_use(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, block["type"])
    tool_use = {
        "toolUseId": expect(require(block, "id", at), "string", f"{at}.id"),
        "name": expect(require(block, "name", at), "string", f"{at}.name"),
        "input": expect(require(block, "input", at), "dictionary", f"{at}.input"),
    }
    if block["type"] == "server_tool_use":
        tool_use["type"] = "server_tool_use"
    yield {"toolUse": tool_use}


def _tool_result(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, "tool_result")
    result: dict[str, Any] = {
        "toolUseId": expect(require(block, "tool_use_id", at), "string", f"{at}.tool_use_id"),
        "content": [
            part
            for part in read_content(block.get("content") or [], f"{at}.content")
            if "cachePoint" not in part
        ],
    }
    if "is_error" in block:
        result["status"] = "error" if block["is_error"] else "success"
    yield {"toolResult": result}


def _search_result(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, "search_result")
    result = {name: require(block, name, at) for name in ("source", "title")}
    content = read_content(require(block, "content", at), f"{at}.content")
    yield {
        "searchResult": {
            **result,
            "content": content,
            **({"citations": block["citations"]} if block.get("citations") else {}),
        }
    }


def _thinking(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, "thinking")
    text = {
        "text": expect(require(block, "thinking", at), "string", f"{at}.thinking"),
        "signature": expect(require(block, "signature", at), "string", f"{at}.signature"),
    }
    yield {"reasoningContent": {"reasoningText": text}}


def _redacted_thinking(block: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    at = inside(place, "redacted_thinking")
    data = expect(require(block, "data", at), "string", f"{at}.data")
    yield {"reasoningContent": {"redactedContent": data.encode()}}


_READERS: Mapping[str, Callable[[Mapping[str, Any], str], Iterator[Mapping[str, Any]]]] = {
    "document": _document,
    "image": _image,
    "redacted_thinking": _redacted_thinking,
    "search_result": _search_result,
    "server_tool_use": _tool_use,
    "text": _text,
    "thinking": _thinking,
    "tool_result": _tool_result,
    "tool_use": _tool_use,
}
