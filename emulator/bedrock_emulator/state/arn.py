"""ARNs of Bedrock: how they are read and how they are formed."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

ProfileType: TypeAlias = Literal["SYSTEM_DEFINED", "APPLICATION"]

PROFILE_RESOURCES: dict[str, ProfileType] = {
    "inference-profile": "SYSTEM_DEFINED",
    "application-inference-profile": "APPLICATION",
}
FOUNDATION_MODEL = "foundation-model"

_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """`arn:partition:service:region:account:resource_type/resource_id`; region and account may be empty."""

    partition: str
    service: str
    region: str
    account: str
    resource_type: str
    resource_id: str


def parse_arn(text: str) -> Arn | None:
    """The parts of an ARN, or None when the text is something else, such as a plain model id."""
    fields = text.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS or fields[0] != "arn":
        return None
    resource_type, slash, resource_id = fields[5].partition("/")
    if not (slash and resource_id):
        return None
    return Arn(fields[1], fields[2], fields[3], fields[4], resource_type, resource_id)


def partition_of(region: str) -> str:
    """The partition of a region; an ARN without a region belongs to `aws`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def model_arn(region: str, model_id: str) -> str:
    """The ARN of a foundation model; the empty region gives the one that global profiles list [recorded]."""
    return f"arn:{partition_of(region)}:bedrock:{region}::{FOUNDATION_MODEL}/{model_id}"


def profile_arn(kind: ProfileType, region: str, account: str, profile_id: str) -> str:
    """The ARN of an inference profile; a system-defined one carries the caller's account too [recorded]."""
    resource = next(resource for resource, each in PROFILE_RESOURCES.items() if each == kind)
    return f"arn:{partition_of(region)}:bedrock:{region}:{account}:{resource}/{profile_id}"


def model_id_of(arn: str) -> str | None:
    """The model that a foundation-model ARN names; None for every other text."""
    parsed = parse_arn(arn)
    return parsed.resource_id if parsed and parsed.resource_type == FOUNDATION_MODEL else None
