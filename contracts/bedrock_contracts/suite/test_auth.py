"""AUTH: which credentials are reported and used."""

from itertools import product

import pytest

from bedrock_contracts.checks import Check, requirement
from bedrock_contracts.lab import KEYS, Bench, Exchange, World
from bedrock_contracts.oracle.credentials import expected_source
from bedrock_contracts.suite.worlds import MODEL, credentials_file, explicit, key_pair, model

VARIABLES = ("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE")
VALUES = {
    "AWS_BEARER_TOKEN_BEDROCK": "suite-bearer-token-01",
    "AWS_ACCESS_KEY_ID": "AKIASUITEMARKER00001",
    "AWS_SECRET_ACCESS_KEY": "suite-secret-of-the-marker",
    "AWS_PROFILE": "work",
}
STATES = ("unset", "blank", "set")
ORDER = {"bearer": "AUTH-001", "keys": "AUTH-002", "profile": "AUTH-003", "chain": "AUTH-004"}

WORK = key_pair("AKIASUITEWORK0000001", "suite-secret-of-the-work-profile")
OTHER = key_pair("AKIASUITEOTHER000001", "suite-secret-of-the-other-profile")
TEMPORARY = key_pair("ASIASUITETEMP0000001", "suite-secret-that-expires", sessionToken="suite-session-token")
BEARER = {"bearerToken": "suite-bearer-token-02", "account": "111122223333"}


def environment_of(states: tuple[str, ...]) -> dict[str, str]:
    values = {"blank": "  ", "set": None}
    chosen = zip(VARIABLES, states, strict=True)
    return {name: values[state] or VALUES[name] for name, state in chosen if state != "unset"}


def requirement_of(states: tuple[str, ...]) -> str:
    """The requirement that a row of the table puts to the test."""
    bearer, key, secret, _ = (state == "set" for state in states)
    if "blank" in states:
        return "AUTH-006"
    if not bearer and key != secret:
        return "AUTH-005"
    return ORDER[expected_source(environment_of(states)).kind]


@requirement("AUTH-001", "AUTH-002", "AUTH-003", "AUTH-004", "AUTH-005", "AUTH-006")
@pytest.mark.parametrize("states", list(product(STATES, repeat=len(VARIABLES))), ids="-".join)
def test_the_markers_decide_the_reported_source(bench: Bench, check: Check, states: tuple[str, ...]) -> None:
    env = environment_of(states)
    expected = expected_source(env)
    with bench.case(env=env) as case, check(requirement_of(states)):
        resolved = case.provider.resolve_auth()
        named = ", ".join(f"{name} {state}" for name, state in zip(VARIABLES, states, strict=True))
        reported = (resolved.kind, resolved.env_var)
        assert reported == expected, f"with {named}: reported {reported}, expected {tuple(expected)}"


@requirement("AUTH-014")
@pytest.mark.parametrize("env", [{}, KEYS, {"AWS_PROFILE": "work"}], ids=["chain", "keys", "profile"])
def test_reporting_the_source_makes_no_request(bench: Bench, check: Check, env: dict[str, str]) -> None:
    with bench.case(env=env) as case, check("AUTH-014"):
        reported = case.provider.resolve_auth().kind
        seen = [exchange["operation"] for exchange in case.requests()]
        assert not seen, f"reporting the credential source made requests: {seen}"
        assert reported == expected_source(env).kind, f"without a request, {reported} was reported"


@requirement("AUTH-007")
def test_a_bearer_token_is_what_a_call_carries(bench: Bench, check: Check) -> None:
    env = {**KEYS, "AWS_BEARER_TOKEN_BEDROCK": BEARER["bearerToken"]}
    world = World(models=[model()], credentials=[BEARER])
    with bench.case(env=env, world=world, tls=True) as case, check("AUTH-007"):
        reply = case.ask(MODEL)
        exchange = case.the_request("ConverseStream")
        scheme = exchange["requestHeaders"].get("authorization", "(none)").partition(" ")[0]
        assert scheme == "Bearer", f"the authorization of the call was {scheme}, not Bearer"
        assert exchange["account"] == BEARER["account"], (
            "the bearer token that was sent is not the one that was set"
        )
        reply.succeeded()


@requirement("AUTH-008")
def test_an_access_key_pair_signs_the_call(bench: Bench, check: Check) -> None:
    env = {"AWS_ACCESS_KEY_ID": WORK["accessKeyId"], "AWS_SECRET_ACCESS_KEY": WORK["secretAccessKey"]}
    files = credentials_file(default=(OTHER["accessKeyId"], OTHER["secretAccessKey"]))
    world = World(models=[model()], credentials=[WORK, OTHER])
    with bench.case(env=env, world=world, files=files) as case, check("AUTH-008"):
        reply = case.ask(MODEL)
        who = signer(case.the_request("ConverseStream"))
        assert who == WORK["accessKeyId"], f"the call was signed by {who}, not by {WORK['accessKeyId']}"
        reply.succeeded()


@requirement("AUTH-009")
def test_a_session_token_goes_with_its_keys(bench: Bench, check: Check) -> None:
    env = {
        "AWS_ACCESS_KEY_ID": TEMPORARY["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": TEMPORARY["secretAccessKey"],
        "AWS_SESSION_TOKEN": TEMPORARY["sessionToken"],
    }
    with (
        bench.case(env=env, world=World(models=[model()], credentials=[TEMPORARY])) as case,
        check("AUTH-009"),
    ):
        reply = case.ask(MODEL)
        headers = case.the_request("ConverseStream")["requestHeaders"]
        assert "x-amz-security-token" in headers, "the call carried no x-amz-security-token"
        reply.succeeded()


@requirement("AUTH-010")
def test_shared_files_work_without_a_marker(bench: Bench, check: Check) -> None:
    files = credentials_file(default=(WORK["accessKeyId"], WORK["secretAccessKey"]))
    world = World(models=[model()], credentials=[WORK])
    with bench.case(env={}, world=world, files=files) as case, check("AUTH-010"):
        reply = case.ask(MODEL)
        who = signer(case.the_request("ConverseStream"))
        assert who == WORK["accessKeyId"], f"the call was signed by {who}, not by {WORK['accessKeyId']}"
        reply.succeeded()


@requirement("AUTH-015")
def test_the_selected_profile_signs_the_call(bench: Bench, check: Check) -> None:
    files = credentials_file(
        default=(OTHER["accessKeyId"], OTHER["secretAccessKey"]),
        work=(WORK["accessKeyId"], WORK["secretAccessKey"]),
    )
    world = World(models=[model()], credentials=[WORK, OTHER])
    with bench.case(env={"AWS_PROFILE": "work"}, world=world, files=files) as case, check("AUTH-015"):
        reply = case.ask(MODEL)
        who = signer(case.the_request("ConverseStream"))
        assert who == WORK["accessKeyId"], f"the call was signed by {who}, not by {WORK['accessKeyId']}"
        reply.succeeded()


@requirement("AUTH-013")
def test_an_explicit_provider_needs_no_api_key(bench: Bench, check: Check) -> None:
    config = explicit(baseUrl="https://bedrock-runtime.us-east-1.amazonaws.com", models=[])
    with bench.case(config=config, world=World(models=[model()])) as case, check("AUTH-013"):
        reply = case.ask(MODEL)
        caller = case.the_request("ConverseStream")["caller"]
        assert caller, "the call was not authenticated"
        assert caller["kind"] == "sigv4", f"the call was made by {caller}"
        reply.succeeded()


def signer(exchange: Exchange) -> str:
    """Whose signature a call carries, in words when it is nobody's."""
    caller = exchange["caller"] or {}
    return f"{caller.get('accessKeyId') or 'nobody'}"
