"""Which models refuse what: one row per rule, with its words and its evidence. The first row that applies answers.

Rows of Bedrock itself come before it reads a conversation; rows of a model are its own words, which InvokeModel
passes on as they are and Converse introduces. What no row names is accepted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.reply.caching import cache_points
from bedrock_emulator.reply.family import FamilyName

MODEL_ERRORS = "The model returned the following errors: "
"""What Converse puts before a refusal that the model itself wrote [recorded]."""

Found: TypeAlias = bool | Mapping[str, Any]
"""Whether a rule applies; a mapping applies and fills the places of its text."""

_THINKING_PAGE = (
    "Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
)
_CONSIDERATIONS = f"{_THINKING_PAGE}#important-considerations-when-using-extended-thinking"

_SURELY_TOO_LONG = 1.5
"""Estimates are coarse: a prompt is too long for certain with six bytes for each token of the window [guess]."""
_LONG_CONTEXT_BETA = "context-1m-"
_LONG_CONTEXT = 1_000_000
_LEAST_BUDGET = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One row."""

    models: Callable[[Demand], bool]
    when: Callable[[Demand], Found]
    text: str
    evidence: str
    error: str = "ValidationException"
    status: int = 400

    def of(self, demand: Demand) -> str | None:
        """The words in which a request is refused; None when it is not."""
        found = self.models(demand) and self.when(demand)
        return self.text.format_map(found if isinstance(found, Mapping) else {}) if found is not False else None


def check_service(demand: Demand) -> None:
    """Raise what Bedrock itself refuses in Converse, whatever the conversation says."""
    _check((*STREAMING, *SERVICE), demand)


def check_streaming(demand: Demand) -> None:
    """Raise what Bedrock refuses of any operation."""
    _check(STREAMING, demand)


def check_model(demand: Demand, *, introduction: str = MODEL_ERRORS) -> None:
    """Raise what the model itself refuses; InvokeModel has no introduction."""
    _check(MODEL, demand, introduction)


def _check(rows: "tuple[Refusal, ...]", demand: Demand, introduction: str = "") -> None:
    for row in rows:
        text = row.of(demand)
        if text is not None:
            raise AwsError(row.error, introduction + text, status=row.status)


def unsupported_field(name: str) -> AwsError:
    """The one sentence for fields that a model does not have [recorded with s3Uri]."""
    return validation_error(_UNSUPPORTED_FIELD.replace("{field}", name))


def unsupported_block(kind: str) -> AwsError:
    """The one sentence for content that a model does not take [recorded with video]."""
    return validation_error(
        f"This model doesn't support the {kind} content block that you provided. "
        "Update the content block and try again."
    )


# Which models a row is about ---------------------------------------------------------------------------------------


def _any(_: Demand) -> bool:
    return True


def _ids(*parts: str) -> Callable[[Demand], bool]:
    return lambda demand: any(part in demand.model_id for part in parts)


def _families(*names: FamilyName) -> Callable[[Demand], bool]:
    return lambda demand: demand.family in names


def _claude(
    *numbers: tuple[int, int],
    since: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
    lines: tuple[str, ...] = (),
) -> Callable[[Demand], bool]:
    """Claude 3 and later: of these versions, or from one on, or up to one, and of these lines where some are named."""

    def matches(demand: Demand) -> bool:
        version = demand.claude
        if version is None or (lines and version.line not in lines):
            return False
        if numbers:
            return version.number in numbers
        return (since is None or version.number >= since) and (before is None or version.number < before)

    return matches


def _either(*choices: Callable[[Demand], bool]) -> Callable[[Demand], bool]:
    return lambda demand: any(choice(demand) for choice in choices)


def _without(*choices: Callable[[Demand], bool]) -> Callable[[Demand], bool]:
    return lambda demand: not any(choice(demand) for choice in choices)


# What a row is about -----------------------------------------------------------------------------------------------


def _has_field(*path: str) -> Callable[[Demand], bool]:
    """An empty value counts too."""

    def found(demand: Demand) -> bool:
        value: Any = demand.params
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value is not None

    return found


def _wants_optimized(demand: Demand) -> Found:
    wanted = (demand.params.get("performanceConfig") or {}).get("latency") == "optimized"
    return wanted and {"model": demand.model_id, "region": demand.region}


def _signed_reasoning(demand: Demand) -> bool:
    return any(
        (block.get("reasoningContent") or {}).get("reasoningText", {}).get("signature") is not None
        for block in demand.blocks()
    )


def _too_many_tokens(demand: Demand) -> Found:
    wanted, limit = demand.config.get("maxTokens"), demand.model.max_output_tokens
    return wanted is not None and limit is not None and wanted > limit and {"limit": limit}


def _surely_too_long(demand: Demand) -> Found:
    window = demand.model.context_window
    if window is None:
        return False
    if any(beta.startswith(_LONG_CONTEXT_BETA) for beta in demand.betas):
        window = max(window, _LONG_CONTEXT)
    counted = demand.input_tokens
    return counted > window * _SURELY_TOO_LONG and {"counted": counted, "window": window}


def _any_sampling(demand: Demand) -> Found:
    return bool(demand.sampling) and {"name": next(iter(demand.sampling), "")}


def _thinks(*kinds: str) -> Callable[[Demand], bool]:
    return lambda demand: demand.thinking is not None and demand.thinking.kind in kinds


def _thinks_and(condition: Callable[[Demand], bool], *kinds: str) -> Callable[[Demand], bool]:
    return lambda demand: _thinks(*kinds)(demand) and condition(demand)


def _no_budget(demand: Demand) -> bool:
    return demand.thinking is not None and demand.thinking.budget is None


def _small_budget(demand: Demand) -> bool:
    budget = demand.thinking.budget if demand.thinking else None
    return isinstance(budget, int) and budget < _LEAST_BUDGET


def _budget_without_room(demand: Demand) -> bool:
    """Interleaved thinking may spend more than one answer holds [docs]."""
    budget = demand.thinking.budget if demand.thinking else None
    wanted = demand.config.get("maxTokens")
    interleaved = any(beta.startswith("interleaved-thinking-") for beta in demand.betas)
    return isinstance(budget, int) and wanted is not None and wanted <= budget and not interleaved


def _prefilled(demand: Demand) -> bool:
    return bool(demand.messages) and demand.messages[-1]["role"] == "assistant"


def _unthought_tool_use(demand: Demand) -> Found:
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


def _too_many_media(demand: Demand) -> Found:
    """One million tokens of context take 600, others a hundred [reported by users]."""
    limit = 600 if (demand.model.context_window or _LONG_CONTEXT) >= _LONG_CONTEXT else 100
    images, documents = demand.count("image"), demand.count("document")
    return images + documents > limit and {"images": images, "documents": documents, "limit": limit}


def _too_many_cache_points(demand: Demand) -> Found:
    count = sum(1 for _ in cache_points(demand.params)) if demand.has_cache_point else 0
    return count > 4 and {"count": count}


def _cache_point_after_reasoning(demand: Demand) -> bool:
    return demand.has_cache_point and any(
        before is not None and "reasoningContent" in before for _, _, before in cache_points(demand.params)
    )


def _long_after_short(demand: Demand) -> Found:
    if not demand.has_cache_point:
        return False
    short = False
    for place, point, _ in cache_points(demand.params):
        if short and point.get("ttl") == "1h":
            return {"place": place}
        short = short or point.get("ttl") != "1h"
    return False


def _nova_high_effort(demand: Demand) -> Found:
    setting = demand.extra.get("reasoningConfig")
    high = isinstance(setting, Mapping) and setting.get("maxReasoningEffort") == "high"
    named = next((name for name in ("maxTokens", "temperature", "topP") if name in demand.config), None)
    return high and named is not None and {"name": named}


def _reasoning_config(demand: Demand) -> bool:
    setting = demand.extra.get("reasoningConfig")
    return isinstance(setting, Mapping) and setting.get("type") == "enabled"


# The tables --------------------------------------------------------------------------------------------------------

_UNSUPPORTED_FIELD = "This model doesn't support the {field} field. Remove {field} and try again."


def _without_field(*path: str) -> str:
    return _UNSUPPORTED_FIELD.replace("{field}", path[-1] if len(path) == 2 else ".".join(path))


_NO_TOOLS = (
    "amazon.titan-t",
    "anthropic.claude-v2",
    "anthropic.claude-instant",
    "ai21.j2",
    "cohere.command-text",
    "cohere.command-light",
    "deepseek.r1",
    "meta.llama2",
    "meta.llama3-8b",
    "meta.llama3-70b",
    "meta.llama3-2-1b",
    "meta.llama3-2-3b",
    "mistral.mistral-7b",
    "mistral.mixtral",
)
_FAST = ("amazon.nova-pro", "anthropic.claude-3-5-haiku", "meta.llama3-1-70b", "meta.llama3-1-405b")
_NO_STOP = (
    "openai.gpt-oss",
    "openai.gpt-5.6",
    "qwen.qwen3-32b",
    "qwen.qwen3-235b",
    "qwen.qwen3-coder-480b",
    "deepseek.",
)

STREAMING: tuple[Refusal, ...] = (
    Refusal(
        models=lambda demand: not demand.model.streaming,
        when=lambda demand: demand.streaming,
        text="The model is unsupported for streaming.",
        evidence="reported by users",
    ),
    Refusal(
        models=lambda demand: not (demand.through_profile and _ids(*_FAST)(demand)),
        when=_wants_optimized,
        text="Latency performance configuration is not supported for {model} in {region}",
        evidence="reported by users: Titan embeddings, Gemma 3, Opus 4.6, Nova Pro by its own id; models [docs]",
    ),
)
"""In every operation."""

SERVICE: tuple[Refusal, ...] = (
    Refusal(
        models=lambda demand: "TEXT" not in demand.model.output_modalities,
        when=lambda _: True,
        text=(
            "This action doesn't support the model that you provided. "
            "Try again with a supported text or chat model."
        ),
        evidence="reported by users: embedding models",
    ),
    Refusal(
        models=_ids(*_NO_TOOLS),
        when=lambda demand: bool(demand.params.get("toolConfig")),
        text="This model doesn't support tool use.",
        evidence="reported by users: DeepSeek R1; the other models [docs]",
    ),
    Refusal(
        models=_ids("meta.llama"),
        when=lambda demand: demand.streaming and bool(demand.params.get("toolConfig")),
        text="This model doesn't support tool use in streaming mode.",
        evidence="reported by users: Llama 4 Maverick; Llama 3 [docs]",
    ),
    Refusal(
        models=_ids("meta.llama"),
        when=lambda demand: demand.tool_choice == "any",
        text=_without_field("toolConfig", "toolChoice", "any"),
        evidence="reported by users: Llama 3.1 70B, Llama 4 Maverick",
    ),
    Refusal(
        models=_ids("meta.llama", "mistral.mistral-large-2402"),
        when=lambda demand: demand.tool_choice == "tool",
        text=_without_field("toolConfig", "toolChoice", "tool"),
        evidence="reported by users: Llama 4 Maverick, Mistral Large 2402",
    ),
    Refusal(
        models=lambda demand: demand.model.system_role is False,
        when=lambda demand: bool(demand.params.get("system")),  # an empty list is accepted [recorded]
        text=(
            "This model doesn't support system messages. Try again without a system message "
            "or use a model that supports system messages."
        ),
        evidence="reported by users",
    ),
    Refusal(
        models=lambda demand: demand.model.prompt_caching is False,
        when=lambda demand: demand.has_cache_point,
        text=(
            "You invoked an unsupported model or your request did not allow prompt caching. "
            "See the documentation for more information."
        ),
        evidence="reported by users",
        error="AccessDeniedException",
        status=403,
    ),
    Refusal(
        models=_any,
        when=_too_many_tokens,
        text=(
            "The maximum tokens you requested exceeds the model limit of {limit}. "
            "Try again with a maximum tokens value that is lower than {limit}."
        ),
        evidence="reported by users",
    ),
    Refusal(
        models=_ids(*_NO_STOP),  # the reports about Mistral and Llama conflict, so both are accepted
        when=_has_field("inferenceConfig", "stopSequences"),
        text=_without_field("inferenceConfig", "stopSequences"),
        evidence="reported by users; an empty list too",
    ),
    Refusal(
        models=_ids("xai.grok"),
        when=_has_field("inferenceConfig", "temperature"),
        text=_without_field("inferenceConfig", "temperature"),
        evidence="reported by users",
    ),
    Refusal(
        models=_without(_families("claude", "nova")),
        when=_signed_reasoning,
        text=_without_field("reasoningContent", "reasoningText", "signature"),
        evidence="reported by users: gpt-oss, Qwen, MiniMax, Kimi",
    ),
)
"""In Converse."""

MODEL: tuple[Refusal, ...] = (
    Refusal(
        models=_claude(since=(4, 6)),
        when=_prefilled,
        text=(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        ),
        evidence="reported by users; others, as Nova 2 Lite, accept it [recorded]",
    ),
    Refusal(
        models=_claude(since=(4, 7)),
        when=_any_sampling,
        text="`{name}` is deprecated for this model.",
        evidence="reported by users: Opus 4.7 and 4.8, Opus 5, Sonnet 5, Fable 5",
    ),
    Refusal(
        models=_either(_claude((4, 5), (4, 6)), _claude((4, 1), lines=("opus",))),
        when=lambda demand: {"temperature", "top_p"} <= demand.sampling.keys(),
        text=(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        ),
        evidence="reported by users: Opus 4.1, every 4.5 and 4.6",
    ),
    Refusal(
        models=_claude(since=(4, 7)),
        when=_thinks("enabled"),
        text=(
            '"thinking.type.enabled" is not supported for this model. '
            'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
        ),
        evidence="reported by users: Opus 4.7, 4.8 and 5, Sonnet 5; Fable 5 [guess]",
    ),
    Refusal(
        models=_claude(before=(4, 6)),
        when=_thinks("adaptive"),
        text="adaptive thinking is not supported on this model",
        evidence="reported by users of Claude's own API: Haiku 4.5",
    ),
    Refusal(
        models=_either(_claude(before=(4, 5)), _claude((4, 5), lines=("sonnet", "haiku"))),
        when=lambda demand: demand.effort is not None,
        text="This model does not support the effort parameter.",
        evidence="reported by users of Claude's own API: Sonnet 4.5 and Haiku 4.5",
    ),
    Refusal(
        models=_claude(before=(3, 7)),
        when=_thinks("enabled"),
        text="thinking: Extra inputs are not permitted",
        evidence="guess, in the words for unknown members",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(_no_budget, "enabled"),
        text="thinking.enabled.budget_tokens: Field required",
        evidence="guess, in the words for missing members",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(_small_budget, "enabled"),
        text="thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        evidence="reported by users",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(_budget_without_room, "enabled"),
        text="`max_tokens` must be greater than `thinking.budget_tokens`.",
        evidence="reported by users",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(lambda demand: demand.sampling.get("temperature", 1) != 1, "enabled"),
        text="`temperature` may only be set to 1 when thinking is enabled",
        evidence="reported by users",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(lambda demand: demand.sampling.get("temperature", 1) != 1, "adaptive"),
        text=f"`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. {_CONSIDERATIONS}",
        evidence="guess, after the words for top_p",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(lambda demand: demand.sampling.get("top_p", 1) < 0.95, "enabled", "adaptive"),
        text=(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode. "
            f"{_CONSIDERATIONS}"
        ),
        evidence="reported by users: Opus 4.6 and Sonnet 4.6",
    ),
    Refusal(
        models=_claude(),
        when=_thinks_and(lambda demand: "top_k" in demand.sampling, "enabled"),
        text=f"`top_k` must be unset when thinking is enabled. {_CONSIDERATIONS}",
        evidence="reported by users of Claude's own API: Opus 4.1",
    ),
    Refusal(
        models=_claude(),
        # With adaptive thinking the reports conflict, so it is accepted.
        when=_thinks_and(lambda demand: demand.tool_choice in ("any", "tool"), "enabled"),
        text="Thinking may not be enabled when tool_choice forces tool use.",
        evidence="reported by users: Sonnet 4 and 4.5, Haiku 4.5, Opus 4.5 and 4.6",
    ),
    Refusal(
        models=_claude(),
        when=lambda demand: _thinks("enabled")(demand) and _unthought_tool_use(demand),
        text=(
            "messages.{at}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When "
            "`thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the "
            "lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from "
            f"previous turns. To avoid this requirement, disable `thinking`. {_THINKING_PAGE}"
        ),
        evidence="reported by users: Sonnet 4.5, Opus 4.5",
    ),
    Refusal(
        models=_families("claude"),
        when=_too_many_cache_points,
        text="A maximum of 4 blocks with cache_control may be provided. Found {count}.",
        evidence="reported by users of Claude's own API",
    ),
    Refusal(
        models=_families("claude"),
        when=_long_after_short,
        text=(
            "{place}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
            "block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
        ),
        evidence="reported by users: Sonnet 4.5",
    ),
    Refusal(
        models=_families("claude"),
        when=_too_many_media,
        text="too many images and documents: {images} + {documents} > {limit}",
        evidence="reported by users; 20 until 2025",
    ),
    Refusal(
        models=_families("claude"),
        when=_surely_too_long,
        text="prompt is too long: {counted} tokens > {window} maximum",
        evidence="reported by users",
    ),
    Refusal(
        models=_families("nova"),
        when=_surely_too_long,
        text=(
            "Input Tokens Exceeded: Number of input tokens exceeds maximum length. "
            "Please update the input to try again."
        ),
        evidence="recorded",
    ),
    Refusal(
        models=_ids("amazon.nova-micro", "amazon.nova-lite", "amazon.nova-pro", "amazon.nova-premier"),
        when=_reasoning_config,
        text=(
            "Malformed input request: the provided reasoning config value is invalid, "
            "please reformat your input and try again."
        ),
        evidence="reported by users: Nova Pro",
    ),
    Refusal(
        models=_ids("amazon.nova-2"),
        when=_nova_high_effort,
        text=(
            "Malformed input request: #/inferenceConfig: {name} must not be set when maxReasoningEffort is high, "
            "please reformat your input and try again."
        ),
        evidence="that it is refused [docs, reported by users]; the words are a guess",
    ),
)
"""In the model's own words."""

TOO_LONG = Refusal(
    models=_without(_families("claude", "nova")),
    when=_surely_too_long,
    text="Input is too long for requested model.",
    evidence="reported by users",
)
"""Of the other families, without an introduction."""
