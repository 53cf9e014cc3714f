"""Serves the app with granian: HTTP/1.1 and cleartext HTTP/2 on one port, HTTPS on a second one if asked.

granian runs the app in one child worker that holds all state; this process only supervises it and, with a TLS
port, relays HTTPS connections.
"""

import asyncio
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from bedrock_emulator.config import Settings
from bedrock_emulator.errors import ConfigError
from bedrock_emulator.http.ports import reserve
from bedrock_emulator.http.tls import mint, start_relay

if TYPE_CHECKING:
    from flask import Flask

BLOCKING_THREADS = 256
"""Streams that can be open at the same moment; a further one waits for a thread. Idle threads end after a while."""

HEADER_TIMEOUT_MS = 30_000
"""A client that does not finish its headers in this time is disconnected."""

_START_DEADLINE = 30.0
"""Seconds after which a worker that does not accept counts as failed."""

_ERRORS_ONLY = {"loggers": {"_granian": {"level": "ERROR"}, "granian.access": {"level": "ERROR"}}}


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a started server answers."""

    http: str
    https: str | None
    ca_file: Path | None
    pid: int


def serve(settings: Settings, *, announce: Callable[[Ready], None]) -> None:
    """Serve until SIGINT or SIGTERM; calls `announce` once, when the first request would be answered.

    Raises:
        ConfigError: a port is taken, or the worker did not start.
    """
    reserved = reserve(settings.host, settings.port)
    reserved_tls = None if settings.tls_port is None else reserve(settings.host, settings.tls_port)
    try:
        port = _port(reserved)
        server = granian_server(settings, port)
        with tempfile.TemporaryDirectory(prefix="bedrock-emulator-") as directory:
            front = _Front(settings, port, reserved_tls, Path(directory), announce)
            server.on_startup(front.start)
            server.on_shutdown(front.stop)
            server.serve(target_loader=partial(_load, settings=settings, port=port))
    finally:
        reserved.close()
        if reserved_tls is not None:
            reserved_tls.close()


def granian_server(settings: Settings, port: int) -> MPServer:
    """granian as the emulator uses it, for any target."""
    return MPServer(
        "bedrock_emulator",
        address=settings.host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backpressure=4 * BLOCKING_THREADS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        log_dictconfig=_ERRORS_ONLY,
        log_level=LogLevels.error,
        workers_kill_timeout=2,
        websockets=False,
    )


def _load(_target: str, *, settings: Settings, port: int) -> "Flask":
    """Build the app; runs in the worker, so that the supervisor stays small."""
    from bedrock_emulator.http.app import create_app

    _end_with_parent()
    return create_app(settings, port=port)


def _end_with_parent() -> None:
    """End the worker when its supervisor was killed and can no longer stop it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


class _Front(threading.Thread):
    """Waits for the worker, opens the TLS relay, announces, and runs the relay until stopped."""

    def __init__(
        self,
        settings: Settings,
        port: int,
        reserved_tls: socket.socket | None,
        directory: Path,
        announce: Callable[[Ready], None],
    ) -> None:
        super().__init__(name="front", daemon=True)
        self._settings = settings
        self._port = port
        self._tls_port = None if reserved_tls is None else _port(reserved_tls)
        self._directory = directory
        self._announce = announce
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    def stop(self) -> None:
        if self.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self.join(timeout=2)

    async def _run(self) -> None:
        host = self._settings.host
        await _accepting(host, self._port)
        ca_file = None
        if self._tls_port is not None:
            certificate = mint(host, self._directory)
            ca_file = certificate.ca_file
            await start_relay(host, self._tls_port, (host, self._port), certificate.context)
        self._announce(Ready(_url("http", host, self._port), self._https_url(), ca_file, os.getpid()))
        await self._stopped.wait()

    def _https_url(self) -> str | None:
        return None if self._tls_port is None else _url("https", self._settings.host, self._tls_port)


async def _accepting(host: str, port: int) -> None:
    deadline = time.monotonic() + _START_DEADLINE
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return
    logging.getLogger(__name__).error(
        "the worker did not accept a connection within %.0f seconds", _START_DEADLINE
    )
    raise ConfigError("the emulator did not start; see the messages above")


def _port(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
