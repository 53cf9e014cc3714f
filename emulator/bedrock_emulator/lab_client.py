"""One lab of a running emulator, set up and read through the admin API.

Only the standard library is imported: test suites load this with every run.
"""

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

from bedrock_emulator.environment import client_environment
from bedrock_emulator.errors import AdminError

if TYPE_CHECKING:
    from bedrock_emulator.client import Emulator

TIMEOUT = 30.0
"""Seconds that an admin request may take, what it was asked to wait not included."""


class LabClient:
    """One lab of a server; see the admin API's schema for the documents that the `put_` methods take."""

    def __init__(self, emulator: "Emulator", name: str) -> None:
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
        self, source: str, directory: str | os.PathLike[str], region: str = "us-east-1"
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

    def put_guardrail_verdicts(self, verdicts: Sequence[Mapping[str, Any]]) -> None:
        """Say what guardrails find where the service asks a model; none leave it to the defaults."""
        self._put("/guardrail-verdicts", {"verdicts": list(verdicts)})

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
            "GET", f"{self._path}{part}?{query}", timeout=TIMEOUT + wait
        )
        return page
