"""ENBL: providers whose implicit provider appears or hides at the wrong time."""

from bedrock_contracts.mutants.mutant import Case, Document
from bedrock_provider import AuthResolution, ProviderConfig


def unless_false(setting: bool | None, _auth: AuthResolution) -> bool:  # noqa: FBT001 - the rule's own shape
    return setting is not False


def marker_decides(setting: bool | None, auth: AuthResolution) -> bool:  # noqa: FBT001
    return setting is True or auth.is_marker


def marker_needed(setting: bool | None, auth: AuthResolution) -> bool:  # noqa: FBT001
    return setting is not False and auth.is_marker


def only_if_true(setting: bool | None, _auth: AuthResolution) -> bool:  # noqa: FBT001
    return setting is True


def without_legacy(document: Document) -> ProviderConfig:
    models = {name: value for name, value in document.get("models", {}).items() if name != "bedrockDiscovery"}
    return ProviderConfig.from_mapping({**document, "models": models})


MUTANTS = (
    Case(
        name="discovery-always-on",
        because="unset means on, marker or not",
        kills="ENBL-003",
        message="with enabled unset",
        is_proof=True,
    ).rules(is_enabled=unless_false),
    Case(
        name="false-ignored",
        because="a marker overrules enabled: false",
        kills="ENBL-004",
        message="with enabled false",
    ).rules(is_enabled=marker_decides),
    Case(
        name="true-needs-a-marker",
        because="enabled: true does not help without a marker",
        kills="ENBL-001",
        message="with enabled true",
    ).rules(is_enabled=marker_needed),
    Case(
        name="auto-is-off",
        because="unset means off",
        kills="ENBL-002",
        message="with enabled unset",
        is_proof=True,
    ).rules(is_enabled=only_if_true),
    Case(
        name="legacy-ignored",
        because="models.bedrockDiscovery is not read",
        kills="ENBL-005",
        message="discovery asked us-east-1|legacy",
    ).reading(without_legacy),
)
