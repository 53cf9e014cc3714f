"""Serves the app with granian: HTTP/1.1 and cleartext HTTP/2 on one port, HTTPS on a second one if asked.

granian runs the app in one child worker that holds all state; this process only supervises it and, with a TLS
port, relays HTTPS connections.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from bedrock_emulator.config import Settings
from bedrock_emulator.errors import ConfigError
from bedrock_emulator.http.ports import BACKLOG, client_address, is_local, listen
from bedrock_emulator.http.tls import MintedCertificate, mint, start_relay

if TYPE_CHECKING:
    from flask import Flask

BLOCKING_THREADS = 1024
"""Exchanges that can be under way at the same moment: open streams, bodies that are still being sent, waits for the
journal. Each holds a thread, which costs nothing until it is needed and ends after half a minute without work. A further
exchange, be it a health check, waits until one of them ends."""

CONNECTIONS = 4 * BLOCKING_THREADS
"""Connections that can be open at the same moment, idle ones included; further ones wait to be accepted."""

HEADER_TIMEOUT_MS = 30_000
"""A client that does not finish its headers in this time is disconnected."""

_START_DEADLINE = 30.0
"""Seconds after which a worker that does not answer counts as failed."""

_ERRORS_ONLY = {"loggers": {"_granian": {"level": "ERROR"}, "granian.access": {"level": "ERROR"}}}

_WORKER_ENDED = (
    "the process that answers requests ended by itself; what it wrote above, if anything, says why"
)

_PROBE = b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a started server answers."""

    http: str
    https: str | None
    ca_file: Path | None
    pid: int
    is_local: bool
    """Whether only this machine can reach it."""


def serve(settings: Settings, *, announce: Callable[[Ready], None], stop_on_eof: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; calls `announce` once, when the first request has been answered.

    Args:
        settings: what to serve, and where.
        announce: told the addresses.
        stop_on_eof: stop also when standard input ends, which it does when the program that writes to it is gone.

    Raises:
        ConfigError: a port is taken, there is no room for the certificate, or the worker ended or did not start.
    """
    with ExitStack() as opened:
        listening = opened.enter_context(listen(settings.host, settings.port))
        https = None if settings.tls_port is None else _open_https(settings.host, settings.tls_port, opened)
        server = granian_server(listening)
        # What the supervising process of granian has to say, serve() says in its own words.
        logging.getLogger("_granian").setLevel(logging.CRITICAL)
        front = _Front(listening, https, announce, at_end=server.signal_handler_interrupt)
        if stop_on_eof:
            _start_thread(lambda: _at_end_of_input(front.settled, server.signal_handler_interrupt))
        front.start()
        host, port = client_address(listening)
        try:
            server.serve(target_loader=partial(_load, settings=replace(settings, host=host), port=port))
        except SystemExit as error:  # granian's word for a worker that is gone
            raise ConfigError(_WORKER_ENDED) from error
        finally:
            front.finish()


def granian_server(listening: socket.socket) -> MPServer:
    """granian as the emulator uses it, for any target."""
    host, port = client_address(listening)
    return _SocketServer(
        listening,
        "bedrock_emulator",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        log_dictconfig=_ERRORS_ONLY,
        log_level=LogLevels.error,
        workers_kill_timeout=1,
        websockets=False,
    )


class _SocketServer(MPServer):
    """granian on a socket that listens already, handed to the worker as granian does off Linux.

    On Linux granian would bind with SO_REUSEPORT, under which a second server on a busy port starts without an error
    and takes half of the first one's connections [measured]. A granian that no longer asks for the socket here fails
    to bind, for the port is taken: by us.
    """

    def __init__(self, listening: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._listening = listening

    def _init_shared_socket(self) -> None:
        self._sso = self._listening
        is_unix = False
        self._shd = SocketHolder(self._listening.fileno(), is_unix, BACKLOG)  # type: ignore[assignment, call-arg]


def _load(_target: str, *, settings: Settings, port: int) -> "Flask":
    """Build the app; runs in the worker, so that the supervisor stays small."""
    from bedrock_emulator.http.app import create_app

    signal.signal(
        signal.SIGTERM, signal.SIG_DFL
    )  # until granian sets its own; the fork inherits the supervisor's
    _start_thread(_end_with_parent)
    return create_app(settings, port=port)


def _end_with_parent() -> None:
    """End the worker when its supervisor was killed and can no longer stop it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _at_end_of_input(settled: threading.Event, stop: Callable[[], None]) -> None:
    # Not through sys.stdin: its lock, held while it waits, would be in the way when the interpreter ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    settled.wait()  # an input that was empty from the start would stop what has not begun
    stop()


def _start_thread(run: Callable[[], None]) -> None:
    threading.Thread(target=run, daemon=True).start()


@dataclass(frozen=True, slots=True)
class _Https:
    """What a TLS port needs."""

    listening: socket.socket
    certificate: MintedCertificate


def _open_https(host: str, port: int, opened: ExitStack) -> _Https:
    listening = opened.enter_context(listen(host, port))
    try:
        directory = opened.enter_context(TemporaryDirectory(prefix="bedrock-emulator-"))
        return _Https(listening, mint(client_address(listening)[0], Path(directory)))
    except OSError as error:
        raise ConfigError(
            f"cannot write the certificate for HTTPS: {error}; name a directory with room in TMPDIR"
        ) from error


class _Front(threading.Thread):
    """Waits for the worker's first answer, announces, and relays TLS until it is told to finish."""

    def __init__(
        self,
        listening: socket.socket,
        https: _Https | None,
        announce: Callable[[Ready], None],
        *,
        at_end: Callable[[], None],
    ) -> None:
        super().__init__(name="front", daemon=True)
        self._listening = listening
        self._https = https
        self._announce = announce
        self._at_end = at_end
        self.settled = threading.Event()
        """Set when the start is over, whether it came to an announcement or to an error."""
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._work = self._loop.create_task(self._serve())

    def run(self) -> None:
        self._loop.run_until_complete(asyncio.wait([self._work]))
        self.settled.set()
        self._at_end()

    def finish(self) -> None:
        """End the work and everything that it began, and raise what it failed with."""
        self._loop.call_soon_threadsafe(self._work.cancel)
        self.join()
        self._runner.close()
        if not self._work.cancelled():
            self._work.result()

    async def _serve(self) -> None:
        target = client_address(self._listening)
        await _first_answer(target)
        with ExitStack() as opened:
            if self._https is not None:
                relay = await start_relay(self._https.listening, target, self._https.certificate.context)
                opened.callback(relay.close)
            self._announce(self._ready())
            self.settled.set()
            await asyncio.Event().wait()

    def _ready(self) -> Ready:
        https = self._https
        return Ready(
            http=_url("http", self._listening),
            https=None if https is None else _url("https", https.listening),
            ca_file=None if https is None else https.certificate.ca_file,
            pid=os.getpid(),
            is_local=is_local(self._listening),
        )


async def _first_answer(address: tuple[str, int]) -> None:
    try:
        async with asyncio.timeout(_START_DEADLINE):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(_PROBE)
            status = await reader.readline()
    except TimeoutError as error:
        raise ConfigError(f"the emulator did not answer within {_START_DEADLINE:g} seconds") from error
    except OSError as error:
        raise ConfigError(_WORKER_ENDED) from error
    writer.close()
    if not status:
        raise ConfigError(_WORKER_ENDED)
    if b" 200 " not in status:
        raise ConfigError(f"the emulator answered its first request with {status.decode().strip()!r}")


def _url(scheme: str, listening: socket.socket) -> str:
    host, port = client_address(listening)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
