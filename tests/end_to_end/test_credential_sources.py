"""Whole credential chains offline: an empty home, only the variables of one source, and real SDKs that find their keys.

Every lab is strict, so that a call is answered only if its keys were minted by this lab and its signature is right.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.session import Session
from botocore.utils import IMDSRegionProvider

from bedrock_emulator import Emulator, LabClient
from bedrock_emulator.credential_sources import SOURCES
from tests.end_to_end.test_javascript_sdk import sdk_folder  # noqa: F401 - a fixture

NOVA = "amazon.nova-micro-v1:0"
HELLO = [{"role": "user", "content": [{"text": "Tell me about rivers."}]}]

USER = "arn:aws:iam::123456789012:user/test"
SESSION = "arn:aws:sts::123456789012:assumed-role"
PRINCIPALS = {
    "imds": f"{SESSION}/bedrock-emulator/i-0123456789abcdef0",
    "container": f"{SESSION}/bedrock-emulator/0123456789abcdef0123456789abcdef",
    "web-identity": f"{SESSION}/bedrock-emulator/bedrock-emulator",
    "assume-role": f"{SESSION}/bedrock-emulator/bedrock-emulator",
    "sso": f"{SESSION}/AWSReservedSSO_BedrockDeveloper_",
    "profile": USER,
    "keys": USER,
    "bearer": USER,
}
ASKED = {
    "imds": "imds:GetCredentials",
    "container": "container:GetCredentials",
    "web-identity": "AssumeRoleWithWebIdentity",
    "assume-role": "AssumeRole",
    "sso": "GetRoleCredentials",
}
"""What each source asks of the lab; keys, profiles and bearer keys ask nothing."""

Only = Callable[[dict[str, str]], None]


@pytest.fixture
def strict_lab(bedrock_emulator_server: Emulator) -> Iterator[LabClient]:
    with bedrock_emulator_server.lab(auth="strict") as lab:
        yield lab


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Only:
    """Leaves this process nothing of its environment but an empty home, the search path and some variables."""

    def leave(variables: dict[str, str]) -> None:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"], "HOME": str(home), **variables})

    return leave


@cache
def models() -> Loader:
    """The service models, which every session would read again."""
    return Loader(include_default_search_paths=True)


def new_session(**keys: Any) -> boto3.Session:
    """A session that has seen nothing of the environment yet."""
    session = Session()
    session.register_component("data_loader", models())
    return boto3.Session(**keys, botocore_session=session)


def client(session: Any, service: str) -> Any:
    return closing(session.client(service, config=Config(retries={"total_max_attempts": 1})))


def list_and_stream(session: Any) -> None:
    with client(session, "bedrock") as bedrock, client(session, "bedrock-runtime") as runtime:
        assert bedrock.list_foundation_models()["modelSummaries"]
        events = runtime.converse_stream(modelId=NOVA, messages=HELLO)["stream"]
        assert [name for event in events for name in event][-1] == "metadata"


def calls(lab: LabClient) -> list[tuple[str, str]]:
    """The calls of Bedrock that a lab answered, each with its principal."""
    bedrock = ("ListFoundationModels", "ConverseStream")
    return [(it["operation"], it["caller"]["arn"]) for it in lab.journal() if it["operation"] in bedrock]


def check(lab: LabClient, source: str) -> None:
    (listed, lister), (streamed, streamer) = calls(lab)
    assert (listed, streamed) == ("ListFoundationModels", "ConverseStream")
    assert lister.startswith(PRINCIPALS[source])
    assert streamer == lister
    seen = {it["operation"] for it in lab.journal()}
    assert [it for it in ASKED.values() if it in seen] == ([ASKED[source]] if source in ASKED else [])


@pytest.mark.parametrize("source", [each for each in SOURCES if each != "sso"])
def test_boto3_finds_its_credentials(source: str, strict_lab: LabClient, only: Only, tmp_path: Path) -> None:
    only(strict_lab.credential_source(source, tmp_path / "files"))
    session = new_session()
    list_and_stream(session)
    check(strict_lab, source)
    if source != "bearer":  # which is no key for STS
        with client(session, "sts") as sts:
            assert sts.get_caller_identity()["Arn"] == PRINCIPALS[source]


def call_before_and_after_the_refresh(directory: Path) -> None:
    """What the fresh Python of the next test does."""
    list_and_stream(new_session())
    end_sign_in_soon(directory)
    list_and_stream(new_session())


def test_keys_that_an_old_boto_left_in_the_home_directory_are_not_taken(
    strict_lab: LabClient, only: Only, tmp_path: Path
) -> None:
    only(strict_lab.credential_source("container", tmp_path / "files"))
    old = "[Credentials]\naws_access_key_id = AKIAOLD\naws_secret_access_key = old\n"
    (tmp_path / "home" / ".boto").write_text(old, encoding="utf-8")
    credentials = new_session().get_credentials()
    assert credentials is not None
    assert credentials.method == "container-role"


def test_boto3_finds_its_sign_in_and_refreshes_one_that_ends(strict_lab: LabClient, tmp_path: Path) -> None:
    """In a process of its own: botocore settles where its sign-in cache is when it is imported."""
    variables = strict_lab.credential_source("sso", tmp_path)
    program = (
        "import pathlib; from tests.end_to_end.test_credential_sources import *;"
        f"call_before_and_after_the_refresh(pathlib.Path({str(tmp_path)!r}))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **variables}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr

    called = ["GetRoleCredentials", "ListFoundationModels", "ConverseStream"]
    assert [it["operation"] for it in strict_lab.journal()] == [*called, "CreateToken", *called]
    assert len({arn for _, arn in calls(strict_lab)}) == 1
    assert calls(strict_lab)[0][1].startswith(PRINCIPALS["sso"])


@pytest.fixture(scope="module")
def javascript(
    bedrock_emulator_server: Emulator,
    sdk_folder: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, tuple[LabClient, Any]]]:
    """What the JavaScript SDK saw with each source, and the lab that answered it; one process for all of them."""
    with ExitStack() as labs:
        made: dict[str, LabClient] = {}
        environments = {}
        for source in SOURCES:
            made[source] = labs.enter_context(bedrock_emulator_server.lab(auth="strict"))
            folder = tmp_path_factory.mktemp(source)
            variables = made[source].credential_source(source, folder / "files")
            environments[source] = {"HOME": str(folder), **variables}
            if source == "sso":
                end_sign_in_soon(folder / "files")
        done = subprocess.run(
            ["node", str(sdk_folder / "sources.mjs"), json.dumps(environments)],
            env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(bedrock_emulator_server.ca_file)},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        yield {source: (made[source], seen[source]) for source in SOURCES}


def end_sign_in_soon(directory: Path) -> None:
    """Let the cached sign-in end within the minutes in which SDKs refresh it."""
    (cache,) = (directory / ".aws/sso/cache").iterdir()
    cached = json.loads(cache.read_text(encoding="utf-8"))
    cached["expiresAt"] = f"{datetime.now(UTC) + timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"
    cache.write_text(json.dumps(cached), encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES)
def test_the_javascript_sdk_finds_its_credentials(
    source: str, javascript: dict[str, tuple[LabClient, Any]]
) -> None:
    lab, seen = javascript[source]
    assert seen.get("error") is None
    assert seen["models"] > 0
    assert seen["events"][-1] == "metadata"
    check(lab, source)


def test_the_javascript_sdk_refreshes_its_sign_in(javascript: dict[str, tuple[LabClient, Any]]) -> None:
    lab, _ = javascript["sso"]
    assert [it["status"] for it in lab.journal("CreateToken")] == [200]


def test_botocore_learns_the_labs_region_from_the_instance(
    strict_lab: LabClient, only: Only, tmp_path: Path
) -> None:
    strict_lab.configure(region="eu-west-1")
    only(strict_lab.credential_source("imds", tmp_path))
    assert IMDSRegionProvider(Session()).provide() == "eu-west-1"


def test_keys_rotate_under_a_running_client_and_the_old_ones_work_until_they_end(
    strict_lab: LabClient, only: Only, tmp_path: Path
) -> None:
    strict_lab.put_identity(
        sessionSeconds=600
    )  # less than boto3 wants to have left, so that it asks each time
    only(strict_lab.credential_source("container", tmp_path))
    session = new_session()
    credentials = session.get_credentials()
    assert credentials is not None
    first = credentials.get_frozen_credentials()
    old = new_session(
        aws_access_key_id=first.access_key,
        aws_secret_access_key=first.secret_key,
        aws_session_token=first.token,
    )
    with client(session, "bedrock") as renewed, client(old, "bedrock") as kept:
        renewed.list_foundation_models()
        strict_lab.put_clock(advance_seconds=301)
        renewed.list_foundation_models()
        kept.list_foundation_models()
        strict_lab.put_clock(advance_seconds=300)
        with pytest.raises(ClientError) as ended:
            kept.list_foundation_models()
        renewed.list_foundation_models()
    assert ended.value.response["Error"]["Code"] == "ExpiredTokenException"
    ids = [it["caller"]["accessKeyId"] for it in strict_lab.journal("ListFoundationModels") if it["caller"]]
    assert ids[0] == ids[2] == first.access_key
    assert ids[1] == ids[3] != first.access_key


def test_temporary_keys_of_one_lab_are_unknown_to_another(
    strict_lab: LabClient, bedrock_emulator_server: Emulator, only: Only, tmp_path: Path
) -> None:
    variables = strict_lab.credential_source("container", tmp_path)
    with bedrock_emulator_server.lab(auth="strict") as other:
        only({**variables, "AWS_ENDPOINT_URL_BEDROCK": other.endpoint_url})
        with client(new_session(), "bedrock") as bedrock, pytest.raises(ClientError) as refused:
            bedrock.list_foundation_models()
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_the_policies_of_a_role_bind_its_sessions(strict_lab: LabClient, only: Only, tmp_path: Path) -> None:
    listing = {"Effect": "Allow", "Action": "bedrock:ListFoundationModels", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [listing]}
    role = {"arn": "arn:aws:iam::123456789012:role/bedrock-emulator", "policies": [policy]}
    strict_lab.put_iam([role])
    only(strict_lab.credential_source("imds", tmp_path))
    with pytest.raises(ClientError) as denied:
        list_and_stream(new_session())
    assert denied.value.operation_name == "ConverseStream"
    assert f"User: {PRINCIPALS['imds']} is not authorized to perform" in str(denied.value)


def test_sts_itself_is_called_with_boto3(strict_lab: LabClient, only: Only, tmp_path: Path) -> None:
    only(strict_lab.credential_source("assume-role", tmp_path))
    with client(new_session(), "sts") as sts:
        identity = sts.get_caller_identity()
        assert identity["Arn"] == PRINCIPALS["assume-role"]
        with pytest.raises(ClientError) as refused:
            sts.assume_role(RoleArn="arn:aws:iam::123456789012:nobody", RoleSessionName="work")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
