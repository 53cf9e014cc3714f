"""What each mode requires, and what is answered when it is not there."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.state.credentials import BearerKey
from tests.emulator.auth.signing import authenticate, converse

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def request(authorization: str | None = None, query: str = "") -> HttpRequest:
    headers = {} if authorization is None else {"authorization": authorization}
    return HttpRequest(method="POST", path="/model/a/converse", query=query, headers=headers, body=b"")


def short_term_key(seconds: str) -> str:
    url = f"bedrock.amazonaws.com/?X-Amz-Date=20260304T120000Z&X-Amz-Expires={seconds}&Version=1"
    return "bedrock-api-key-" + b64encode(url.encode()).decode()


def refusal(sent: HttpRequest, *keys: BearerKey, **options: Any) -> AwsError:
    with pytest.raises(AwsError) as raised:
        authenticate(sent, *keys, **options)
    return raised.value


@pytest.mark.parametrize("mode", ["known", "strict"])
def test_nothing_sent_is_a_missing_token(mode: str) -> None:
    error = refusal(request(), mode=mode)
    assert (error.code, error.status, error.message) == (
        "MissingAuthenticationTokenException",
        403,
        "Missing Authentication Token",
    )


@pytest.mark.parametrize(
    "header",
    [
        "s3cret",
        "Basic s3cret",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=s3cret",
        "AWS4-HMAC-SHA256 s3cret=,=",
    ],
)
def test_an_unreadable_header_is_refused_and_not_repeated(header: str) -> None:
    error = refusal(request(header))
    assert (error.code, error.status) == ("IncompleteSignatureException", 400)
    assert "s3cret" not in str(error)


def test_a_presigned_url_is_refused_by_name() -> None:
    assert "query string" in refusal(request(query="X-Amz-Signature=ab")).message


@pytest.mark.parametrize("sent", [request(), request("AWS4-HMAC-SHA256 x"), request("Basic x")])
def test_mode_off_takes_anyone(sent: HttpRequest) -> None:
    assert authenticate(sent, mode="off").kind == "anonymous"


def test_mode_off_reads_key_and_region() -> None:
    caller = authenticate(converse(key="AKIAOTHER", secret="wrong"), mode="off")
    assert (caller.kind, caller.access_key_id, caller.region) == ("sigv4", "AKIAOTHER", "us-east-1")


def test_an_unknown_key_is_believed_unless_strict() -> None:
    sent = converse(key="AKIAOTHER", secret="any")
    assert authenticate(sent).canonical_path is None
    assert refusal(sent, mode="strict").code == "UnrecognizedClientException"


def test_a_known_key_with_the_wrong_secret_is_refused() -> None:
    assert refusal(converse(secret="wrong")).code == "InvalidSignatureException"


def test_any_bearer_key_is_accepted_unless_strict() -> None:
    assert authenticate(request("Bearer anything")).kind == "bearer"
    error = refusal(request("Bearer ABSKanything"), mode="strict")
    assert (error.code, error.status, error.capital_message) == ("AccessDeniedException", 403, True)
    assert error.message == "Authentication failed: Please make sure your API Key is valid."


def test_an_empty_bearer_key_is_refused() -> None:
    assert refusal(request("Bearer ")).message.startswith("Invalid API Key format")


def test_when_strict_a_key_that_looks_like_none_is_told_apart_from_an_unknown_one() -> None:
    assert refusal(request("Bearer anything"), mode="strict").message.startswith("Invalid API Key format")


@pytest.mark.parametrize("mode", ["known", "strict"])
def test_a_registered_bearer_key_serves_until_it_expires(mode: str) -> None:
    key = BearerKey(token="ABSKx", account="210987654321", expires_at=NOW)
    before = NOW - timedelta(seconds=1)
    assert (
        authenticate(request("bearer ABSKx"), key, mode=mode, lab_now=lambda: before).account
        == "210987654321"
    )
    assert (
        refusal(request("Bearer ABSKx"), key, mode=mode, lab_now=lambda: NOW).message
        == "Bearer Token has expired"
    )


@pytest.mark.parametrize("mode", ["known", "strict"])
def test_a_short_term_key_carries_its_own_expiry(mode: str) -> None:
    token = short_term_key("60")
    sent, key = request(f"Bearer {token}"), BearerKey(token=token)
    assert authenticate(sent, key, mode=mode, lab_now=lambda: NOW + timedelta(seconds=59)).kind == "bearer"
    error = refusal(sent, key, mode=mode, lab_now=lambda: NOW + timedelta(seconds=60))
    assert (error.message, error.capital_message) == ("Bearer Token has expired", True)


@pytest.mark.parametrize("token", ["bedrock-api-key-", "bedrock-api-key-!", "bedrock-api-key-AAA"])
def test_a_short_term_key_that_says_nothing_is_like_any_other(token: str) -> None:
    assert authenticate(request(f"Bearer {token}")).kind == "bearer"
