"""What boto3, aioboto3 and the AWS SDK for JavaScript make of each feature: the same, one process each."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import get_session

from bedrock_emulator.client import Emulator, LabClient
from bedrock_emulator.environment import client_environment
from tests.end_to_end.converse_features import CONVERSE
from tests.end_to_end.invocation_features import INVOCATIONS
from tests.end_to_end.prepared import pip_install, prepared
from tests.end_to_end.programs import printed
from tests.end_to_end.python_values import Outcome, revived, shown, thrown
from tests.end_to_end.test_awscli import Aws, answer_of, aws, awscli_folder  # noqa: F401 - two are fixtures
from tests.end_to_end.test_fault_clients import AIOBOTO3
from tests.end_to_end.test_javascript_sdk import sdk_folder  # noqa: F401 - a fixture

ONCE = Config(retries={"total_max_attempts": 1})
"""As the two programs beside this file have it."""

Outcomes = Mapping[str, Sequence[Outcome]]
ROWS = {**CONVERSE, **INVOCATIONS}
CLI_ROWS = ("blocks in order, with signed reasoning", "an application profile")
"""One answer and one way through several commands, since each of them takes the CLI a second to begin."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A server with a folder that stands for the buckets of async invocations."""
    with Emulator(arguments=["--buckets", str(tmp_path_factory.mktemp("buckets"))]) as emulator:
        yield emulator


@pytest.fixture
def bedrock_emulator(server: Emulator) -> Iterator[LabClient]:
    """A lab of this server for the AWS CLI."""
    with server.lab() as lab:
        yield lab


def in_new_labs(server: Emulator) -> list[dict[str, Any]]:
    """The calls of each row, to a lab of its own: what one SDK writes, no other finds."""
    return [
        {"endpoint": server.lab(scenario=row.scenario()).endpoint_url, "calls": list(row.calls)}
        for row in ROWS.values()
    ]


def told(command: list[str], server: Emulator, **more: str) -> Outcomes:
    """What a client program says about the rows."""
    environment = client_environment(server.url, region="us-east-1")
    said = printed([*command, json.dumps(in_new_labs(server))], {**os.environ, **environment, **more})
    return dict(zip(ROWS, said, strict=True))


@pytest.fixture(scope="module")
def javascript(server: Emulator, sdk_folder: Path) -> Outcomes:  # noqa: F811
    """The outcomes of the AWS SDK for JavaScript, over HTTP/2 where it chooses that."""
    return told(["node", str(sdk_folder / "features.mjs")], server)


@pytest.fixture(scope="module")
def aioboto3(server: Emulator, request: pytest.FixtureRequest) -> Outcomes:
    """The outcomes of aioboto3."""
    cache = request.config.cache.mkdir("aioboto3")
    folder = prepared(cache, "aioboto3", AIOBOTO3 + sys.version, lambda it: pip_install(it, AIOBOTO3))
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(folder)])
    return told([sys.executable, "-m", "tests.end_to_end.aioboto3_features"], server, PYTHONPATH=path)


@pytest.fixture(scope="module")
def botos(server: Emulator, service_models: Loader) -> Outcomes:
    """The outcomes of boto3."""
    core = get_session()
    core.register_component("data_loader", service_models)
    session = boto3.Session("test", "test", region_name="us-east-1", botocore_session=core)
    asked = in_new_labs(server)
    with ExitStack() as opened, ThreadPoolExecutor() as pool:
        clients = [
            {
                name: opened.enter_context(closing(made(session, name, row["endpoint"])))
                for name in {call["service"] for call in row["calls"]}
            }
            for row in asked
        ]
        return dict(zip(ROWS, pool.map(outcomes, clients, asked), strict=True))


def made(session: boto3.Session, service: str, endpoint: str) -> Any:
    client: Any = session.client(service, endpoint_url=endpoint, config=ONCE)  # type: ignore[call-overload]
    return client


def outcomes(clients: Mapping[str, Any], row: Mapping[str, Any]) -> list[Outcome]:
    """What boto3 makes of the calls of a row, one after the other."""
    seen: list[Outcome] = []
    for call in row["calls"]:
        seen.append(outcome(clients[call["service"]], call["name"], revived(call["parameters"], seen)))
    return seen


def outcome(client: Any, name: str, parameters: Mapping[str, Any]) -> Outcome:
    try:
        answer = getattr(client, xform_name(name))(**parameters)
        if name.endswith("Stream"):
            with closing(answer.get("stream") or answer["body"]) as stream:
                return {"events": [shown(event) for event in stream]}
        if "body" in answer:
            answer["body"] = answer["body"].read()
        return {"answer": shown(answer)}
    except Exception as error:  # noqa: BLE001 - which class it is, is the question
        return thrown(error)


@pytest.mark.parametrize("name", ROWS)
def test_what_boto3_makes_of_a_feature(name: str, botos: Outcomes) -> None:
    assert ROWS[name].look(botos[name]) == ROWS[name].expected, botos[name]


@pytest.mark.parametrize("name", ROWS)
def test_what_aioboto3_makes_of_a_feature(name: str, aioboto3: Outcomes) -> None:
    row = ROWS[name]
    assert row.look(aioboto3[name]) == (row.aioboto3 or row.expected), aioboto3[name]


@pytest.mark.parametrize("name", ROWS)
def test_what_the_javascript_sdk_makes_of_a_feature(name: str, javascript: Outcomes) -> None:
    assert ROWS[name].look(javascript[name]) == ROWS[name].expected, javascript[name]


@pytest.mark.parametrize("name", CLI_ROWS)
def test_what_the_cli_makes_of_a_feature(name: str, aws: Aws, lab: LabClient) -> None:  # noqa: F811
    row, seen = ROWS[name], list[Outcome]()
    lab.put_scenario(row.scenario())
    for call in row.calls:
        given = json.dumps(revived(call["parameters"], seen))
        done = aws(call["service"], xform_name(call["name"], "-"), "--cli-input-json", given)
        seen.append({"answer": answer_of(done)})
    assert row.look(seen) == row.expected


def test_the_cli_lists_the_async_invocations_that_boto3_started(aws: Aws, runtime: Any) -> None:  # noqa: F811
    start, *_ = ROWS["an async invocation"].calls
    arn = runtime.start_async_invoke(**start["parameters"])["invocationArn"]

    (listed,) = answer_of(aws("bedrock-runtime", "list-async-invokes"))["asyncInvokeSummaries"]

    assert (listed["invocationArn"], listed["status"]) == (arn, "Completed")
