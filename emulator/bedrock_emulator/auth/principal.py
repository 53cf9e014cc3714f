"""Who IAM says a caller is: users, roles and the sessions of roles."""

import re
from dataclasses import dataclass
from typing import Literal

_ARN = re.compile(
    r"arn:(?P<partition>aws|aws-cn|aws-us-gov):"
    r"(?:iam::(?P<account>[0-9]{12}):(?P<kind>user|role)/(?:[!-~]+/)?(?P<name>[\w+=,.@-]{1,64})"
    r"|sts::(?P<session_account>[0-9]{12}):assumed-role/(?P<role>[\w+=,.@-]{1,64})/(?P<session>[\w+=,.@-]{2,64}))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What an ARN of a principal says; within an account names are unique, whatever path they are under [docs]."""

    kind: Literal["user", "role"]
    account: str
    name: str
    partition: str = "aws"
    is_session: bool = False
    """Whether it is a session of the role."""

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for a role and for all its sessions."""
        return self.kind, self.account, self.name


def read_principal(arn: str) -> Identity | None:
    """The user, role or session of a role that an ARN names; None for every other text."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    if found["role"] is not None:
        return Identity("role", found["session_account"], found["role"], found["partition"], is_session=True)
    kind: Literal["user", "role"] = "user" if found["kind"] == "user" else "role"
    return Identity(kind, found["account"], found["name"], found["partition"])


def user_arn(account: str, name: str) -> str:
    """The ARN of a user; what no IAM user can be called is still named so, for denials and the journal."""
    return f"arn:aws:iam::{account}:user/{name}"


def role_arn(role: Identity) -> str:
    """The ARN of a role without its path, which a session's ARN does not tell."""
    return f"arn:{role.partition}:iam::{role.account}:role/{role.name}"


def session_arn(role: Identity, session: str) -> str:
    """The ARN of a session of a role, which is how AWS names it in denials [reported by users]."""
    return f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/{session}"
