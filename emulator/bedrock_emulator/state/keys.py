"""The keys of a lab from all its sources, in the order in which they are asked."""

from dataclasses import dataclass
from typing import Protocol

from bedrock_emulator.state.credentials import BearerKey, Credential, CredentialStore


class SessionLookup(Protocol):
    """What minted temporary credentials."""

    def lookup(self, access_key_id: str) -> Credential | None:
        """The key pair with this id, be it expired."""
        ...


class KeyLookup(SessionLookup, Protocol):
    """Where the keys of callers are looked up."""

    def lookup_bearer(self, token: str) -> BearerKey | None:
        """The bearer key that is this token."""
        ...


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What was registered, then what was minted."""

    registered: CredentialStore
    minted: SessionLookup | None = None

    def lookup(self, access_key_id: str) -> Credential | None:
        """The key pair with this id."""
        found = self.registered.lookup(access_key_id)
        if found is None and self.minted is not None:
            return self.minted.lookup(access_key_id)
        return found

    def lookup_bearer(self, token: str) -> BearerKey | None:
        """The bearer key that is this token."""
        return self.registered.lookup_bearer(token)
