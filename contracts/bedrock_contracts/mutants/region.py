"""REG: providers that ask the wrong region."""

from dataclasses import replace
from typing import Any

from bedrock_contracts.mutants.mutant import Case
from bedrock_provider import BedrockProvider, Catalog
from bedrock_provider.auth import Environment, ReadVariable
from bedrock_provider.regions import call_region, discovery_region


def default_variable_first(configured: str | None, environment: Environment, *, read: ReadVariable) -> str:
    return (
        configured
        or read(environment, "AWS_DEFAULT_REGION")
        or discovery_region(None, environment, read=read)
    )


def configured_ignored(_configured: str | None, environment: Environment, *, read: ReadVariable) -> str:
    return discovery_region(None, environment, read=read)


def one_variable(configured: str | None, environment: Environment, *, read: ReadVariable) -> str:
    return configured or read(environment, "AWS_REGION") or "us-east-1"


def west_by_default(configured: str | None, environment: Environment, *, read: ReadVariable) -> str:
    found = discovery_region(configured, environment, read=read)
    return "us-west-2" if found == "us-east-1" else found


def url_ignored(**question: Any) -> str:
    return call_region(**{**question, "base_url": None})


def discovery_forgotten(**question: Any) -> str:
    return call_region(**{**question, "configured": None})


class OneUrl(BedrockProvider):
    def discover(self, *, force: bool = False) -> Catalog | None:
        found = super().discover(force=force)
        return found and replace(found, base_url="https://bedrock-runtime.us-east-1.amazonaws.com")


MUTANTS = (
    Case(
        name="default-region-first",
        because="AWS_DEFAULT_REGION beats AWS_REGION",
        kills="REG-002",
        collateral="REG-005",
        message="discovery asked ca-central-1",
        is_proof=True,
    ).rules(discovery_region=default_variable_first),
    Case(
        name="configured-region-ignored",
        because="discovery.region is not read",
        kills="REG-001",
        collateral="REG-005 ENBL-005",
        message="with discovery.region eu-west-1",
    ).rules(discovery_region=configured_ignored),
    Case(
        name="one-region-variable",
        because="AWS_DEFAULT_REGION is not read",
        kills="REG-003",
        collateral="REG-005",
        message="expected ca-central-1",
    ).rules(discovery_region=one_variable),
    Case(
        name="west-by-default",
        because="the fallback region is us-west-2",
        kills="REG-004",
        collateral="REG-005 PROF-005",
        message="discovery asked us-west-2",
    ).rules(discovery_region=west_by_default),
    Case(
        name="one-url",
        because="the base URL always names us-east-1",
        kills="REG-005",
        message="bedrock-runtime",
    ).provider(OneUrl),
    Case(
        name="base-url-ignored",
        because="the region of a written baseUrl is not read",
        kills="REG-006",
        message="expected sa-east-1",
    ).rules(call_region=url_ignored),
    Case(
        name="call-forgets-discovery-region",
        because="models are called in another region than they were found in",
        kills="REG-007",
        message="expected eu-west-1",
        is_proof=True,
    ).rules(call_region=discovery_forgotten),
)
