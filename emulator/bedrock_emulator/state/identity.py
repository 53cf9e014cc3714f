"""What a lab's credential endpoints hand out: which role, for how long, and to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bedrock_emulator.auth.principal import Identity, read_principal, session_arn
from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.credentials import DEFAULT_ACCOUNT
from bedrock_emulator.state.schema import join_path


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role."""

    arn: str
    """With its path."""
    _identity: Identity

    @property
    def account(self) -> str:
        """The account that it belongs to."""
        return self._identity.account

    @property
    def name(self) -> str:
        """Without its path."""
        return self._identity.name

    def session_arn(self, session_name: str) -> str:
        """The principal that a session of the role is."""
        return session_arn(self._identity, session_name)


def read_role(arn: str) -> Role | None:
    """The role that an ARN names; None when it is another text."""
    identity = read_principal(arn)
    return None if identity is None or identity.kind != "role" or identity.is_session else Role(arn, identity)


_ROLE = "bedrock-emulator"
DEFAULT_ROLE = Role(f"arn:aws:iam::{DEFAULT_ACCOUNT}:role/{_ROLE}", Identity("role", DEFAULT_ACCOUNT, _ROLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """The choices of one lab."""

    role: Role = DEFAULT_ROLE
    """That of the instance and of the container; the one that files written for SDKs assume."""
    session: timedelta = timedelta(hours=6)
    """How long keys of the instance, the container and SSO work; about what EC2 gives [reported by users]."""
    known_roles: frozenset[str] | None = None
    """ARNs of the roles that can be assumed; None for any."""
    imds_v1: bool = False
    """Whether the instance metadata answers without a token."""

    def knows(self, role_arn: str) -> bool:
        """Whether such a role can be assumed."""
        return self.known_roles is None or role_arn in self.known_roles


def read_identity(document: Mapping[str, Any], *, path: str) -> IdentitySettings:
    """Turn an `Identity` document into settings.

    Raises:
        AdminError: a text that is no role's ARN.
    """
    settings = IdentitySettings()
    role, known = document.get("roleArn"), document.get("knownRoles")
    seconds = document.get("sessionSeconds")
    return IdentitySettings(
        role=settings.role if role is None else _checked(role, join_path(path, "roleArn")),
        session=settings.session if seconds is None else timedelta(seconds=seconds),
        known_roles=None if known is None else _checked_all(known, join_path(path, "knownRoles")),
        imds_v1=document.get("imdsV1", settings.imds_v1),
    )


def _checked(arn: str, path: str) -> Role:
    role = read_role(arn)
    if role is None:
        message = "is not the ARN of a role, as in arn:aws:iam::123456789012:role/application"
        raise AdminError(400, message, path=path)
    return role


def _checked_all(arns: Sequence[str], path: str) -> frozenset[str]:
    return frozenset(_checked(arn, join_path(path, index)).arn for index, arn in enumerate(arns))
