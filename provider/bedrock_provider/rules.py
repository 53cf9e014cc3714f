"""Every decision of the provider, by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_provider import (
    cache,
    discovery,
    embeddings,
    filters,
    guardrails,
    memory_search,
    profiles,
    regions,
    temperature,
)
from bedrock_provider.auth import AUTH_SOURCES, AuthResolution, AuthSource, ReadVariable, read_variable
from bedrock_provider.classify import Category, classify
from bedrock_provider.embeddings import EmbeddingModel, Vector
from bedrock_provider.filters import Summary
from bedrock_provider.guardrails import GuardrailConfig
from bedrock_provider.memory_search import MemorySearchChoice, MemorySearchConfig
from bedrock_provider.models import ModelInfo
from bedrock_provider.streaming import ConverseMapper


def is_enabled(setting: bool | None, auth: AuthResolution) -> bool:  # noqa: FBT001  # true, false or unset
    """Whether the implicit provider exists: as configured, else as soon as a marker names credentials."""
    return auth.is_marker if setting is None else setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The decisions that BedrockProvider asks for; replace one to decide otherwise.

        BedrockProvider(config, rules=dataclasses.replace(Rules(), keeps_model=my_own_choice))

    The provider itself only carries answers from one decision to the next.
    """

    read_variable: ReadVariable = read_variable
    """A variable of the environment, and what counts as unset."""
    auth_sources: tuple[AuthSource, ...] = AUTH_SOURCES
    """The order of credential sources before the default chain."""
    is_enabled: Callable[[bool | None, AuthResolution], bool] = is_enabled
    discovery_region: Callable[..., str] = regions.discovery_region
    call_region: Callable[..., str] = regions.call_region
    keeps_model: Callable[[Summary], bool] = filters.keeps_model
    keeps_profile: Callable[[Summary], bool] = filters.keeps_profile
    passes_filter: Callable[[tuple[str, ...], set[str]], bool] = filters.passes_filter
    base_models: Callable[[Summary], tuple[str, ...]] = profiles.base_models
    inherit: Callable[[ModelInfo, str, str], ModelInfo] = discovery.inherit
    order: Callable[[ModelInfo], Any] = discovery.order
    is_fresh: Callable[[float, float, float], bool] = cache.is_fresh
    """Whether a cached discovery may still answer."""
    refuses_temperature: Callable[[str], bool] = temperature.refuses_temperature
    guardrail_fields: Callable[[GuardrailConfig | None], Mapping[str, Any]] = guardrails.guardrail_fields
    stream_mapper: Callable[[str], ConverseMapper] = ConverseMapper
    """Makes the state machine for one call to a model."""
    embedding_model: Callable[[str], EmbeddingModel] = embeddings.embedding_model
    """Which model a reference means, and so the family whose body and answer it has."""
    embedding_dimensions: Callable[[EmbeddingModel, int | None], int | None] = embeddings.checked_dimensions
    split_texts: Callable[[Sequence[str], int], Sequence[Sequence[int]]] = embeddings.split_texts
    """Which texts share a request."""
    normalised: Callable[[Sequence[float]], Vector] = embeddings.normalised
    invocation_fields: Callable[[GuardrailConfig | None], Mapping[str, Any]] = guardrails.invocation_fields
    memory_search: Callable[[MemorySearchConfig, AuthResolution], MemorySearchChoice | None] = (
        memory_search.choose
    )
    """Whether memory search embeds with Bedrock; None leaves it to the credential chain."""
    classify: Callable[[str, str], Category] = classify
