"""DISC: providers that find the wrong models, or tell the wrong things about them."""

from dataclasses import replace
from typing import Any

from bedrock_contracts.mutants.mutant import Case, Document
from bedrock_provider import BedrockProvider, Catalog, ProviderConfig
from bedrock_provider.filters import Summary, keeps_model

Row = dict[str, Any]


def without_streaming(summary: Summary) -> bool:
    return keeps_model({**summary, "responseStreamingSupported": True})


def without_text(summary: Summary) -> bool:
    return keeps_model({**summary, "outputModalities": ["TEXT"]})


def text_alone(summary: Summary) -> bool:
    return keeps_model(summary) and summary["outputModalities"] == ["TEXT"]


def retired_too(summary: Summary) -> bool:
    return keeps_model({**summary, "modelLifecycle": {"status": "ACTIVE"}})


def everything_passes(_wanted: tuple[str, ...], _providers: set[str]) -> bool:
    return True


def parts_pass(wanted: tuple[str, ...], providers: set[str]) -> bool:
    return not wanted or any(word in provider for word in wanted for provider in providers)


def reading(document: Document, **changes: Any) -> ProviderConfig:
    config = ProviderConfig.from_mapping(document)
    return replace(config, discovery=replace(config.discovery, **changes))


def written_filter(document: Document) -> list[str] | None:
    plugin = document.get("plugins", {}).get("entries", {}).get("amazon-bedrock", {})
    words: list[str] | None = plugin.get("config", {}).get("discovery", {}).get("providerFilter")
    return words


def empty_means_none(document: Document) -> ProviderConfig:
    empty = written_filter(document) == []
    return reading(document, provider_filter=("nobody",)) if empty else ProviderConfig.from_mapping(document)


def as_written(document: Document) -> ProviderConfig:
    exact = all(word == word.lower().strip() for word in written_filter(document) or ())
    unknown = ProviderConfig.from_mapping(document)
    return unknown if exact else reading(document, provider_filter=("nobody",))


def wide_by_default(document: Document) -> ProviderConfig:
    return reading(document, default_context_window=200_000)


def short_by_default(document: Document) -> ProviderConfig:
    return reading(document, default_max_tokens=1_024)


class Nameless(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        return found and replace(found, models=tuple(replace(model, name="") for model in found.models))


class Twice(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        return found and replace(found, models=found.models * 2)


class EverythingSees(BedrockProvider):
    def list_models(self, region: str) -> list[Row]:
        return [{**row, "inputModalities": ["TEXT", "IMAGE"]} for row in super().list_models(region)]


class RaisesWhenRefused(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        if found and found.warnings and not found.models:
            raise PermissionError(found.warnings[0])
        return found


class LooksCloser(BedrockProvider):
    def list_profiles(self, region: str) -> list[Row]:
        rows = super().list_profiles(region)
        for row in rows[:1]:
            self._bedrock().inference_profile(self._identity(), region, row["inferenceProfileId"])
        return rows


class ForgetsAtOnce(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        return replace(found, models=(), stale=False) if found and found.stale else found


class KnowsNoLimits(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        window = self.config.discovery.default_context_window
        return found and replace(
            found, models=tuple(replace(model, context_window=window) for model in found.models)
        )


MUTANTS = (
    Case(
        name="keeps-models-that-do-not-stream",
        because="responseStreamingSupported is not looked at",
        kills="DISC-001",
        message="models without streaming",
    ).rules(keeps_model=without_streaming),
    Case(
        name="keeps-models-without-text",
        because="output modalities are not looked at",
        kills="DISC-002",
        message="models without text output",
        is_proof=True,
    ).rules(keeps_model=without_text),
    Case(
        name="text-alone",
        because="a model that writes text and images is dropped",
        kills="DISC-003",
        collateral="DISC-004 DISC-005 DISC-006",
        message="usable models are missing",
    ).rules(keeps_model=text_alone),
    Case(
        name="filter-ignored",
        because="every provider passes every filter",
        kills="DISC-004 DISC-007 PROF-009",
        collateral="DISC-006",
        message="filter|Filter",
    ).rules(passes_filter=everything_passes),
    Case(
        name="empty-filter-drops-all",
        because="an empty filter lets nobody through",
        kills="DISC-005",
        message="providerFilter [] found []",
    ).reading(empty_means_none),
    Case(
        name="filter-minds-case",
        because="a filter word with capitals or blanks matches nothing",
        kills="DISC-006",
        collateral="DISC-004",
        message="found []",
    ).reading(as_written),
    Case(
        name="filter-is-a-substring",
        because="a filter word matches inside longer names",
        kills="DISC-007",
        message="a part of the name",
        is_proof=True,
    ).rules(passes_filter=parts_pass),
    Case(
        name="wide-by-default",
        because="the configured context window is not used",
        kills="DISC-008",
        collateral="PROF-003",
        message="context window 200000",
    ).reading(wide_by_default),
    Case(
        name="short-by-default",
        because="the configured output limit is not used",
        kills="DISC-009",
        collateral="PROF-003 ENBL-005",
        message="output limit 1024",
    ).reading(short_by_default),
    Case(
        name="nameless",
        because="models come without a name",
        kills="DISC-010",
        message="incomplete entry",
    ).provider(Nameless),
    Case(
        name="everything-sees",
        because="image input is reported for every model",
        kills="DISC-011",
        message="reported as ['image', 'text']",
    ).provider(EverythingSees),
    Case(
        name="keeps-retired-models",
        because="the lifecycle is not looked at",
        kills="DISC-012",
        message="not ACTIVE",
    ).rules(keeps_model=retired_too),
    Case(
        name="raises-when-refused",
        because="a refused listing is an exception",
        kills="DISC-013",
        message="discover() raised PermissionError",
    ).provider(RaisesWhenRefused),
    Case(
        name="knows-no-limits",
        because="the default is used for well-known models too",
        kills="DISC-014",
        message="was given a window of 12345",
    ).provider(KnowsNoLimits),
    Case(
        name="everything-twice",
        because="each model is listed twice",
        kills="DISC-015 PROF-012",
        message="listed more than once|is listed 2 times|is listed 4 times",
    ).provider(Twice),
    Case(
        name="looks-closer",
        because="discovery also asks for the details of a profile",
        kills="DISC-016",
        message="discovery also called ['GetInferenceProfile']",
    ).provider(LooksCloser),
    Case(
        name="forgets-at-once",
        because="a passing failure empties the catalogue",
        kills="DISC-017",
        message="the models were []",
    ).provider(ForgetsAtOnce),
)
