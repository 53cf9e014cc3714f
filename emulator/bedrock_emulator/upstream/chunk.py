"""One chunk of a chat completion: what it adds to the answer, read from JSON that anybody may have written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from bedrock_emulator.errors import UpstreamError
from bedrock_emulator.upstream.failure import said_by

_MOST_TOKENS = 2**31 - 1
_Value = TypeVar("_Value")

_NAMES: Mapping[type, str] = {str: "a string", dict: "an object", list: "a list", int: "a whole number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of one tool call; the first of a call has its name."""

    index: int
    call_id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Tokens as the upstream counts them; None for what it does not say."""

    prompt: int | None
    completion: int | None
    cached: int = 0
    """Of the prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What is empty adds nothing."""

    reasoning: str = ""
    text: str = ""
    calls: tuple[Fragment, ...] = ()
    finish: str | None = None
    matched: str | None = None
    """The stop sequence that was met, which vLLM tells [docs]."""
    counts: Counts | None = None


def read_chunk(data: bytes) -> Chunk:
    """Read a `chat.completion.chunk`; a whole `chat.completion` is one that adds everything.

    Raises:
        UpstreamError: it is none, or it reports an error.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise UpstreamError("sent a chunk that is not JSON") from error
    if not isinstance(document, dict):
        raise UpstreamError("sent a chunk that is not a JSON object")
    if document.get("error"):
        raise _reported(document["error"])
    if not document.keys() & {"choices", "usage"}:
        raise UpstreamError("sent a chunk without 'choices'", said=said_by(document))
    counts = _counts(_member(document, "usage", dict))
    choices = _member(document, "choices", list) or []
    if not choices:  # the chunk with the token counts has none
        return Chunk(counts=counts)
    if not isinstance(choices[0], dict):
        raise _unlike("choices[0]", dict)
    return _chunk(choices[0], counts)


def _chunk(choice: dict[str, Any], counts: Counts | None) -> Chunk:
    delta = _member(choice, "delta", dict) or _member(choice, "message", dict) or {}
    reasoning = _member(delta, "reasoning_content", str) or _member(delta, "reasoning", str)
    text = _member(delta, "content", str) or _member(delta, "refusal", str)
    matched = choice.get("stop_reason")  # vLLM's; a token's number where a token stopped it [docs]
    return Chunk(
        reasoning=reasoning or "",
        text=text or "",
        calls=_fragments(_member(delta, "tool_calls", list) or ()),
        finish=_member(choice, "finish_reason", str),
        matched=matched if isinstance(matched, str) else None,
        counts=counts,
    )


def _fragments(calls: Sequence[Any]) -> tuple[Fragment, ...]:
    """The fragments of tool calls; those of a whole answer have no index but their place."""
    return tuple(_fragment(call, place) for place, call in enumerate(calls))


def _fragment(call: Any, place: int) -> Fragment:
    if not isinstance(call, dict):
        raise _unlike("a tool call", dict)
    index = _member(call, "index", int)
    function = _member(call, "function", dict) or {}
    arguments = function.get("arguments")
    if isinstance(arguments, dict):  # as some servers write them, against OpenAI's form [reported by users]
        arguments = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    elif arguments is not None and not isinstance(arguments, str):
        raise _unlike("arguments", str)
    return Fragment(
        index=place if index is None else index,
        call_id=_member(call, "id", str),
        name=_member(function, "name", str),
        arguments=arguments or "",
    )


def _counts(usage: Mapping[str, Any] | None) -> Counts | None:
    if not usage:
        return None
    details = _member(usage, "prompt_tokens_details", dict) or {}
    return Counts(
        prompt=_count(usage, "prompt_tokens"),
        completion=_count(usage, "completion_tokens"),
        cached=_count(details, "cached_tokens") or 0,
    )


def _count(members: Mapping[str, Any], name: str) -> int | None:
    count = _member(members, name, int)
    if count is not None and not 0 <= count <= _MOST_TOKENS:
        raise UpstreamError(f"sent a chunk whose {name!r} is no count of tokens")
    return count


def _member(members: Mapping[str, Any], name: str, kind: type[_Value]) -> _Value | None:
    """The member, None where it is missing or null."""
    value = members.get(name)
    if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
        return value
    raise _unlike(name, kind)


def _unlike(name: str, kind: type) -> UpstreamError:
    return UpstreamError(f"sent a chunk in which {name!r} is not {_NAMES[kind]}")


def _reported(error: Any) -> UpstreamError:
    code = error.get("code") if isinstance(error, dict) else None
    status = code if isinstance(code, int) else None
    return UpstreamError("reported an error", said=said_by(error), status=status)
