"""Guardrails through boto3, from their creation to their end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

MESSAGES = {"blockedInputMessaging": "No such question.", "blockedOutputsMessaging": "No such answer."}
POLICIES: dict[str, Any] = {
    "topicPolicyConfig": {
        "topicsConfig": [
            {
                "name": "Investments",
                "definition": "Advice on what to invest in.",
                "examples": ["Where should I invest?"],
                "type": "DENY",
                "inputAction": "BLOCK",
                "outputAction": "NONE",
                "inputEnabled": True,
                "outputEnabled": False,
            }
        ],
        "tierConfig": {"tierName": "STANDARD"},
    },
    "contentPolicyConfig": {
        "filtersConfig": [
            {
                "type": "HATE",
                "inputStrength": "HIGH",
                "outputStrength": "LOW",
                "inputModalities": ["TEXT", "IMAGE"],
                "outputModalities": ["TEXT"],
            },
            {"type": "PROMPT_ATTACK", "inputStrength": "MEDIUM", "outputStrength": "NONE"},
        ],
        "tierConfig": {"tierName": "STANDARD"},
    },
    "wordPolicyConfig": {
        "wordsConfig": [{"text": "cactus", "outputAction": "NONE"}],
        "managedWordListsConfig": [{"type": "PROFANITY", "inputEnabled": False}],
    },
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE", "inputAction": "BLOCK"}],
        "regexesConfig": [
            {
                "name": "Account Number",
                "pattern": r"\b\d{6}\d{4}\b",
                "action": "ANONYMIZE",
                "description": "Ten digits.",
            }
        ],
    },
    "contextualGroundingPolicyConfig": {
        "filtersConfig": [{"type": "GROUNDING", "threshold": 0.75, "action": "BLOCK", "enabled": True}]
    },
    "automatedReasoningPolicyConfig": {
        "policies": ["arn:aws:bedrock:us-east-1:123456789012:automated-reasoning-policy/abcdefghijkl:1"],
        "confidenceThreshold": 0.9,
    },
    "crossRegionConfig": {"guardrailProfileIdentifier": "us.guardrail.v1:0"},
    "kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
}


def words(*texts: str) -> dict[str, Any]:
    """The smallest policy."""
    return {**MESSAGES, "wordPolicyConfig": {"wordsConfig": [{"text": text} for text in texts]}}


def as_read(config: Any) -> Any:
    """What GetGuardrail shows of what was written: the same under names without `Config`."""
    if isinstance(config, dict):
        return {name.removesuffix("Config"): as_read(value) for name, value in config.items()}
    return [as_read(value) for value in config] if isinstance(config, list) else config


def test_a_guardrail_of_every_policy_reads_back(bedrock: Any) -> None:
    created = bedrock.create_guardrail(
        name="every-policy", description="All of them.", **MESSAGES, **POLICIES
    )

    found = bedrock.get_guardrail(guardrailIdentifier=created["guardrailId"])

    written = as_read({name: value for name, value in POLICIES.items() if name.endswith("PolicyConfig")})
    assert {name: found[name] for name in written} == written
    assert found["crossRegionDetails"] == {
        "guardrailProfileId": "us.guardrail.v1:0",
        "guardrailProfileArn": "arn:aws:bedrock:us-east-1:123456789012:guardrail-profile/us.guardrail.v1:0",
    }
    assert found["kmsKeyArn"] == POLICIES["kmsKeyId"]
    assert (found["name"], found["description"], found["status"]) == ("every-policy", "All of them.", "READY")
    assert {name: found[name] for name in MESSAGES} == MESSAGES
    assert (found["statusReasons"], found["failureRecommendations"]) == ([], [])


def test_a_guardrail_lives_from_draft_to_versions_to_its_end(bedrock: Any) -> None:
    tags = [{"key": "team", "value": "a"}]
    created = bedrock.create_guardrail(name="life", tags=tags, **words("cactus"))
    guardrail = {"guardrailIdentifier": created["guardrailArn"]}

    first = bedrock.create_guardrail_version(**guardrail, description="The first.")
    updated = bedrock.update_guardrail(**guardrail, name="life", **words("agave"))
    second = bedrock.create_guardrail_version(**guardrail)
    seen = [
        bedrock.get_guardrail(**guardrail, guardrailVersion=version)["wordPolicy"]["words"][0]["text"]
        for version in ("1", "2", "DRAFT")
    ]
    rows = bedrock.list_guardrails(**guardrail)["guardrails"]
    bedrock.delete_guardrail(**guardrail, guardrailVersion="1")
    left = [row["version"] for row in bedrock.list_guardrails(**guardrail)["guardrails"]]
    bedrock.delete_guardrail(**guardrail)

    assert (first["version"], second["version"], updated["version"]) == ("1", "2", "DRAFT")
    assert seen == ["cactus", "agave", "agave"]
    assert [(row["version"], row.get("description")) for row in rows] == [
        ("DRAFT", None),
        ("1", "The first."),
        ("2", None),
    ]
    assert left == ["DRAFT", "2"]
    assert bedrock.list_guardrails()["guardrails"] == []
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_guardrail(**guardrail)


def test_refusals_are_the_exceptions_of_the_sdk(bedrock: Any) -> None:
    bedrock.create_guardrail(name="taken", **words("cactus"))

    with pytest.raises(bedrock.exceptions.ConflictException):
        bedrock.create_guardrail(name="taken", **words("agave"))
    with pytest.raises(bedrock.exceptions.ValidationException, match="case-insensitive duplicates"):
        bedrock.create_guardrail(name="twice", **words("cactus", "Cactus"))
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.delete_guardrail(guardrailIdentifier="abcdefghijkl")
    with pytest.raises(ClientError, match="Value at 'name' failed to satisfy constraint"):
        bedrock.create_guardrail(name="no spaces", **words("cactus"))


def test_no_page_skips_or_repeats_a_row_while_others_create(boto3_client: Callable[..., Any]) -> None:
    reader, writers = boto3_client("bedrock"), [boto3_client("bedrock") for _ in range(3)]
    early = {reader.create_guardrail(name=f"early-{each}", **words("x"))["guardrailId"] for each in range(9)}

    def create(place: int) -> str:
        writer = writers[place % len(writers)]
        return str(writer.create_guardrail(name=f"late-{place}", **words("x"))["guardrailId"])

    with ThreadPoolExecutor(len(writers)) as pool:
        pending = [pool.submit(create, place) for place in range(30)]
        pages = reader.get_paginator("list_guardrails").paginate(PaginationConfig={"PageSize": 2})
        seen = [row["id"] for page in pages for row in page["guardrails"]]
        late = {each.result() for each in pending}

    assert len(seen) == len(set(seen))
    assert early <= set(seen) <= early | late
    listed = {row["id"] for row in reader.list_guardrails()["guardrails"]}
    assert listed == early | late
