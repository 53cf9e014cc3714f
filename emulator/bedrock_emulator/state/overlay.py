"""Models and profiles that a test brings along, in the form in which AWS lists them."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.regions import is_region
from bedrock_emulator.state import models, rules
from bedrock_emulator.state.arn import PROFILE_RESOURCES, Arn, model_id_of, parse_arn
from bedrock_emulator.state.by_region import ByRegion
from bedrock_emulator.state.models import ModelRecord
from bedrock_emulator.state.profiles import ProfileRecord

INFERENCE_TYPES = ("ON_DEMAND", "PROVISIONED", "INFERENCE_PROFILE")
"""What real rows hold; the service model knows the first two alone [recorded]."""

_REGIONS = rules.strings_of(
    "a non-empty list of region names such as us-east-1",
    is_region,
    empty=False,
)
_ANYTHING = rules.Rule(words="any value", holds=lambda _: True)

_CONVERSE = {
    "maxTokensDefault": rules.count().or_null(),
    "maxTokensMaximum": rules.count().or_null(),
    "systemRoleSupported": rules.boolean().or_null(),
    "userDocumentTypesSupported": rules.strings().or_null(),
    "userImageTypesSupported": rules.strings().or_null(),
    "userVideoTypesSupported": rules.strings().or_null(),
    "additionalRequestFieldsSchema": _ANYTHING,
    "reasoningSupported": _ANYTHING,
    "stopSequencesDefault": _ANYTHING,
}
_LIFECYCLE = {
    "status": rules.text().or_null(),
    **dict.fromkeys(
        ("startOfLifeTime", "endOfLifeTime", "legacyTime", "publicExtendedAccessTime"),
        rules.moment().or_null(),
    ),
}
_MODEL = rules.an_object(
    {
        **dict.fromkeys(models.UNDOCUMENTED_MEMBERS, _ANYTHING),
        "modelId": rules.identifier(),
        "modelArn": rules.identifier(),
        "modelName": rules.text().or_null(),
        "providerName": rules.text().or_null(),
        "inputModalities": rules.strings().or_null(),
        "outputModalities": rules.strings().or_null(),
        "customizationsSupported": rules.strings().or_null(),
        "responseStreamingSupported": rules.boolean().or_null(),
        "inferenceTypesSupported": rules.strings_of(
            f"a list of {', '.join(INFERENCE_TYPES)}", lambda each: each in INFERENCE_TYPES
        ),
        "modelLifecycle": rules.an_object(_LIFECYCLE).or_null(),
        "converse": rules.an_object(_CONVERSE).or_null(),
        "explicitPromptCaching": rules.an_object({"isSupported": rules.boolean().or_null()}).or_null(),
        "regions": _REGIONS,
        "maxOutputTokens": rules.count().or_null(),
    }
)
_PROFILE = rules.an_object(
    {
        "inferenceProfileId": rules.identifier(),
        "inferenceProfileArn": rules.identifier(),
        "inferenceProfileName": rules.text(),
        "description": rules.text().or_null(),
        "createdAt": rules.moment().or_null(),
        "updatedAt": rules.moment().or_null(),
        "status": rules.text(),
        "type": rules.one_of("SYSTEM_DEFINED", "APPLICATION"),
        "models": rules.Rule(words="a list of objects", holds=lambda value: isinstance(value, list)),
        "regions": _REGIONS,
        "toolboxArn": _ANYTHING,
    }
)
_DESTINATION = rules.an_object({"modelArn": rules.identifier()})


def read_models(value: object, path: str = "models") -> list[ModelRecord]:
    """The models of an overlay; AdminError names the path of what cannot be right."""
    records: dict[str, ModelRecord] = {}
    for place, row in rules.objects(value, path):
        rules.check(row, _MODEL, place)
        _require(row, "modelId", place)
        _refuse_repeated(row["modelId"], records, f"{place}.modelId")
        records[row["modelId"]] = _model(row, place)
    return list(records.values())


def read_profiles(value: object, path: str = "profiles") -> list[ProfileRecord]:
    """The profiles of an overlay; AdminError names the path of what cannot be right."""
    records: dict[str, ProfileRecord] = {}
    for place, row in rules.objects(value, path):
        rules.check(row, _PROFILE, place)
        _require(row, "inferenceProfileId", place)
        _require(row, "models", place)
        _refuse_repeated(row["inferenceProfileId"], records, f"{place}.inferenceProfileId")
        records[row["inferenceProfileId"]] = _profile(row, place)
    return list(records.values())


def _model(row: Mapping[str, Any], place: str) -> ModelRecord:
    model_id = row["modelId"]
    ours = {"regions", "maxOutputTokens", "inferenceTypesSupported"}
    named = model_id_of(row.get("modelArn", ""))
    if named is not None:
        if named != model_id:
            raise rules.refusal(f"{place}.modelArn", f"names the model {named}, not {model_id}")
        ours.add("modelArn")  # formed anew for each region
    return ModelRecord(
        model_id=model_id,
        summary={name: value for name, value in row.items() if name not in ours},
        inference_types=ByRegion.of(
            tuple(row.get("inferenceTypesSupported", ("ON_DEMAND",))), row.get("regions")
        ),
        max_output_tokens=row.get("maxOutputTokens") or (row.get("converse") or {}).get("maxTokensMaximum"),
    )


def _profile(row: Mapping[str, Any], place: str) -> ProfileRecord:
    arn = _own_arn(row, place)
    kind = row.get("type") or (PROFILE_RESOURCES[arn.resource_type] if arn else "SYSTEM_DEFINED")
    regions = row.get("regions") or ([arn.region] if arn else None)
    if arn and regions and arn.region not in regions:
        raise rules.refusal(
            f"{place}.regions", f"must contain {arn.region}, the region of inferenceProfileArn"
        )
    ours = {"inferenceProfileId", "inferenceProfileArn", "type", "models", "regions", "toolboxArn"}
    members = {name: value for name, value in row.items() if name not in ours}
    return ProfileRecord(
        profile_id=row["inferenceProfileId"],
        type=kind,
        members={"inferenceProfileName": row["inferenceProfileId"], "status": "ACTIVE", **members},
        model_arns=ByRegion.of(_destinations(row["models"], f"{place}.models"), regions),
        account=(arn.account or None) if arn and kind == "APPLICATION" else None,
    )


def _own_arn(row: Mapping[str, Any], place: str) -> Arn | None:
    """The ARN that the row gives for itself, if it agrees with the rest of the row."""
    if "inferenceProfileArn" not in row:
        return None
    arn, path = parse_arn(row["inferenceProfileArn"]), f"{place}.inferenceProfileArn"
    if arn is None or arn.resource_type not in PROFILE_RESOURCES or not is_region(arn.region):
        raise rules.refusal(path, "must be the ARN of an inference profile in a region")
    if arn.resource_id != row["inferenceProfileId"]:
        raise rules.refusal(path, f"names the profile {arn.resource_id}, not {row['inferenceProfileId']}")
    if row.get("type", PROFILE_RESOURCES[arn.resource_type]) != PROFILE_RESOURCES[arn.resource_type]:
        raise rules.refusal(path, f"is not the ARN of a profile of type {row['type']}")
    return arn


def _destinations(value: object, path: str) -> tuple[str, ...]:
    arns = []
    for place, each in rules.objects(value, path):
        rules.check(each, _DESTINATION, place)
        _require(each, "modelArn", place)
        arns.append(each["modelArn"])
    return tuple(arns)


def _require(row: Mapping[str, Any], name: str, place: str) -> None:
    if name not in row:
        raise rules.refusal(f"{place}.{name}", "is required")


def _refuse_repeated(name: str, seen: Mapping[str, object], path: str) -> None:
    if name in seen:
        raise rules.refusal(path, f"repeats {name}: each id can be given once")
