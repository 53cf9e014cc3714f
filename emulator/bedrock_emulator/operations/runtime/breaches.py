"""What of a request a model may refuse: each answers whether it is there, or with what its refusal names."""

from collections.abc import Callable, Mapping
from typing import Any

from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.operations.runtime.refusals import Found
from bedrock_emulator.reply.caching import cache_points

_SURELY_TOO_LONG = 1.5
"""Estimates are coarse: a prompt is too long for certain with six bytes for each token of the window [guess]."""
_LONG_CONTEXT_BETA = "context-1m-"
_LONG_CONTEXT = 1_000_000
_LEAST_BUDGET = 1024
_LEAST_TOP_P = 0.95
_MOST_MEDIA = 100
_MOST_MEDIA_IN_LONG_CONTEXT = 600
_MOST_CACHE_POINTS = 4


def has_field(*path: str) -> Callable[[Demand], bool]:
    """An empty value counts too."""

    def found(demand: Demand) -> bool:
        value: Any = demand.params
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value is not None

    return found


def wants_optimized(demand: Demand) -> Found:
    wanted = (demand.params.get("performanceConfig") or {}).get("latency") == "optimized"
    return wanted and {"model": demand.model_id, "region": demand.region}


def signed_reasoning(demand: Demand) -> bool:
    return any(
        (block.get("reasoningContent") or {}).get("reasoningText", {}).get("signature") is not None
        for block in demand.blocks()
    )


def too_many_tokens(demand: Demand) -> Found:
    wanted, limit = demand.config.get("maxTokens"), demand.model.max_output_tokens
    return wanted is not None and limit is not None and wanted > limit and {"limit": limit}


def surely_too_long(demand: Demand) -> Found:
    window = demand.model.context_window
    if window is None or demand.counting:
        return False
    if any(beta.startswith(_LONG_CONTEXT_BETA) for beta in demand.betas):
        window = max(window, _LONG_CONTEXT)
    counted = demand.input_tokens
    return counted > window * _SURELY_TOO_LONG and {"counted": counted, "window": window}


def any_sampling(demand: Demand) -> Found:
    return bool(demand.sampling) and {"name": next(iter(demand.sampling), "")}


def thinks(*kinds: str) -> Callable[[Demand], bool]:
    return lambda demand: demand.thinking is not None and demand.thinking.kind in kinds


def thinks_and(condition: Callable[[Demand], bool], *kinds: str) -> Callable[[Demand], bool]:
    return lambda demand: thinks(*kinds)(demand) and condition(demand)


def no_budget(demand: Demand) -> bool:
    return demand.thinking is not None and demand.thinking.budget is None


def small_budget(demand: Demand) -> bool:
    budget = demand.thinking.budget if demand.thinking else None
    return isinstance(budget, int) and budget < _LEAST_BUDGET


def budget_without_room(demand: Demand) -> bool:
    """Interleaved thinking may spend more than one answer holds [docs]."""
    budget = demand.thinking.budget if demand.thinking else None
    wanted = demand.config.get("maxTokens")
    interleaved = any(beta.startswith("interleaved-thinking-") for beta in demand.betas)
    return isinstance(budget, int) and wanted is not None and wanted <= budget and not interleaved


def low_top_p(demand: Demand) -> bool:
    top_p = demand.sampling.get("top_p")
    return isinstance(top_p, int | float) and top_p < _LEAST_TOP_P


def prefilled(demand: Demand) -> bool:
    return bool(demand.messages) and demand.messages[-1]["role"] == "assistant"


def unthought_tool_use(demand: Demand) -> Found:
    """The turn that called the tools must open with its reasoning, unless an earlier turn of the same loop does."""
    found: Found = False
    if not demand.messages or not any("toolResult" in block for block in demand.messages[-1]["content"]):
        return False
    for number in range(len(demand.messages) - 1, -1, -1):
        message = demand.messages[number]
        if message["role"] == "assistant" and message["content"]:
            first = next(iter(message["content"][0]))
            if first == "reasoningContent":
                return False
            found = found or {"at": number, "found": "tool_use" if first == "toolUse" else first}
        elif not any("toolResult" in block for block in message["content"]):
            break
    return found


def too_many_media(demand: Demand) -> Found:
    """One million tokens of context take 600, others a hundred [reported by users]."""
    long = (demand.model.context_window or _LONG_CONTEXT) >= _LONG_CONTEXT
    limit = _MOST_MEDIA_IN_LONG_CONTEXT if long else _MOST_MEDIA
    images, documents = demand.count("image"), demand.count("document")
    return images + documents > limit and {"images": images, "documents": documents, "limit": limit}


def too_many_cache_points(demand: Demand) -> Found:
    count = sum(1 for _ in cache_points(demand.params)) if demand.has_cache_point else 0
    return count > _MOST_CACHE_POINTS and {"count": count}


def tool_cache_point(demand: Demand) -> Found:
    at = next((at for at, tool in enumerate(demand.tools) if "cachePoint" in tool), None)
    return at is not None and {"at": at}


def cache_point_after_reasoning(demand: Demand) -> bool:
    return demand.has_cache_point and any(
        before is not None and "reasoningContent" in before for _, _, before in cache_points(demand.params)
    )


def long_after_short(demand: Demand) -> Found:
    if not demand.has_cache_point:
        return False
    short = False
    for place, point, _ in cache_points(demand.params):
        if short and point.get("ttl") == "1h":
            return {"place": place}
        short = short or point.get("ttl") != "1h"
    return False


def nova_high_effort(demand: Demand) -> Found:
    """With the first parameter that must then be left out."""
    setting = demand.extra.get("reasoningConfig")
    high = isinstance(setting, Mapping) and setting.get("maxReasoningEffort") == "high"
    named = next((name for name in ("maxTokens", "temperature", "topP") if name in demand.config), None)
    return high and named is not None and {"name": named}


def reasoning_config(demand: Demand) -> bool:
    setting = demand.extra.get("reasoningConfig")
    return isinstance(setting, Mapping) and setting.get("type") == "enabled"
