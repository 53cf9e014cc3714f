"""The provider that does nothing: whatever it passes is a check that cannot fail."""

from collections.abc import Iterator

from bedrock_contracts.api import (
    CAPABILITIES,
    AuthResolution,
    Capabilities,
    Catalog,
    ProviderInfo,
    Setup,
    StreamEvent,
    StreamRequest,
)


class NullProvider:
    """Answers every question with as little as the types allow."""

    def resolve_auth(self) -> AuthResolution:
        """No source at all."""
        return AuthResolution(kind="chain", source="", env_var="")

    def discover(self, *, force: bool = False) -> Catalog | None:  # noqa: ARG002 - the interface's own
        """Nothing was found, and nothing was asked."""
        return None

    def stream(self, request: StreamRequest) -> Iterator[StreamEvent]:  # noqa: ARG002 - the interface's own
        """Silence."""
        yield from ()

    def close(self) -> None:
        """Nothing to close."""


class NullFactory:
    """Opens it."""

    info = ProviderInfo(name="the null provider", version="0")
    capabilities = Capabilities.of(*CAPABILITIES)

    def open(self, setup: Setup) -> NullProvider:  # noqa: ARG002 - the interface's own
        """The same for every setup."""
        return NullProvider()


factory = NullFactory()
