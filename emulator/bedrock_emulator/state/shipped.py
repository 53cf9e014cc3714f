"""Reads the catalogue shipped with the package; data/README.md says what is in it and where it is from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

import orjson

from bedrock_emulator.state.arn import model_arn
from bedrock_emulator.state.by_region import ByRegion
from bedrock_emulator.state.models import ModelRecord
from bedrock_emulator.state.profiles import ProfileRecord

_NAME_PREFIXES = {"global": "Global"}
"""How a profile's name begins, where it is not the prefix of the id in capitals [recorded]."""


def read_models() -> list[ModelRecord]:
    """Every foundation model that this service knows or knew."""
    return [_model(row) for row in _read("foundation-models")["models"] if row.get("bedrockRuntime", True)]


def read_profiles(models: Sequence[ModelRecord]) -> list[ProfileRecord]:
    """Every system-defined inference profile."""
    by_id = {model.model_id: model for model in models}
    return [_profile(row, by_id) for row in _read("inference-profiles")["profiles"]]


def read_documented_ids(
    models: Sequence[ModelRecord], profiles: Sequence[ProfileRecord]
) -> tuple[list[ModelRecord], list[ProfileRecord]]:
    """The ids that documents use and AWS does not list: each behaves as the one it stands for."""
    data = _read("documented-ids")
    real_models = {model.model_id: model for model in models}
    real_profiles = {profile.profile_id: profile for profile in profiles}
    return (
        [_model_alias(row["modelId"], real_models[row["standsFor"]]) for row in data["models"]],
        [
            replace(real_profiles[row["standsFor"]], profile_id=row["inferenceProfileId"], listed=False)
            for row in data["profiles"]
        ],
    )


def _read(name: str) -> dict[str, Any]:
    file = files("bedrock_emulator") / "data" / f"{name}.json"
    content: dict[str, Any] = orjson.loads(file.read_bytes())
    return content


def _model(row: Mapping[str, Any]) -> ModelRecord:
    summary, limits = row["summary"], row.get("limits", {})
    enforced = (summary.get("converse") or {}).get("maxTokensMaximum")
    return ModelRecord(
        model_id=row["modelId"],
        summary=summary,
        inference_types=ByRegion(
            {
                region: tuple(group["inferenceTypes"])
                for group in row["availability"]
                for region in group["regions"]
            }
        ),
        end_of_life=_end_of_life(row),
        # Only the wire's own number refuses requests: the documents' ones are rounded and often lower [recorded].
        max_output_tokens=enforced,
        context_window=limits.get("contextWindow"),
    )


def _end_of_life(row: Mapping[str, Any]) -> ByRegion[bool]:
    """Everywhere for a model that is gone, else where the last capture no longer has it."""
    return ByRegion(dict.fromkeys(row.get("endOfLifeIn", ()), True), elsewhere="removedBy" in row)


def _model_alias(model_id: str, real: ModelRecord) -> ModelRecord:
    return replace(real, model_id=model_id, summary={**real.summary, "modelId": model_id}, listed=False)


def _profile(row: Mapping[str, Any], models: Mapping[str, ModelRecord]) -> ProfileRecord:
    members = {name: row[name] for name in ("createdAt", "description", "updatedAt") if name in row}
    members["inferenceProfileName"] = row.get("inferenceProfileName") or _profile_name(row, models)
    return ProfileRecord(
        profile_id=row["inferenceProfileId"],
        type="SYSTEM_DEFINED",
        members={**members, "status": "ACTIVE"},
        model_arns=ByRegion(_destinations(row)),
        end_of_life="removedBy" in row,
    )


def _destinations(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    model_id = row["modelId"]
    worldwide = model_arn("", model_id)
    arns: dict[str, tuple[str, ...]] = {
        source: (worldwide, model_arn(source, model_id)) for source in row.get("globalFrom", ())
    }
    for route in row.get("routes", ()):
        destinations = tuple(model_arn(region, model_id) for region in route["to"])
        arns.update(dict.fromkeys(route["from"], destinations))
    return arns


def _profile_name(row: Mapping[str, Any], models: Mapping[str, ModelRecord]) -> str:
    """A name after the pattern of the recorded ones, for the service never leaves it out [guess]."""
    prefix = row["inferenceProfileId"].partition(".")[0]
    summary = models[row["modelId"]].summary
    model_name = summary.get("modelName", row["modelId"])
    return f"{_NAME_PREFIXES.get(prefix, prefix.upper())} {summary['providerName']} {model_name}"
