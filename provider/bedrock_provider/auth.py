"""Where credentials come from, told from the environment alone: no network, no SDK.

The documentation gives the order: a Bedrock API key, then an access key with its secret, then a profile,
then whatever the default chain of the AWS SDK finds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bedrock_provider.values import Value

Environment = Mapping[str, str]
AuthKind = Literal["bearer", "keys", "profile", "chain"]

BEARER_TOKEN = "AWS_BEARER_TOKEN_BEDROCK"  # noqa: S105  # the name of a variable
ACCESS_KEY = "AWS_ACCESS_KEY_ID"
SECRET_KEY = "AWS_SECRET_ACCESS_KEY"  # noqa: S105  # the name of a variable
SESSION_TOKEN = "AWS_SESSION_TOKEN"  # noqa: S105  # the name of a variable
PROFILE = "AWS_PROFILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSource:
    """One place in the order: it applies when all its variables are set."""

    kind: AuthKind
    variables: tuple[str, ...]


AUTH_SOURCES = (
    AuthSource(kind="bearer", variables=(BEARER_TOKEN,)),
    AuthSource(kind="keys", variables=(ACCESS_KEY, SECRET_KEY)),
    AuthSource(kind="profile", variables=(PROFILE,)),
)
"""The documented markers, first match wins; the default chain follows them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthResolution(Value):
    """The credential source in use and how it was found; never a credential."""

    kind: AuthKind
    source: str
    """As shown to a person: `env: AWS_PROFILE`, or `aws-sdk default chain`."""
    env_var: str | None = None
    """The variable that marks the source; None for the default chain."""
    missed: tuple[str, ...] = ()
    """Why each source before it does not apply."""

    @property
    def is_marker(self) -> bool:
        """Whether the environment names a source, so that the implicit provider may switch itself on."""
        return self.env_var is not None


def read_variable(environment: Environment, name: str) -> str | None:
    """A variable without surrounding blanks; None when it is unset or blank."""
    return environment.get(name, "").strip() or None


ReadVariable = Callable[[Environment, str], str | None]


def resolve_auth(
    environment: Environment,
    *,
    sources: tuple[AuthSource, ...] = AUTH_SOURCES,
    read: ReadVariable = read_variable,
) -> AuthResolution:
    """The first source whose variables are all set, else the default chain."""
    missed: list[str] = []
    for source in sources:
        unset = [name for name in source.variables if read(environment, name) is None]
        if not unset:
            label = "env: " + " + ".join(source.variables)
            return AuthResolution(
                kind=source.kind, source=label, env_var=source.variables[0], missed=tuple(missed)
            )
        missed.append(_why_missed(source, unset))
    return AuthResolution(kind="chain", source="aws-sdk default chain", missed=tuple(missed))


def _why_missed(source: AuthSource, unset: list[str]) -> str:
    present = [name for name in source.variables if name not in unset]
    verb = "is" if len(unset) == 1 else "are"
    sentence = f"{' and '.join(unset)} {verb} unset or blank"
    return f"{sentence}, although {' and '.join(present)} is set" if present else sentence
