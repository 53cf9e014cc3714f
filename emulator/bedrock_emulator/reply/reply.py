"""What a model said, before it is put on the wire."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = Mapping[str, Any]
"""One Converse ContentBlock: `{"text": …}`, `{"toolUse": …}`, `{"reasoningContent": …}`."""

Split: TypeAlias = Callable[[str], Iterable[str]]
"""Cuts the text of a block, or a tool's input as JSON, into the deltas of a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens of one exchange."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    """Those of them that are kept for an hour and not for five minutes."""
    cache_points: bool = False
    """True when the request holds a cachePoint; some models count cache tokens only then."""
    stated_total: int | None = None
    """`totalTokens` where it is given and not counted."""

    @property
    def total_tokens(self) -> int:
        """All four counters together [recorded: 2752 read + 433 in + 16 out = 3201]."""
        if self.stated_total is not None:
            return self.stated_total
        return self.input_tokens + self.output_tokens + self.cache_read_tokens + self.cache_write_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One assistant turn, the same whether it is streamed or not."""

    blocks: tuple[Block, ...]
    stop_reason: str
    usage: Usage
    additional_fields: Mapping[str, Any] | None = None
    """Members of the model's own answer that no other member here tells, as `stop_sequence`; a request asks for
    them by `additionalModelResponseFieldPaths`."""
    chunks: tuple[Split | None, ...] = ()
    """How each block is cut; None, and a block without an entry, is cut as the family does."""
    latency_ms: int | None = None
    """`metrics.latencyMs`, where it is given and not estimated."""
