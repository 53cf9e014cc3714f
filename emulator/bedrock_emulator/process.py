"""A server in a process of its own: started, awaited, and stopped by its process id."""

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from bedrock_emulator.errors import ConfigError

START_TIMEOUT = 30.0
"""Seconds that a server may take until it says that it is ready; it needs about half of one."""

STOP_TIMEOUT = 5.0
"""Seconds between asking a server to end and ending it."""

_QUOTED_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server answers."""

    http: str
    https: str | None
    ca_file: str | None


class ServerProcess:
    """A running `bedrock-emulator serve`."""

    def __init__(self, arguments: Sequence[str] = (), *, start_timeout: float = START_TIMEOUT) -> None:
        """Start it and wait until it is ready.

        Raises:
            ConfigError: it ended, or was not ready in time; the message quotes what it wrote.
        """
        # Its standard input is a pipe that ends with us, even when we are killed.
        serve = ["serve", "--ready", "json", "--stop-on-eof"]
        command = [sys.executable, "-m", "bedrock_emulator", *serve, *arguments]
        self._owner = os.getpid()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(  # noqa: S603 - our own module, without a shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            # Ctrl-C in the terminal is for us to handle: the server has to outlive the requests that we still make.
            start_new_session=True,
        )
        atexit.register(self.stop)
        try:
            self.addresses = self._await_ready(start_timeout)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._process.pid

    def stop(self) -> None:
        """End the server: asked first, then forced, with the workers it started. Twice is once."""
        if os.getpid() != self._owner:  # a fork inherits the object, not the server
            return
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._errors.close()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # the group of start_new_session: server and workers
        self._process.wait()

    def _await_ready(self, timeout: float) -> Addresses:
        first_line: queue.Queue[str] = queue.Queue()
        assert self._process.stdout is not None
        threading.Thread(target=_read, args=(self._process.stdout, first_line), daemon=True).start()
        try:
            line = first_line.get(timeout=timeout)
        except queue.Empty:
            raise ConfigError(self._failure(f"was not ready within {timeout:g} seconds")) from None
        if not line:
            code = self._process.wait()
            raise ConfigError(self._failure(f"ended with exit code {code} before it was ready"))
        return self._read_addresses(line)

    def _read_addresses(self, line: str) -> Addresses:
        try:
            ready = json.loads(line)
            return Addresses(http=ready["http"], https=ready["https"], ca_file=ready["ca"])
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(self._failure(f"said {line.strip()!r} where its ready line belongs")) from error

    def _failure(self, what: str) -> str:
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _QUOTED_BYTES))
        written = self._errors.read().decode(errors="replace").strip()
        return f"the emulator {what}; it wrote: {written or '(nothing)'}"


def _read(stdout: IO[str], first_line: "queue.Queue[str]") -> None:
    """Hand over the first line, then read on so that the server never waits for room in the pipe."""
    with stdout:
        first_line.put(stdout.readline())
        for _ in stdout:
            pass
