"""TEMP: providers that omit the temperature too seldom, or too often."""

from dataclasses import replace

from bedrock_contracts.mutants.mutant import Case
from bedrock_provider import BedrockProvider, StreamRequest
from bedrock_provider.temperature import refuses_temperature


def prefixed_only(reference: str) -> bool:
    return refuses_temperature(reference) and not reference.startswith("anthropic.")


def bare_only(reference: str) -> bool:
    return refuses_temperature(reference) and reference.startswith(("anthropic.", "arn:"))


def dashed_only(reference: str) -> bool:
    return refuses_temperature(reference) and "4.7" not in reference


def ids_only(reference: str) -> bool:
    return refuses_temperature(reference) and not reference.startswith("arn:")


def always(_reference: str) -> bool:
    return True


def by_beginning(reference: str) -> bool:
    return "anthropic.claude-opus-4" in reference


class NeverLooksUp(BedrockProvider):
    def _models_behind(self, _request: StreamRequest) -> tuple[str, ...]:
        return ()


class RemembersFailure(BedrockProvider):
    def _models_behind(self, request: StreamRequest) -> tuple[str, ...]:
        return self._base_models.setdefault(request.model, super()._models_behind(request))


class DropsZero(BedrockProvider):
    def effective_request(self, request: StreamRequest) -> StreamRequest:
        effective = super().effective_request(request)
        return replace(effective, temperature=effective.temperature or None)


class DropsEverySetting(BedrockProvider):
    def effective_request(self, request: StreamRequest) -> StreamRequest:
        effective = super().effective_request(request)
        return effective if effective is request else replace(effective, max_tokens=None)


MUTANTS = (
    Case(
        name="prefixed-only",
        because="the foundation model itself is forgotten",
        kills="TEMP-001",
        collateral="TEMP-003 TEMP-005 TEMP-010",
        message="anthropic.claude-opus-4-7 was sent temperature",
    ).rules(refuses_temperature=prefixed_only),
    Case(
        name="bare-only",
        because="region prefixes hide the model",
        kills="TEMP-002",
        collateral="TEMP-003",
        message="us.anthropic.claude-opus-4-7 was sent temperature",
    ).rules(refuses_temperature=bare_only),
    Case(
        name="dashed-only",
        because="the dotted spelling is not known",
        kills="TEMP-003",
        message="anthropic.claude-opus-4.7 was sent temperature",
        is_proof=True,
    ).rules(refuses_temperature=dashed_only),
    Case(
        name="ids-only",
        because="an ARN is not looked into",
        kills="TEMP-004",
        message="was sent temperature",
    ).rules(refuses_temperature=ids_only),
    Case(
        name="never-looks-up",
        because="application profiles are not resolved",
        kills="TEMP-005",
        collateral="TEMP-010",
        message="the application profile was sent",
    ).provider(NeverLooksUp),
    Case(
        name="strips-all",
        because="no model is sent a temperature",
        kills="TEMP-007 TEMP-008",
        message="sent 'nothing'|lost its temperature",
    ).rules(refuses_temperature=always),
    Case(
        name="zero-is-nothing",
        because="a temperature of zero counts as none",
        kills="TEMP-007",
        message="asked for temperature 0",
    ).provider(DropsZero),
    Case(
        name="any-opus-4",
        because="every Opus 4 is taken for Opus 4.7",
        kills="TEMP-008",
        message="anthropic.claude-opus-4-6 lost its temperature",
    ).rules(refuses_temperature=by_beginning),
    Case(
        name="drops-every-setting",
        because="the output limit goes with the temperature",
        kills="TEMP-009",
        message="without its maxTokens",
    ).provider(DropsEverySetting),
    Case(
        name="remembers-failure",
        because="a failed look-up is not tried again",
        kills="TEMP-010",
        message="the failed lookup was remembered",
        is_proof=True,
    ).provider(RemembersFailure),
)
