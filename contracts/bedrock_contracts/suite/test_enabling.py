"""ENBL: when the implicit provider exists."""

from itertools import product
from typing import Any

import pytest

from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.lab import KEYS, Bench, World
from bedrock_contracts.oracle.enabling import expects_implicit_provider
from bedrock_contracts.suite.worlds import credentials_file, model, plugin

FILES = credentials_file(
    default=("AKIASUITEFILES000001", "suite-secret-of-the-files"),
    work=("AKIASUITEWORK0000001", "suite-secret-of-work"),
)
MARKERS = {
    "none": {},
    "bearer": {"AWS_BEARER_TOKEN_BEDROCK": "suite-bearer-token-03"},
    "keys": dict(KEYS),
    "profile": {"AWS_PROFILE": "work"},
    "half a pair": {"AWS_ACCESS_KEY_ID": "AKIASUITEHALF0000001"},
    "blank bearer": {"AWS_BEARER_TOKEN_BEDROCK": " "},
}
ENABLED = {"unset": None, "true": True, "false": False}
LEGACY_REGION, PLUGIN_REGION = "eu-central-1", "ap-southeast-2"


def requirement_of(*, enabled: bool | None, expected: bool) -> str:
    if enabled is None:
        return "ENBL-002" if expected else "ENBL-003"
    return "ENBL-001" if enabled else "ENBL-004"


@requirement("ENBL-001", "ENBL-002", "ENBL-003", "ENBL-004")
@pytest.mark.parametrize(("setting", "marker"), list(product(ENABLED, MARKERS)))
def test_setting_and_markers_decide_about_the_implicit_provider(
    bench: Bench, check: Check, setting: str, marker: str
) -> None:
    enabled, env = ENABLED[setting], MARKERS[marker]
    config = {} if enabled is None else plugin(discovery={"enabled": enabled})
    expected = expects_implicit_provider(env, enabled=enabled)
    where = f"with enabled {setting} and marker {marker}"
    with check(requirement_of(enabled=enabled, expected=expected)):
        exists, asked = implicit_provider(bench, marker, config)
        assert ("ListFoundationModels" in asked) is expected, (
            f"{where}: the provider asked {asked or 'nothing'}"
        )
        if not expected:
            assert not asked, f"{where}: the provider asked {asked}"
        assert exists is expected, f"{where}: implicit provider {exists}"
        if not expected:
            exists, asked = implicit_provider(bench, "keys", plugin(discovery={"enabled": True}))
            assert exists, f"{where} there is none, but there is none when it is enabled either"
            assert asked, f"{where} nothing was asked, but nothing is asked when it is enabled either"


def implicit_provider(bench: Bench, marker: str, config: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether it exists, and which requests that took."""
    world = World(models=[model()])
    env, tls = MARKERS[marker], marker == "bearer"
    with bench.case(env=env, config=config, world=world, files=FILES, tls=tls) as case:
        exists = case.provider.discover() is not None
        return exists, [str(exchange["operation"]) for exchange in case.requests()]


@requirement("ENBL-005")
@pytest.mark.parametrize("in_plugin", [False, True], ids=["legacy alone", "both"])
def test_legacy_keys_fill_what_the_plugin_leaves_open(bench: Bench, check: Check, *, in_plugin: bool) -> None:
    legacy = {
        "models": {"bedrockDiscovery": {"enabled": True, "region": LEGACY_REGION, "defaultMaxTokens": 777}}
    }
    config = {**legacy, **(plugin(discovery={"region": PLUGIN_REGION}) if in_plugin else {})}
    expected = PLUGIN_REGION if in_plugin else LEGACY_REGION
    with bench.case(config=config, world=World(models=[model()])) as case, check("ENBL-005"):
        catalog = case.provider.discover()
        region = case.the_request("ListFoundationModels")["region"]
        assert region == expected, f"discovery asked {region}, expected {expected}"
        assert catalog, "the legacy enabled: true was not honoured"
        limits = {found.max_tokens for found in catalog.models}
        assert limits == {777}, f"the legacy defaultMaxTokens gave {limits}"
