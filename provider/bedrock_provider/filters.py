"""Which of the listed models and profiles a user gets to see."""

from collections.abc import Mapping
from typing import Any

from bedrock_provider.profiles import base_models, callable_id, without_region_prefix

Summary = Mapping[str, Any]


def keeps_model(summary: Summary) -> bool:
    """Whether a foundation model can be streamed from, answers in text and is active."""
    modalities = {str(name).upper() for name in summary.get("outputModalities") or ()}
    lifecycle = (summary.get("modelLifecycle") or {}).get("status", "")
    return (
        bool(str(summary.get("modelId") or "").strip())
        and summary.get("responseStreamingSupported") is True
        and "TEXT" in modalities
        and str(lifecycle).upper() == "ACTIVE"
    )


def keeps_profile(profile: Summary) -> bool:
    """Whether an inference profile is active and can be named in a call."""
    return bool(callable_id(profile)) and str(profile.get("status", "")).upper() == "ACTIVE"


def model_providers(summary: Summary) -> set[str]:
    """The names that a provider filter may use for a model: the provider's own, or the prefix of the id."""
    provider = str(summary.get("providerName") or "").strip().lower()
    return {provider, _id_prefix(str(summary.get("modelId") or ""))} - {""}


def profile_providers(profile: Summary, summaries: Mapping[str, Summary]) -> set[str]:
    """The same names for a profile: those of the models behind it.

    Args:
        profile: as listed.
        summaries: every listed foundation model by its id in lower case, kept or not.
    """
    names: set[str] = set()
    for model_id in base_models(profile):
        names |= {_id_prefix(model_id)} | model_providers(summaries.get(model_id.lower(), {}))
    return names - {""}


def passes_filter(wanted: tuple[str, ...], providers: set[str]) -> bool:
    """Whether a normalised filter lets one of these provider names through; an empty one lets all."""
    return not wanted or not providers.isdisjoint(wanted)


def _id_prefix(model_id: str) -> str:
    return without_region_prefix(model_id.strip()).split(".", 1)[0].lower()
