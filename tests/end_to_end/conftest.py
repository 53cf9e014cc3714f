"""One lab of a running emulator, and the AWS clients that its environment variables set up."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.loaders import Loader, create_loader
from botocore.session import get_session

from bedrock_emulator.client import LabClient


@pytest.fixture
def lab(bedrock_emulator: LabClient, monkeypatch: pytest.MonkeyPatch) -> LabClient:
    """A lab that this process's SDKs use, as after pasting the emulator's export lines."""
    for name, value in bedrock_emulator.environment().items():
        monkeypatch.setenv(name, value)
    return bedrock_emulator


@pytest.fixture(scope="session")
def service_models() -> Loader:
    """What botocore has read of its service models, which takes most of the time of making a client."""
    return create_loader()


@pytest.fixture
def boto3_client(lab: LabClient, service_models: Loader) -> Iterator[Callable[..., Any]]:
    """Makes boto3 clients that know nothing but the environment; they are closed after the test."""
    with ExitStack() as clients:

        def make(service: str, *, config: Config | None = None, **options: str) -> Any:
            core = get_session()
            core.register_component("data_loader", service_models)
            session = boto3.Session(botocore_session=core)
            client: Any = session.client(service, config=config, **options)  # type: ignore[call-overload]
            return clients.enter_context(closing(client))

        yield make


@pytest.fixture
def bedrock(boto3_client: Callable[..., Any]) -> Any:
    """The control plane."""
    return boto3_client("bedrock")


@pytest.fixture
def runtime(boto3_client: Callable[..., Any]) -> Any:
    """The runtime with botocore's default retries."""
    return boto3_client("bedrock-runtime")


@pytest.fixture
def runtime_without_retries(boto3_client: Callable[..., Any]) -> Any:
    """The runtime of a program that wants to see every error at once."""
    return boto3_client("bedrock-runtime", config=Config(retries={"total_max_attempts": 1}))
