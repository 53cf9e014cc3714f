import subprocess
import sys
from itertools import product

import pytest

from bedrock_provider import BedrockProvider
from bedrock_provider.auth import AuthSource, resolve_auth

BEARER, KEY, SECRET, PROFILE = (
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
)
STATES = {"unset": None, "blank": " \t", "set": " value "}


def expected_kind(bearer: str, key: str, secret: str, profile: str) -> tuple[str, str | None]:
    if bearer == "set":
        return "bearer", BEARER
    if key == "set" and secret == "set":
        return "keys", KEY
    return ("profile", PROFILE) if profile == "set" else ("chain", None)


@pytest.mark.parametrize("states", list(product(STATES, repeat=4)), ids=" ".join)
def test_the_first_complete_source_wins(states: tuple[str, str, str, str]) -> None:
    values = zip((BEARER, KEY, SECRET, PROFILE), (STATES[state] for state in states), strict=True)
    found = resolve_auth({name: value for name, value in values if value is not None})
    assert (found.kind, found.env_var) == expected_kind(*states)


@pytest.mark.parametrize(
    ("environment", "source"),
    [
        ({BEARER: "t"}, "env: AWS_BEARER_TOKEN_BEDROCK"),
        ({KEY: "k", SECRET: "s"}, "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY"),
        ({PROFILE: "dev"}, "env: AWS_PROFILE"),
        ({}, "aws-sdk default chain"),
    ],
    ids=["bearer", "keys", "profile", "chain"],
)
def test_the_source_is_named_for_a_person(environment: dict[str, str], source: str) -> None:
    assert resolve_auth(environment).source == source


def test_half_a_pair_is_explained() -> None:
    found = resolve_auth({KEY: "k", PROFILE: "dev"})
    assert found.missed[1] == "AWS_SECRET_ACCESS_KEY is unset or blank, although AWS_ACCESS_KEY_ID is set"


def test_the_session_token_plays_no_part() -> None:
    assert resolve_auth({"AWS_SESSION_TOKEN": "t"}).kind == "chain"


def test_another_order_can_be_given() -> None:
    sources = (
        AuthSource(kind="profile", variables=(PROFILE,)),
        AuthSource(kind="bearer", variables=(BEARER,)),
    )
    assert resolve_auth({BEARER: "t", PROFILE: "p"}, sources=sources).kind == "profile"


def test_no_credential_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (BEARER, KEY, SECRET):
        monkeypatch.setenv(name, "very-secret-value")
    provider = BedrockProvider()
    shown = f"{provider!r} {provider.resolve_auth()!r} {provider.resolve_auth().to_json()}"
    assert "very-secret-value" not in shown
    assert "AWS_BEARER_TOKEN_BEDROCK" in shown


def test_the_marker_is_resolved_without_the_sdk_or_the_network() -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from bedrock_provider import BedrockProvider\n"
        "print(BedrockProvider().resolve_auth().kind)\n"
        "print(sorted({'boto3', 'botocore', 'urllib3'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={BEARER: "token"})
    assert done.stdout.splitlines() == ["bearer", "[]"]
