"""What a model said, before it is put on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = Mapping[str, Any]
"""One Converse ContentBlock: `{"text": …}`, `{"toolUse": …}`, `{"reasoningContent": …}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens of one exchange."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_points: bool = False
    """True when the request holds a cachePoint; some models count cache tokens only then."""

    @property
    def total_tokens(self) -> int:
        """All four counters together [recorded: 2752 read + 433 in + 16 out = 3201]."""
        return self.input_tokens + self.output_tokens + self.cache_read_tokens + self.cache_write_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One assistant turn, the same whether it is streamed or not."""

    blocks: tuple[Block, ...]
    stop_reason: str
    usage: Usage
    additional_fields: Mapping[str, Any] | None = None
    """`additionalModelResponseFields`, when the request asked for some that exist."""
