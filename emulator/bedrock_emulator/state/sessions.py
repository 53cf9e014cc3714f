"""Temporary credentials: who got them, until when they work, and what of them is secret."""

import base64
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bedrock_emulator.state.credentials import Credential

MAX_SESSIONS = 2_000
"""Sessions that a lab knows, expired ones included, so that these are told from unknown keys; the oldest go first."""

_ID_BYTES, _SECRET_BYTES, _TOKEN_BYTES = 10, 30, 210
"""Random bytes behind the 16 characters after ASIA, the 40 of a secret key, and the rest of a session token."""

_TOKEN_START = "IQoJb3JpZ2luX2Vj"  # noqa: S105 - the public part
"""How session tokens of AWS begin [reported by users]."""


@dataclass(frozen=True, slots=True)
class _Current:
    """What a rotating source hands out, and from when until when."""

    credential: Credential
    ttl: timedelta
    since: datetime
    until: datetime

    def fits(self, arn: str, ttl: timedelta, now: datetime) -> bool:
        """Whether a request of this moment gets it."""
        return (self.credential.arn, self.ttl) == (arn, ttl) and self.since <= now < self.until


class SessionStore:
    """The temporary credentials of one lab; safe to share between threads."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        random: Callable[[int], bytes] = os.urandom,
        max_sessions: int = MAX_SESSIONS,
    ) -> None:
        self._now = now
        self._random = random
        self._max_sessions = max_sessions
        self._lock = threading.RLock()
        self._sessions: dict[str, Credential] = {}
        self._current: dict[str, _Current] = {}

    def __len__(self) -> int:
        """How many sessions are known."""
        return len(self._sessions)

    def __repr__(self) -> str:
        return f"SessionStore({len(self)} sessions)"

    def lookup(self, access_key_id: str) -> Credential | None:
        """The session with this key id, be it expired."""
        return self._sessions.get(access_key_id)

    def mint(self, *, arn: str, account: str, ttl: timedelta) -> Credential:
        """New keys for a principal, which end after `ttl` on the lab's clock."""
        credential = Credential(
            access_key_id="ASIA" + base64.b32encode(self._random(_ID_BYTES)).decode(),
            secret_access_key=base64.b64encode(self._random(_SECRET_BYTES)).decode(),
            session_token=_TOKEN_START + base64.b64encode(self._random(_TOKEN_BYTES)).decode(),
            account=account,
            arn=arn,
            # Whole seconds, as every answer writes it.
            expires_at=self._now().replace(microsecond=0) + ttl,
        )
        with self._lock:
            if len(self._sessions) >= self._max_sessions:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[credential.access_key_id] = credential
        return credential

    def rotating(self, name: str, *, arn: str, account: str, ttl: timedelta) -> Credential:
        """The keys that a role holds at the moment: the same until half of their time is over, then others.

        The old ones work until they end. AWS promises new ones five minutes before that at the latest [docs].
        """
        with self._lock:
            now, current = self._now(), self._current.get(name)
            if current is None or not (current.fits(arn, ttl, now) and self._knows(current.credential)):
                credential = self.mint(arn=arn, account=account, ttl=ttl)
                current = self._current[name] = _Current(credential, ttl, now, now + ttl / 2)
            return current.credential

    def _knows(self, credential: Credential) -> bool:
        """Whether its keys have not gone to make room for others."""
        return credential.access_key_id in self._sessions

    @property
    def secrets(self) -> frozenset[str]:
        """What must not be shown."""
        with self._lock:
            return frozenset(secret for each in self._sessions.values() for secret in each.secrets)
