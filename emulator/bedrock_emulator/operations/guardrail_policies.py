"""From the request shapes of guardrails to their response shapes.

CreateGuardrail and UpdateGuardrail take `topicPolicyConfig.topicsConfig`, GetGuardrail gives `topicPolicy.topics`:
every member of a policy keeps its name but for the ending.
"""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.model.service import Shape
from bedrock_emulator.state.arn import parse_arn, partition_of
from bedrock_emulator.state.guardrails import GuardrailSettings

_CONFIG = "Config"

_OUTSIDE = frozenset({"clientRequestToken", "guardrailIdentifier", "tags"})
"""What a request holds beside the settings of the guardrail."""

_OTHERWISE = frozenset({"kmsKeyId", "crossRegionConfig"})
"""GuardrailSettings whose value changes too."""

_TIERED = ("contentPolicy", "topicPolicy")
_DEFAULT_TIER = {"tierName": "CLASSIC"}
"""The tier of a policy for which none was chosen is read back [reported by users]."""


def settings_of(params: Params, *, region: str, account: str) -> GuardrailSettings:
    """What a CreateGuardrail or UpdateGuardrail request decides, as GetGuardrail shows it."""
    settings: dict[str, Any] = {
        name.removesuffix(_CONFIG): _renamed(value)
        for name, value in params.items()
        if name not in _OUTSIDE | _OTHERWISE
    }
    for policy in _TIERED:
        if policy in settings:
            settings[policy].setdefault("tier", _DEFAULT_TIER)
    if "crossRegionConfig" in params:
        identifier = params["crossRegionConfig"]["guardrailProfileIdentifier"]
        settings["crossRegionDetails"] = _cross_region(identifier, region, account)
    if "kmsKeyId" in params:
        settings["kmsKeyArn"] = _key_arn(params["kmsKeyId"], region, account)
    return settings


def completed(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with every member of its shape: null where nothing is set, and lists of rows empty.

    GetGuardrail answers so [reported by users: a captured body]; ListGuardrails by analogy [guess].
    """
    return {
        name: _completed(member.shape, value[name]) if name in value else _unset(member.shape)
        for name, member in shape.members.items()
    }


def _completed(shape: Shape, value: Any) -> Any:
    if shape.kind == "structure":
        return completed(shape, value)
    if shape.item is not None:
        item = shape.item
        return [_completed(item, each) for each in value]
    return value


def _unset(shape: Shape) -> list[Any] | None:
    return [] if shape.item is not None and shape.item.kind == "structure" else None


def _renamed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.removesuffix(_CONFIG): _renamed(item) for name, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def _cross_region(identifier: str, region: str, account: str) -> dict[str, str]:
    """Of a guardrail profile by id or ARN, which carries the caller's account [botocore]."""
    profile_id = guardrail_profile_id(identifier)
    arn = f"arn:{partition_of(region)}:bedrock:{region}:{account}:guardrail-profile/{profile_id}"
    return {"guardrailProfileId": profile_id, "guardrailProfileArn": arn}


def guardrail_profile_id(identifier: str) -> str:
    """The id of a guardrail profile that is given by id or ARN."""
    arn = parse_arn(identifier)
    return identifier if arn is None else arn.resource_id


def _key_arn(key: str, region: str, account: str) -> str:
    """The ARN of a key given by ARN, id or alias; there is no KMS here that could say which key an alias means."""
    if key.startswith("arn:"):
        return key
    resource = key if key.startswith("alias/") else f"key/{key}"
    return f"arn:{partition_of(region)}:kms:{region}:{account}:{resource}"
