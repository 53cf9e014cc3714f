"""Use an emulator from Python: start or find a server, and set up labs on it.

Everything goes through the admin API, so it does not matter where the server runs.
Only the standard library is imported: test suites load this with every run.
"""

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from bedrock_emulator.errors import AdminError, ConfigError
from bedrock_emulator.lab_client import TIMEOUT, LabClient

if TYPE_CHECKING:
    from http.client import HTTPConnection

    from bedrock_emulator.process import Addresses, ServerProcess

__all__ = ["Emulator", "LabClient"]


class Emulator:
    """A server: started by `with Emulator()`, or a running one by `Emulator.connect(url)`.

    Args:
        port: of HTTP; 0 takes a free one.
        tls: also serve HTTPS, which botocore demands for bearer keys.
        auth: off, known or strict, as `bedrock-emulator serve --help` explains.
        arguments: further arguments of `bedrock-emulator serve`.
    """

    def __init__(
        self, *, port: int = 0, tls: bool = False, auth: str = "known", arguments: Sequence[str] = ()
    ) -> None:
        secure = ["--tls-port", "0"] if tls else []
        self._arguments = ["--port", str(port), "--auth", auth, *secure, *arguments]
        self._process: ServerProcess | None = None
        self._addresses: Addresses | None = None

    @classmethod
    def connect(cls, url: str, *, https_url: str | None = None, ca_file: str | None = None) -> Self:
        """Use a server that runs already; it is not stopped in the end.

        Raises:
            ConfigError: nothing that answers like an emulator is there.
        """
        from bedrock_emulator.process import Addresses

        emulator = cls()
        emulator._addresses = Addresses(url.rstrip("/"), https_url and https_url.rstrip("/"), ca_file)
        emulator.health()
        return emulator

    def start(self) -> Self:
        """Start the server and return when it answers; one that is there already stays.

        Raises:
            ConfigError: it did not start; the message quotes what it wrote.
        """
        from bedrock_emulator.process import ServerProcess

        if self._addresses is None:
            self._process = ServerProcess(self._arguments)
            self._addresses = self._process.addresses
        return self

    def stop(self) -> None:
        """Stop the server if it was started here."""
        if self._process is not None:
            self._process.stop()
            self._process = self._addresses = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Emulator({self._addresses.http if self._addresses else 'not started'})"

    @property
    def url(self) -> str:
        """Where it answers over HTTP."""
        return self._running.http

    @property
    def https_url(self) -> str:
        """Where it answers over HTTPS.

        Raises:
            ConfigError: it serves no HTTPS.
        """
        if self._running.https is None:
            raise ConfigError("this emulator serves no HTTPS; start it with Emulator(tls=True)")
        return self._running.https

    @property
    def ca_file(self) -> str | None:
        """The certificate authority of `https_url`, in PEM."""
        return self._running.ca_file

    def health(self) -> dict[str, Any]:
        """What the server says about itself."""
        report: dict[str, Any] = self.request("GET", "/_emulator/health")
        return report

    def lab(self, name: str | None = None, **setup: Any) -> LabClient:
        """A lab, made if it does not exist; `with` deletes it in the end.

        Args:
            name: `default`, or 1 to 63 of a-z, 0-9 and '-'; None gives it a name of its own.
            setup: members of the admin API's `Lab` document: region, auth, scenario, faults, …
        """
        lab = LabClient(self, name or f"lab-{os.urandom(8).hex()}")
        lab.configure(**setup)
        return lab

    def request(self, method: str, path: str, document: Any = None, *, timeout: float = TIMEOUT) -> Any:
        """Make a request to the admin API and return the JSON of its answer, None when it has none.

        Raises:
            AdminError: the emulator refused.
            ConfigError: no emulator answers there.
        """
        import http.client  # some 20 ms, which not every test run of a user shall pay

        address = urlsplit(self.url)
        # A connection for each request: nothing to share between threads, nothing that can have gone stale.
        connection = self._connection(address.scheme, address.hostname or "", address.port, timeout)
        body = None if document is None else json.dumps(document).encode()
        try:
            connection.request(method, address.path + path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ConfigError(f"no emulator answers at {self.url}: {error!r}") from error
        finally:
            connection.close()
        return self._read(answer.status, data)

    def _connection(self, scheme: str, host: str, port: int | None, timeout: float) -> "HTTPConnection":
        import http.client

        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout)
        import ssl

        trust = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=trust)

    @property
    def _running(self) -> "Addresses":
        if self._addresses is None:
            raise ConfigError("the emulator is not running; use `with Emulator() as emulator:` or start()")
        return self._addresses

    def _read(self, status: int, data: bytes) -> Any:
        try:
            document: Any = json.loads(data) if data else None
            if status < 400:
                return document
            error = document["error"]
            refusal = AdminError(status, error["message"], path=error["path"])
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"what answers at {self.url} is not an emulator (status {status})") from error
        raise refusal
