import json
import os
import signal
import subprocess
import sys

import pytest

from bedrock_emulator import Emulator
from bedrock_emulator.errors import ConfigError
from bedrock_emulator.process import ServerProcess


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
