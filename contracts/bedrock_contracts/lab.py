"""One emulator for the run, one lab for each case. The only module that imports the emulator."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bedrock_contracts.api import Endpoints, ProviderFactory, Setup, StreamRequest
from bedrock_contracts.handle import Handle, Reply, opened
from bedrock_contracts.recorder import Recorder
from bedrock_contracts.redact import Redactor
from bedrock_emulator.client import Emulator, LabClient

Exchange = Mapping[str, Any]
"""One journal entry: a request and what the emulator answered."""

KEYS: Mapping[str, str] = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""The key pair that every lab knows."""

KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH")
"""Variables of the host that a case may see: what a process needs to run, and nothing about AWS or proxies."""

SEARCH_EXAMPLES = 20


class HarnessError(Exception):
    """The emulator or the suite misbehaved; nothing can be said about the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a case finds in its lab, beside the defaults."""

    models: Sequence[Mapping[str, Any]] | None = None
    """Exactly these foundation models, and the profiles below; None leaves the catalogue that the emulator ships."""
    profiles: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    """Scenario rules: what models answer."""
    faults: Sequence[Mapping[str, Any]] = ()
    credentials: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True)
class Case:
    """A provider under test in its lab."""

    provider: Handle
    lab: LabClient = field(repr=False)
    scripted: bool = False
    """Whether the scenario made the emulator fail."""

    def requests(self, operation: str | None = None) -> list[Exchange]:
        """What the emulator saw, oldest first."""
        return list(self.lab.journal(operation))

    def the_request(self, operation: str) -> Exchange:
        """The only request of an operation; none or several is the provider's fault."""
        seen = self.requests()
        matching = [exchange for exchange in seen if exchange["operation"] == operation]
        all_seen = ", ".join(str(exchange["operation"]) for exchange in seen) or "nothing"
        assert len(matching) == 1, f"expected one {operation} request, the emulator saw {all_seen}"
        return matching[0]

    def forget(self) -> None:
        """Clear the journal, so that only what comes now is seen."""
        self.lab.clear_journal()

    def furnish(self, world: World) -> None:
        """Change the world while the provider stays, with an empty journal."""
        self.lab.configure(**_furniture(world))
        self.forget()

    def fail(self, faults: Sequence[Mapping[str, Any]]) -> None:
        """From now on these faults happen, and no others."""
        self.lab.put_faults(list(faults))
        self.scripted = True

    def ask(self, model: str, prompt: str = "Say hello.", **options: Any) -> Reply:
        """Call a model with one user message."""
        message = {"role": "user", "content": [{"type": "text", "text": prompt}]}
        return self.provider.stream(StreamRequest(model=model, messages=(message,), **options))


class Bench:
    """Opens cases for the provider under test against one running emulator."""

    def __init__(
        self, emulator: Emulator, factory: ProviderFactory, recorder: Recorder, redactor: Redactor
    ) -> None:
        self._emulator = emulator
        self._factory = factory
        self._recorder = recorder
        self._redactor = redactor
        self.examples = SEARCH_EXAMPLES
        """How many examples a search of a large domain tries."""

    @contextmanager
    def case(
        self,
        *,
        env: Mapping[str, str] = KEYS,
        config: Mapping[str, Any] | None = None,
        world: World | None = None,
        files: Mapping[str, str] | None = None,
        tls: bool = False,
    ) -> Iterator[Case]:
        """A fresh provider in a fresh lab, with a hermetic environment in `os.environ` until the end.

        Args:
            env: the variables that the case is about.
            config: the documented configuration.
            files: files below the home directory, by relative path.
            tls: give the provider HTTPS endpoints, as bearer tokens need.
        """
        world = world or World()
        with (
            self._emulator.lab(**_furniture(world)) as lab,
            tempfile.TemporaryDirectory(prefix="bedrock-contracts-") as home,
        ):
            _write(Path(home), files or {})
            setup = self._setup(lab, env, config or {}, home, tls=tls)
            self._redactor.learn_environment(env)
            self._recorder.watch(lambda: [excerpt(exchange) for exchange in lab.journal()])
            try:
                with self._opened(setup, lab, scripted=bool(world.faults)) as case:
                    yield case
            finally:
                seen = lab.journal()
                self._recorder.watch(lambda: [excerpt(exchange) for exchange in seen])
            if not case.scripted:
                _vouch_for_emulator(seen)

    @contextmanager
    def _opened(self, setup: Setup, lab: LabClient, *, scripted: bool) -> Iterator[Case]:
        with environment(setup.env):
            case = Case(opened(self._factory, setup), lab, scripted=scripted)
            try:
                yield case
            finally:
                case.provider.close()

    def _setup(
        self, lab: LabClient, env: Mapping[str, str], config: Mapping[str, Any], home: str, *, tls: bool
    ) -> Setup:
        url = lab.https_endpoint_url if tls else lab.endpoint_url
        ca_file = self._emulator.ca_file if tls else None
        return Setup(
            env={**hermetic(home, url, ca_file), **env},
            config=config,
            endpoints=Endpoints(control=url, runtime=url),
            ca_file=ca_file,
            home=home,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a running emulator is found by other processes."""

    url: str
    https_url: str
    ca_file: str | None

    @classmethod
    def of(cls, emulator: Emulator) -> Self:
        """The place of an emulator that serves HTTPS too."""
        return cls(emulator.url, emulator.https_url, emulator.ca_file)

    def emulator(self) -> Emulator:
        """The emulator there."""
        return Emulator.connect(self.url, https_url=self.https_url, ca_file=self.ca_file)


@contextmanager
def running_emulator() -> Iterator[Emulator]:
    """The emulator of a run, stopped at the end."""
    with Emulator(port=0, tls=True) as emulator:
        yield emulator


def hermetic(home: str, url: str, ca_file: str | None) -> dict[str, str]:
    """An environment in which an AWS SDK finds the lab and nothing of the host."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    env = {
        "HOME": home,
        "USERPROFILE": home,
        "AWS_CONFIG_FILE": f"{home}/.aws/config",
        "AWS_SHARED_CREDENTIALS_FILE": f"{home}/.aws/credentials",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_ENDPOINT_URL_BEDROCK": url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
    }
    trust = {"AWS_CA_BUNDLE": ca_file, "SSL_CERT_FILE": ca_file} if ca_file else {}
    return {**kept, **env, **trust}


@contextmanager
def environment(env: Mapping[str, str]) -> Iterator[None]:
    """`os.environ` is exactly `env` inside, and what it was before afterwards."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def excerpt(exchange: Exchange) -> dict[str, Any]:
    """What a reader of a report needs from a journal entry."""
    caller = exchange.get("caller") or {}
    return {
        "operation": exchange["operation"],
        "request": f"{exchange['method']} {exchange['path']}",
        "region": exchange.get("region"),
        "caller": " ".join(str(caller[name]) for name in ("kind", "accessKeyId") if caller.get(name)),
        "body": exchange.get("requestBody"),
        "status": exchange.get("status"),
        "error": exchange.get("errorCode"),
        "events": [event["type"] for event in exchange.get("events") or ()],
    }


def _furniture(world: World) -> dict[str, Any]:
    """The world as the lab is told about it."""
    parts: dict[str, Any] = {
        "scenario": {"version": 1, "rules": list(world.rules)} if world.rules else None,
        "faults": list(world.faults) or None,
        "credentials": list(world.credentials) or None,
    }
    if world.models is not None:
        models, profiles = list(world.models), list(world.profiles)
        parts["catalogue"] = {"models": models, "profiles": profiles, "replace": True}
    return {name: part for name, part in parts.items() if part is not None}


def _write(home: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _vouch_for_emulator(exchanges: Sequence[Exchange]) -> None:
    for exchange in exchanges:
        status = exchange.get("status") or 0
        if status >= 500:
            told = f"{exchange.get('errorCode')}: {exchange.get('errorMessage')}"
            raise HarnessError(f"the emulator answered {exchange['operation']} with {status} {told}")
