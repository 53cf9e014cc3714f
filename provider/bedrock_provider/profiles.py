"""Which foundation model stands behind an inference profile."""

import re
from collections.abc import Mapping
from typing import Any

from bedrock_provider.regions import REGION_PREFIX

_MODEL_IN_ARN = re.compile(r":foundation-model/(.+)$")
_APPLICATION_ARN = re.compile(r"^arn:aws[a-z-]*:bedrock:[^:]*:[^:]*:application-inference-profile/")
_BARE_APPLICATION_ID = re.compile(r"^[a-z0-9]{12}$")


def base_models(profile: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the models behind a profile, the most telling first.

    The model ARNs that a profile lists come first. Only the id of a system-defined profile tells its model
    as well; an application profile may be called anything.
    """
    listed = [_MODEL_IN_ARN.search(str(model.get("modelArn", ""))) for model in profile.get("models") or ()]
    ids = [match[1] for match in listed if match]
    if profile.get("type") == "SYSTEM_DEFINED":
        ids.append(without_region_prefix(str(profile.get("inferenceProfileId", "")).strip()))
    return tuple(dict.fromkeys(model_id for model_id in ids if model_id))


def callable_id(profile: Mapping[str, Any]) -> str:
    """What a call has to name: the id of a system-defined profile, the ARN of an application profile."""
    is_application = profile.get("type") == "APPLICATION"
    arn = profile.get("inferenceProfileArn") if is_application else None
    return str(arn or profile.get("inferenceProfileId") or "").strip()


def without_region_prefix(profile_id: str) -> str:
    """`eu.anthropic.claude…` without its geography."""
    return REGION_PREFIX.sub("", profile_id)


def is_opaque(reference: str) -> bool:
    """Whether a reference is an application profile, whose name does not tell the model."""
    return bool(_APPLICATION_ARN.match(reference) or _BARE_APPLICATION_ID.match(reference))
