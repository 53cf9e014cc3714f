"""Reasoning: what a request asks of it, in the words of any family, and the blocks that a synthetic answer gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bedrock_emulator.call import Params
from bedrock_emulator.reply import prompt
from bedrock_emulator.reply.family import claude_version, family_of
from bedrock_emulator.reply.reply import Block
from bedrock_emulator.reply.signatures import sign
from bedrock_emulator.reply.tokens import estimate_tokens

REASONING = "This is synthetic reasoning. No model thought about the request; the answer follows."
REDACTING = (
    "ANTHROPIC_MAGIC_STRING_TRIGGER_REDACTED_THINKING_"
    "46C9A13E193C177646C7398A98432ECCCE4C1253D5E2D82641AC0E52CC2876CB"
)
"""A text on which Claude redacts its reasoning [recorded], for the tests of its callers."""
_SETTINGS = ("thinking", "reasoning_config", "reasoningConfig")
"""Claude's own word, and those that AWS documents for it [docs]."""
_OMITTED_SINCE = (4, 7)
"""The Claude versions whose adaptive reasoning has no text unless `display` asks for it [docs, reported by users]."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """Claude's reasoning as a request sets it."""

    kind: Literal["enabled", "adaptive"]
    budget: Any = None
    """As the request has it, unread."""
    display: str | None = None


def thinking_of(params: Params) -> Thinking | None:
    """What the request says of Claude's reasoning; None where it leaves it off."""
    extra = params.get("additionalModelRequestFields")
    settings = (extra.get(name) for name in _SETTINGS) if isinstance(extra, Mapping) else ()
    for setting in settings:
        kind = setting.get("type") if isinstance(setting, Mapping) else None
        if isinstance(setting, Mapping) and (kind == "enabled" or kind == "adaptive"):
            return Thinking(kind, setting.get("budget_tokens"), setting.get("display"))
    return None


def reasoning_of(params: Params, model_id: str, max_tokens: int) -> tuple[tuple[Block, ...], int]:
    """The reasoning blocks of a synthetic answer and their tokens; none where they leave no room for an answer."""
    family = family_of(model_id)
    if not (family.always_reasons or prompt.asks_for_reasoning(params)):
        return (), 0
    spent = estimate_tokens(REASONING)
    if spent >= max_tokens:
        return (), 0
    if not family.signs_reasoning:
        return ({"reasoningContent": {"reasoningText": {"text": REASONING}}},), spent
    if REDACTING in prompt.last_user_text(params["messages"]):
        return ({"reasoningContent": {"redactedContent": sign("", params).encode()}},), spent
    text = "" if _is_omitted(params, model_id) else REASONING
    signed = {"text": text, "signature": sign(text, params)}
    return ({"reasoningContent": {"reasoningText": signed}},), spent


def _is_omitted(params: Params, model_id: str) -> bool:
    """Whether only the signature is told; the tokens are counted all the same [docs]."""
    thinking, version = thinking_of(params), claude_version(model_id)
    if thinking is None or thinking.kind != "adaptive":
        return thinking is not None and thinking.display == "omitted"
    if thinking.display is not None:
        return thinking.display == "omitted"
    return version is not None and version.number >= _OMITTED_SINCE
