"""What differs from one model family to the next in the answers of Converse and ConverseStream."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from bedrock_emulator.reply import chunks
from bedrock_emulator.reply.reply import Split

FamilyName = Literal["claude", "nova", "titan", "llama", "mistral", "cohere", "kimi", "gpt-oss", "other"]
CacheCounters = Literal["always", "read-only", "requested", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How the models of one family speak."""

    name: FamilyName
    split_text: Split = chunks.by_token
    split_tool_input: Split = chunks.whole
    tool_use_type: str | None = None
    """`type` in a toolUse block, where the family has one."""
    numbered_tool_ids: bool = False
    """`functions.<name>:0` in place of `tooluse_…` [recorded, Kimi K2]."""
    cache_counters: CacheCounters = "never"
    """When an answer that is not streamed counts cache tokens; a stream does when a cachePoint is sent."""
    server_tool_usage: bool = True
    """The empty `serverToolUsage` in usage [recorded since mid 2025]."""
    signs_reasoning: bool = False
    always_reasons: bool = False
    speaker: str | None = None
    """What the model puts before its words, see speaker.py."""
    empty_text_first: bool = False
    """A block with one empty text delta opens the stream [recorded, gpt-oss]."""


_CLAUDE = Family(
    name="claude",
    split_text=chunks.by_words,
    split_tool_input=chunks.fragments,
    cache_counters="always",  # [recorded: 3.7, Sonnet 4, 4.5, 4.6]
    signs_reasoning=True,
)
_NOVA = Family(name="nova", split_text=chunks.by_word, cache_counters="requested")  # [recorded]
_TITAN = Family(
    name="titan", split_text=chunks.whole, server_tool_usage=False, speaker="Bot:"
)  # [recorded Aug 2025]

_BY_PART: tuple[tuple[str, Family], ...] = (
    ("amazon.nova", _NOVA),
    ("amazon.titan", _TITAN),
    ("meta.llama", Family(name="llama")),
    ("kimi-k2-thinking", Family(name="kimi", numbered_tool_ids=True, always_reasons=True)),
    ("kimi", Family(name="kimi", numbered_tool_ids=True)),
    ("gpt-oss", Family(name="gpt-oss", always_reasons=True, empty_text_first=True)),
    ("deepseek.r1", Family(name="other", always_reasons=True)),
    ("minimax.", Family(name="other", always_reasons=True)),
    ("mistral.", Family(name="mistral")),
    ("cohere.", Family(name="cohere")),
)
_OTHER = Family(name="other")

_CLAUDE_NEW = re.compile(r"claude-(opus|sonnet|haiku|fable|mythos)-(\d+)(?:[-.](\d{1,2})(?!\d))?")
_CLAUDE_OLD = re.compile(r"claude-(\d)(?:[-.](\d))?-(opus|sonnet|haiku)")


@dataclass(frozen=True, slots=True)
class ClaudeVersion:
    """Which Claude a model id names: `ClaudeVersion("sonnet", (4, 5))`."""

    line: str
    number: tuple[int, int]


@lru_cache(maxsize=1024)
def claude_version(model_id: str) -> ClaudeVersion | None:
    """The line and version of a Claude model; None for other models and for the ids before Claude 3."""
    if match := _CLAUDE_NEW.search(model_id):
        return ClaudeVersion(match[1], (int(match[2]), int(match[3] or 0)))
    if match := _CLAUDE_OLD.search(model_id):
        return ClaudeVersion(match[3], (int(match[1]), int(match[2] or 0)))
    return None


@lru_cache(maxsize=1024)
def family_of(model_id: str) -> Family:
    """The family of a model id, an inference profile id or an ARN that ends in one of them."""
    if "claude" in model_id:
        return _claude_family(claude_version(model_id))
    for part, family in _BY_PART:
        if part in model_id:
            return family
    return _OTHER


def _claude_family(version: ClaudeVersion | None) -> Family:
    if version is None:  # v2 and Instant count three tokens only [recorded]
        return replace(_CLAUDE, cache_counters="never", signs_reasoning=False)
    family = _CLAUDE
    if version.number >= (4, 5):  # absent in 3, 3.7 and Sonnet 4 [recorded]
        family = replace(family, tool_use_type="tool_use")
    if version.number >= (5, 0) and version.line == "sonnet":  # [recorded]
        family = replace(family, cache_counters="read-only")
    return family
