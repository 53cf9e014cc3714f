"""GRD: providers that call models unguarded, or guard them otherwise than configured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bedrock_contracts.mutants.mutant import Case, Document
from bedrock_provider import (
    BedrockProvider,
    ConfigError,
    GuardrailConfig,
    ProviderConfig,
    StreamEvent,
    StreamRequest,
)
from bedrock_provider.guardrails import guardrail_fields
from bedrock_provider.streaming import ConverseMapper

Fields = Mapping[str, Any]


def changed(
    change: Callable[[GuardrailConfig], GuardrailConfig],
) -> Callable[[GuardrailConfig | None], Fields]:
    """The members of a guardrail that was changed on the way."""
    return lambda guardrail: guardrail_fields(change(guardrail)) if guardrail else {}


def made_up(guardrail: GuardrailConfig | None) -> Fields:
    return guardrail_fields(guardrail or GuardrailConfig(identifier="default000000", version="1"))


def lenient(document: Document) -> ProviderConfig:
    """What cannot be used is dropped without a word."""
    try:
        return ProviderConfig.from_mapping(document)
    except ConfigError:
        return ProviderConfig()


def lenient_about_fields(document: Document) -> ProviderConfig:
    try:
        return ProviderConfig.from_mapping(document)
    except ConfigError as error:
        if error.path.endswith(("streamProcessingMode", "trace")):
            return ProviderConfig()
        raise


def numbers_only(document: Document) -> ProviderConfig:
    config = ProviderConfig.from_mapping(document)
    if config.guardrail and not config.guardrail.version.isdigit():
        raise ConfigError(
            "plugins.entries.amazon-bedrock.config.guardrail.guardrailVersion", "must be a number"
        )
    return config


class GuardsOnce(BedrockProvider):
    """Guards calls without a system prompt only."""

    def effective_request(self, request: StreamRequest) -> StreamRequest:
        if request.system:
            self.config = replace(self.config, guardrail=None)
        return super().effective_request(request)


@dataclass(slots=True)
class InterventionIsAnError(ConverseMapper):
    def finish(self) -> list[StreamEvent]:
        if self._raw_stop_reason == "guardrail_intervened":
            return self.fail(self._fault("GuardrailIntervened", "guardrail", "a guardrail intervened"))
        return ConverseMapper.finish(self)


MUTANTS = (
    Case(
        name="guards-once",
        because="calls with a system prompt go out unguarded",
        kills="GRD-001",
        collateral="GRD-004 GRD-005 GRD-006 GRD-007",
        message="sent None",
        is_proof=True,
    ).provider(GuardsOnce),
    Case(
        name="guardrail-made-up",
        because="a guardrail is sent that nobody configured",
        kills="GRD-002",
        message="no guardrail was configured",
    ).rules(guardrail_fields=made_up),
    Case(
        name="half-a-guardrail-dropped",
        because="a guardrail that cannot be used is forgotten silently",
        kills="GRD-003 GRD-008",
        message="was accepted, and 1 calls were made",
    ).reading(lenient),
    Case(
        name="mode-lost",
        because="streamProcessingMode is not sent",
        kills="GRD-004",
        message="configured {'guardrailIdentifier'",
    ).rules(guardrail_fields=changed(lambda each: replace(each, stream_processing_mode=None))),
    Case(
        name="trace-always-on",
        because="traces are asked for whatever is configured",
        kills="GRD-005",
        collateral="GRD-004 GRD-006 GRD-007",
        message="trace",
    ).rules(guardrail_fields=changed(lambda each: replace(each, trace="enabled"))),
    Case(
        name="arn-shortened",
        because="the ARN of a guardrail is cut to its id",
        kills="GRD-006",
        message="configured {'guardrailIdentifier': 'arn:",
    ).rules(
        guardrail_fields=changed(lambda each: replace(each, identifier=each.identifier.rpartition("/")[2]))
    ),
    Case(
        name="draft-refused",
        because="only published versions are accepted",
        kills="GRD-007",
        message="the provider refused its configuration",
    ).reading(numbers_only),
    Case(
        name="typing-errors-pass",
        because="a field with an unknown value is forgotten, and the guardrail with it",
        kills="GRD-008",
        message="was accepted, and 1 calls were made",
    ).reading(lenient_about_fields),
    Case(
        name="intervention-is-an-error",
        because="a masked answer is thrown away as an error",
        kills="GRD-009",
        message="GuardrailIntervened",
        is_proof=True,
    ).rules(stream_mapper=InterventionIsAnError),
)
