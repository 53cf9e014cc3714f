import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from bedrock_emulator import Emulator
from bedrock_emulator.errors import ConfigError
from bedrock_emulator.process import ServerProcess
from tests.emulator.http.raw import connect, read_response


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_is_started_and_stopped():
    with Emulator(tls=True) as emulator:
        assert emulator.health()["status"] == "ok"
        assert emulator.https_url.startswith("https://")
        url = emulator.url
    with pytest.raises(ConfigError, match="no emulator answers"):
        Emulator.connect(url)


def test_stopping_ends_the_process_and_twice_is_once():
    process = ServerProcess(["--port", "0"])
    assert is_alive(process.pid)
    process.stop()
    process.stop()
    assert not is_alive(process.pid)


def test_a_server_that_does_not_end_when_asked_is_ended_with_its_workers(monkeypatch):
    monkeypatch.setattr("bedrock_emulator.process.STOP_TIMEOUT", 0.05)
    process = ServerProcess(["--port", "0"])
    os.kill(process.pid, signal.SIGSTOP)
    process.stop()
    assert not is_alive(process.pid)
    with pytest.raises(ConfigError, match="no emulator answers"):
        Emulator.connect(process.addresses.http)


def test_a_server_that_cannot_start_is_quoted():
    with pytest.raises(ConfigError, match=r"(?s)exit code 2 .*--no-such-option"):
        ServerProcess(["--no-such-option"])


def test_a_server_that_takes_too_long_is_stopped():
    with pytest.raises(ConfigError, match="not ready within 0 seconds"):
        ServerProcess(["--port", "0"], start_timeout=0)


def test_a_program_that_ends_takes_its_server_along():
    program = (
        "import json; from bedrock_emulator.process import ServerProcess;"
        "print(json.dumps(ServerProcess(['--port', '0']).pid))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not is_alive(json.loads(ended.stdout))


STARTER = (
    "import json, sys; from bedrock_emulator.process import ServerProcess;"
    "server = ServerProcess(['--port', '0']);"
    "print(json.dumps(server.addresses.http), flush=True);"
    "sys.stdin.read()"
)


def held_connection(url: str) -> socket.socket:
    """A connection that ends when the server does: an answer has been read, the next one is not asked for."""
    connection = connect(url)
    connection.sendall(b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
    answer = read_response(connection)
    assert answer is not None
    assert answer.status == 200
    return connection


def test_a_program_that_is_killed_takes_its_server_along():
    program = subprocess.Popen(
        [sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with program:
        assert program.stdout is not None
        url = json.loads(program.stdout.readline())
        with held_connection(url) as connection:
            program.kill()
            assert connection.recv(1) == b""
    with pytest.raises(ConfigError, match="no emulator answers"):
        Emulator.connect(url)


def test_a_worker_ends_with_a_supervisor_that_is_killed():
    process = ServerProcess(["--port", "0"])
    with held_connection(process.addresses.http) as connection:
        os.kill(process.pid, signal.SIGKILL)
        assert connection.recv(1) == b""
    process.stop()


def test_two_servers_that_start_at_once_do_not_share_a_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bedrock_emulator", "serve", "--ready", "json", "--port", str(port)]
    servers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    ready = [server.stdout.readline() for server in servers if server.stdout]
    for server, line in zip(servers, ready, strict=True):
        if line:
            server.terminate()
        _, errors = server.communicate(timeout=20)
        assert ("cannot listen" in errors) is not bool(line)
    assert [bool(line) for line in ready].count(True) == 1
