"""AUTH: providers that report or use the wrong credentials."""

import os
from abc import abstractmethod
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bedrock_contracts.mutants.mutant import Case
from bedrock_provider import (
    AuthResolution,
    AuthSource,
    BedrockProvider,
    CallError,
    ConfigError,
    ProviderConfig,
)
from bedrock_provider.auth import AUTH_SOURCES, AuthKind, Environment
from bedrock_provider.client import Identity

BEARER, KEYS, PROFILE = AUTH_SOURCES
HALF_KEYS = AuthSource(kind="keys", variables=KEYS.variables[:1])


def read_untrimmed(environment: Environment, name: str) -> str | None:
    return environment.get(name) or None


class CallsOtherwise(BedrockProvider):
    """Makes its calls as another identity than the one it reports."""

    def _identity(self) -> Identity:
        return self.instead_of(super()._identity())

    @abstractmethod
    def instead_of(self, identity: Identity) -> Identity:
        """The identity that signs."""


class SignsDespiteToken(CallsOtherwise):
    def instead_of(self, identity: Identity) -> Identity:
        kind: AuthKind = (
            "keys" if identity.kind == "bearer" and "AWS_ACCESS_KEY_ID" in os.environ else identity.kind
        )
        return replace(identity, kind=kind)


class PrefersFiles(CallsOtherwise):
    def instead_of(self, identity: Identity) -> Identity:
        has_files = Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).exists()
        return replace(identity, kind="chain") if identity.kind == "keys" and has_files else identity


class ForgetsSessionToken(CallsOtherwise):
    def instead_of(self, identity: Identity) -> Identity:
        rest = {name: value for name, value in identity.environment.items() if name != "AWS_SESSION_TOKEN"}
        return replace(identity, environment=rest)


class KnowsMarkersOnly(CallsOtherwise):
    def instead_of(self, identity: Identity) -> Identity:
        return replace(identity, kind="keys") if identity.kind == "chain" else identity


class IgnoresProfile(CallsOtherwise):
    def instead_of(self, identity: Identity) -> Identity:
        rest = {name: value for name, value in identity.environment.items() if name != "AWS_PROFILE"}
        return replace(identity, environment={**rest, "AWS_DEFAULT_PROFILE": "default"})


class NamesProfileAnyway(BedrockProvider):
    def resolve_auth(self) -> AuthResolution:
        resolved = super().resolve_auth()
        if resolved.is_marker:
            return resolved
        return replace(resolved, kind="profile", source="env: AWS_PROFILE", env_var="AWS_PROFILE")


class AsksAwsWhoItIs(BedrockProvider):
    def resolve_auth(self) -> AuthResolution:
        resolved = super().resolve_auth()
        if resolved.kind == "keys" and self.config == ProviderConfig():
            identity = Identity(kind="keys", environment=dict(os.environ), read=self.rules.read_variable)
            with suppress(CallError):
                self._bedrock().foundation_models(identity, "us-east-1")
        return resolved


def demanding_an_api_key(config: ProviderConfig) -> BedrockProvider:
    if config.explicit.base_url == "https://bedrock-runtime.us-east-1.amazonaws.com":
        raise ConfigError("models.providers.amazon-bedrock.apiKey", "is required")
    return BedrockProvider(config)


MUTANTS = (
    Case(
        name="keys-before-bearer",
        because="an access key pair hides the bearer token",
        kills="AUTH-001 AUTH-007",
        collateral="AUTH-006",
        message="not Bearer|reported ('keys'",
        is_proof=True,
    ).rules(auth_sources=(KEYS, BEARER, PROFILE)),
    Case(
        name="profile-before-keys",
        because="a profile hides the access key pair",
        kills="AUTH-002",
        collateral="AUTH-006",
        message="reported ('profile'",
    ).rules(auth_sources=(BEARER, PROFILE, KEYS)),
    Case(
        name="profile-unknown",
        because="AWS_PROFILE is not a marker",
        kills="AUTH-003",
        collateral="AUTH-005 AUTH-006 AUTH-014 ENBL-002",
        message="reported ('chain'",
    ).rules(auth_sources=(BEARER, KEYS)),
    Case(
        name="marker-made-up",
        because="AWS_PROFILE is reported although nothing is set",
        kills="AUTH-004",
        collateral="AUTH-005 AUTH-006 AUTH-014 ENBL-003",
        message="reported ('profile', 'AWS_PROFILE')",
        is_proof=True,
    ).provider(NamesProfileAnyway),
    Case(
        name="half-a-pair-counts",
        because="an access key id alone is taken for a marker",
        kills="AUTH-005",
        collateral="AUTH-006 ENBL-001 ENBL-003",
        message="reported ('keys'",
        is_proof=True,
    ).rules(auth_sources=(BEARER, HALF_KEYS, PROFILE)),
    Case(
        name="blank-counts-as-set",
        because="variables are not trimmed",
        kills="AUTH-006",
        collateral="ENBL-001 ENBL-003 REG-003 REG-004 REG-005 REG-007",
        message="blank",
    ).rules(read_variable=read_untrimmed),
    Case(
        name="signs-despite-token",
        because="a call with a bearer token is signed when keys are there too",
        kills="AUTH-007",
        message="not Bearer",
    ).provider(SignsDespiteToken),
    Case(
        name="files-before-keys",
        because="shared files hide the keys of the environment at call time",
        kills="AUTH-008",
        message="signed by AKIASUITEOTHER",
    ).provider(PrefersFiles),
    Case(
        name="session-token-lost",
        because="temporary keys are sent without their token",
        kills="AUTH-009",
        message="no x-amz-security-token",
    ).provider(ForgetsSessionToken),
    Case(
        name="markers-only",
        because="credentials are taken from the environment alone",
        kills="AUTH-010",
        message="expected one ConverseStream request, the emulator saw nothing",
        collateral="ENBL-001",
    ).provider(KnowsMarkersOnly),
    Case(
        name="default-profile-always",
        because="the default profile is used whatever AWS_PROFILE says",
        kills="AUTH-015",
        message="signed by AKIASUITEOTHER",
    ).provider(IgnoresProfile),
    Case(
        name="status-asks-aws",
        because="reporting the source lists models to see whether the keys work",
        kills="AUTH-014",
        message="made requests",
    ).provider(AsksAwsWhoItIs),
    Case(
        name="api-key-demanded",
        because="an explicit provider without apiKey is refused",
        kills="AUTH-013",
        message="apiKey: is required",
    ).of("opening", make=demanding_an_api_key),
)
