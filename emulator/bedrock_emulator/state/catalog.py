"""Which models and inference profiles there are, by region: immutable, so that labs can share it."""

from collections.abc import Callable, Iterable
from typing import Any

from bedrock_emulator.state import overlay as overlays
from bedrock_emulator.state import shipped
from bedrock_emulator.state.arn import parse_arn
from bedrock_emulator.state.models import ModelRecord
from bedrock_emulator.state.profiles import ProfileRecord

__all__ = ["Catalogue", "ModelRecord", "ProfileRecord", "load_catalogue"]

_PREPARED_LIMIT = 256
"""Answers kept per catalogue; more callers than that are answered afresh."""


class Catalogue:
    """Models and profiles in the order in which they are listed."""

    def __init__(self, models: Iterable[ModelRecord], profiles: Iterable[ProfileRecord]) -> None:
        self._models = {model.model_id: model for model in models}
        self._profiles = {profile.profile_id: profile for profile in profiles}
        self._prepared: dict[tuple[str, ...], bytes] = {}

    @property
    def names(self) -> frozenset[str]:
        """The id of every model and profile, in whatever region and state."""
        return frozenset((*self._models, *self._profiles))

    def models_in(self, region: str) -> list[ModelRecord]:
        """The models that a region lists."""
        return [model for model in self._models.values() if model.listed and self._is_in(model, region)]

    def model(self, model_id: str, region: str) -> ModelRecord | None:
        """The model with this id if the region has it, listed or not."""
        model = self._models.get(model_id)
        return model if model and self._is_in(model, region) else None

    def known_model(self, model_id: str) -> ModelRecord | None:
        """The model with this id in whatever region, also past its end of life."""
        return self._models.get(model_id)

    def profiles_in(self, region: str, account: str) -> list[ProfileRecord]:
        """The profiles, system-defined and the account's own, that a region lists."""
        return [each for each in self._profiles.values() if each.listed and each.visible_to(region, account)]

    def profile(self, identifier: str, region: str, account: str) -> ProfileRecord | None:
        """The profile with this id, or with this ARN as the caller's region and account see it."""
        arn = parse_arn(identifier)
        profile = self._profiles.get(arn.resource_id if arn else identifier)
        if profile is None or not profile.visible_to(region, account):
            return None
        return None if arn and identifier != profile.arn(region, account) else profile

    def known_profile(self, profile_id: str) -> ProfileRecord | None:
        """The profile with this id in whatever region, also past its end of life."""
        return self._profiles.get(profile_id)

    def overlay(self, models: Any = (), profiles: Any = (), *, replace: bool = False) -> "Catalogue":
        """A new catalogue with these rows added, or put in the place of the ones with the same id.

        Args:
            models: rows of ListFoundationModels, each with optional `regions` and `maxOutputTokens`.
            profiles: answers of GetInferenceProfile, each with optional `regions`.
            replace: drop everything that was there before.

        Raises:
            AdminError: a row cannot be right; the message begins with its path.
        """
        new_models = overlays.read_models(models)
        new_profiles = overlays.read_profiles(profiles)
        if replace:
            return Catalogue(new_models, new_profiles)
        return Catalogue([*self._models.values(), *new_models], [*self._profiles.values(), *new_profiles])

    def prepared(self, key: tuple[str, ...], build: Callable[[], bytes]) -> bytes:
        """The bytes that `build` makes, made once per key: the catalogue never changes."""
        data = self._prepared.get(key)
        if data is None:
            data = build()
            if len(self._prepared) < _PREPARED_LIMIT:
                self._prepared[key] = data
        return data

    @staticmethod
    def _is_in(model: ModelRecord, region: str) -> bool:
        return not model.end_of_life.get(region) and model.inference_types.get(region) is not None


def load_catalogue(*, documented_ids: bool) -> Catalogue:
    """The shipped catalogue; with `documented_ids` also the ids that documents use and AWS does not list."""
    models = shipped.read_models()
    profiles = shipped.read_profiles(models)
    if documented_ids:
        more_models, more_profiles = shipped.read_documented_ids(models, profiles)
        return Catalogue(models + more_models, profiles + more_profiles)
    return Catalogue(models, profiles)
