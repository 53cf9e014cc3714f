"""What the settings of a guardrail must agree on, beyond what the service model says of each member.

The texts are [reported by users] unless said; what no report shows to be refused is accepted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from bedrock_emulator.call import Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.operations.guardrail_policies import guardrail_profile_id
from bedrock_emulator.state.arn import parse_arn


@dataclass(frozen=True, slots=True)
class _Unique:
    """Rows of a policy that must differ in one member."""

    policy: str
    rows: str
    member: str
    text: str
    ignore_case: bool = False

    def is_broken_by(self, params: Params) -> bool:
        values = [row[self.member] for row in _rows(params, self.policy, self.rows)]
        if self.ignore_case:
            values = [value.lower() for value in values]
        return len(set(values)) < len(values)


_UNIQUE = (
    _Unique("topicPolicyConfig", "topicsConfig", "name", "Topic policy topic names are not unique"),
    _Unique(
        "contentPolicyConfig", "filtersConfig", "type", "Content policy must not include duplicate filters"
    ),
    _Unique(
        "wordPolicyConfig",
        "wordsConfig",
        "text",
        "Custom words cannot have case-insensitive duplicates",
        ignore_case=True,
    ),
    _Unique("wordPolicyConfig", "managedWordListsConfig", "type", "Managed words cannot have duplicates"),
    _Unique(
        "sensitiveInformationPolicyConfig",
        "piiEntitiesConfig",
        "type",
        "The PII entity configs cannot have duplicates",
    ),
    _Unique("sensitiveInformationPolicyConfig", "regexesConfig", "name", "All regex names must be unique"),
    _Unique(
        "sensitiveInformationPolicyConfig", "regexesConfig", "pattern", "All regex patterns must be unique"
    ),
    _Unique(
        "contextualGroundingPolicyConfig",
        "filtersConfig",
        "type",
        "The Contextual Grounding policy cannot have duplicate types",
    ),
)

_LONGEST_CLASSIC_DEFINITION = 200
"""Characters of a topic's definition in the CLASSIC tier; the STANDARD tier takes more [botocore; reported by users]."""

_PROFILE_REGIONS: Mapping[str, tuple[str, ...]] = {
    "us": ("us-east-", "us-west-"),
    "us-gov": ("us-gov-",),
    "eu": ("eu-", "il-"),
    "apac": ("ap-", "me-"),
}
"""How the regions begin from which the guardrail profile of a geography can be used [docs]; others are not judged."""


def check_settings(params: Params, *, region: str, account: str) -> None:
    """Refuse a CreateGuardrail or UpdateGuardrail request that no guardrail could be made of.

    Raises:
        AwsError: ValidationException for the first rule that is broken.
    """
    refusal = next(_refusals(params, region, account), None)
    if refusal is not None:
        raise validation_error(refusal)


def _refusals(params: Params, region: str, account: str) -> Iterator[str]:
    if not any(value for name, value in params.items() if name.endswith("PolicyConfig")):
        yield "Guardrail must have at least one policy"
    yield from (rule.text for rule in _UNIQUE if rule.is_broken_by(params))
    yield from _topic_refusals(params)
    yield from _content_refusals(params)
    yield from _grounding_refusals(params)
    yield from _regex_refusals(params)
    yield from _cross_region_refusals(params, region, account)
    yield from _reasoning_refusals(params, region)


def _topic_refusals(params: Params) -> Iterator[str]:
    tier = params.get("topicPolicyConfig", {}).get("tierConfig", {}).get("tierName")
    definitions = (row["definition"] for row in _rows(params, "topicPolicyConfig", "topicsConfig"))
    if tier != "STANDARD" and any(len(each) > _LONGEST_CLASSIC_DEFINITION for each in definitions):
        yield (
            "One or more of your guardrail topic definitions exceeds the maximum allowed length. Shorten your topic "
            "definitions or update your guardrail topic policy configuration to support longer definitions."
        )


def _content_refusals(params: Params) -> Iterator[str]:
    for row in _rows(params, "contentPolicyConfig", "filtersConfig"):
        if row["type"] == "PROMPT_ATTACK" and row["outputStrength"] != "NONE":
            yield "PROMPT ATTACK content filter strength for response must be NONE"


def _grounding_refusals(params: Params) -> Iterator[str]:
    for row in _rows(params, "contextualGroundingPolicyConfig", "filtersConfig"):
        if row["threshold"] >= 1:
            # The end of the text is reported, its beginning is a [guess].
            yield "Contextual grounding threshold cannot be greater than or equal to 1"


def _regex_refusals(params: Params) -> Iterator[str]:
    """Look-around is not supported [docs]; the engine and the text are a [guess]."""
    options = re2.Options()
    options.log_errors = False
    rows = _rows(params, "sensitiveInformationPolicyConfig", "regexesConfig")
    for place, row in enumerate(rows, start=1):
        try:
            re2.compile(row["pattern"], options)
        except re2.error as error:
            path = f"sensitiveInformationPolicyConfig.regexesConfig.{place}.member.pattern"
            reason = error.args[0].decode(errors="replace")
            yield (
                f"The regular expression at '{path}' is invalid: {reason}. "
                "Look-around and back references are not supported."
            )


def _cross_region_refusals(params: Params, region: str, account: str) -> Iterator[str]:
    config = params.get("crossRegionConfig")
    if config is None:
        tiers = (
            policy.get("tierConfig", {}) for name, policy in params.items() if name.endswith("PolicyConfig")
        )
        if any(tier.get("tierName") == "STANDARD" for tier in tiers):
            yield "Enable cross-Region inference for your guardrail to use Standard tier"
        return
    identifier = config["guardrailProfileIdentifier"]
    arn = parse_arn(identifier)
    if arn is not None and arn.account != account:
        yield "The provided resource ARN is from a different account"
    geography = guardrail_profile_id(identifier).partition(".")[0]
    if (arn is not None and arn.region != region) or not region.startswith(
        _PROFILE_REGIONS.get(geography, "")
    ):
        yield (
            "Guardrail cross-Region profile ID is invalid. "
            "Specify a guardrail profile ID that's supported in your current AWS Region"
        )


def _reasoning_refusals(params: Params, region: str) -> Iterator[str]:
    config = params.get("automatedReasoningPolicyConfig")
    if config is None:
        return
    if "crossRegionConfig" not in params:
        yield "To use Automated Reasoning checks, your guardrail must have a cross-Region inference profile"
    arns = [parse_arn(each) for each in config["policies"]]
    if any(arn is not None and arn.region != region for arn in arns):
        yield "The provided automated reasoning policy ARN is invalid for the service region"


def _rows(params: Params, policy: str, rows: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = params.get(policy, {}).get(rows, [])
    return found
