"""What of a Converse conversation a guardrail reads, and how it reads when something in it is hidden.

Not read are tool calls and their results, reasoning and documents [docs], and system texts [recorded].
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.guardrails.content import ImagePiece, Piece, TextPiece

_GUARDED = "guardContent"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece stands in a request."""

    section: str
    """`messages` or `system`."""
    message: int
    """Of the messages; 0 of the system blocks."""
    block: int


def request_pieces(params: Mapping[str, Any]) -> list[tuple[Place, Piece]]:
    """What is read of a request: where any message has guardContent those blocks alone, else every text and image.

    System blocks are read only where they are guardContent [docs].
    """
    blocks = list(_blocks(params.get("messages") or ()))
    chosen = [each for each in blocks if _GUARDED in each[1]] or blocks
    system = [
        (Place("system", 0, index), block)
        for index, block in enumerate(params.get("system") or ())
        if _GUARDED in block
    ]
    pieces = ((place, _piece(block)) for place, block in (*system, *chosen))
    return [(place, piece) for place, piece in pieces if piece is not None]


def has_guard_content(params: Mapping[str, Any]) -> bool:
    """Whether a request says what of it is to be read."""
    return any(_GUARDED in block for _, block in _blocks(params.get("messages") or ()))


def with_texts(params: Mapping[str, Any], texts: Mapping[Place, str]) -> Mapping[str, Any]:
    """The request with other texts at these places."""
    if not texts:
        return params
    changed: dict[str, Any] = {}
    if params.get("system"):
        changed["system"] = _rewritten(params["system"], "system", 0, texts)
    changed["messages"] = [
        {**message, "content": _rewritten(message["content"], "messages", number, texts)}
        for number, message in enumerate(params["messages"])
    ]
    return {**params, **changed}


def answer_text(block: Mapping[str, Any]) -> str | None:
    """The text that a block of an answer says, with citations or without; None for every other block."""
    if "citationsContent" in block:
        return "".join(part["text"] for part in block["citationsContent"].get("content") or ())
    return block.get("text")


def with_answer_text(block: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """The block saying something else."""
    if "citationsContent" in block:
        return {"citationsContent": {**block["citationsContent"], "content": [{"text": text}]}}
    return {**block, "text": text}


def _blocks(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for number, message in enumerate(messages):
        for index, block in enumerate(message["content"]):
            yield Place("messages", number, index), block


def _piece(block: Mapping[str, Any]) -> Piece | None:
    if "text" in block:
        return TextPiece(text=block["text"])
    if "text" in block.get(_GUARDED, ()):
        return TextPiece.qualified(block[_GUARDED]["text"])
    image = block.get("image") or (block.get(_GUARDED) or {}).get("image")
    return None if image is None else ImagePiece(image["source"].get("bytes", b""))


def _rewritten(
    blocks: Sequence[Mapping[str, Any]], section: str, message: int, texts: Mapping[Place, str]
) -> list[Mapping[str, Any]]:
    return [
        _with_text(block, texts[place]) if (place := Place(section, message, index)) in texts else block
        for index, block in enumerate(blocks)
    ]


def _with_text(block: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    if "text" in block:
        return {**block, "text": text}
    return {_GUARDED: {"text": {**block[_GUARDED]["text"], "text": text}}}
