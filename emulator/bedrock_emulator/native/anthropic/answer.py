"""Claude's side of the Messages API: the message, its content blocks and its usage."""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from bedrock_emulator.native.format import Asked, CacheHeaders, Native, inexpressible
from bedrock_emulator.native.identifiers import long_id, made_for_converse, short_id
from bedrock_emulator.native.spoken import stop_sequence
from bedrock_emulator.reply.family import ClaudeVersion, claude_version
from bedrock_emulator.reply.reply import Block, Reply
from bedrock_emulator.reply.tokens import estimate_tokens

_MODEL_ID = re.compile(r"anthropic\.(?P<name>claude-.+?)(?:-v\d+)?(?::\d+)?")
_OLD_NAMES = {
    "anthropic.claude-v2": "claude-2.0",  # [recorded]
    "anthropic.claude-v2:1": "claude-2.1",
    "anthropic.claude-instant-v1": "claude-instant-1.2",
}
_COUNTS_CACHE_SINCE = (3, 7)
"""Cache members in usage although nothing is cached [recorded; absent in 3 and 3.5]."""
_TELLS_CACHE_TTL_SINCE = (4, 0)
"""`cache_creation` by time to live [recorded since Haiku 4.5; reported by users with Sonnet 4]."""
_MODEL_FIRST_SINCE = (4, 5)
"""`model` before `id` [reported by users with Opus 4.6; recorded the other way until 3.7]."""
_TELLS_DETAILS_SINCE = (4, 8)
"""`stop_details`, `output_tokens_details` and `service_tier`, and ids of another form [recorded, Opus 4.8]."""

_STOP_REASONS = {"content_filtered": "refusal", "guardrail_intervened": "end_turn"}
"""Converse's reasons that Claude has other words for [docs]; the model's own reason stays under a guardrail [recorded]."""


def message_body(reply: Reply, asked: Asked) -> Native:
    """The whole message, in the order in which its members were recorded."""
    message = message_envelope(asked)
    message["content"] = [content_block(block) for block in reply.blocks]
    message.update(ending(reply.stop_reason, stop_sequence(reply.additional_fields), asked))
    message["usage"] = usage(
        asked, output_tokens=reply.usage.output_tokens, thinking_tokens=_thinking_tokens(reply)
    )
    return message


def message_envelope(asked: Asked) -> dict[str, Any]:
    """What stands before a message's content."""
    model, identity = model_name(asked.model_id), message_id(asked)
    if _since(asked.model_id, _MODEL_FIRST_SINCE):
        return {"model": model, "id": identity, "type": "message", "role": "assistant"}
    return {"id": identity, "type": "message", "role": "assistant", "model": model}


def message_id(asked: Asked) -> str:
    """`msg_bdrk_01…`, and a longer one since Opus 4.8 [recorded]."""
    if _since(asked.model_id, _TELLS_DETAILS_SINCE):
        return "msg_bdrk_" + long_id("message", asked.request_id)
    return "msg_bdrk_01" + short_id("message", asked.request_id)


def model_name(model_id: str) -> str:
    """The name by which Claude calls itself: the model id without Bedrock's prefix and version [recorded]."""
    found = _MODEL_ID.fullmatch(model_id)
    return _OLD_NAMES.get(model_id) or (found["name"] if found else model_id)


def ending(stop_reason: str | None, sequence: str | None, asked: Asked) -> dict[str, Any]:
    """Why a message stopped; None while it goes on."""
    if stop_reason != "stop_sequence":
        sequence = None
    elif sequence is None:  # nobody said which: the first one that the request named
        sequence = next(iter(asked.body.get("stop_sequences") or ()), None)
    members = {"stop_reason": _STOP_REASONS.get(stop_reason or "", stop_reason), "stop_sequence": sequence}
    return {**members, "stop_details": None} if _since(asked.model_id, _TELLS_DETAILS_SINCE) else members


def usage(asked: Asked, *, output_tokens: int, thinking_tokens: int = 0) -> dict[str, Any]:
    """The token counts, with the members that this Claude sends."""
    read, written = asked.cache_read_tokens, asked.cache_write_tokens
    members: dict[str, Any] = {"input_tokens": asked.input_tokens}
    if _since(asked.model_id, _COUNTS_CACHE_SINCE) or read or written or asked.caches:
        members["cache_creation_input_tokens"] = written
        members["cache_read_input_tokens"] = read
    if _since(asked.model_id, _TELLS_CACHE_TTL_SINCE):
        long = asked.cache_write_1h_tokens
        members["cache_creation"] = {
            "ephemeral_5m_input_tokens": written - long,
            "ephemeral_1h_input_tokens": long,
        }
    members["output_tokens"] = output_tokens
    if _since(asked.model_id, _TELLS_DETAILS_SINCE):
        members["output_tokens_details"] = {"thinking_tokens": thinking_tokens}
        members["service_tier"] = "standard"
    return members


def _thinking_tokens(reply: Reply) -> int:
    texts = (
        block["reasoningContent"].get("reasoningText")
        for block in reply.blocks
        if "reasoningContent" in block
    )
    return sum(estimate_tokens(text["text"]) for text in texts if text)


def cache_headers(model_id: str) -> CacheHeaders:
    """Opus 4.8 counted reads alone when nothing was cached; 3.7 and older counted nothing [recorded]."""
    return "read" if _since(model_id, _TELLS_DETAILS_SINCE) else "none"


def content_block(block: Block) -> dict[str, Any]:
    """A block of the answer in Claude's form."""
    if "text" in block:
        return {"type": "text", "text": block["text"]}
    if "toolUse" in block:
        return {**tool_use_start(block["toolUse"]), "input": block["toolUse"]["input"]}
    if "reasoningContent" in block:
        return _thinking(block["reasoningContent"])
    if "citationsContent" in block:
        cited = block["citationsContent"]
        text = "".join(content["text"] for content in cited.get("content") or ())
        return {
            "type": "text",
            "text": text,
            "citations": [citation(one) for one in cited.get("citations") or ()],
        }
    raise inexpressible(next(iter(block)), "Claude's Messages API")


def tool_use_start(tool_use: Mapping[str, Any]) -> dict[str, Any]:
    """A tool call before its input."""
    kind = "server_tool_use" if tool_use.get("type") == "server_tool_use" else "tool_use"
    return {"type": kind, "id": _tool_id(tool_use["toolUseId"]), "name": tool_use["name"], "input": {}}


def _tool_id(converse_id: str) -> str:
    """`toolu_bdrk_01…` [recorded] in place of an id made for Converse; one that a scenario gives stays."""
    return "toolu_bdrk_01" + short_id("tool", converse_id) if made_for_converse(converse_id) else converse_id


def _thinking(reasoning: Mapping[str, Any]) -> dict[str, Any]:
    if "redactedContent" in reasoning:
        return {"type": "redacted_thinking", "data": redacted_data(reasoning["redactedContent"])}
    text = reasoning["reasoningText"]
    return {"type": "thinking", "thinking": text["text"], "signature": text.get("signature", "")}


def redacted_data(content: bytes | str) -> str:
    """Claude's own text, which Converse wraps in base64 once more [recorded]."""
    return (content if isinstance(content, bytes) else b64decode(content)).decode("utf-8", "replace")


_LOCATIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "documentChar": (
        "char_location",
        {"documentIndex": "document_index", "start": "start_char_index", "end": "end_char_index"},
    ),
    "documentPage": (
        "page_location",
        {"documentIndex": "document_index", "start": "start_page_number", "end": "end_page_number"},
    ),
    "documentChunk": (
        "content_block_location",
        {"documentIndex": "document_index", "start": "start_block_index", "end": "end_block_index"},
    ),
    "searchResultLocation": (
        "search_result_location",
        {
            "searchResultIndex": "search_result_index",
            "start": "start_block_index",
            "end": "end_block_index",
        },
    ),
    "web": ("web_search_result_location", {"url": "url"}),
}
"""Converse's locations and their members in Claude's words [docs]."""


def citation(converse: Mapping[str, Any]) -> dict[str, Any]:
    """A citation in Claude's form."""
    kind, place = next(iter((converse.get("location") or {}).items()), ("documentChar", {}))
    name, members = _LOCATIONS.get(kind, _LOCATIONS["documentChar"])
    cited: dict[str, Any] = {
        "type": name,
        "cited_text": "".join(part.get("text", "") for part in converse.get("sourceContent") or ()),
    }
    cited.update({members[member]: value for member, value in place.items() if member in members})
    if "source" in converse:
        cited["source"] = converse["source"]
    titled = "document_title" if kind.startswith("document") else "title"
    cited[titled] = converse.get("title")
    return cited


def _since(model_id: str, number: tuple[int, int]) -> bool:
    version: ClaudeVersion | None = claude_version(model_id)
    return version is not None and version.number >= number
