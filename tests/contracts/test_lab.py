"""A case is hermetic, leaves nothing behind, and vouches for the emulator."""

import os

import pytest

from bedrock_contracts.api import Capabilities, ProviderInfo
from bedrock_contracts.lab import Bench, HarnessError, environment, hermetic, running_emulator
from bedrock_contracts.mutants.null import NullProvider
from bedrock_contracts.recorder import Recorder
from bedrock_contracts.redact import Redactor


class Spy:
    """Notes the setup and the environment that it is opened in."""

    info = ProviderInfo(name="spy", version="0")
    capabilities = Capabilities.of("auth")

    def open(self, setup):
        self.setup, self.seen = setup, dict(os.environ)
        return NullProvider()


@pytest.fixture(scope="module")
def emulator():
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def spy():
    return Spy()


@pytest.fixture
def bench(emulator, spy):
    redactor = Redactor()
    return Bench(emulator, spy, Recorder(redactor), redactor)


def test_a_case_sees_its_own_environment_and_gives_the_old_one_back(bench, spy, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "of-the-host")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    before = dict(os.environ)
    with bench.case(env={"AWS_REGION": "eu-west-1"}, files={".aws/config": "[default]\n"}):
        assert os.environ["AWS_REGION"] == "eu-west-1"
    assert dict(os.environ) == before
    assert spy.seen == dict(spy.setup.env)
    assert not {"AWS_PROFILE", "HTTPS_PROXY", "AWS_ACCESS_KEY_ID"} & set(spy.seen)
    assert spy.seen["AWS_EC2_METADATA_DISABLED"] == "true"
    assert spy.seen["AWS_MAX_ATTEMPTS"] == "1"
    assert not os.path.exists(spy.setup.home)  # noqa: PTH110 - a folder of the case, gone with it


def test_the_environment_comes_back_after_an_error():
    before = dict(os.environ)
    with pytest.raises(KeyError), environment({"ONLY": "this"}):
        raise KeyError(*os.environ)
    assert dict(os.environ) == before


def test_a_tls_case_has_https_endpoints_and_the_authority_to_trust(bench, spy):
    with bench.case(tls=True):
        assert spy.setup.endpoints.runtime.startswith("https://")
        assert spy.seen["AWS_CA_BUNDLE"] == spy.setup.ca_file


def test_hermetic_files_lie_below_the_home_of_the_case():
    env = hermetic("/case", "http://lab", None)
    assert env["AWS_SHARED_CREDENTIALS_FILE"] == "/case/.aws/credentials"
    assert "AWS_CA_BUNDLE" not in env


def test_a_server_fault_that_nobody_asked_for_is_the_harness_fault(bench, monkeypatch):
    entry = {
        "operation": "Converse",
        "status": 500,
        "errorCode": "InternalServerException",
        "errorMessage": "oops",
    }
    with pytest.raises(HarnessError, match="the emulator answered Converse with 500"), bench.case() as case:
        monkeypatch.setattr(case.lab, "journal", lambda operation=None: [entry])
