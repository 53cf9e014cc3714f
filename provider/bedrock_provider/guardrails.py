"""The guardrail of the configuration, and the request member that it becomes."""

from dataclasses import dataclass
from typing import Any

from bedrock_provider.errors import ConfigError
from bedrock_provider.sections import Section

STREAM_PROCESSING_MODES = ("sync", "async")
TRACES = ("enabled", "disabled", "enabled_full")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailConfig:
    """The guardrail that every model call carries."""

    identifier: str
    """An id or a full ARN, sent as written."""
    version: str
    """A published number, or DRAFT."""
    stream_processing_mode: str | None = None
    trace: str | None = None


def read_guardrail(section: Section) -> GuardrailConfig:
    """The `guardrail` object; half of it is an error, since calls would go out unguarded."""
    section.refuse_unknown(("guardrailIdentifier", "guardrailVersion", "streamProcessingMode", "trace"))
    return GuardrailConfig(
        identifier=_required(section, "guardrailIdentifier"),
        version=_required(section, "guardrailVersion"),
        stream_processing_mode=section.choice("streamProcessingMode", STREAM_PROCESSING_MODES),
        trace=section.choice("trace", TRACES),
    )


def guardrail_fields(guardrail: GuardrailConfig | None) -> dict[str, Any]:
    """What a guardrail adds to a ConverseStream request; nothing when there is none."""
    if guardrail is None:
        return {}
    fields = {
        "guardrailIdentifier": guardrail.identifier,
        "guardrailVersion": guardrail.version,
        "streamProcessingMode": guardrail.stream_processing_mode,
        "trace": guardrail.trace,
    }
    return {"guardrailConfig": {name: value for name, value in fields.items() if value is not None}}


def invocation_fields(guardrail: GuardrailConfig | None) -> dict[str, Any]:
    """What a guardrail adds to an InvokeModel request, where it travels in headers; there is no stream to process."""
    if guardrail is None:
        return {}
    trace = {"trace": guardrail.trace.upper()} if guardrail.trace else {}
    return {
        "guardrailIdentifier": guardrail.identifier,
        "guardrailVersion": guardrail.version,
        **trace,
    }


def _required(section: Section, key: str) -> str:
    value = section.text(key)
    if value is None:
        raise ConfigError(section.path(key), "is required: a guardrail needs its identifier and its version")
    return value
