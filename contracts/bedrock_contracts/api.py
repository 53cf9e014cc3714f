"""What a provider under test offers: a factory, a provider, and the values between them.

Typing is structural: an adapter need not inherit from anything here. Every value has a JSON form whose
member names are those of the documentation, so that a provider in another language can speak the same words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self

from bedrock_contracts.codec import JsonValue

CAPABILITIES = (
    "auth",
    "discovery",
    "discovery.inferenceProfiles",
    "streaming",
    "temperaturePolicy",
    "guardrails",
)
"""The product features that a provider may declare in this contract version."""


class ConfigurationError(Exception):
    """Raised by `ProviderFactory.open` when the provider refuses its configuration.

    Args:
        message: what the user reads; it is expected to name the offending key.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo(JsonValue):
    """Who is being certified."""

    name: str
    version: str
    language: str = "python"
    homepage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability(JsonValue):
    """How far a feature is supported, and why not when it is not."""

    support: Literal["full", "notImplemented", "notApplicable"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities(JsonValue):
    """The declared features; what is not mentioned counts as not implemented."""

    declared: Mapping[str, Capability]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.declared) - set(CAPABILITIES))
        if unknown:
            known = ", ".join(CAPABILITIES)
            raise ValueError(f"unknown capabilities {', '.join(unknown)}; this contract knows {known}")
        for name, capability in self.declared.items():
            if capability.support != "full" and not capability.reason:
                raise ValueError(f"capability {name} is {capability.support} and gives no reason")

    @classmethod
    def of(cls, *full: str, not_applicable: Mapping[str, str] | None = None) -> Self:
        """Declare features as fully supported, and others as not applicable, each with its reason."""
        declared = {name: Capability(support="full") for name in full}
        for name, reason in (not_applicable or {}).items():
            declared[name] = Capability(support="notApplicable", reason=reason)
        return cls(declared)

    def __getitem__(self, name: str) -> Capability:
        unmentioned = Capability(support="notImplemented", reason="the provider does not declare it")
        return self.declared.get(name, unmentioned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints(JsonValue):
    """Where the two Bedrock services answer in this case."""

    control: str
    runtime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup(JsonValue):
    """The world one case runs in.

    The runner has already put `env` into `os.environ` when `open` is called and keeps it there until the
    provider is closed; endpoints and CA file are in it under the names that AWS SDKs read.
    """

    env: Mapping[str, str] = field(repr=False)
    config: Mapping[str, Any]
    """The documented configuration, parsed: `{"plugins": …, "models": …}`."""
    endpoints: Endpoints
    ca_file: str | None
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthResolution(JsonValue):
    """The credential source that the provider surfaces to its user."""

    kind: Literal["bearer", "keys", "profile", "chain"]
    source: str
    env_var: str | None = None
    """The first variable of the marker; None for the default chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(JsonValue):
    """Prices as the documentation writes them."""

    input: float
    output: float
    cache_read: float
    cache_write: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo(JsonValue):
    """One model or inference profile that the user can choose."""

    id: str
    name: str
    reasoning: bool
    input: tuple[str, ...]
    cost: Cost
    context_window: int
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(JsonValue):
    """What discovery found."""

    region: str
    base_url: str
    models: tuple[ModelInfo, ...]
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRequest(JsonValue):
    """One model call, in the words of the library rather than of Converse."""

    model: str
    messages: tuple[Mapping[str, Any], ...]
    system: str | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    tool_choice: Any = None
    temperature: float | None = None
    max_tokens: int | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(JsonValue):
    """Tokens of one call."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0
    total_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(JsonValue):
    """The assistant's message, complete or as far as it came."""

    content: tuple[Mapping[str, Any], ...]
    usage: Usage | None = None
    stop_reason: str | None = None
    raw_stop_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInfo(JsonValue):
    """A failed call as a value."""

    type: str
    category: str
    message: str
    retryable: bool = False
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent(JsonValue):
    """One event of a reply; which members are set depends on the type."""

    type: str
    content_index: int | None = None
    delta: str | None = None
    content: str | None = None
    tool_call: Mapping[str, Any] | None = None
    reason: str | None = None
    message: Message | None = None
    error: ErrorInfo | None = None


class Provider(Protocol):
    """A provider in one case. What a user would see is a value; only bugs raise."""

    def resolve_auth(self) -> AuthResolution:
        """The credential source that would be reported."""

    def discover(self, *, force: bool = False) -> Catalog | None:
        """The implicit provider's models; None when the implicit provider is not enabled."""

    def stream(self, request: StreamRequest) -> Iterator[StreamEvent]:
        """Call a model; closing the iterator cancels the call."""

    def close(self) -> None:
        """Release what the case holds."""


class ProviderFactory(Protocol):
    """What `--provider module:name` points at."""

    @property
    def info(self) -> ProviderInfo:
        """Who is being certified."""

    @property
    def capabilities(self) -> Capabilities:
        """What it claims to support."""

    def open(self, setup: Setup) -> Provider:
        """A fresh provider for one case; raises ConfigurationError for a configuration it will not take."""
