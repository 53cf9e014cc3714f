"""Which models refuse what: one row per rule, with its words and its evidence. The first row that applies answers.

Rows of Bedrock itself come before it reads a conversation; rows of a model are its own words, which InvokeModel
passes on as they are and Converse introduces. What no row names is accepted.
"""

from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.operations.runtime import breaches
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.operations.runtime.refusals import (
    Refusal,
    check_rows,
    claude,
    either,
    every_model,
    families,
    neither,
    with_ids,
)

MODEL_ERRORS = "The model returned the following errors: "
"""What Converse puts before a refusal that the model itself wrote [recorded]."""

_THINKING_PAGE = (
    "Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
)
_CONSIDERATIONS = f"{_THINKING_PAGE}#important-considerations-when-using-extended-thinking"

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

EVERYWHERE: tuple[Refusal, ...] = (
    Refusal(
        models=lambda demand: not demand.model.streaming,
        when=lambda demand: demand.streaming,
        text="The model is unsupported for streaming.",
        evidence="reported by users",
    ),
    Refusal(
        models=lambda demand: not (demand.through_profile and with_ids(*_FAST)(demand)),
        when=breaches.wants_optimized,
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
        models=with_ids(*_NO_TOOLS),
        when=lambda demand: bool(demand.params.get("toolConfig")),
        text="This model doesn't support tool use.",
        evidence="reported by users: DeepSeek R1; the other models [docs]",
    ),
    Refusal(
        models=with_ids("meta.llama"),
        when=lambda demand: demand.streaming and bool(demand.params.get("toolConfig")),
        text="This model doesn't support tool use in streaming mode.",
        evidence="reported by users: Llama 4 Maverick; Llama 3 [docs]",
    ),
    Refusal(
        models=with_ids("meta.llama"),
        when=lambda demand: demand.tool_choice == "any",
        text=_without_field("toolConfig", "toolChoice", "any"),
        evidence="reported by users: Llama 3.1 70B, Llama 4 Maverick",
    ),
    Refusal(
        models=with_ids("meta.llama", "mistral.mistral-large-2402"),
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
        models=every_model,
        when=breaches.too_many_tokens,
        text=(
            "The maximum tokens you requested exceeds the model limit of {limit}. "
            "Try again with a maximum tokens value that is lower than {limit}."
        ),
        evidence="reported by users",
    ),
    Refusal(
        models=with_ids(*_NO_STOP),  # the reports about Mistral and Llama conflict, so both are accepted
        when=breaches.has_field("inferenceConfig", "stopSequences"),
        text=_without_field("inferenceConfig", "stopSequences"),
        evidence="reported by users; an empty list too",
    ),
    Refusal(
        models=with_ids("xai.grok"),
        when=breaches.has_field("inferenceConfig", "temperature"),
        text=_without_field("inferenceConfig", "temperature"),
        evidence="reported by users",
    ),
    Refusal(
        models=neither(families("claude", "nova")),
        when=breaches.signed_reasoning,
        text=_without_field("reasoningContent", "reasoningText", "signature"),
        evidence="reported by users: gpt-oss, Qwen, MiniMax, Kimi",
    ),
    Refusal(
        models=families("claude"),
        when=breaches.cache_point_after_reasoning,
        text=(
            "Cache point cannot be inserted after reasoning block. "
            "Please remove the invalid cache point and try again."
        ),
        evidence="reported by users: Sonnet 4.6, Opus 4.7",
    ),
)
"""In Converse."""

MODEL: tuple[Refusal, ...] = (
    Refusal(
        models=claude(since=(4, 6)),
        when=breaches.prefilled,
        text=(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        ),
        evidence="reported by users; others, as Nova 2 Lite, accept it [recorded]",
    ),
    Refusal(
        models=claude(before=(4, 8)),
        when=lambda demand: any(message["role"] == "system" for message in demand.messages),
        text=(
            'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, '
            'not "system" as an input message role.'
        ),
        evidence="reported by users; Opus 4.8 takes it [recorded]",
    ),
    Refusal(
        models=claude(since=(4, 7)),
        when=breaches.any_sampling,
        text="`{name}` is deprecated for this model.",
        evidence="reported by users: Opus 4.7 and 4.8, Opus 5, Sonnet 5, Fable 5",
    ),
    Refusal(
        models=either(claude((4, 5), (4, 6)), claude((4, 1), lines=("opus",))),
        when=lambda demand: {"temperature", "top_p"} <= demand.sampling.keys(),
        text=("`temperature` and `top_p` cannot both be specified for this model. Please use only one."),
        evidence="reported by users: Opus 4.1, every 4.5 and 4.6",
    ),
    Refusal(
        models=claude(since=(4, 7)),
        when=breaches.thinks("enabled"),
        text=(
            '"thinking.type.enabled" is not supported for this model. '
            'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
        ),
        evidence="reported by users: Opus 4.7, 4.8 and 5, Sonnet 5; Fable 5 [guess]",
    ),
    Refusal(
        models=claude(before=(4, 6)),
        when=breaches.thinks("adaptive"),
        text="adaptive thinking is not supported on this model",
        evidence="reported by users of Claude's own API: Haiku 4.5",
    ),
    Refusal(
        models=either(claude(before=(4, 5)), claude((4, 5), lines=("sonnet", "haiku"))),
        when=lambda demand: demand.effort is not None,
        text="This model does not support the effort parameter.",
        evidence="reported by users of Claude's own API: Sonnet 4.5 and Haiku 4.5",
    ),
    Refusal(
        models=claude(before=(3, 7)),
        when=breaches.thinks("enabled"),
        text="thinking: Extra inputs are not permitted",
        evidence="guess, in the words for unknown members",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(breaches.no_budget, "enabled"),
        text="thinking.enabled.budget_tokens: Field required",
        evidence="guess, in the words for missing members",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(breaches.small_budget, "enabled"),
        text="thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        evidence="reported by users",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(breaches.budget_without_room, "enabled"),
        text="`max_tokens` must be greater than `thinking.budget_tokens`.",
        evidence="reported by users",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(lambda demand: demand.sampling.get("temperature", 1) != 1, "enabled"),
        text="`temperature` may only be set to 1 when thinking is enabled",
        evidence="reported by users",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(lambda demand: demand.sampling.get("temperature", 1) != 1, "adaptive"),
        text=f"`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. {_CONSIDERATIONS}",
        evidence="guess, after the words for top_p",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(breaches.low_top_p, "enabled", "adaptive"),
        text=(
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode. "
            f"{_CONSIDERATIONS}"
        ),
        evidence="reported by users: Opus 4.6 and Sonnet 4.6",
    ),
    Refusal(
        models=claude(),
        when=breaches.thinks_and(lambda demand: "top_k" in demand.sampling, "enabled"),
        text=f"`top_k` must be unset when thinking is enabled. {_CONSIDERATIONS}",
        evidence="reported by users of Claude's own API: Opus 4.1",
    ),
    Refusal(
        models=claude(),
        # With adaptive thinking the reports conflict, so it is accepted.
        when=breaches.thinks_and(lambda demand: demand.tool_choice in ("any", "tool"), "enabled"),
        text="Thinking may not be enabled when tool_choice forces tool use.",
        evidence="reported by users: Sonnet 4 and 4.5, Haiku 4.5, Opus 4.5 and 4.6",
    ),
    Refusal(
        models=claude(),
        when=lambda demand: breaches.thinks("enabled")(demand) and breaches.unthought_tool_use(demand),
        text=(
            "messages.{at}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When "
            "`thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the "
            "lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from "
            f"previous turns. To avoid this requirement, disable `thinking`. {_THINKING_PAGE}"
        ),
        evidence="reported by users: Sonnet 4.5, Opus 4.5",
    ),
    Refusal(
        models=families("claude"),
        when=breaches.too_many_cache_points,
        text="A maximum of 4 blocks with cache_control may be provided. Found {count}.",
        evidence="reported by users of Claude's own API",
    ),
    Refusal(
        models=families("claude"),
        when=breaches.long_after_short,
        text=(
            "{place}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control "
            "block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
        ),
        evidence="reported by users: Sonnet 4.5",
    ),
    Refusal(
        models=families("claude"),
        when=breaches.too_many_media,
        text="too many images and documents: {images} + {documents} > {limit}",
        evidence="reported by users; 20 until 2025",
    ),
    Refusal(
        models=families("claude"),
        when=breaches.surely_too_long,
        text="prompt is too long: {counted} tokens > {window} maximum",
        evidence="reported by users",
    ),
    Refusal(
        models=families("nova"),
        when=breaches.surely_too_long,
        text=(
            "Input Tokens Exceeded: Number of input tokens exceeds maximum length. "
            "Please update the input to try again."
        ),
        evidence="recorded",
    ),
    Refusal(
        models=families("nova"),
        when=breaches.tool_cache_point,
        text=(
            "Malformed input request: #/toolConfig/tools/{at}: extraneous key [cachePoint] is not permitted, "
            "please reformat your input and try again."
        ),
        evidence="that it is refused [docs, reported by users]; the words are those for messages",
    ),
    Refusal(
        models=neither(families("claude", "nova")),
        when=breaches.surely_too_long,
        text="Input is too long for requested model.",
        evidence="reported by users",
        introduced=False,
    ),
    Refusal(
        models=with_ids("amazon.nova-micro", "amazon.nova-lite", "amazon.nova-pro", "amazon.nova-premier"),
        when=breaches.reasoning_config,
        text=(
            "Malformed input request: the provided reasoning config value is invalid, "
            "please reformat your input and try again."
        ),
        evidence="reported by users: Nova Pro",
    ),
    Refusal(
        models=with_ids("amazon.nova-2"),
        when=breaches.nova_high_effort,
        text=(
            "Malformed input request: #/inferenceConfig: {name} must not be set when maxReasoningEffort is high, "
            "please reformat your input and try again."
        ),
        evidence="that it is refused [docs, reported by users]; the words are a guess",
    ),
)
"""In the model's own words."""


def check_service(demand: Demand) -> None:
    """Raise what Bedrock itself refuses in Converse, whatever the conversation says."""
    check_rows((*SERVICE, *EVERYWHERE), demand)


def check_everywhere(demand: Demand) -> None:
    """Raise what Bedrock refuses of any operation."""
    check_rows(EVERYWHERE, demand)


def check_model(demand: Demand, *, introduction: str = MODEL_ERRORS) -> None:
    """Raise what the model itself refuses; InvokeModel has no introduction."""
    check_rows(MODEL, demand, introduction)


def unsupported_field(name: str) -> AwsError:
    """The one sentence for fields that a model does not have [recorded with s3Uri]."""
    return validation_error(_UNSUPPORTED_FIELD.replace("{field}", name))


def unsupported_block(kind: str) -> AwsError:
    """The one sentence for content that a model does not take [recorded with video]."""
    return validation_error(
        f"This model doesn't support the {kind} content block that you provided. "
        "Update the content block and try again."
    )
