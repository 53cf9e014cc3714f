import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.conversation_inference import check_inference

PREFIX = "The model returned the following errors: "
SONNET_4_5 = "anthropic.claude-sonnet-4-5-20250929-v1:0"
ENABLED = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


def check(model_id, config, extra=None, limit=None):
    params = {"inferenceConfig": config, "additionalModelRequestFields": extra}
    check_inference(params, model_id=model_id, max_output_tokens=limit)


REFUSED = [
    pytest.param(
        "amazon.nova-pro-v1:0",
        {"maxTokens": 10_001},
        None,
        "The maximum tokens you requested exceeds the model limit of 10000. "
        "Try again with a maximum tokens value that is lower than 10000.",
        id="maxTokens",
    ),
    *(
        pytest.param(
            model_id,
            config,
            extra,
            f"{PREFIX}`{name}` is deprecated for this model.",
            id=f"{model_id} {name}",
        )
        for model_id in (
            "anthropic.claude-opus-4-7",
            "us.anthropic.claude-sonnet-5",
            "anthropic.claude-fable-5",
        )
        for name, config, extra in (
            ("temperature", {"temperature": 1.0}, None),
            ("top_p", {"topP": 0.5}, None),
            ("top_k", {}, {"top_k": 20}),
        )
    ),
    *(
        pytest.param(
            model_id,
            {"temperature": 0.5, "topP": 0.5},
            None,
            f"{PREFIX}`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
            id=f"{model_id} both",
        )
        for model_id in (SONNET_4_5, "anthropic.claude-opus-4-1-20250805-v1:0", "anthropic.claude-sonnet-4-6")
    ),
    pytest.param(
        SONNET_4_5,
        {"temperature": 0.5},
        ENABLED,
        f"{PREFIX}`temperature` may only be set to 1 when thinking is enabled",
        id="thinking with temperature",
    ),
    pytest.param(
        "anthropic.claude-opus-4-7",
        {},
        ENABLED,
        f'{PREFIX}"thinking.type.enabled" is not supported for this model. '
        'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
        id="thinking enabled on Opus 4.7",
    ),
    *(
        pytest.param(
            model_id,
            {"stopSequences": []},
            None,
            "This model doesn't support the stopSequences field. Remove stopSequences and try again.",
            id=f"{model_id} stopSequences",
        )
        for model_id in ("openai.gpt-oss-120b-1:0", "qwen.qwen3-32b-v1:0", "us.deepseek.r1-v1:0")
    ),
    pytest.param(
        "xai.grok-4.3",
        {"temperature": 0.1},
        None,
        "This model doesn't support the temperature field. Remove temperature and try again.",
        id="Grok temperature",
    ),
]


@pytest.mark.parametrize(("model_id", "config", "extra", "message"), REFUSED)
def test_a_parameter_that_the_model_cannot_take_is_refused(model_id, config, extra, message):
    with pytest.raises(AwsError) as refused:
        check(model_id, config, extra, limit=10_000)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


ACCEPTED = [
    pytest.param("amazon.nova-pro-v1:0", {"maxTokens": 10_000}, None, id="maxTokens at the limit"),
    pytest.param(
        "amazon.nova-pro-v1:0", {"stopSequences": [], "temperature": 0.1, "topP": 0.1}, None, id="Nova"
    ),
    pytest.param("mistral.mistral-large-2402-v1:0", {"stopSequences": ["x"]}, None, id="Mistral"),
    pytest.param(SONNET_4_5, {"temperature": 0.5, "stopSequences": []}, {"top_k": 20}, id="Sonnet 4.5"),
    pytest.param(SONNET_4_5, {"temperature": 1.0}, ENABLED, id="thinking with temperature 1"),
    pytest.param(
        "anthropic.claude-3-7-sonnet-20250219-v1:0", {"temperature": 0.5, "topP": 0.5}, None, id="3.7 both"
    ),
    pytest.param(
        "anthropic.claude-opus-4-7", {}, {"thinking": {"type": "adaptive"}}, id="adaptive on Opus 4.7"
    ),
    pytest.param("amazon.nova-pro-v1:0", {}, ["not", "an", "object"], id="additional fields of another form"),
]


@pytest.mark.parametrize(("model_id", "config", "extra"), ACCEPTED)
def test_a_parameter_that_the_model_takes_is_accepted(model_id, config, extra):
    check(model_id, config, extra, limit=10_000)


def test_an_unknown_limit_refuses_nothing():
    check("amazon.nova-pro-v1:0", {"maxTokens": 10**6})


@pytest.mark.parametrize("written", ["{broken", "[]"])
def test_a_text_format_needs_a_json_object_as_schema(written):
    text_format = {"type": "json_schema", "structure": {"jsonSchema": {"schema": written}}}
    with pytest.raises(AwsError, match=r"outputConfig\.textFormat\.structure\.jsonSchema\.schema is invalid"):
        check_inference(
            {"outputConfig": {"textFormat": text_format}}, model_id=SONNET_4_5, max_output_tokens=None
        )
