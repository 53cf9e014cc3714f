"""What settings are refused beyond the constraints of the service model."""

from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.guardrail_rules import check_settings
from tests.emulator.guardrails.support import ACCOUNT, MINIMAL, PROFILE, REGION

WITHOUT_POLICY = {name: value for name, value in MINIMAL.items() if name != "wordPolicyConfig"}
OTHER_ACCOUNT = "999988887777"


def _topics(*names: str, tier: str = "CLASSIC") -> dict[str, Any]:
    rows = [{"name": name, "definition": "Anything.", "type": "DENY"} for name in names]
    return {"topicPolicyConfig": {"topicsConfig": rows, "tierConfig": {"tierName": tier}}}


def _definition(length: int, **tier: str) -> dict[str, Any]:
    row = {"name": "a", "definition": "a" * length, "type": "DENY"}
    return {"topicPolicyConfig": {"topicsConfig": [row], **({"tierConfig": tier} if tier else {})}}


def _filters(*types: str, output: str = "HIGH", tier: str = "CLASSIC") -> dict[str, Any]:
    rows = [{"type": each, "inputStrength": "HIGH", "outputStrength": output} for each in types]
    return {"contentPolicyConfig": {"filtersConfig": rows, "tierConfig": {"tierName": tier}}}


def _words(*texts: str) -> dict[str, Any]:
    return {"wordPolicyConfig": {"wordsConfig": [{"text": text} for text in texts]}}


def _managed(count: int) -> dict[str, Any]:
    return {"wordPolicyConfig": {"managedWordListsConfig": [{"type": "PROFANITY"}] * count}}


def _pii(*types: str) -> dict[str, Any]:
    rows = [{"type": each, "action": "BLOCK"} for each in types]
    return {"sensitiveInformationPolicyConfig": {"piiEntitiesConfig": rows}}


def _regexes(**patterns: str) -> dict[str, Any]:
    rows = [{"name": name, "pattern": pattern, "action": "BLOCK"} for name, pattern in patterns.items()]
    return {"sensitiveInformationPolicyConfig": {"regexesConfig": rows}}


def _same_name(count: int) -> dict[str, Any]:
    rows = [{"name": "id", "pattern": f"[0-9]{{{each + 1}}}", "action": "BLOCK"} for each in range(count)]
    return {"sensitiveInformationPolicyConfig": {"regexesConfig": rows}}


def _grounding(*types: str, threshold: float = 0.5, tier: str = "CLASSIC") -> dict[str, Any]:
    rows = [{"type": each, "threshold": threshold} for each in types]
    return {"contextualGroundingPolicyConfig": {"filtersConfig": rows, "tierConfig": {"tierName": tier}}}


def _reasoning(region: str = REGION) -> dict[str, Any]:
    arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:automated-reasoning-policy/abcdefghijkl:1"
    return {"automatedReasoningPolicyConfig": {"policies": [arn]}}


def _across(identifier: str = PROFILE) -> dict[str, Any]:
    return {"crossRegionConfig": {"guardrailProfileIdentifier": identifier}}


def _profile_arn(region: str, account: str) -> str:
    return f"arn:aws:bedrock:{region}:{account}:guardrail-profile/{PROFILE}"


NO_PROFILE = "Guardrail cross-Region profile ID is invalid. Specify a guardrail profile ID"
NO_STANDARD = "Enable cross-Region inference for your guardrail to use Standard tier"
TOO_LONG = "One or more of your guardrail topic definitions exceeds the maximum allowed length."
NO_REGEX = (
    "The regular expression at 'sensitiveInformationPolicyConfig.regexesConfig.1.member.pattern' is invalid"
)


@pytest.mark.parametrize(
    ("accepted", "refused", "text"),
    [
        pytest.param(_words("a"), {}, "Guardrail must have at least one policy", id="no-policy"),
        pytest.param(
            _words("a"),
            {"wordPolicyConfig": {}},
            "Guardrail must have at least one policy",
            id="empty-policy",
        ),
        pytest.param(
            _topics("a", "A"), _topics("a", "b", "a"), "Topic policy topic names are not unique", id="topics"
        ),
        pytest.param(_definition(200), _definition(201), TOO_LONG, id="definition-without-tier"),
        pytest.param(
            _definition(200, tierName="CLASSIC"),
            _definition(201, tierName="CLASSIC"),
            TOO_LONG,
            id="definition-of-classic-tier",
        ),
        pytest.param(
            _definition(1_000, tierName="STANDARD") | _across(),
            _definition(201) | _across(),
            TOO_LONG,
            id="definition-of-standard-tier",
        ),
        pytest.param(
            _filters("HATE", "SEXUAL"),
            _filters("HATE", "HATE"),
            "Content policy must not include duplicate filters",
            id="content-filters",
        ),
        pytest.param(
            _words("cactus", "cacti"),
            _words("cactus", "Cactus"),
            "Custom words cannot have case-insensitive duplicates",
            id="words",
        ),
        pytest.param(_managed(1), _managed(2), "Managed words cannot have duplicates", id="managed-words"),
        pytest.param(
            _pii("EMAIL", "PHONE"),
            _pii("EMAIL", "EMAIL"),
            "The PII entity configs cannot have duplicates",
            id="pii",
        ),
        pytest.param(_same_name(1), _same_name(2), "All regex names must be unique", id="regex-names"),
        pytest.param(
            _regexes(one="a", two="b"),
            _regexes(one="a", two="a"),
            "All regex patterns must be unique",
            id="regex-patterns",
        ),
        pytest.param(
            _grounding("GROUNDING", "RELEVANCE"),
            _grounding("RELEVANCE", "RELEVANCE"),
            "The Contextual Grounding policy cannot have duplicate types",
            id="grounding-types",
        ),
        pytest.param(
            _grounding("GROUNDING", threshold=0.99),
            _grounding("GROUNDING", threshold=1),
            "grounding threshold cannot be greater than or equal to 1",
            id="grounding-threshold",
        ),
        pytest.param(
            _filters("PROMPT_ATTACK", output="NONE"),
            _filters("PROMPT_ATTACK", output="LOW"),
            "PROMPT ATTACK content filter strength for response must be NONE",
            id="prompt-attack",
        ),
        pytest.param(_regexes(id=r"a(?:b|c)"), _regexes(id=r"a(?=b)"), NO_REGEX, id="look-ahead"),
        pytest.param(_regexes(id=r"\d{3}"), _regexes(id=r"(?<!a)b"), NO_REGEX, id="look-behind"),
        pytest.param(_regexes(id=r"(a)"), _regexes(id=r"(a)\1"), NO_REGEX, id="back-reference"),
        pytest.param(_regexes(id=r"\(a"), _regexes(id="(a"), NO_REGEX, id="unbalanced"),
        pytest.param(
            _topics("a", tier="STANDARD") | _across(),
            _topics("a", tier="STANDARD"),
            NO_STANDARD,
            id="topic-tier",
        ),
        pytest.param(
            _filters("HATE", tier="STANDARD") | _across(),
            _filters("HATE", tier="STANDARD"),
            NO_STANDARD,
            id="content-tier",
        ),
        pytest.param(
            _grounding("GROUNDING", tier="STANDARD") | _across(),
            _grounding("GROUNDING", tier="STANDARD"),
            NO_STANDARD,
            id="grounding-tier",
        ),
        pytest.param(
            _reasoning() | _across(),
            _reasoning(),
            "To use Automated Reasoning checks, your guardrail must have a cross-Region inference profile",
            id="reasoning-across-regions",
        ),
        pytest.param(
            _reasoning() | _across(),
            _reasoning("us-west-2") | _across(),
            "The provided automated reasoning policy ARN is invalid for the service region",
            id="reasoning-region",
        ),
        pytest.param(
            _words("a") | _across(_profile_arn(REGION, ACCOUNT)),
            _words("a") | _across(_profile_arn(REGION, OTHER_ACCOUNT)),
            "The provided resource ARN is from a different account",
            id="profile-account",
        ),
        pytest.param(
            _words("a") | _across(_profile_arn(REGION, ACCOUNT)),
            _words("a") | _across(_profile_arn("us-west-2", ACCOUNT)),
            NO_PROFILE,
            id="profile-region",
        ),
        pytest.param(
            _words("a") | _across("ca.guardrail.v1:0"),  # a geography that is not judged
            _words("a") | _across("eu.guardrail.v1:0"),
            NO_PROFILE,
            id="profile-geography",
        ),
    ],
)
def test_a_rule_refuses_what_breaks_it_and_nothing_else(
    accepted: dict[str, Any], refused: dict[str, Any], text: str
) -> None:
    check_settings(WITHOUT_POLICY | accepted, region=REGION, account=ACCOUNT)

    with pytest.raises(AwsError) as caught:
        check_settings(WITHOUT_POLICY | refused, region=REGION, account=ACCOUNT)

    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)
    assert text in caught.value.message


def test_a_hostile_regular_expression_costs_no_time() -> None:
    """RE2 refuses what it cannot compile small, and takes no time for the rest."""
    check_settings(WITHOUT_POLICY | _regexes(id="(a+)+" * 60 + "$"), region=REGION, account=ACCOUNT)
    with pytest.raises(AwsError, match="repetition size"):
        check_settings(
            WITHOUT_POLICY | _regexes(id="((a{1000}){1000}){1000}"), region=REGION, account=ACCOUNT
        )
