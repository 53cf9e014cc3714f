"""Which models of the shipped catalogue InvokeModel serves, and which it refuses."""

import pytest

from bedrock_emulator.native.formats import format_of
from bedrock_emulator.state.models import ModelRecord
from bedrock_emulator.state.shipped import read_models, read_profiles

REFUSED = {
    "amazon.nova-2-sonic-v1:0": "speech over InvokeModelWithBidirectionalStream alone",
    "amazon.nova-sonic-v1:0": "speech over InvokeModelWithBidirectionalStream alone",
    "openai.gpt-5.6-luna": "no source shows that InvokeModel takes it, nor what it answers",
    "openai.gpt-5.6-sol": "no source shows that InvokeModel takes it, nor what it answers",
    "openai.gpt-5.6-terra": "no source shows that InvokeModel takes it, nor what it answers",
    "xai.grok-4.6": "no source shows that InvokeModel takes it, nor what it answers",
}
"""Text models that are callable and have no native format here, and why."""


def callable_text_models() -> list[ModelRecord]:
    """What InvokeModel reaches by its own id or through a profile."""
    models = read_models()
    behind_profiles = {
        arn.rpartition("/")[2]
        for profile in read_profiles(models)
        for arns in profile.model_arns.values.values()
        for arn in arns
    }
    return [
        model
        for model in models
        if "TEXT" in model.output_modalities
        and (
            model.model_id in behind_profiles
            or any("ON_DEMAND" in types for types in model.inference_types.values.values())
        )
    ]


@pytest.mark.parametrize("model", callable_text_models(), ids=lambda model: model.model_id)
def test_a_callable_text_model_is_served_or_refused_knowingly(model: ModelRecord) -> None:
    assert (format_of(model.model_id) is None) == (model.model_id in REFUSED)


def test_no_refusal_is_about_a_model_that_is_not_there() -> None:
    assert {model.model_id for model in callable_text_models()} >= REFUSED.keys()
