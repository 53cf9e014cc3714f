"""The keys that a lab knows, and which of their parts are secret."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from bedrock_emulator.auth.principal import read_principal, user_arn
from bedrock_emulator.environment import KNOWN_ACCESS_KEY, KNOWN_SECRET_KEY
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.clock import read_instant
from bedrock_emulator.state.schema import join_path

DEFAULT_ACCOUNT = "123456789012"

MAX_SECRETS = 1_000
"""Secrets that a lab remembers in order to redact them, also after their keys were replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An access key pair, with a session token when it is temporary."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    account: str = DEFAULT_ACCOUNT
    arn: str = ""
    """The principal that it belongs to; empty for a user with the name of the key."""
    expires_at: datetime | None = None
    """On the lab's clock."""

    @property
    def principal_arn(self) -> str:
        """Who signs with it."""
        return self.arn or user_arn(self.account, self.access_key_id)

    def is_expired(self, now: datetime) -> bool:
        """Whether it was refused from this moment of the lab's clock on."""
        return self.expires_at is not None and now >= self.expires_at

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (
            (self.secret_access_key,)
            if self.session_token is None
            else (self.secret_access_key, self.session_token)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerKey:
    """A Bedrock API key."""

    token: str = field(repr=False)
    account: str = DEFAULT_ACCOUNT
    arn: str = ""
    """The user that it belongs to; empty where the key itself has to tell."""
    expires_at: datetime | None = None
    """On the lab's clock."""

    def is_expired(self, now: datetime) -> bool:
        """Whether it was refused from this moment of the lab's clock on."""
        return self.expires_at is not None and now >= self.expires_at

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.token,)


Key: TypeAlias = Credential | BearerKey

KNOWN_TO_ALL = Credential(access_key_id=KNOWN_ACCESS_KEY, secret_access_key=KNOWN_SECRET_KEY)
"""The pair that every lab knows. It is public, so it is not redacted."""


class CredentialStore:
    """The keys that one lab knows: the public pair and what was registered. It never changes."""

    def __init__(self, keys: Iterable[Key] = (), *, former_secrets: frozenset[str] = frozenset()) -> None:
        keys = tuple(keys)
        pairs = [KNOWN_TO_ALL, *(key for key in keys if isinstance(key, Credential))]
        self._pairs = {pair.access_key_id: pair for pair in pairs}
        self._bearer_keys = {key.token: key for key in keys if isinstance(key, BearerKey)}
        registered = {secret for key in keys for secret in key.secrets}
        self.secrets = (former_secrets | registered) - {KNOWN_SECRET_KEY}
        """All since the last reset: the journal may still hold calls that used a key replaced since."""

    def __repr__(self) -> str:
        return f"CredentialStore({len(self._pairs)} pairs, {len(self._bearer_keys)} bearer keys)"

    def lookup(self, access_key_id: str) -> Credential | None:
        """The key pair with this id."""
        return self._pairs.get(access_key_id)

    def lookup_bearer(self, token: str) -> BearerKey | None:
        """The bearer key that is this token."""
        return self._bearer_keys.get(token)

    def replaced_by(self, keys: Iterable[Key]) -> "CredentialStore":
        """A store of these keys and the public pair, which remembers the secrets of this one.

        Raises:
            AdminError: 409, too many different secrets since the last reset.
        """
        store = CredentialStore(keys, former_secrets=self.secrets)
        if len(store.secrets) > MAX_SECRETS:
            message = f"a lab remembers at most {MAX_SECRETS:,} secrets; reset the lab to forget the old ones"
            raise AdminError(409, message)
        return store


def read_keys(documents: Sequence[Mapping[str, Any]], *, path: str) -> tuple[Key, ...]:
    """Turn a `CredentialList` document into keys.

    Raises:
        AdminError: an expiry that is no instant, or a principal of another account.
    """
    return tuple(_read_key(document, join_path(path, index)) for index, document in enumerate(documents))


def _read_key(document: Mapping[str, Any], path: str) -> Key:
    arn = document.get("arn", "")
    account = _read_account(document, arn, path)
    expires_at = None
    if "expiresAt" in document:
        expires_at = read_instant(document["expiresAt"], path=join_path(path, "expiresAt"))
    if "bearerToken" in document:
        return BearerKey(token=document["bearerToken"], account=account, arn=arn, expires_at=expires_at)
    return Credential(
        access_key_id=document["accessKeyId"],
        secret_access_key=document["secretAccessKey"],
        session_token=document.get("sessionToken"),
        account=account,
        arn=arn,
        expires_at=expires_at,
    )


def _read_account(document: Mapping[str, Any], arn: str, path: str) -> str:
    """The account of a key: its principal's, when it has one.

    Raises:
        AdminError: an ARN of no principal, or two accounts.
    """
    account: str = document.get("account", DEFAULT_ACCOUNT)
    if not arn:
        return account
    owner = read_principal(arn)
    if owner is None:
        message = "must be a user or a session of a role: arn:aws:iam::123456789012:user/alice, or arn:aws:sts::…:assumed-role/…"
        raise AdminError(400, message, path=join_path(path, "arn"))
    if owner.kind == "role" and not owner.is_session:
        message = f"keys belong to sessions of a role; write arn:aws:sts::{owner.account}:assumed-role/{owner.name}/SESSION"
        raise AdminError(400, message, path=join_path(path, "arn"))
    if "account" in document and account != owner.account:
        message = f"the principal is of account {owner.account}; leave the account out, or write that one"
        raise AdminError(400, message, path=join_path(path, "account"))
    return owner.account
