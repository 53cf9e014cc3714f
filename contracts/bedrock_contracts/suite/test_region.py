"""REG: which region is asked."""

from itertools import product

import pytest

from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.lab import KEYS, Bench, World
from bedrock_contracts.oracle.regions import expected_region
from bedrock_contracts.suite.worlds import MODEL, discovery, explicit, model

CONFIGURED, FIRST, SECOND, WRITTEN = "eu-west-1", "ap-northeast-1", "ca-central-1", "sa-east-1"
VARIABLES = {"unset": None, "blank": " ", "set": "set"}
WORLD = World(models=[model()])


def environment_of(first: str, second: str) -> dict[str, str]:
    states = {"AWS_REGION": (first, FIRST), "AWS_DEFAULT_REGION": (second, SECOND)}
    chosen = {
        name: " " if state == "blank" else value
        for name, (state, value) in states.items()
        if state != "unset"
    }
    return {**KEYS, **chosen}


REQUIREMENT_OF = {CONFIGURED: "REG-001", FIRST: "REG-002", SECOND: "REG-003", "us-east-1": "REG-004"}


@requirement("REG-001", "REG-002", "REG-003", "REG-004", "REG-005")
@pytest.mark.parametrize(
    ("configured", "first", "second"), list(product((None, CONFIGURED), VARIABLES, VARIABLES))
)
def test_discovery_asks_the_first_region_that_is_named(
    bench: Bench, check: Check, configured: str | None, first: str, second: str
) -> None:
    env = environment_of(first, second)
    expected = expected_region(env, configured)
    config = discovery(**({"region": configured} if configured else {}))
    with bench.case(env=env, config=config, world=WORLD) as case:
        catalog = case.provider.discover()
        row = f"with discovery.region {configured}, AWS_REGION {first}, AWS_DEFAULT_REGION {second}"
        with check(REQUIREMENT_OF[expected]):
            asked = case.the_request("ListFoundationModels")["region"]
            assert asked == expected, f"{row}: discovery asked {asked}, expected {expected}"
        with check("REG-005"):
            assert catalog, "discovery gave no implicit provider"
            url = f"https://bedrock-runtime.{expected}.amazonaws.com"
            told = (catalog.base_url, catalog.region)
            assert told == (url, expected), f"{row}: told {told}, expected {(url, expected)}"


@requirement("REG-006", "REG-007")
@pytest.mark.parametrize(
    ("written", "configured", "first", "second"),
    [
        *product((None,), (None, CONFIGURED), VARIABLES, VARIABLES),
        *product((WRITTEN,), (None, CONFIGURED), ("unset", "set"), ("set",)),
    ],
)
def test_a_model_call_goes_to_the_first_region_that_is_named(
    bench: Bench, check: Check, written: str | None, configured: str | None, first: str, second: str
) -> None:
    env = environment_of(first, second)
    expected = expected_region(env, configured, written)
    config = discovery(**({"region": configured} if configured else {}))
    if written:
        config |= explicit(baseUrl=f"https://bedrock-runtime.{written}.amazonaws.com", models=[])
    row = f"with baseUrl {written}, discovery.region {configured}, AWS_REGION {first}, AWS_DEFAULT_REGION {second}"
    with bench.case(env=env, config=config, world=WORLD) as case, check("REG-006" if written else "REG-007"):
        case.ask(MODEL)
        asked = case.the_request("ConverseStream")["region"]
        assert asked == expected, f"{row}: the call was signed for {asked}, expected {expected}"
