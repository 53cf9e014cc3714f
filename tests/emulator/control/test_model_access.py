"""Access to models: granted and revoked by the admin API, and what callers without it are told."""

from typing import Any

import pytest

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.operations.access import DENIALS
from bedrock_emulator.operations.foundation_models import get_foundation_model_availability
from bedrock_emulator.operations.runtime.resolution import model_names, resolve_model
from bedrock_emulator.state.model_access import ModelAccess, compile_model_access
from bedrock_emulator.state.schema import check_document, schema_bytes
from tests.emulator.catalog.support import ACCOUNT, call, parsed

NOVA = "amazon.nova-lite-v1:0"
LEGACY = "anthropic.claude-3-haiku-20240307-v1:0"
GRANTED = {
    "agreementAvailability": {"status": "AVAILABLE"},
    "authorizationStatus": "AUTHORIZED",
    "entitlementAvailability": "AVAILABLE",
    "regionAvailability": "AVAILABLE",
}


def _access(*rules: dict[str, str]) -> ModelAccess:
    document = {"rules": list(rules)}
    check_document(document, "ModelAccess")
    return compile_model_access(document, path="")


def _denied(model: str, **reason: str) -> ModelAccess:
    return _access({"model": model, "access": "denied", **reason})


def _refusal(access: ModelAccess, model_id: str = NOVA) -> tuple[int | None, str, str]:
    with pytest.raises(AwsError) as caught:
        resolve_model(call(access=access), model_id)
    return caught.value.status, caught.value.code, caught.value.message


def _availability(
    access: ModelAccess | None = None, model_id: str = NOVA, region: str = "us-east-1"
) -> dict[str, Any]:
    answer = get_foundation_model_availability(call(access=access, region=region), {"modelId": model_id})
    availability = parsed("GetFoundationModelAvailability", answer)
    assert availability.pop("modelId") == model_id
    return availability


def test_everything_is_granted_until_a_rule_denies_it() -> None:
    assert _availability() == GRANTED
    assert _availability(_denied("anthropic.*")) == GRANTED
    assert resolve_model(call(access=_denied("anthropic.*")), NOVA)


@pytest.mark.parametrize(
    ("reason", "status", "code", "words"),
    [
        ("not-granted", 403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
        ("marketplace", 403, "AccessDeniedException", "Model access is denied due to IAM user or service role"),
        ("account", 403, "AccessDeniedException", "Your account is not authorized to invoke this API operation."),
        ("restricted", 400, "ValidationException", "Operation not allowed"),
        ("use-case", 404, "ResourceNotFoundException", "Model use case details have not been submitted for this account."),
    ],
)  # fmt: skip
def test_a_denied_model_answers_the_text_of_its_reason_and_is_not_available(
    reason: str, status: int, code: str, words: str
) -> None:
    access = _denied(NOVA, reason=reason)
    refusal = _refusal(access)
    assert refusal[:2] == (status, code)
    assert refusal[2].startswith(words)
    assert _availability(access) != GRANTED
    assert _availability(access)["regionAvailability"] == "AVAILABLE"


def test_a_denial_without_a_reason_means_that_access_was_not_granted() -> None:
    assert _refusal(_denied(NOVA)) == _refusal(_denied(NOVA, reason="not-granted"))


def test_legacy_is_a_reason_against_legacy_models_alone() -> None:
    access = _denied("*", reason="legacy")
    assert _refusal(access, LEGACY) == (404, "ResourceNotFoundException", DENIALS["legacy"].message)
    assert resolve_model(call(access=access), NOVA)
    assert _availability(access) == GRANTED
    assert _availability(access, LEGACY)["entitlementAvailability"] == "NOT_AVAILABLE"


@pytest.mark.parametrize(
    "called",
    [
        NOVA,
        f"us.{NOVA}",
        f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{NOVA}",
    ],
    ids=["id", "profile", "model ARN", "profile ARN"],
)
def test_a_model_is_denied_by_whatever_name_it_is_called(called: str) -> None:
    assert _refusal(_denied("amazon.nova-*"), called)[0] == 403


@pytest.mark.parametrize(
    "rule", [NOVA, "amazon.*", f"arn:*::foundation-model/{NOVA}"], ids=["id", "glob", "ARN"]
)
def test_a_rule_names_a_model_by_id_or_arn(rule: str) -> None:
    assert _refusal(_denied(rule))[0] == 403
    assert _availability(_denied(rule))["entitlementAvailability"] == "NOT_AVAILABLE"


def test_the_first_rule_about_a_model_decides() -> None:
    access = _access(
        {"model": "amazon.*", "access": "granted"},
        {"model": "*", "access": "denied"},
    )
    assert resolve_model(call(access=access), NOVA)
    assert _refusal(access, LEGACY)[0] == 403


def test_a_denied_model_keeps_its_names_for_faults_and_rules() -> None:
    names = model_names(call(access=_denied("*")), f"us.{NOVA}")
    assert names == model_names(call(), f"us.{NOVA}")
    assert {f"us.{NOVA}", NOVA} <= set(names)


def test_an_unknown_model_is_unknown_whether_access_is_denied_or_not() -> None:
    assert _refusal(_denied("*"), "nobody.nothing-v1:0")[2] == "The provided model identifier is invalid."
    with pytest.raises(AwsError, match="The provided model identifier is invalid"):
        get_foundation_model_availability(call(), {"modelId": "nobody.nothing-v1:0"})


def test_a_model_of_other_regions_is_not_available_in_this_one() -> None:
    assert _availability(region="mx-central-1") == {**GRANTED, "regionAvailability": "NOT_AVAILABLE"}


def test_the_schema_knows_exactly_the_reasons_that_have_an_answer() -> None:
    for reason in DENIALS:
        _denied(NOVA, reason=reason)
    with pytest.raises(AdminError) as caught:
        _denied(NOVA, reason="because")
    assert caught.value.path == "rules[0].reason"
    assert all(f'"{reason}"' in caught.value.message for reason in DENIALS)
    assert caught.value.message.count('"') == 2 * len(DENIALS)
    assert b"ModelAccess" in schema_bytes()
