"""Which class each SDK throws for each fault: boto3, aioboto3 and the AWS SDK for JavaScript, one process each."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config

from bedrock_emulator.client import Emulator, LabClient
from tests.end_to_end.prepared import pip_install, prepared
from tests.end_to_end.programs import printed
from tests.end_to_end.test_awscli import Aws, aws, awscli_folder  # noqa: F401 - fixtures
from tests.end_to_end.test_javascript_sdk import sdk_folder  # noqa: F401 - a fixture

AIOBOTO3 = "aioboto3==15.5.0"
"""Installed apart, because it pins a botocore of its own."""

NOVA = "us.amazon.nova-lite-v1:0"
HELLO = [{"role": "user", "content": [{"text": "Hello."}]}]
CONFIG = Config(read_timeout=1.5, retries={"total_max_attempts": 1})
"""As the two programs beside this file have it."""
NOTHING: None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, and what each client makes of it: how many events it gives and what it throws."""

    operation: str
    fault: Mapping[str, Any]
    boto3: str | None
    aioboto3: str | None
    javascript: str | None
    events: int = 0


def error(code: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, **more}}


def exception(code: str) -> dict[str, Any]:
    return {"stream": {"exceptionAfterEvents": 2, "code": code}}


def alike(operation: str, fault: Mapping[str, Any], thrown: str | None) -> Row:
    """A fault before any event, that every client throws under the same name."""
    return Row(operation, fault, thrown, thrown, thrown)


CHUNKS = "InvokeModelWithResponseStream"
STREAM = "ConverseStream"
SENT = 2
"""Events before what goes wrong in a stream."""

ROWS = {
    "throttled": alike("Converse", error("ThrottlingException"), "ThrottlingException"),
    "throttled before a stream": alike(STREAM, error("ThrottlingException"), "ThrottlingException"),
    "denied": alike("Converse", error("AccessDeniedException"), "AccessDeniedException"),
    "not ready": alike("InvokeModel", error("ModelNotReadyException"), "ModelNotReadyException"),
    "timed out": alike("Converse", error("ModelTimeoutException"), "ModelTimeoutException"),
    "unavailable": alike("Converse", error("ServiceUnavailableException"), "ServiceUnavailableException"),
    "expired": Row(
        "Converse", error("ExpiredTokenException"), "ClientError", "ClientError", "ExpiredTokenException"
    ),
    "a code of its own": Row(
        "Converse", error("OddException", status=418), "ClientError", "ClientError", "OddException"
    ),
    **{
        f"{code} in the stream": Row(
            STREAM, exception(code), "EventStreamError", "EventStreamError", code[:1].upper() + code[1:], SENT
        )
        for code in (
            "internalServerException",
            "modelStreamErrorException",
            "serviceUnavailableException",
            "throttlingException",
            "validationException",
        )
    },
    "modelTimeoutException in chunks": Row(
        CHUNKS,
        exception("modelTimeoutException"),
        "EventStreamError",
        "EventStreamError",
        "ModelTimeoutException",
        SENT,
    ),
    # None of the SDKs knows the grammar of a stream: what is missing must be missed by its user.
    "ended early": Row(STREAM, {"stream": {"endAfterEvents": 2}}, NOTHING, NOTHING, NOTHING, SENT),
    "no contentBlockStop": Row(
        STREAM, {"events": {"drop": {"event": "contentBlockStop"}}}, NOTHING, NOTHING, NOTHING, 6
    ),
    "no messageStop": Row(
        STREAM, {"events": {"drop": {"event": "messageStop"}}}, NOTHING, NOTHING, NOTHING, 6
    ),
    "no metadata": Row(STREAM, {"events": {"drop": {"event": "metadata"}}}, NOTHING, NOTHING, NOTHING, 6),
    "doubled": Row(STREAM, {"events": {"repeat": {"index": 0}}}, NOTHING, NOTHING, NOTHING, 8),
    "out of order": Row(STREAM, {"events": {"postpone": {"index": 0}}}, NOTHING, NOTHING, NOTHING, 7),
    "unknown event": Row(
        STREAM,
        {"events": {"insert": {"event": "news"}, "before": {"index": 2}}},
        NOTHING,
        NOTHING,
        NOTHING,
        7,
    ),
    "wrong prelude checksum": Row(
        STREAM, {"wire": {"wrongPreludeChecksum": 2}}, "ChecksumMismatch", "ChecksumMismatch", "Error", SENT
    ),
    "wrong message checksum": Row(
        STREAM, {"wire": {"wrongMessageChecksum": 2}}, "ChecksumMismatch", "ChecksumMismatch", "Error", SENT
    ),
    # botocore does not compare what came with the Content-Length: a cut stream just ends.
    "cut inside an event": Row(
        STREAM, {"wire": {"cutInsideEvent": 2}}, NOTHING, "ClientPayloadError", "Error", SENT
    ),
    # And a cut body, which is no JSON, becomes an answer without members.
    "a body that is cut": Row(
        "Converse", {"wire": {"cutAfterBytes": 100}}, NOTHING, "ConnectionClosedError", "Error"
    ),
    # The JavaScript SDK takes the timeout for the end of the stream.
    "silent stream": Row(
        STREAM, {"wire": {"stallAfterEvents": 2}}, "ReadTimeoutError", "SocketTimeoutError", NOTHING, SENT
    ),
    "silent body": Row(
        "Converse", {"wire": {"stallAfterBytes": 10}}, "ReadTimeoutError", "ReadTimeoutError", "SyntaxError"
    ),
    "late first byte": Row(
        "Converse",
        {"wire": {"firstByteAfterMs": 60_000}},
        "ReadTimeoutError",
        "ReadTimeoutError",
        "TimeoutError",
    ),
}

SAID = {
    "version": 1,
    "rules": [{"reply": {"content": [{"text": "One two three."}]}}],
}
"""Seven events: messageStart, three words, contentBlockStop, messageStop and metadata."""

Outcome = Mapping[str, Any]


@pytest.fixture(scope="module")
def labs(bedrock_emulator_server: Emulator) -> Iterator[list[LabClient]]:
    """A lab for each row, in which its fault happens to every call."""
    with ExitStack() as made:
        labs = [bedrock_emulator_server.lab(scenario=SAID, faults=[row.fault]) for row in ROWS.values()]
        for lab in labs:
            made.enter_context(lab)
        yield labs


@pytest.fixture(scope="module")
def calls(labs: list[LabClient]) -> list[dict[str, Any]]:
    """What every client is asked to do."""
    return [
        {"endpoint": lab.endpoint_url, "name": row.operation, "parameters": parameters(row.operation)}
        for lab, row in zip(labs, ROWS.values(), strict=True)
    ]


def parameters(operation: str) -> dict[str, Any]:
    if operation.startswith("Converse"):
        return {"modelId": NOVA, "messages": HELLO}
    return {"modelId": NOVA, "body": json.dumps({"messages": HELLO}), "contentType": "application/json"}


def outcomes(
    command: list[str], calls: list[dict[str, Any]], lab: LabClient, **more: str
) -> dict[str, Outcome]:
    """What a client program, told to make the calls, says about them."""
    said = printed([*command, json.dumps(calls)], {**os.environ, **lab.environment(), **more})
    return dict(zip(ROWS, said, strict=True))


@pytest.fixture(scope="module")
def javascript(calls: list[dict[str, Any]], labs: list[LabClient], sdk_folder: Path) -> dict[str, Outcome]:  # noqa: F811
    """The outcomes of the AWS SDK for JavaScript, over HTTP/2."""
    return outcomes(["node", str(sdk_folder / "faults.mjs")], calls, labs[0])


@pytest.fixture(scope="module")
def aioboto3(
    calls: list[dict[str, Any]], labs: list[LabClient], request: pytest.FixtureRequest
) -> dict[str, Outcome]:
    """The outcomes of aioboto3."""
    cache = request.config.cache.mkdir("aioboto3")
    folder = prepared(cache, "aioboto3", AIOBOTO3 + sys.version, lambda it: pip_install(it, AIOBOTO3))
    program = Path(__file__).with_name("aioboto3_faults.py")
    return outcomes([sys.executable, str(program)], calls, labs[0], PYTHONPATH=str(folder))


@pytest.fixture(scope="module")
def botos(calls: list[dict[str, Any]]) -> Iterator[dict[str, tuple[int, str | None]]]:
    """The outcomes of boto3: how many events each call gave, and what it threw."""
    session: Any = boto3.Session("test", "test", region_name="us-east-1")
    with ExitStack() as opened, ThreadPoolExecutor(len(calls)) as pool:
        clients = [
            opened.enter_context(
                closing(session.client("bedrock-runtime", endpoint_url=call["endpoint"], config=CONFIG))
            )
            for call in calls
        ]
        yield dict(zip(ROWS, pool.map(called, clients, calls), strict=True))


def called(client: Any, call: dict[str, Any]) -> tuple[int, str | None]:
    events = 0
    with ExitStack() as opened:
        try:
            answer = getattr(client, xform_name(call["name"]))(**call["parameters"])
            if call["name"].endswith("Stream"):
                stream = opened.enter_context(closing(answer.get("stream") or answer["body"]))
                for _ in stream:
                    events += 1
        except Exception as thrown:  # noqa: BLE001 - which class it is, is the question
            return events, type(thrown).__name__
    return events, None


@pytest.mark.parametrize("name", ROWS)
def test_what_boto3_makes_of_a_fault(name: str, botos: dict[str, tuple[int, str | None]]) -> None:
    assert botos[name] == (ROWS[name].events, ROWS[name].boto3)


@pytest.mark.parametrize("name", ROWS)
def test_what_aioboto3_makes_of_a_fault(name: str, aioboto3: dict[str, Outcome]) -> None:
    row, seen = ROWS[name], aioboto3[name]
    assert (seen["events"], seen.get("error")) == (row.events, row.aioboto3), seen


@pytest.mark.parametrize("name", ROWS)
def test_what_the_javascript_sdk_makes_of_a_fault(name: str, javascript: dict[str, Outcome]) -> None:
    row, seen = ROWS[name], javascript[name]
    assert (seen["events"], seen.get("error")) == (row.events, row.javascript), seen


def test_the_cli_prints_the_code(aws: Aws, lab: LabClient) -> None:  # noqa: F811
    lab.put_faults([error("ModelNotReadyException")])
    done = aws("bedrock-runtime", "converse", "--model-id", NOVA, "--messages", json.dumps(HELLO))
    assert done.returncode != 0
    assert "(ModelNotReadyException)" in done.stderr


def test_each_attempt_of_a_retry_is_an_entry_with_what_was_sent(
    lab: LabClient, boto3_client: Callable[..., Any]
) -> None:
    lab.put_faults(
        [
            {**error("ThrottlingException", retryAfterMs=1), "count": 1},
            {**error("ServiceUnavailableException"), "count": 1},
        ]
    )
    runtime = boto3_client("bedrock-runtime", config=Config(retries={"mode": "standard"}))
    runtime.converse(modelId=NOVA, messages=HELLO)
    attempts = [(entry["status"], entry["errorCode"], entry["fault"]) for entry in lab.journal()]
    assert attempts == [
        (429, "ThrottlingException", "faults[0]"),
        (503, "ServiceUnavailableException", "faults[1]"),
        (200, None, None),
    ]
