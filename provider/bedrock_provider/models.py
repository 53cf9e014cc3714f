"""A model that a user can choose, and the list that discovery gives."""

from dataclasses import dataclass

from bedrock_provider.events import PROVIDER_ID
from bedrock_provider.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(Value):
    """Prices for a million tokens; Bedrock's APIs do not tell them, so a discovered model has zeros."""

    input: float = 0
    output: float = 0
    cache_read: float = 0
    cache_write: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo(Value):
    """One foundation model or inference profile."""

    id: str
    """What a call names: a model id, a profile id, or the ARN of an application profile."""
    name: str
    reasoning: bool
    input: tuple[str, ...]
    cost: Cost
    context_window: int
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(Value):
    """The implicit provider: what discovery found, and what went wrong on the way."""

    base_url: str
    region: str
    models: tuple[ModelInfo, ...] = ()
    stale: bool = False
    """True when AWS did not answer and these are the models of an earlier discovery."""
    warnings: tuple[str, ...] = ()
    provider: str = PROVIDER_ID


def unique_models(models: list[ModelInfo]) -> list[ModelInfo]:
    """One entry for each id, whatever its case; the first one stays."""
    first: dict[str, ModelInfo] = {}
    for model in models:
        first.setdefault(model.id.lower(), model)
    return list(first.values())
