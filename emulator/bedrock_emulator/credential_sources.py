"""Where an SDK gets its credentials from: the variables and files that leave it one source and no other.

Only the standard library is imported, as in `client.py`.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard, get_args

from bedrock_emulator.environment import KNOWN_ACCESS_KEY, KNOWN_SECRET_KEY
from bedrock_emulator.errors import ConfigError

if TYPE_CHECKING:
    from bedrock_emulator.client import Emulator, LabClient

Source: TypeAlias = Literal[
    "imds", "container", "web-identity", "assume-role", "sso", "profile", "keys", "bearer"
]
SOURCES: tuple[Source, ...] = get_args(Source)

CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_FILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""By which an SDK would go elsewhere, for its credentials or with them; a shell that has some must lose them."""

SESSION_NAME = "bedrock-emulator"
_MARK = "# Written by `bedrock-emulator env`, which replaces it."
_MARKED = ("config", "credentials")
"""The files of every source, by whose first line a directory is known again."""

_PROFILE = "bedrock-emulator"
_KEYS_PROFILE = "bedrock-emulator-keys"
_SSO_SESSION = "bedrock-emulator"
_SSO_ROLE = "BedrockDeveloper"
_START_URL = "https://bedrock-emulator.invalid/start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is to know of a lab; the addresses are those by which its clients reach it."""

    endpoint_url: str
    identity_url: str
    """Below which its credential endpoints are."""
    region: str
    ca_file: str | None
    """Of https addresses."""
    tokens: Mapping[str, Any] = field(repr=False)
    """What the admin API answers to POST …/tokens."""
    open_imds: Callable[[], str]
    """Opens the lab's instance metadata and returns its URL."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Variables, and the files that they need, by their path below the directory."""

    variables: Mapping[str, str] = field(repr=False)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)


def open_source(
    lab: "LabClient", source: str, directory: "str | os.PathLike[str]", region: str
) -> dict[str, str]:
    """Write a source's files below the directory, readable by their owner alone, and return its variables.

    Raises:
        ConfigError: no such source, one that needs the other of http and https, or files that cannot be written.
    """
    if not _is_source(source):
        raise ConfigError(f"{source!r} is no source of credentials; choose one of {', '.join(SOURCES)}")
    emulator = lab.emulator
    url = _https_url(emulator) if source == "bearer" else emulator.url
    facts = Facts(
        endpoint_url=lab.https_endpoint_url if source == "bearer" else lab.endpoint_url,
        identity_url=f"{url}/_lab/{lab.name}/_identity",
        region=region,
        ca_file=emulator.ca_file if url.startswith("https:") else None,
        tokens=lab.mint_tokens(region),
        open_imds=lab.open_imds,
    )
    return _set_up(source, facts, Path(directory).absolute())


def _is_source(text: str) -> TypeGuard[Source]:
    return text in SOURCES


def _https_url(emulator: "Emulator") -> str:
    try:
        return emulator.https_url
    except ConfigError as error:
        message = (
            f"a bearer key needs https, because botocore sends none over {emulator.url}: start the server with "
            "--tls (Emulator(tls=True)), and give the command its https address as --url and its CA as --ca"
        )
        raise ConfigError(message) from error


def _set_up(source: Source, facts: Facts, directory: Path) -> dict[str, str]:
    if "$" in str(directory):
        # botocore replaces $HOME and the like within AWS_CONFIG_FILE [measured].
        raise ConfigError(
            f"the path {directory} has a $, which SDKs take for a variable; name another directory"
        )
    setup = _SETUPS[source](facts, directory)
    files = {"config": "", "credentials": "", **setup.files}
    try:
        _refuse_files_of_others(directory, files)
        for name, text in files.items():
            _write(directory / name, f"{_MARK}\n{text}" if name in _MARKED else text)
    except OSError as error:
        raise ConfigError(f"cannot write below {directory}: {error}; name another directory") from error
    return {**_common(facts, directory), **setup.variables}


def _refuse_files_of_others(directory: Path, names: Iterable[str]) -> None:
    """Nobody shall lose the keys in ~/.aws to a directory named by mistake.

    Raises:
        ConfigError: a file would be replaced that was not written here.
    """
    ours = {name for name in _MARKED if _is_marked(directory / name)}
    for name in names:
        if not (name in ours or (ours and name not in _MARKED)) and (directory / name).exists():
            message = f"{directory / name} is there already and not from this command; name another directory"
            raise ConfigError(message)


def _is_marked(path: Path) -> bool:
    return path.is_file() and path.read_bytes().startswith(_MARK.encode())


def _write(path: Path, text: str) -> None:
    """In one step and in the place of a link, so that nobody reads half a file and nothing elsewhere changes."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as unfinished:
        file = Path(unfinished) / path.name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        file.replace(path)


def _common(facts: Facts, directory: Path) -> dict[str, str]:
    """Where Bedrock is, and that nothing but `directory` and the variables may be asked."""
    variables = {
        "AWS_ENDPOINT_URL_BEDROCK": facts.endpoint_url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": facts.endpoint_url,
        # Whichever the source, `aws sts get-caller-identity` shall not ask AWS.
        "AWS_ENDPOINT_URL_STS": f"{facts.identity_url}/sts",
        "AWS_REGION": facts.region,
        "AWS_DEFAULT_REGION": facts.region,
        "AWS_CONFIG_FILE": str(directory / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "BOTO_CONFIG": os.devnull,  # else botocore takes keys from ~/.boto before it asks the network [measured]
    }
    if facts.ca_file is not None:
        variables |= {"AWS_CA_BUNDLE": facts.ca_file, "NODE_EXTRA_CA_CERTS": facts.ca_file}
    return variables


def _imds(facts: Facts, _directory: Path) -> Setup:
    return Setup(
        {
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": facts.open_imds(),
            "AWS_EC2_METADATA_V1_DISABLED": "true",
        }
    )


def _container(facts: Facts, _directory: Path) -> Setup:
    if facts.identity_url.startswith("https:"):
        message = (
            "the container endpoint needs http, because botocore trusts no authority but public ones there; "
            "give the command the server's http address as --url"
        )
        raise ConfigError(message)
    return Setup(
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{facts.identity_url}/container/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": facts.tokens["containerAuthorization"],
        }
    )


def _web_identity(facts: Facts, directory: Path) -> Setup:
    return Setup(
        {
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(directory / "token"),
            "AWS_ROLE_ARN": facts.tokens["roleArn"],
            "AWS_ROLE_SESSION_NAME": SESSION_NAME,
        },
        {"token": facts.tokens["webIdentity"]},
    )


def _assume_role(facts: Facts, _directory: Path) -> Setup:
    profile = {
        "role_arn": facts.tokens["roleArn"],
        "role_session_name": SESSION_NAME,
        "source_profile": _KEYS_PROFILE,
        "region": facts.region,
    }
    files = {
        "config": _ini({f"profile {_PROFILE}": profile}),
        "credentials": _ini({_KEYS_PROFILE: _KEYS}),
    }
    return Setup({"AWS_PROFILE": _PROFILE}, files)


def _sso(facts: Facts, directory: Path) -> Setup:
    profile = {
        "sso_session": _SSO_SESSION,
        "sso_account_id": facts.tokens["account"],
        "sso_role_name": _SSO_ROLE,
        "region": facts.region,
    }
    session = {
        "sso_region": facts.region,
        "sso_start_url": _START_URL,
        "sso_registration_scopes": "sso:account:access",
    }
    cached = {**facts.tokens["sso"], "startUrl": _START_URL, "region": facts.region}
    name = hashlib.sha1(_SSO_SESSION.encode(), usedforsecurity=False).hexdigest()
    files = {
        "config": _ini({f"profile {_PROFILE}": profile, f"sso-session {_SSO_SESSION}": session}),
        f".aws/sso/cache/{name}.json": json.dumps(cached, indent=2),
    }
    variables = {
        "AWS_PROFILE": _PROFILE,
        "AWS_ENDPOINT_URL_SSO": f"{facts.identity_url}/sso",
        "AWS_ENDPOINT_URL_SSO_OIDC": f"{facts.identity_url}/oidc",
        # SDKs look for the cache below the home directory and nowhere else [measured].
        "HOME": str(directory),
        "USERPROFILE": str(directory),
    }
    return Setup(variables, files)


def _profile(facts: Facts, _directory: Path) -> Setup:
    files = {
        "config": _ini({f"profile {_PROFILE}": {"region": facts.region}}),
        "credentials": _ini({_PROFILE: _KEYS}),
    }
    return Setup({"AWS_PROFILE": _PROFILE}, files)


def _keys(_facts: Facts, _directory: Path) -> Setup:
    return Setup({name.upper(): value for name, value in _KEYS.items()})


def _bearer(facts: Facts, _directory: Path) -> Setup:
    return Setup({"AWS_BEARER_TOKEN_BEDROCK": facts.tokens["bearer"]})


_KEYS: Mapping[str, str] = {"aws_access_key_id": KNOWN_ACCESS_KEY, "aws_secret_access_key": KNOWN_SECRET_KEY}

_SETUPS: Mapping[Source, Callable[[Facts, Path], Setup]] = {
    "imds": _imds,
    "container": _container,
    "web-identity": _web_identity,
    "assume-role": _assume_role,
    "sso": _sso,
    "profile": _profile,
    "keys": _keys,
    "bearer": _bearer,
}


def _ini(sections: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(
        f"[{section}]\n" + "".join(f"{name} = {value}\n" for name, value in members.items())
        for section, members in sections.items()
    )
