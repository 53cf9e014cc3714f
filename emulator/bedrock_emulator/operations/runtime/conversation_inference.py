"""What Bedrock refuses about inference parameters, model by model."""

from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.reply.family import ClaudeVersion, claude_version
from bedrock_emulator.reply.prompt import parsed_schema

MODEL_ERRORS = "The model returned the following errors: "
"""What Converse puts before a refusal that the model itself wrote [recorded]."""

_NO_SAMPLING_SINCE = (4, 7)
"""Opus 4.7 and 4.8, Opus 5, Sonnet 5 and Fable 5 take no temperature, top_p or top_k [reported by users]."""
_WITHOUT_STOP_SEQUENCES = (
    "openai.gpt-oss",
    "openai.gpt-5.6",
    "qwen.qwen3-32b",
    "qwen.qwen3-235b",
    "qwen.qwen3-coder-480b",
    "deepseek.",
)
"""[reported by users]; the reports about Mistral and Llama conflict, so both are accepted."""
_WITHOUT_TEMPERATURE = ("xai.grok",)
"""[reported by users]"""


def check_inference(params: Params, *, model_id: str, max_output_tokens: int | None) -> None:
    """Raise the refusal of a parameter that the model cannot take."""
    config = params.get("inferenceConfig") or {}
    _check_text_format(params)
    _check_max_tokens(config.get("maxTokens"), max_output_tokens)
    _check_fields(config, model_id)
    version = claude_version(model_id)
    if version is not None:
        extra = params.get("additionalModelRequestFields")
        _check_claude(config, extra if isinstance(extra, Mapping) else {}, version)


def _check_text_format(params: Params) -> None:
    text_format = (params.get("outputConfig") or {}).get("textFormat") or {}
    written = ((text_format.get("structure") or {}).get("jsonSchema") or {}).get("schema", "{}")
    if not isinstance(parsed_schema(written), Mapping):  # [guess, in the words used for a tool's schema]
        raise validation_error(
            "The format of the value at outputConfig.textFormat.structure.jsonSchema.schema is invalid. "
            "Provide a json object for the field and try again."
        )


def _check_max_tokens(wanted: int | None, limit: int | None) -> None:
    if wanted is not None and limit is not None and wanted > limit:  # [reported by users]
        raise validation_error(
            f"The maximum tokens you requested exceeds the model limit of {limit}. "
            f"Try again with a maximum tokens value that is lower than {limit}."
        )


def _check_fields(config: Mapping[str, Any], model_id: str) -> None:
    """Fields that a model lacks; an empty stopSequences is refused as well [reported by users]."""
    if "stopSequences" in config and any(part in model_id for part in _WITHOUT_STOP_SEQUENCES):
        raise unsupported_field("stopSequences")
    if "temperature" in config and any(part in model_id for part in _WITHOUT_TEMPERATURE):
        raise unsupported_field("temperature")


def unsupported_field(name: str) -> AwsError:
    """The one sentence for fields that a model does not have [recorded with s3Uri]."""
    return validation_error(f"This model doesn't support the {name} field. Remove {name} and try again.")


def _check_claude(config: Mapping[str, Any], extra: Mapping[str, Any], version: ClaudeVersion) -> None:
    sampling = dict(_sampling(config, extra))
    if sampling and version.number >= _NO_SAMPLING_SINCE:
        raise validation_error(f"{MODEL_ERRORS}`{next(iter(sampling))}` is deprecated for this model.")
    if {"temperature", "top_p"} <= sampling.keys() and _takes_one_of_temperature_and_top_p(version):
        raise validation_error(
            f"{MODEL_ERRORS}`temperature` and `top_p` cannot both be specified for this model. "
            "Please use only one."
        )
    thinking = extra.get("thinking")
    if isinstance(thinking, Mapping) and thinking.get("type") == "enabled":
        _check_thinking(sampling, version)


def _sampling(config: Mapping[str, Any], extra: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The sampling parameters of a request under Claude's own names."""
    for name, converse_name in (("temperature", "temperature"), ("top_p", "topP"), ("top_k", None)):
        if converse_name is not None and converse_name in config:
            yield name, config[converse_name]
        elif name in extra:
            yield name, extra[name]


def _takes_one_of_temperature_and_top_p(version: ClaudeVersion) -> bool:
    """Opus 4.1, every 4.5 and every 4.6 [reported by users]."""
    return version.number in ((4, 5), (4, 6)) or (version.line == "opus" and version.number == (4, 1))


def _check_thinking(sampling: Mapping[str, Any], version: ClaudeVersion) -> None:
    if version.line == "opus" and version.number >= _NO_SAMPLING_SINCE:  # [reported by users]
        raise validation_error(
            f'{MODEL_ERRORS}"thinking.type.enabled" is not supported for this model. '
            'Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
        )
    if sampling.get("temperature", 1) != 1:  # [reported by users]
        raise validation_error(f"{MODEL_ERRORS}`temperature` may only be set to 1 when thinking is enabled")
