"""PROF: providers that mishandle inference profiles."""

from dataclasses import replace
from typing import Any

from bedrock_contracts.mutants.mutant import Case
from bedrock_provider import BedrockProvider, Catalog, ModelInfo
from bedrock_provider.filters import Summary, keeps_profile
from bedrock_provider.profiles import base_models
from bedrock_provider.regions import call_region

Row = dict[str, Any]
PAGE = 100


def no_globals(profile: Summary) -> bool:
    return keeps_profile(profile) and not str(profile["inferenceProfileId"]).startswith("global.")


def retired_too(profile: Summary) -> bool:
    return keeps_profile({**profile, "status": "ACTIVE"})


def blind(base: ModelInfo, profile_id: str, name: str) -> ModelInfo:
    return replace(base, id=profile_id, name=name, input=("text",))


def american(profile: Summary) -> tuple[str, ...]:
    name = str(profile["inferenceProfileId"])
    return (name.removeprefix("us."),) if profile["type"] == "SYSTEM_DEFINED" else base_models(profile)


def system_defined_only(profile: Summary) -> tuple[str, ...]:
    return base_models(profile) if profile["type"] == "SYSTEM_DEFINED" else ()


def arn_ignored(**question: Any) -> str:
    return call_region(**{**question, "model": ""})


class FirstPage(BedrockProvider):
    def list_profiles(self, region: str) -> list[Row]:
        return super().list_profiles(region)[:PAGE]


class AllOrNothing(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        return replace(found, models=()) if found and found.warnings and not found.stale else found


class UnknownIsTiny(BedrockProvider):
    """A profile whose model is not in the list gets a window of one token."""

    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        names = {model.id for model in found.models} if found else set()
        return found and replace(found, models=tuple(self._shrunk(model, names) for model in found.models))

    @staticmethod
    def _shrunk(model: ModelInfo, names: set[str]) -> ModelInfo:
        prefix, _, base = model.id.partition(".")
        is_profile = prefix in {"us", "eu", "ap", "apac", "au", "jp", "global"}
        return replace(model, context_window=1) if is_profile and base not in names else model


class FiltersModelsOnly(BedrockProvider):
    """Adds the profiles back that the filter took out."""

    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        if not found or not self.config.discovery.provider_filter:
            return found
        open_config = replace(self.config, discovery=replace(self.config.discovery, provider_filter=()))
        unfiltered = BedrockProvider(open_config).discover()
        extra = (
            tuple(model for model in unfiltered.models if model.id.startswith("us.")) if unfiltered else ()
        )
        return replace(found, models=tuple(dict.fromkeys((*found.models, *extra))))


MUTANTS = (
    Case(
        name="drops-global",
        because="global profiles are left out",
        kills="PROF-001",
        collateral="PROF-002 PROF-003 PROF-004",
        message="profiles are missing: ['global.",
        is_proof=True,
    ).rules(keeps_profile=no_globals),
    Case(
        name="blind-profiles",
        because="a profile takes text only, whatever its model takes",
        kills="PROF-002 PROF-004 PROF-005",
        message="it has|has {",
    ).rules(inherit=blind),
    Case(
        name="unknown-base-is-tiny",
        because="a profile of an unlisted model does not get the defaults",
        kills="PROF-003",
        message="'contextWindow': 1,",
    ).provider(UnknownIsTiny),
    Case(
        name="american",
        because="no prefix but us. leads to a model",
        kills="PROF-004",
        collateral="PROF-002",
        message="its model has",
    ).rules(base_models=american),
    Case(
        name="application-profiles-are-opaque",
        because="the ARNs that an application profile lists are not read",
        kills="PROF-005",
        message="it has",
    ).rules(base_models=system_defined_only),
    Case(
        name="first-page-only",
        because="the rest of the profiles is not fetched",
        kills="PROF-006",
        message="100 of 1010 profiles",
        is_proof=True,
    ).provider(FirstPage),
    Case(
        name="all-or-nothing",
        because="denied profiles take the models with them",
        kills="PROF-007",
        message="discovery gave nothing",
    ).provider(AllOrNothing),
    Case(
        name="arn-region-ignored",
        because="a profile ARN is called in the configured region",
        kills="PROF-008",
        message="the call was signed for us-east-1",
    ).rules(call_region=arn_ignored),
    Case(
        name="filters-models-only",
        because="profiles of other providers pass the filter",
        kills="PROF-009",
        message="filter globex found",
    ).provider(FiltersModelsOnly),
    Case(
        name="keeps-retired-profiles",
        because="the status of a profile is not looked at",
        kills="PROF-010",
        message="status LEGACY was listed",
    ).rules(keeps_profile=retired_too),
)
