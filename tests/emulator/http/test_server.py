"""The server process: what it says, which protocols it speaks, how it ends."""

import json
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from bedrock_emulator import Emulator, LabClient
from bedrock_emulator.errors import ConfigError
from tests.emulator.http.raw import connect, exchange, post
from tests.emulator.http.test_ports import has_ipv6

COMMAND = [sys.executable, "-m", "bedrock_emulator"]


@contextmanager
def serving(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", list[str]]]:
    """A server, and the lines of its announcement."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith(("{", "What it serves")):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        lines.append(line.rstrip("\n"))
    try:
        yield process, lines
    finally:
        process.terminate()
        process.communicate(timeout=20)


def run_patched(patch: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """What a server does in which something is broken."""
    program = (
        "import os, signal, threading; from bedrock_emulator.http import app, server;"
        f"{patch}; from bedrock_emulator.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "serve", "--port", "0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def trusting(url: str, ca_file: str) -> ssl.SSLSocket:
    """A TLS connection to the server."""
    address = urlsplit(url)
    plain = socket.create_connection((address.hostname, address.port), timeout=20)
    return ssl.create_default_context(cafile=ca_file).wrap_socket(plain, server_hostname=address.hostname)


def exported(lines: list[str]) -> dict[str, str]:
    pairs = (shlex.split(line)[1].partition("=") for line in lines if line.startswith("export "))
    return {name: value for name, _, value in pairs}


def client(service: str, **options: Any) -> Any:
    return Session().create_client(service, region_name="us-east-1", **options)


def keys() -> dict[str, str]:
    return {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def test_the_announced_lines_are_all_that_an_sdk_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as (_, lines):
        variables = exported(lines)
        assert list(variables) == [
            "AWS_ENDPOINT_URL_BEDROCK",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
        ]
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        bedrock: Any = Session().create_client("bedrock")
        models = bedrock.list_foundation_models()["modelSummaries"]
        assert models
        health = subprocess.run(
            [*COMMAND, "health", "--url", variables["AWS_ENDPOINT_URL_BEDROCK"]],
            check=True,
            capture_output=True,
        )
        assert json.loads(health.stdout)["status"] == "ok"
        env = subprocess.run(
            [*COMMAND, "env", "--url", variables["AWS_ENDPOINT_URL_BEDROCK"]],
            check=True,
            capture_output=True,
            text=True,
        )
        assert exported(env.stdout.splitlines()) == variables


def test_the_json_announcement_names_addresses_ca_and_process() -> None:
    with serving("--ready", "json", "--tls-port", "0") as (process, lines):
        ready = json.loads(lines[0])
        assert ready["http"].startswith("http://127.0.0.1:")
        assert ready["https"].startswith("https://127.0.0.1:")
        assert ready["pid"] == process.pid
        assert Path(ready["ca"]).exists()


def test_a_stopped_server_leaves_nothing_behind() -> None:
    with serving("--ready", "json", "--tls-port", "0") as (process, lines):
        ready = json.loads(lines[0])
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")
    assert not Path(ready["ca"]).exists()
    for url in (ready["http"], ready["https"]):
        address = urlsplit(url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address.hostname, address.port), timeout=5)


HEALTH = b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest.mark.parametrize("sent", [HEALTH, HEALTH + HEALTH[:9], HEALTH + post("/x", b"half")[:-2]])
def test_stopping_cuts_open_tls_connections_without_a_word(sent: bytes) -> None:
    with serving("--ready", "json", "--tls-port", "0") as (process, lines):
        ready = json.loads(lines[0])
        with trusting(ready["https"], ready["ca"]) as secure:
            secure.sendall(sent)
            assert secure.recv(65536).startswith(b"HTTP/1.1 200")
            process.terminate()
            _, errors = process.communicate(timeout=20)
            assert (process.returncode, errors) == (0, "")


def test_stopping_cuts_a_tls_handshake_and_an_open_stream_without_a_word() -> None:
    with serving("--ready", "json", "--tls-port", "0") as (process, lines):
        ready = json.loads(lines[0])
        wait = b"GET /_emulator/labs/default/journal/wait?timeout=60 HTTP/1.1\r\nhost: localhost\r\n\r\n"
        address = urlsplit(ready["https"])
        with (
            socket.create_connection((address.hostname, address.port), timeout=20) as handshaking,
            trusting(ready["https"], ready["ca"]) as waiting,
            trusting(ready["https"], ready["ca"]) as answered,
        ):
            handshaking.sendall(b"\x16\x03\x01")
            waiting.sendall(wait)
            answered.sendall(HEALTH)
            assert answered.recv(65536).startswith(b"HTTP/1.1 200")
            process.terminate()
            _, errors = process.communicate(timeout=20)
            assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        ("server.mint = lambda *_: os.open('/no/room', 0)", "cannot write the certificate"),
        ("app.create_app = lambda *_, **__: os._exit(3)", "ended by itself"),
        ("app.create_app = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)", "ended by itself"),
        (
            "server._START_DEADLINE = 0.2; app.create_app = lambda *_, **__: threading.Event().wait()",
            "did not answer within 0.2 seconds",
        ),
        (
            "server._PROBE = server._PROBE.replace(b'health', b'nowhere')",
            "answered its first request with 'HTTP/1.1 404",
        ),
    ],
    ids=["certificate", "exit", "killed", "silent", "wrong answer"],
)
def test_a_server_that_cannot_start_says_so_in_one_line_and_ends(patch: str, text: str) -> None:
    ended = run_patched(patch, "--tls-port", "0")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert text in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_defect_in_the_worker_is_shown() -> None:
    ended = run_patched("app.create_app = lambda *_, **__: 1 / 0")
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr
    assert "ended by itself" in ended.stderr.splitlines()[-1]


def test_a_failing_announcement_ends_the_server() -> None:
    ended = run_patched(
        "import bedrock_emulator.cli; bedrock_emulator.cli._announce_text = lambda *_, **__: 1 / 0"
    )
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr


def test_a_worker_ends_whose_supervisor_was_killed_before_it_began() -> None:
    die = "os.kill(os.getppid(), signal.SIGKILL)"
    ended = run_patched(f"load = server._load; server._load = lambda *a, **k: ({die}, load(*a, **k))[1]")
    assert ended.returncode == -signal.SIGKILL  # and the output that the worker held open is closed


def test_a_server_ends_with_its_standard_input_if_asked() -> None:
    command = [*COMMAND, "serve", "--port", "0", "--ready", "json", "--stop-on-eof"]
    pipes: dict[str, Any] = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["pid"] == process.pid
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")


def test_a_server_whose_standard_input_is_empty_ends_right_after_its_start() -> None:
    command = [*COMMAND, "serve", "--port", "0", "--ready", "json", "--stop-on-eof"]
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["http"]


def test_an_answer_that_is_cut_over_https_ends_the_connection_too() -> None:
    """Else an SDK takes the connection for whole and loses its next call on it."""
    with serving("--ready", "json", "--tls-port", "0", "--auth", "off") as (_, lines):
        ready = json.loads(lines[0])
        Emulator.connect(ready["http"]).lab("default").put_faults([{"wire": {"cutAfterBytes": 9}}])
        with trusting(ready["https"], ready["ca"]) as secure:
            secure.sendall(b"GET /foundation-models HTTP/1.1\r\nhost: localhost\r\n\r\n")
            while secure.recv(65_536):  # up to the goodbye of TLS
                pass
            with socket.socket(fileno=secure.detach()) as plain:
                plain.settimeout(10)
                assert plain.recv(1) == b""


@pytest.mark.parametrize(
    ("host", "hostnames", "warnings"),
    [
        ("localhost", {"127.0.0.1", "::1"}, 0),
        ("0.0.0.0", {"127.0.0.1"}, 1),  # noqa: S104 - what the test is about
        ("::1", {"::1"}, 0),
        ("::", {"::1"}, 1),
    ],
)
def test_a_host_is_announced_as_a_client_can_use_it(host: str, hostnames: set[str], warnings: int) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with serving("--ready", "json", "--tls-port", "0", "--host", host) as (process, lines):
        ready = json.loads(lines[0])
        assert urlsplit(ready["http"]).hostname in hostnames
        with Emulator.connect(ready["http"]).lab("mine") as lab:
            assert lab.configure()["endpointUrl"] == f"{ready['http']}/_lab/mine"
        trusting(ready["https"], ready["ca"]).close()
        process.terminate()
        _, errors = process.communicate(timeout=20)
        assert len(errors.splitlines()) == errors.count("reached from the network") == warnings


def test_hundreds_of_unfinished_requests_leave_room_for_others(bedrock_emulator: LabClient) -> None:
    url = bedrock_emulator.emulator.url
    unfinished = post("/model/x/converse", b"{}", {"expect": "100-continue"})[:-2]
    with ExitStack() as stack:
        held = [stack.enter_context(connect(url)) for _ in range(400)]
        for connection in held:
            connection.sendall(unfinished)
        for connection in held:  # "go on" is said by the thread that waits for the body
            assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        answer = exchange(url, HEALTH)
    assert answer is not None
    assert answer.status == 200


def test_env_gives_the_lines_for_bearer_keys() -> None:
    with serving("--tls-port", "0") as (_, lines):
        variables = exported(lines)
        assert variables["AWS_ENDPOINT_URL_BEDROCK"].startswith("https://")
        options = ["--url", variables["AWS_ENDPOINT_URL_BEDROCK"], "--ca", variables["AWS_CA_BUNDLE"]]
        env = subprocess.run([*COMMAND, "env", *options], capture_output=True, text=True, check=True)
        assert exported(env.stdout.splitlines()) == variables
        health = subprocess.run([*COMMAND, "health", *options], capture_output=True, check=True)
        assert json.loads(health.stdout)["status"] == "ok"


def test_models_are_those_of_the_chosen_catalogue() -> None:
    listed = {
        catalog: subprocess.run(
            [*COMMAND, "models", "--catalog", catalog], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for catalog in ("aws", "all")
    }
    (more,) = [line.split()[0] for line in listed["all"] if line not in listed["aws"]]
    assert more == "anthropic.claude-opus-4.7"
    assert set(listed["aws"]) < set(listed["all"])


def test_a_busy_port_is_refused_with_what_to_do() -> None:
    with Emulator() as first, pytest.raises(ConfigError, match="choose another --host or --port"):
        Emulator(port=urlsplit(first.url).port or 0).start()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["serve", "--region", "nowhere"], "'nowhere' is not an AWS region"),
        (["serve", "--port", "70000"], "70000 is not a TCP port"),
        (["serve", "--host", "203.0.113.1"], "choose another --host or --port"),
        (
            ["env", "--url", "http://127.0.0.1:1"],
            "no emulator answers at http://127.0.0.1:1 (Connection refused)",
        ),
        (["serve", "--host", "no-such-host.invalid"], "choose another --host or --port"),
        (["env", "--ca", "ca.pem", "--url", "http://127.0.0.1:1"], "--ca is for an https address"),
        (["env", "--ca", "/nowhere/ca.pem"], "/nowhere/ca.pem is not a file of certificates"),
        (["health", "--url", "ftp://x"], "not an http address"),
        (["models", "--region", "mars-1"], "the catalogue has no model in 'mars-1'"),
    ],
    ids=["region", "port", "host", "name", "env", "ca", "ca file", "scheme", "models"],
)
def test_a_mistake_on_the_command_line_is_one_clear_line(arguments: list[str], text: str) -> None:
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert text in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_an_unknown_certificate_is_told_from_no_answer(bedrock_emulator_server: Emulator) -> None:
    run = subprocess.run(
        [*COMMAND, "health", "--url", bedrock_emulator_server.https_url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "is not trusted; give the file that `serve --tls` names as --ca" in run.stderr


def test_a_narrow_terminal_gets_fewer_columns_and_whole_ids() -> None:
    width = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80"}
    run = subprocess.run([*COMMAND, "models"], env=width, capture_output=True, text=True, check=True)
    title, _, headings, _, *rows = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout).splitlines()
    assert headings.split() == ["Model", "Called", "Lifecycle"]
    whole = [row for row in rows if row.startswith("  ") and row.rstrip().endswith(("active", "legacy"))]
    assert title.startswith(f"{len(whole)} models in us-east-1")


def test_models_are_listed_plainly_when_piped_and_as_json() -> None:
    plain = subprocess.run(
        [*COMMAND, "models", "--region", "eu-west-1"], capture_output=True, text=True, check=True
    )
    assert plain.stdout.splitlines()[0].split()[:2] == ["Model", "Provider"]
    assert "\x1b" not in plain.stdout
    as_json = subprocess.run([*COMMAND, "models", "--json"], capture_output=True, text=True, check=True)
    assert {"modelId", "modelArn", "providerName"} <= json.loads(as_json.stdout)["modelSummaries"][0].keys()


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_https_offers_both_protocols(bedrock_emulator: LabClient, protocol: str) -> None:
    address = urlsplit(bedrock_emulator.https_endpoint_url)
    context = ssl.create_default_context(cafile=bedrock_emulator.emulator.ca_file)
    context.set_alpn_protocols([protocol])
    with (
        socket.create_connection((address.hostname, address.port)) as plain,
        context.wrap_socket(plain, server_hostname=address.hostname) as secure,
    ):
        assert secure.selected_alpn_protocol() == protocol


def test_a_bearer_key_works_over_https(bedrock_emulator: LabClient, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = bedrock_emulator
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-bearer-key-of-mine")
    runtime = client("bedrock-runtime", endpoint_url=lab.https_endpoint_url, verify=lab.emulator.ca_file)
    message = {"role": "user", "content": [{"text": "hi"}]}
    stream = runtime.converse_stream(modelId="us.amazon.nova-lite-v1:0", messages=[message])["stream"]
    assert "metadata" in list(stream)[-1]
    (entry,) = lab.journal()
    assert entry["caller"]["kind"] == "bearer"
    assert "a-bearer-key-of-mine" not in json.dumps(entry)


@pytest.mark.parametrize(
    ("auth", "secret", "code"),
    [
        ("known", "test", None),
        ("known", "wrong", "InvalidSignatureException"),
        ("strict", "test", None),
        ("off", "wrong", None),
    ],
)
def test_signatures_are_verified_as_the_mode_says(
    bedrock_emulator: LabClient, auth: str, secret: str, code: str | None
) -> None:
    bedrock_emulator.configure(auth=auth)
    bedrock = client(
        "bedrock",
        endpoint_url=bedrock_emulator.endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}),
    )
    if code is None:
        assert bedrock.list_foundation_models()["modelSummaries"]
    else:
        with pytest.raises(ClientError, match=code):
            bedrock.list_foundation_models()


def test_the_page_of_operations_says_what_the_server_does(bedrock_emulator: LabClient) -> None:
    services = bedrock_emulator.emulator.request("GET", "/_emulator/operations?format=json")
    status = {row["operation"]: row["status"] for rows in services.values() for row in rows}
    assert {status[name] for name in ("Converse", "ConverseStream", "ListFoundationModels")} == {"served"}
    bedrock = client("bedrock", endpoint_url=bedrock_emulator.endpoint_url, **keys())
    assert status["ListImportedModels"] == "empty"
    assert bedrock.list_imported_models()["modelSummaries"] == []
    assert status["GetUseCaseForModelAccess"] == "refused"
    with pytest.raises(
        ClientError,
        match=r"UnknownOperationException.*does not serve GetUseCaseForModelAccess.*/_emulator/operations",
    ):
        bedrock.get_use_case_for_model_access()
    assert [entry["status"] for entry in bedrock_emulator.journal()] == [200, 400]
