"""What every scenario is given, and the refusal to run without a provider: testing nothing must not look green."""

import pytest

from bedrock_contracts.checks import Check
from bedrock_contracts.lab import Bench
from bedrock_contracts.run import SuitePlugin, running


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Say how the suite is run, before anything fails for want of a provider."""
    the_run(config)


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Bench:
    """Opens cases for the provider under test."""
    return the_run(request.config).bench


@pytest.fixture(scope="session")
def check(request: pytest.FixtureRequest) -> Check:
    """`with check("AUTH-001"):` says which requirement the assertions inside speak about."""
    return the_run(request.config).check


def the_run(config: pytest.Config) -> SuitePlugin:
    """The certification under way."""
    run = running(config)
    if run is None:
        raise pytest.UsageError("give the provider to certify: --bedrock-provider module:name")
    return run
