"""The pytest plugin: inert unless --bedrock-provider is given, and cheap to load in every other run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that certify a provider from inside pytest."""
    group = parser.getgroup("bedrock-contracts")
    group.addoption("--bedrock-provider", metavar="MODULE:NAME", help="certify this provider factory")
    group.addoption(
        "--bedrock-profile", metavar="NAME", default="slice", help="the profile, default %(default)s"
    )
    group.addoption("--bedrock-report", metavar="FILE", help="write the contract report to this file")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the run itself when it was asked for."""
    config.addinivalue_line(
        "markers", "requirement(*ids): the requirements that a contract scenario speaks about"
    )
    target = config.getoption("--bedrock-provider")
    if target:
        from bedrock_contracts.pytest_run import register

        register(config, target)
