"""The reference provider under test: `bedrock-contracts certify --provider bedrock_contracts.reference:factory`.

Needs the extra `bedrock-contracts[reference]`. It is also the example of an adapter: open a provider with the
given configuration, hand calls on, and let values speak JSON.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bedrock_provider
from bedrock_contracts.api import (
    CAPABILITIES,
    AuthResolution,
    Capabilities,
    Catalog,
    ConfigurationError,
    ProviderInfo,
    Setup,
    StreamEvent,
    StreamRequest,
)
from bedrock_provider import BedrockProvider, ConfigError, ProviderConfig

VERSION = "0.1.0"
"""Of bedrock-provider; both distributions are released together."""


class ReferenceAdapter:
    """Speaks the contract's words on one side and those of bedrock_provider on the other."""

    def __init__(self, provider: BedrockProvider) -> None:
        self._provider = provider

    def resolve_auth(self) -> AuthResolution:
        """The credential source that would be reported."""
        return AuthResolution.from_json(self._provider.resolve_auth().to_json())

    def discover(self, *, force: bool = False) -> Catalog | None:
        """The implicit provider's models, or None."""
        found = self._provider.discover(force=force)
        return Catalog.from_json(found.to_json()) if found is not None else None

    def stream(self, request: StreamRequest) -> Iterator[StreamEvent]:
        """The events of a model call."""
        call = self._provider.stream(
            bedrock_provider.StreamRequest(
                model=request.model,
                messages=request.messages,
                system=request.system,
                tools=request.tools,
                tool_choice=request.tool_choice,
                temperature=request.temperature,
                max_tokens=request.max_tokens,
                region=request.region,
            )
        )
        with call:
            for event in call:
                yield StreamEvent.from_json(event.to_json())

    def close(self) -> None:
        """Close the provider."""
        self._provider.close()


@dataclass(frozen=True, slots=True)
class ReferenceFactory:
    """Opens the reference, or a provider that differs from it in one place."""

    name: str = "bedrock-provider"
    make: Callable[[ProviderConfig], BedrockProvider] = BedrockProvider
    read: Callable[[Mapping[str, Any]], ProviderConfig] = ProviderConfig.from_mapping

    @property
    def info(self) -> ProviderInfo:
        """Who is being certified."""
        return ProviderInfo(name=self.name, version=VERSION)

    @property
    def capabilities(self) -> Capabilities:
        """Everything that this contract version knows."""
        return Capabilities.of(*CAPABILITIES)

    def open(self, setup: Setup) -> ReferenceAdapter:
        """A fresh provider with the configuration of the case; it reads the environment by itself."""
        try:
            return ReferenceAdapter(self.make(self.read(setup.config)))
        except ConfigError as error:
            raise ConfigurationError(str(error)) from error


factory = ReferenceFactory()
