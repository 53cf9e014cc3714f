"""Use an emulator from Python: start or find a server, and set up labs on it.

Everything goes through the admin API, so it does not matter where the server runs.
Only the standard library is imported: test suites load this with every run.
"""

import json
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode, urlsplit

from bedrock_emulator.environment import client_environment
from bedrock_emulator.errors import AdminError, ConfigError

if TYPE_CHECKING:
    from http.client import HTTPConnection
    from os import PathLike

    from bedrock_emulator.process import Addresses, ServerProcess

_TIMEOUT = 30.0
"""Seconds that an admin request may take, what it was asked to wait not included."""


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

    def lab(self, name: str | None = None, **setup: Any) -> "LabClient":
        """A lab, made if it does not exist; `with` deletes it in the end.

        Args:
            name: `default`, or 1 to 63 of a-z, 0-9 and '-'; None gives it a name of its own.
            setup: members of the admin API's `Lab` document: region, auth, scenario, faults, …
        """
        lab = LabClient(self, name or f"lab-{os.urandom(8).hex()}")
        lab.configure(**setup)
        return lab

    def request(self, method: str, path: str, document: Any = None, *, timeout: float = _TIMEOUT) -> Any:
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


class LabClient:
    """One lab of a server; see the admin API's schema for the documents that the `put_` methods take."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.emulator = emulator
        self.name = name
        self._path = f"/_emulator/labs/{quote(name, safe='')}"
        self._prefix = "" if name == "default" else f"/_lab/{name}"

    def __repr__(self) -> str:
        return f"LabClient({self.name!r} of {self.emulator!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the lab; the default one, which always exists, is reset."""
        if self.name == "default":
            self.reset()
        else:
            self.delete()

    @property
    def endpoint_url(self) -> str:
        """What an SDK takes as its endpoint."""
        return self.emulator.url + self._prefix

    @property
    def https_endpoint_url(self) -> str:
        """The same over HTTPS."""
        return self.emulator.https_url + self._prefix

    def environment(self, region: str = "us-east-1", *, https: bool = False) -> dict[str, str]:
        """The environment variables that point AWS SDKs and tools at this lab."""
        if https:
            return client_environment(self.https_endpoint_url, region=region, ca_file=self.emulator.ca_file)
        return client_environment(self.endpoint_url, region=region)

    def credential_source(
        self, source: str, directory: "str | PathLike[str]", region: str = "us-east-1"
    ) -> dict[str, str]:
        """The environment variables that let SDKs get their credentials from one source of this lab and nowhere else.

        Args:
            source: imds, container, web-identity, assume-role, sso, profile, keys or bearer.
            directory: below which the files that the source needs are written, a folder of its own.
            region: for the SDKs.

        Raises:
            ConfigError: no such source, `bearer` of a server without HTTPS, or the files cannot be written.
        """
        from bedrock_emulator.credential_sources import open_source

        return open_source(self, source, directory, region)

    def open_imds(self) -> str:
        """The URL of this lab's instance metadata service, on a port that is open until the lab is deleted or reset."""
        return str(self.emulator.request("POST", f"{self._path}/imds")["url"])

    def mint_tokens(self, region: str = "us-east-1") -> dict[str, Any]:
        """Fresh tokens for this lab's credential endpoints; `Tokens` of the admin API's schema lists them."""
        query = urlencode({"region": region})
        tokens: dict[str, Any] = self.emulator.request("POST", f"{self._path}/tokens?{query}")
        return tokens

    def configure(self, **parts: Any) -> dict[str, Any]:
        """Set members of the `Lab` document, all or none; parts that are not named stay as they are."""
        return self._put("", parts)

    def put_catalogue(
        self,
        *,
        models: Sequence[Mapping[str, Any]] = (),
        profiles: Sequence[Mapping[str, Any]] = (),
        replace: bool = False,
    ) -> None:
        """Lay models and inference profiles over the shipped catalogue, or put them in its place."""
        self._put("/catalogue", {"models": list(models), "profiles": list(profiles), "replace": replace})

    def put_scenario(self, scenario: Mapping[str, Any] | str | os.PathLike[str]) -> None:
        """Say what the models answer.

        Args:
            scenario: a `Scenario` document, or the path of a file with one, in YAML or JSON.

        Raises:
            ConfigError: the file cannot be read, or is no scenario; the message has the line.
        """
        if isinstance(scenario, Mapping):
            self._put("/scenario", scenario)
            return
        from bedrock_emulator.state.scenario_file import read_scenario, wrong_file

        read = read_scenario(scenario)
        try:
            self._put("/scenario", read.document)
        except AdminError as error:
            raise wrong_file(read, error) from error

    def put_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """Say what goes wrong."""
        self._put("/faults", {"faults": list(faults)})

    def put_credentials(self, credentials: Sequence[Mapping[str, Any]]) -> None:
        """Register access keys and bearer keys."""
        self._put("/credentials", {"credentials": list(credentials)})

    def put_iam(
        self,
        principals: Sequence[Mapping[str, Any]] = (),
        *,
        default: Sequence[Mapping[str, Any]] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> None:
        """Say who may do what; nothing given allows everything.

        Args:
            principals: users and roles, each with `arn`, `policies` and perhaps `accessKeyIds`.
            default: the policies of callers that are not listed; none allow nothing, None everything.
            context: condition keys that the emulator cannot know.
        """
        document: dict[str, Any] = {"principals": list(principals), "context": dict(context or {})}
        if default is not None:
            document["default"] = {"policies": list(default)}
        self._put("/iam", document)

    def put_model_access(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Say which models the callers have access to; no rules grant everything."""
        self._put("/model-access", {"rules": list(rules)})

    def put_identity(self, **settings: Any) -> None:
        """Say what the credential endpoints hand out: roleArn, knownRoles, sessionSeconds, imdsV1."""
        self._put("/identity", settings)

    def put_clock(self, *, now: str | None = None, advance_seconds: float | None = None) -> dict[str, Any]:
        """Stop the lab's clock at an ISO 8601 instant, or move it; by default follow the real time again.

        Returns:
            The clock as it now is: `now` and `mode`.
        """
        given = {"now": now, "advanceSeconds": advance_seconds}
        chosen = {name: value for name, value in given.items() if value is not None}
        clock: dict[str, Any] = self._put("/clock", chosen or {"reset": True})["clock"]
        return clock

    def journal(self, operation: str | None = None, after: int | None = None) -> list[dict[str, Any]]:
        """The exchanges that the lab saw, oldest first.

        Args:
            operation: only those of this API operation.
            after: only those with a greater `id`.
        """
        entries: list[dict[str, Any]] = self._get("/journal", operation=operation, after=after)["entries"]
        return entries

    def wait_for_journal(
        self, count: int = 1, timeout: float = 10.0, *, operation: str | None = None, after: int | None = None
    ) -> list[dict[str, Any]]:
        """The exchanges, once there are at least `count`.

        Raises:
            TimeoutError: there were fewer after `timeout` seconds, of which 60 are the most.
        """
        question = {"count": count, "timeout": timeout, "operation": operation, "after": after}
        page = self._get("/journal/wait", wait=timeout, **question)
        entries: list[dict[str, Any]] = page["entries"]
        if not page["complete"]:
            seen = f"{len(entries)} of {count} awaited exchanges"
            raise TimeoutError(f"{seen} in lab {self.name!r} after {timeout:g} seconds")
        return entries

    def clear_journal(self) -> None:
        """Forget the exchanges."""
        self.emulator.request("DELETE", f"{self._path}/journal")

    def reset(self) -> None:
        """Back to a lab as it is made without any setup, with an empty journal."""
        self.emulator.request("POST", f"{self._path}/reset")

    def delete(self) -> None:
        """Delete the lab."""
        self.emulator.request("DELETE", self._path)

    def _put(self, part: str, document: Mapping[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = self.emulator.request("PUT", self._path + part, document)
        return state

    def _get(self, part: str, *, wait: float = 0.0, **question: str | float | None) -> dict[str, Any]:
        query = urlencode({name: value for name, value in question.items() if value is not None})
        page: dict[str, Any] = self.emulator.request(
            "GET", f"{self._path}{part}?{query}", timeout=_TIMEOUT + wait
        )
        return page
