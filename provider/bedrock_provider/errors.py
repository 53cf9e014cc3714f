"""Every error of the provider.

ProviderError
├── ConfigError          the configuration file cannot be used; `path` names the key
├── RequestError         a request that no model could take; found before any call
├── CallError            AWS, the network or the SDK refused a call; `info` is the same failure as a value
└── ProviderClosedError  the provider was used after close()

Only ConfigError and ProviderClosedError reach a caller of BedrockProvider, for discovery and model calls give failures
back as values; `embed` raises RequestError and CallError as well. A botocore exception is never more than a `__cause__`.
"""

from dataclasses import dataclass

from bedrock_provider.classify import Category
from bedrock_provider.values import Value


class ProviderError(Exception):
    """The base of every error that this package raises on purpose."""


class ConfigError(ProviderError):
    """A setting that cannot be used.

    Args:
        path: the key, as in `plugins.entries.amazon-bedrock.config.guardrail.trace`.
        problem: what is wrong with it and what to do; never the value of a credential.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class RequestError(ProviderError):
    """A request that cannot be sent.

    Args:
        path: the place in the request, as in `messages[2].content[0]`.
        problem: what is wrong there.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class ProviderClosedError(ProviderError):
    """The provider was closed and cannot be used again."""

    def __init__(self) -> None:
        super().__init__("this BedrockProvider is closed; make a new one")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInfo(Value):
    """A failed call as a value."""

    type: str
    """The AWS or SDK name of the failure, as in `ThrottlingException`."""
    category: Category
    message: str
    retryable: bool
    request_id: str | None = None
    status: int | None = None


class CallError(ProviderError):
    """A call that AWS, the network or the SDK refused."""

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(f"{info.type}: {info.message}")
        self.info = info
