"""The table of what models refuse: every row refuses something, in its words, and nothing beside it."""

from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.capabilities import (
    EVERYWHERE,
    MODEL,
    MODEL_ERRORS,
    SERVICE,
    check_model,
    check_service,
)
from bedrock_emulator.operations.runtime.conversation_output import check_output
from bedrock_emulator.operations.runtime.demand import Demand
from tests.emulator.runtime.models import Model

SONNET_3_5 = "anthropic.claude-3-5-sonnet-20240620-v1:0"
SONNET_3_7 = "anthropic.claude-3-7-sonnet-20250219-v1:0"
SONNET_4_5 = "anthropic.claude-sonnet-4-5-20250929-v1:0"
HAIKU_4_5 = "anthropic.claude-haiku-4-5-20251001-v1:0"
OPUS_4_1 = "anthropic.claude-opus-4-1-20250805-v1:0"
OPUS_4_6 = "anthropic.claude-opus-4-6-v1"
OPUS_4_7 = "anthropic.claude-opus-4-7"
OPUS_4_8 = "anthropic.claude-opus-4-8"
NOVA_PRO = "amazon.nova-pro-v1:0"
NOVA_2 = "amazon.nova-2-lite-v1:0"
LLAMA = "meta.llama4-maverick-17b-instruct-v1:0"
GPT_OSS = "openai.gpt-oss-120b-1:0"

HI = {"role": "user", "content": [{"text": "hi"}]}
TOOLS = {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]}
CHOICES: dict[str, dict[str, Any]] = {"any": {"any": {}}, "tool": {"tool": {"name": "f"}}}
POINT = {"cachePoint": {"type": "default"}}
LONG_POINT = {"cachePoint": {"type": "default", "ttl": "1h"}}
HOUR_AFTER_MINUTES = {
    "system": [{"text": "a"}, POINT],
    "messages": [{**HI, "content": [{"text": "a"}, LONG_POINT]}],
}
TOOL_LOOP = [
    HI,
    {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}]},
    {"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [{"text": "1"}]}}]},
]
IMAGE = {"image": {"format": "png", "source": {"bytes": b""}}}
CONSIDERATIONS = (
    "Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
    "#important-considerations-when-using-extended-thinking"
)


def thinking(**more):
    return {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}, **more}}


def adaptive(**more):
    return {"additionalModelRequestFields": {"thinking": {"type": "adaptive"}, **more}}


def config(**members):
    return {"inferenceConfig": members}


def reasoning(signature):
    return {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": signature}}}


def refused(model, params, text, *, streaming=False, profile=True, name=None):
    model = model if isinstance(model, Model) else Model(model)
    demand = Demand(
        {"messages": [HI], **params}, model, streaming=streaming, region="eu-west-1", through_profile=profile
    )
    return pytest.param(demand, text, id=name or f"{model.model_id} {text[:40]}")


BY_SERVICE = [
    refused(Model(streaming=False), {}, "The model is unsupported for streaming.", streaming=True),
    *(
        refused(
            model,
            {"performanceConfig": {"latency": "optimized"}},
            f"Latency performance configuration is not supported for {model} in eu-west-1",
            profile=profile,
        )
        for model, profile in ((OPUS_4_6, True), (NOVA_PRO, False))
    ),
    refused(
        Model("amazon.titan-embed-text-v2:0", output_modalities=("EMBEDDING",)),
        {},
        "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
    ),
    refused("deepseek.r1-v1:0", {"toolConfig": TOOLS}, "This model doesn't support tool use."),
    refused(
        LLAMA, {"toolConfig": TOOLS}, "This model doesn't support tool use in streaming mode.", streaming=True
    ),
    *(
        refused(
            model,
            {"toolConfig": {**TOOLS, "toolChoice": CHOICES[kind]}},
            f"This model doesn't support the toolConfig.toolChoice.{kind} field. "
            f"Remove toolConfig.toolChoice.{kind} and try again.",
            name=f"{model} {kind}",
        )
        for model, kind in (
            (LLAMA, "any"),
            (LLAMA, "tool"),
            ("mistral.mistral-large-2402-v1:0", "tool"),
        )
    ),
    refused(
        Model(system_role=False),
        {"system": [{"text": "a"}]},
        "This model doesn't support system messages. Try again without a system message "
        "or use a model that supports system messages.",
    ),
    refused(
        Model(prompt_caching=False),
        {"system": [{"text": "a"}, POINT]},
        "You invoked an unsupported model or your request did not allow prompt caching. "
        "See the documentation for more information.",
    ),
    refused(
        Model(max_output_tokens=10_000),
        config(maxTokens=10_001),
        "The maximum tokens you requested exceeds the model limit of 10000. "
        "Try again with a maximum tokens value that is lower than 10000.",
    ),
    *(
        refused(
            model,
            config(stopSequences=[]),
            "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
        )
        for model in (GPT_OSS, "qwen.qwen3-32b-v1:0", "deepseek.v3-v1:0")
    ),
    refused(
        "xai.grok-4.3",
        config(temperature=0.5),
        "This model doesn't support the temperature field. Remove temperature and try again.",
    ),
    refused(
        GPT_OSS,
        {"messages": [HI, {"role": "assistant", "content": [reasoning("s"), {"text": "a"}]}, HI]},
        "This model doesn't support the reasoningContent.reasoningText.signature field. "
        "Remove reasoningContent.reasoningText.signature and try again.",
    ),
    refused(
        OPUS_4_6,
        {"messages": [HI, {"role": "assistant", "content": [reasoning("s"), POINT]}, HI]},
        "Cache point cannot be inserted after reasoning block. "
        "Please remove the invalid cache point and try again.",
    ),
]
BY_MODEL = [
    *(
        refused(
            model,
            {"messages": [HI, {"role": "assistant", "content": [{"text": "a"}]}]},
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        )
        for model in (OPUS_4_6, "anthropic.claude-opus-5")
    ),
    refused(
        SONNET_4_5,
        {"messages": [HI, {"role": "system", "content": [{"text": "a"}]}, HI]},
        'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, '
        'not "system" as an input message role.',
    ),
    *(
        refused(model, params, f"`{name}` is deprecated for this model.", name=f"{model} {name}")
        for model in (OPUS_4_7, "anthropic.claude-sonnet-5", "anthropic.claude-fable-5")
        for name, params in (
            ("temperature", config(temperature=1.0)),
            ("top_p", config(topP=0.5)),
            ("top_k", {"additionalModelRequestFields": {"top_k": 20}}),
        )
    ),
    *(
        refused(
            model,
            config(temperature=0.5, topP=0.5),
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        )
        for model in (SONNET_4_5, OPUS_4_1, OPUS_4_6)
    ),
    *(
        refused(
            model,
            thinking(),
            '"thinking.type.enabled" is not supported for this model. '
            'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
        )
        for model in (OPUS_4_7, "anthropic.claude-sonnet-5")
    ),
    refused(HAIKU_4_5, adaptive(), "adaptive thinking is not supported on this model"),
    *(
        refused(
            HAIKU_4_5, params, "This model does not support the effort parameter.", name=f"effort {number}"
        )
        for number, params in enumerate(
            (
                {"outputConfig": {"effort": "low"}},
                {"additionalModelRequestFields": {"output_config": {"effort": "low"}}},
            )
        )
    ),
    refused(SONNET_3_5, thinking(), "thinking: Extra inputs are not permitted"),
    refused(
        SONNET_4_5,
        {"additionalModelRequestFields": {"thinking": {"type": "enabled"}}},
        "thinking.enabled.budget_tokens: Field required",
    ),
    refused(
        SONNET_4_5,
        {"additionalModelRequestFields": {"reasoning_config": {"type": "enabled", "budget_tokens": 1023}}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    refused(
        SONNET_4_5,
        {**thinking(), **config(maxTokens=1024)},
        "`max_tokens` must be greater than `thinking.budget_tokens`.",
    ),
    refused(
        SONNET_4_5,
        {**thinking(), **config(temperature=0.5)},
        "`temperature` may only be set to 1 when thinking is enabled",
    ),
    refused(
        OPUS_4_6,
        {**adaptive(), **config(temperature=0.5)},
        f"`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. {CONSIDERATIONS}",
    ),
    *(
        refused(
            model,
            {**params, **config(topP=0.9)},
            "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode. "
            + CONSIDERATIONS,
        )
        for model, params in ((SONNET_4_5, thinking()), (OPUS_4_6, adaptive()))
    ),
    refused(OPUS_4_1, thinking(top_k=5), f"`top_k` must be unset when thinking is enabled. {CONSIDERATIONS}"),
    *(
        refused(
            SONNET_4_5,
            {**thinking(), "toolConfig": {**TOOLS, "toolChoice": CHOICES[kind]}},
            "Thinking may not be enabled when tool_choice forces tool use.",
            name=f"forced {kind}",
        )
        for kind in ("any", "tool")
    ),
    refused(
        SONNET_4_5,
        {**thinking(), "messages": TOOL_LOOP, "toolConfig": TOOLS},
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` "
        "is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of "
        "`tool_use` and `tool_result` blocks). We recommend you include thinking blocks from previous turns. To avoid "
        "this requirement, disable `thinking`. Please consult our documentation at "
        "https://docs.claude.com/en/docs/build-with-claude/extended-thinking",
    ),
    refused(
        SONNET_4_5,
        {"system": [{"text": "a"}, *[POINT] * 5]},
        "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ),
    refused(
        SONNET_4_5,
        HOUR_AFTER_MINUTES,
        "messages.0.content.0.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
        "cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    ),
    refused(
        Model(SONNET_4_5, context_window=200_000),
        {"messages": [{**HI, "content": [*[IMAGE] * 101, {"text": "a"}]}]},
        "too many images and documents: 101 + 0 > 100",
    ),
    refused(
        Model(SONNET_4_5, context_window=1_000),
        {"messages": [{**HI, "content": [{"text": "a" * 8_000}]}]},
        "prompt is too long: 2003 tokens > 1000 maximum",
    ),
    refused(
        Model(NOVA_PRO, context_window=1_000),
        {"messages": [{**HI, "content": [{"text": "a" * 8_000}]}]},
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length. "
        "Please update the input to try again.",
    ),
    refused(
        NOVA_PRO,
        {"toolConfig": {"tools": [*TOOLS["tools"], POINT]}},
        "Malformed input request: #/toolConfig/tools/1: extraneous key [cachePoint] is not permitted, "
        "please reformat your input and try again.",
    ),
    refused(
        NOVA_PRO,
        {
            "additionalModelRequestFields": {
                "reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}
            }
        },
        "Malformed input request: the provided reasoning config value is invalid, "
        "please reformat your input and try again.",
    ),
    refused(
        NOVA_2,
        {
            "additionalModelRequestFields": {
                "reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}
            },
            **config(maxTokens=100),
        },
        "Malformed input request: #/inferenceConfig: maxTokens must not be set when maxReasoningEffort is high, "
        "please reformat your input and try again.",
    ),
]
UNINTRODUCED = [
    refused(
        Model(LLAMA, context_window=1_000),
        {"messages": [{**HI, "content": [{"text": "a" * 8_000}]}]},
        "Input is too long for requested model.",
    ),
]


@pytest.mark.parametrize(("demand", "text"), BY_SERVICE)
def test_bedrock_refuses_in_its_own_words(demand, text):
    with pytest.raises(AwsError) as error:
        check_service(demand)
    assert error.value.message == text
    caching = "prompt caching" in text
    assert (error.value.code, error.value.status) == (
        ("AccessDeniedException", 403) if caching else ("ValidationException", 400)
    )


@pytest.mark.parametrize(("demand", "text"), BY_MODEL + UNINTRODUCED)
def test_the_model_refuses_in_its_words_which_converse_introduces(demand, text):
    with pytest.raises(AwsError) as error:
        check_model(demand)
    introduced = not text.startswith("Input is too long")
    assert error.value.message == (MODEL_ERRORS + text if introduced else text)
    with pytest.raises(AwsError) as error:
        check_model(demand, introduction="")
    assert error.value.message == text


def test_every_row_has_its_example():
    demands = [parameter.values for parameter in BY_SERVICE + BY_MODEL + UNINTRODUCED]
    rows = (*EVERYWHERE, *SERVICE, *MODEL)
    without = [row.text for row in rows if all(row.of(demand) != text for demand, text in demands)]
    assert without == []
    assert all(row.evidence for row in rows)


def accepted(model, params, *, streaming=False, name=None):
    return refused(model, params, "", streaming=streaming, name=name or f"{model} {params}"[:80])


ACCEPTED = [
    accepted(Model(max_output_tokens=10_000), config(maxTokens=10_000)),
    accepted(NOVA_PRO, config(maxTokens=10**6), name="an unknown limit"),
    accepted(NOVA_PRO, config(stopSequences=[], temperature=0.1, topP=0.1)),
    accepted("mistral.mistral-large-2402-v1:0", config(stopSequences=["x"])),
    accepted(SONNET_4_5, {**config(temperature=0.5), "additionalModelRequestFields": {"top_k": 20}}),
    accepted(SONNET_3_7, config(temperature=0.5, topP=0.5)),
    accepted(SONNET_4_5, {**thinking(), **config(temperature=1.0, maxTokens=1025)}),
    accepted(SONNET_4_5, {**thinking(), **config(topP=0.95)}),
    accepted(
        SONNET_4_5,
        {**thinking(anthropic_beta=["interleaved-thinking-2025-05-14"]), **config(maxTokens=1000)},
        name="interleaved thinking beyond max_tokens",
    ),
    accepted(SONNET_4_5, {**thinking(), "toolConfig": {**TOOLS, "toolChoice": {"auto": {}}}}),
    accepted(
        SONNET_4_5,
        {
            **thinking(),
            "messages": [
                HI,
                {"role": "assistant", "content": [reasoning("s"), *TOOL_LOOP[1]["content"]]},
                TOOL_LOOP[2],
                *TOOL_LOOP[1:],
            ],
            "toolConfig": TOOLS,
        },
        name="a tool loop that began with reasoning",
    ),
    accepted(OPUS_4_6, {**adaptive(), "toolConfig": {**TOOLS, "toolChoice": {"any": {}}}}),
    accepted(OPUS_4_7, adaptive(output_config={"effort": "max"})),
    accepted(OPUS_4_8, {"messages": [HI, {"role": "system", "content": [{"text": "a"}]}, HI]}),
    accepted("anthropic.claude-opus-4-5-20251101-v1:0", {"outputConfig": {"effort": "low"}}),
    accepted(NOVA_PRO, {"additionalModelRequestFields": ["not", "an", "object"]}),
    accepted(
        SONNET_4_5,
        {"additionalModelRequestFields": {**thinking()["additionalModelRequestFields"], "top_p": "x"}},
    ),
    accepted(SONNET_4_5, {"system": [{"text": "a"}, *[LONG_POINT] * 3, POINT]}),
    accepted(NOVA_PRO, HOUR_AFTER_MINUTES, name="Nova's order of times to live"),
    accepted(LLAMA, {"toolConfig": TOOLS}, name="Llama with tools, not streamed"),
    accepted("meta.llama3-1-70b-instruct-v1:0", {"performanceConfig": {"latency": "optimized"}}),
    accepted(Model(system_role=None), {"system": [{"text": "a"}]}),
    accepted(
        Model(SONNET_4_5, context_window=200_000),
        {"messages": [{**HI, "content": [{"text": "Hello, world! " * 60_000}]}]},
        name="a long prompt of real words",
    ),
    accepted(
        Model(SONNET_4_5, context_window=200_000),
        {
            "messages": [{**HI, "content": [{"text": "a" * 2_000_000}]}],
            "additionalModelRequestFields": {"anthropic_beta": ["context-1m-2025-08-07"]},
        },
        name="the long context of a beta",
    ),
]


@pytest.mark.parametrize(("demand", "text"), ACCEPTED)
def test_what_no_row_names_is_accepted(demand, text):
    check_service(demand)
    check_model(demand)


@pytest.mark.parametrize("written", ["{broken", "[]"])
def test_a_text_format_needs_a_json_object_as_schema(written):
    text_format = {"type": "json_schema", "structure": {"jsonSchema": {"schema": written}}}
    with pytest.raises(AwsError, match=r"outputConfig\.textFormat\.structure\.jsonSchema\.schema is invalid"):
        check_output({"outputConfig": {"textFormat": text_format}})


@pytest.mark.parametrize("path", ["", "stop_sequence", "/a~2b", "/a~"])
def test_a_malformed_json_pointer_is_refused_with_its_place(path):
    with pytest.raises(AwsError, match=r"additionalModelResponseFieldPaths\.1 is not a valid JSON Pointer"):
        check_output({"additionalModelResponseFieldPaths": ["/stop_sequence", path]})


@pytest.mark.parametrize("path", ["/", "/a~0b~1c/0", "/delta/stop_sequence"])
def test_a_json_pointer_is_accepted(path):
    check_output({"additionalModelResponseFieldPaths": [path]})
