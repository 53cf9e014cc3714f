"""What every test may count on, whichever of the three distributions are installed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

FOREIGN_VARIABLES = ("AWS_", "BEDROCK_EMULATOR_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""Beginnings of variables, in any case, through which a developer's machine would reach into a test."""


@pytest.fixture(scope="session", autouse=True)
def no_aws_settings_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test sees the credentials, endpoints or proxies of whoever runs it, nor asks a metadata service.

    Servers that a session starts inherit the same clean environment.
    """
    home = tmp_path_factory.mktemp("aws-home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper().startswith(FOREIGN_VARIABLES)]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(home / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield home


# Deadlines and slow draws depend on the machine, and a red run must mean a defect; CI repeats the same examples.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")
