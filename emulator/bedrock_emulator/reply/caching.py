"""Prompt caching as a request asks for it: where its prefixes end, how many tokens they have, what identifies them.

A prompt is read in the order tools, system, messages [docs]. What identifies a prefix covers everything in it, and
nothing of what follows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.reply.tokens import (
    BYTES_PER_TOKEN,
    TOKENS_PER_MESSAGE,
    blocks_tokens,
    json_size,
)

Block = Mapping[str, Any]

DEFAULT_TTL = "5m"
_BETWEEN_ITEMS = 2
"""Characters between two items of a JSON list, and around all of them."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The end of a block, which is the end of a prefix."""

    digest: bytes
    """Identifies the prefix."""
    tokens: int
    """Of the whole prefix."""
    ttl: str | None = None
    """`5m` or `1h` where a cachePoint stands right after the block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """Input tokens that the cache saved or took in."""

    read: int = 0
    write: int = 0
    """All that was written."""
    write_1h: int = 0
    """That part of it which is kept for an hour."""


def boundaries(params: Params) -> list[Boundary]:
    """The end of every block of a Converse request; cachePoints that follow nothing mark nothing."""
    ends: list[Boundary] = []
    hashed = blake2b(digest_size=16)
    for part, tokens in _parts(params):
        if "cachePoint" in part:
            if ends:
                ttl = part["cachePoint"].get("ttl") or DEFAULT_TTL
                ends[-1] = Boundary(ends[-1].digest, ends[-1].tokens, ttl)
            continue
        hashed.update(_identity(part))
        ends.append(Boundary(hashed.digest(), tokens))
    return ends


def _parts(params: Params) -> Iterator[tuple[Block, int]]:
    """Each block of the prompt, with the tokens up to its end."""
    total = 0
    for tool, tokens in _tools((params.get("toolConfig") or {}).get("tools") or ()):
        total = tokens
        yield tool, total
    for block in params.get("system") or ():
        total += blocks_tokens((block,))
        yield {"system": block} if "cachePoint" not in block else block, total
    for message in params.get("messages") or ():
        total += TOKENS_PER_MESSAGE
        for at, block in enumerate(message["content"]):
            total += blocks_tokens((block,))
            opened = {"role": message["role"]} if at == 0 else {}
            yield block if "cachePoint" in block else {**opened, "content": block}, total


def _tools(tools: Sequence[Block]) -> Iterator[tuple[Block, int]]:
    """Each tool and the tokens up to its end, which together are those of the list."""
    size = 0
    for tool in tools:
        if "cachePoint" not in tool:
            size += json_size(tool) + _BETWEEN_ITEMS
        yield tool, -(-size // BYTES_PER_TOKEN)


def _identity(part: Block) -> bytes:
    return json.dumps(part, default=_identity_of_blob, sort_keys=True).encode() + b"\n"


def _identity_of_blob(value: object) -> str:
    return blake2b(value).hexdigest() if isinstance(value, bytes | bytearray) else str(value)


def cache_points(params: Params) -> Iterator[tuple[str, Block, Block | None]]:
    """Every cachePoint with the place at which it stands and the block before it, in the order of the prompt."""
    tools = (params.get("toolConfig") or {}).get("tools") or ()
    yield from _points(tools, "tools")
    yield from _points(params.get("system") or (), "system")
    for number, message in enumerate(params.get("messages") or ()):
        yield from _points(message["content"], f"messages.{number}.content")


def _points(blocks: Sequence[Block], place: str) -> Iterator[tuple[str, Block, Block | None]]:
    """Places count as Claude counts: a cachePoint is a mark on the block before it and no block itself."""
    before: Block | None = None
    at = -1
    for block in blocks:
        if "cachePoint" in block:
            yield f"{place}.{max(at, 0)}", block["cachePoint"], before
        else:
            before, at = block, at + 1
