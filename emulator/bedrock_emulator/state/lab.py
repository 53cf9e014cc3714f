"""One isolated tenant of a server: its catalogue, scenario, faults, keys, clock and journal."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from bedrock_emulator.config import DEFAULT_REGION, AuthMode
from bedrock_emulator.errors import AdminError
from bedrock_emulator.guardrails.verdicts import Verdicts
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.buckets import Buckets
from bedrock_emulator.state.catalog import Catalogue
from bedrock_emulator.state.clock import LabClock, write_instant
from bedrock_emulator.state.credentials import CredentialStore, read_keys
from bedrock_emulator.state.faults import FaultBook, compile_faults
from bedrock_emulator.state.guardrail_verdicts import compile_verdicts
from bedrock_emulator.state.iam import IamBook, compile_iam
from bedrock_emulator.state.identity import IdentitySettings, read_identity
from bedrock_emulator.state.journal import Budget, Journal
from bedrock_emulator.state.keys import KeyRing
from bedrock_emulator.state.model_access import ModelAccess, compile_model_access
from bedrock_emulator.state.prompt_cache import PromptCache
from bedrock_emulator.state.resources import Resources
from bedrock_emulator.state.scenario import Scenario, compile_scenario
from bedrock_emulator.state.schema import check_document, join_path
from bedrock_emulator.state.script import Script
from bedrock_emulator.state.sessions import SessionStore
from bedrock_emulator.state.signatures import ToldSignatures
from bedrock_emulator.state.tokens import TokenMint
from bedrock_emulator.state.upstreams import Upstream

DEFAULT_LAB = "default"

_DEFINITIONS: Mapping[str, str] = {
    "catalogue": "Catalogue",
    "scenario": "Scenario",
    "faults": "Faults",
    "credentials": "Credentials",
    "clock": "Clock",
    "iam": "Iam",
    "identity": "Identity",
    "model-access": "ModelAccess",
    "guardrail-verdicts": "GuardrailVerdicts",
}
PARTS = tuple(_DEFINITIONS)
"""What can be put on its own; the schema calls the documents as _DEFINITIONS says."""

_SEAM = re.compile(r"-|(?=[A-Z])")
"""Between the words of a part: `model-access` in an address, `modelAccess` in a document, `model_access` of a lab."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabDefaults:
    """What a lab has before anything is put into it."""

    api: Api
    catalogue: Catalogue
    region: str = DEFAULT_REGION
    auth: AuthMode = "known"
    scenario: Scenario = field(default_factory=Scenario)
    strict_scenarios: bool = False
    """Whether a request that no rule matches is refused."""
    upstream: Upstream | None = None
    """Who answers it otherwise; None for the synthetic model."""
    iam: IamBook = field(default_factory=IamBook)
    buckets: Path | None = None
    """The folder that stands for S3."""
    random: Random = field(default_factory=SystemRandom)
    """Where the ids of resources come from."""


class Lab:
    """Everything that tests change; each part is replaced as a whole, so a call sees the old or the new one."""

    region: str
    """Of calls that name none."""
    auth: AuthMode
    """How strictly requests are authenticated."""
    catalogue: Catalogue
    scenario: Script
    faults: FaultBook
    over: threading.Event
    """Set when the lab is reset or deleted: answers that wait then wait no longer."""
    credentials: CredentialStore
    clock: LabClock
    iam: IamBook
    """Who may do what."""
    identity: IdentitySettings
    sessions: SessionStore
    """Temporary credentials that were handed out."""
    tokens: TokenMint
    model_access: ModelAccess
    guardrail_verdicts: Verdicts
    """Those that were put by themselves; `verdicts` has them all."""
    resources: Resources
    """What callers have created."""
    buckets: Buckets
    prompt_cache: PromptCache
    signatures: ToldSignatures
    journal: Journal
    """Exchanges that began before a reset belong to the one that was there then."""

    def __init__(self, name: str, defaults: LabDefaults, *, budget: Budget | None = None) -> None:
        self.name = name
        self._defaults = defaults
        self._budget = budget or Budget()
        self._lock = threading.Lock()
        self._endings: list[Callable[[], None]] = []
        self._is_closed = False
        self._restore()

    def __repr__(self) -> str:
        return f"Lab({self.name!r})"

    @property
    def path(self) -> str:
        """The prefix of the lab's AWS endpoint."""
        return "" if self.name == DEFAULT_LAB else f"/_lab/{self.name}"

    @property
    def keys(self) -> KeyRing:
        """Every key that callers of the lab can have."""
        return KeyRing(self.credentials, self.sessions)

    @property
    def verdicts(self) -> Verdicts:
        """What guardrails find: what was put by itself comes before what the scenario says."""
        return self.guardrail_verdicts + self.scenario.scenario.verdicts

    def reset(self) -> None:
        """Back to what the server gives a new lab, with an empty journal."""
        with self._lock:
            self.journal.close()  # before its secrets are forgotten
            self._end()
            self._restore()

    def close(self) -> None:
        """Free what the lab holds of what its server's labs share."""
        self.journal.close()
        with self._lock:
            self._is_closed = True
            self._end()

    def at_end(self, ending: Callable[[], None]) -> None:
        """Call this when the lab is deleted or reset: now, if it was deleted in the meantime."""
        with self._lock:
            self._endings.append(ending)
            if self._is_closed:
                self._end()

    def follow(self, defaults: LabDefaults) -> None:
        """Begin with these from the next reset on; a scenario that is still the one it began with goes on in the new one."""
        with self._lock:
            if self.scenario.scenario is self._defaults.scenario:
                self.scenario.follow(defaults.scenario)
            self._defaults = defaults

    def _end(self) -> None:
        self.over.set()
        while self._endings:
            self._endings.pop()()

    def configure(self, document: Any) -> None:
        """Take the members of a `Lab` document, all or none; parts that it does not name stay.

        Raises:
            AdminError: the document is wrong; nothing was changed.
        """
        check_document(document, "Lab")
        self._replace({name: (part, name) for name, part in document.items()})

    def put(self, part: str, document: Any) -> None:
        """Replace one of PARTS by what its own document says.

        Raises:
            AdminError: the document is wrong; nothing was changed.
        """
        check_document(document, _DEFINITIONS[part])
        if part == "clock":
            self.clock.apply(document)
        elif part in document:  # a list, in an envelope that can grow
            self._replace({part: (document[part], part)})
        else:
            self._replace({part: (document, "")})

    def describe(self) -> dict[str, Any]:
        """The lab as JSON: the `LabState` of the schema."""
        return {
            "name": self.name,
            "path": self.path,
            "adminPath": f"/_emulator/labs/{self.name}",
            "region": self.region,
            "auth": self.auth,
            "clock": {"now": write_instant(self.clock.now()), "mode": self.clock.mode},
            "rules": len(self.scenario),
            "faults": len(self.faults),
            "journal": {"entries": len(self.journal), "dropped": self.journal.dropped},
        }

    def _restore(self) -> None:
        self.region = self._defaults.region
        self.auth = self._defaults.auth
        self.catalogue = self._defaults.catalogue
        self.scenario = self._script(self._defaults.scenario)
        self.faults = FaultBook()
        self.over = threading.Event()
        self.credentials = CredentialStore()
        self.clock = LabClock()
        self.iam = self._defaults.iam
        self.identity = IdentitySettings()
        random = self._defaults.random.randbytes
        self.sessions = SessionStore(now=self._now, random=random)
        self.tokens = TokenMint(now=self._now, random=random)
        self.model_access = ModelAccess()
        self.guardrail_verdicts = Verdicts()
        self.buckets = Buckets(self._defaults.buckets, self.name)
        self.prompt_cache = PromptCache(self._now)
        self.signatures = ToldSignatures()
        # A document can put another clock in the place of this one.
        self.resources = Resources(now=lambda: self.clock.now(), random=self._defaults.random)  # noqa: PLW0108
        # A new one: an exchange from before a reset ends in the old one, since its secrets are no longer known.
        self.journal = Journal(self.name, secrets=self._secrets, budget=self._budget)

    def _now(self) -> datetime:
        """The time of the clock that the lab has then: a document can put another one in its place."""
        return self.clock.now()

    def _secrets(self) -> frozenset[str]:
        return self.credentials.secrets | self.sessions.secrets

    def _replace(self, parts: Mapping[str, tuple[Any, str]]) -> None:
        """Read every part, each with its place in the body, and only then let calls see them."""
        with self._lock:
            read = {
                _SEAM.sub("_", name).lower(): _READERS[name](self, part, path)
                for name, (part, path) in parts.items()
            }
            for attribute, value in read.items():
                setattr(self, attribute, value)

    def _read_auth(self, document: AuthMode | None, _path: str) -> AuthMode:
        return document or self._defaults.auth

    def _read_region(self, document: str, _path: str) -> str:
        return document

    def _read_catalogue(self, document: Mapping[str, Any], path: str) -> Catalogue:
        # Its rows are checked by the catalogue, whose refusals name their place inside this document.
        try:
            return self._defaults.catalogue.overlay(
                document.get("models", []),
                document.get("profiles", []),
                replace=document.get("replace", False),
            )
        except AdminError as error:
            place = join_path(path, error.path or "") or None
            raise AdminError(error.status, error.message, path=place) from error

    def _read_scenario(self, document: Mapping[str, Any], path: str) -> Script:
        scenario = compile_scenario(document, api=self._defaults.api, path=path)
        return self._script(scenario)

    def _script(self, scenario: Scenario) -> Script:
        defaults = self._defaults
        return Script(scenario, strict=defaults.strict_scenarios, upstream=defaults.upstream)

    def _read_faults(self, document: list[Mapping[str, Any]], path: str) -> FaultBook:
        return compile_faults(document, api=self._defaults.api, path=path)

    def _read_credentials(self, document: list[Mapping[str, Any]], path: str) -> CredentialStore:
        return self.credentials.replaced_by(read_keys(document, path=path))

    def _read_model_access(self, document: Mapping[str, Any], path: str) -> ModelAccess:
        return compile_model_access(document, path=path)

    def _read_guardrail_verdicts(self, document: Mapping[str, Any], path: str) -> Verdicts:
        return compile_verdicts(
            document["verdicts"], api=self._defaults.api, path=join_path(path, "verdicts")
        )

    def _read_identity(self, document: Mapping[str, Any], path: str) -> IdentitySettings:
        return read_identity(document, path=path)

    def _read_iam(self, document: Mapping[str, Any], path: str) -> IamBook:
        return compile_iam(document, api=self._defaults.api, path=path)

    def _read_clock(self, document: Mapping[str, Any], path: str) -> LabClock:
        clock = LabClock()
        clock.apply(document, path=path)
        return clock


_READERS: Mapping[str, Callable[[Lab, Any, str], Any]] = {
    "auth": Lab._read_auth,
    "region": Lab._read_region,
    "catalogue": Lab._read_catalogue,
    "scenario": Lab._read_scenario,
    "faults": Lab._read_faults,
    "credentials": Lab._read_credentials,
    "clock": Lab._read_clock,
    "iam": Lab._read_iam,
    "identity": Lab._read_identity,
    "model-access": Lab._read_model_access,
    "modelAccess": Lab._read_model_access,
    "guardrail-verdicts": Lab._read_guardrail_verdicts,
    "guardrailVerdicts": Lab._read_guardrail_verdicts,
}
