"""A port for the instance metadata of each lab that asks for one.

It cannot be a path of the server's own port: the AWS SDK for JavaScript drops the path of the endpoint that it is
given [measured].
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bedrock_emulator.errors import AdminError, ConfigError
from bedrock_emulator.http.ports import client_address, listen
from bedrock_emulator.state.lab import Lab

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_LISTENERS = 64
"""Labs of one server that have such a port at the same moment."""

_IDLE_SECONDS = 10
"""After which a connection without a request is closed."""

_POLL_SECONDS = 0.05
"""How long a listener that is told to end may take to notice."""


@dataclass(frozen=True, slots=True)
class _Listener:
    server: BaseWSGIServer
    thread: threading.Thread

    def close(self) -> None:
        """Return when nobody can connect any more: it is the thread that closes the port."""
        self.server.shutdown()
        self.thread.join()


class ImdsListeners:
    """The open ports of one server."""

    def __init__(
        self, host: str, app_of: Callable[[Lab], "WSGIApplication"], *, most: int = MAX_LISTENERS
    ) -> None:
        self._host = host
        self._app_of = app_of
        self._most = most
        self._lock = threading.Lock()
        self._listeners: dict[Lab, _Listener] = {}

    def open(self, lab: Lab) -> str:
        """The URL of the lab's port, opened now if it is not yet; it is closed when the lab is deleted or reset.

        Raises:
            AdminError: 409, too many labs have one; 503, the machine gives none.
        """
        with self._lock:
            listener = self._listeners.get(lab)
            is_new = listener is None
            if listener is None:
                listener = self._listeners[lab] = self._started(lab)
        if is_new:
            lab.at_end(lambda: self._close(lab))
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{listener.server.port}"

    def _started(self, lab: Lab) -> _Listener:
        if len(self._listeners) >= self._most:
            message = (
                f"{self._most} labs have an instance metadata port, as many as may; delete or reset one first"
            )
            raise AdminError(409, message)
        try:
            # Not by werkzeug, which ends the process when it cannot listen.
            with listen(self._host, 0) as listening:
                server = make_server(
                    *client_address(listening),
                    self._app_of(lab),
                    threaded=True,
                    request_handler=_QuietHandler,
                    fd=listening.fileno(),
                )
        except ConfigError as error:
            raise AdminError(503, str(error)) from error
        name = f"imds of {lab.name}"
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name=name, daemon=True)
        thread.start()
        return _Listener(server, thread)

    def _close(self, lab: Lab) -> None:
        with self._lock:
            listener = self._listeners.pop(lab)
        listener.close()


class _QuietHandler(WSGIRequestHandler):
    """Writes no access log: the journal has the exchanges, without their secrets."""

    timeout = _IDLE_SECONDS

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """The status line and the server's name; the date is among the headers of the application."""
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())

    def version_string(self) -> str:
        """What the service calls itself [reported by users]."""
        return "EC2ws"
