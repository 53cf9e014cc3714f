"""From what AWS lists to the models a user can choose; pure."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedrock_provider.capabilities import Capabilities, capabilities_of
from bedrock_provider.config import DiscoveryConfig
from bedrock_provider.filters import Summary, model_providers, profile_providers
from bedrock_provider.models import Cost, ModelInfo, unique_models
from bedrock_provider.profiles import callable_id

if TYPE_CHECKING:
    from bedrock_provider.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The raw answers of both list operations."""

    models: Sequence[Summary]
    profiles: Sequence[Summary]


def discovered_models(listing: Listing, config: DiscoveryConfig, rules: "Rules") -> tuple[ModelInfo, ...]:
    """The models and profiles that the rules keep, profiles with the capabilities of their models, in order."""
    listed = {_key(summary): summary for summary in listing.models}
    kept = {_key(summary) for summary in listing.models if rules.keeps_model(summary)}
    found = [
        describe_model(summary, config)
        for summary in listing.models
        if rules.keeps_model(summary)
        and rules.passes_filter(config.provider_filter, model_providers(summary))
    ]
    by_id = {model.id.lower(): model for model in found}
    profiles = [
        describe_profile(profile, rules.base_models(profile), by_id, config, rules)
        for profile in listing.profiles
        if rules.keeps_profile(profile)
        and rules.passes_filter(config.provider_filter, profile_providers(profile, listed))
        and _is_usable(rules.base_models(profile), listed, kept)
    ]
    return tuple(sorted(unique_models(found + profiles), key=rules.order))


def describe_model(summary: Summary, config: DiscoveryConfig) -> ModelInfo:
    """A listed foundation model as the user sees it."""
    model_id = str(summary["modelId"]).strip()
    name = str(summary.get("modelName") or "").strip() or model_id
    return _with_limits(
        model_id, name, _input_kinds(summary.get("inputModalities") or ()), capabilities_of(model_id), config
    )


def describe_profile(
    profile: Summary,
    bases: Sequence[str],
    found: Mapping[str, ModelInfo],
    config: DiscoveryConfig,
    rules: "Rules",
) -> ModelInfo:
    """A profile with everything its model can do; with known limits or the defaults when that is not listed."""
    profile_id = callable_id(profile)
    name = str(profile.get("inferenceProfileName") or "").strip() or profile_id
    base = next((found[model_id.lower()] for model_id in bases if model_id.lower() in found), None)
    if base is not None:
        return rules.inherit(base, profile_id, name)
    known = (capabilities_of(model_id) for model_id in bases)
    best = next((facts for facts in known if facts != Capabilities()), Capabilities())
    return _with_limits(profile_id, name, ("text",), best, config)


def inherit(base: ModelInfo, profile_id: str, name: str) -> ModelInfo:
    """The profile of a discovered model: the same in everything but id and name."""
    return replace(base, id=profile_id, name=name)


def order(model: ModelInfo) -> tuple[bool, str, str, str]:
    """Global profiles first, then by name without regard to case, accents or the locale of the process."""
    decomposed = unicodedata.normalize("NFKD", model.name.casefold())
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return not model.id.lower().startswith("global."), letters, model.name, model.id


def _key(summary: Summary) -> str:
    return str(summary.get("modelId") or "").strip().lower()


def _is_usable(bases: Sequence[str], listed: Collection[str], kept: Collection[str]) -> bool:
    """Whether one of the models behind a profile can be used; models that are not listed here are believed.

    A profile can do no more than its models: one over an embedding model does not chat.
    """
    ids = {model_id.lower() for model_id in bases}
    return ids.isdisjoint(listed) or not ids.isdisjoint(kept)


def _with_limits(
    model_id: str, name: str, kinds: tuple[str, ...], known: Capabilities, config: DiscoveryConfig
) -> ModelInfo:
    words = f"{model_id} {name}".lower()
    guess = "reasoning" in words or "thinking" in words
    return ModelInfo(
        id=model_id,
        name=name,
        reasoning=guess if known.reasoning is None else known.reasoning,
        input=kinds,
        cost=Cost(),
        context_window=known.context_window or config.default_context_window,
        max_tokens=known.max_tokens or config.default_max_tokens,
    )


def _input_kinds(modalities: Iterable[str]) -> tuple[str, ...]:
    """Text and image in the order of AWS; a model that names neither still takes text."""
    kinds = dict.fromkeys(str(name).lower() for name in modalities)
    return tuple(kind for kind in kinds if kind in ("text", "image")) or ("text",)
