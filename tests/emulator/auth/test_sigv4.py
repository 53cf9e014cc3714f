"""Signatures that real clients make verify, and nothing else does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.credentials import Credential
from tests.emulator.auth.signing import (
    ENDPOINT,
    authenticate,
    converse,
    signed_at,
    signed_by_boto3,
    signed_by_hand,
    with_headers,
)

ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
TEMPORARY = Credential(
    access_key_id="ASIATEMP", secret_access_key="hush", session_token="tok/en==", account="210987654321"
)
CONVERSE = converse()


def refusal(request: Any, *keys: Credential, **options: Any) -> AwsError:
    with pytest.raises(AwsError) as raised:
        authenticate(request, *keys, **options)
    assert raised.value.authentication
    return raised.value


@pytest.mark.parametrize("model", ["anthropic.claude-3-haiku-20240307-v1:0", "amazon.nova-lite-v1:0", ARN])
@pytest.mark.parametrize(
    "endpoint", [ENDPOINT, ENDPOINT + "/_lab/mine", ENDPOINT + "/_lab/mine/_region/us-east-1"]
)
def test_boto3_converse_verifies(model: str, endpoint: str) -> None:
    caller = authenticate(converse(model, endpoint=endpoint))
    assert (caller.kind, caller.access_key_id, caller.region) == ("sigv4", "test", "us-east-1")
    encoded = model.replace(":", "%3A").replace("/", "%2F")
    assert caller.canonical_path == f"{endpoint.removeprefix(ENDPOINT)}/model/{encoded}/converse"


def test_boto3_with_a_query_verifies() -> None:
    request = signed_by_boto3(
        "bedrock",
        lambda client: client.list_foundation_models(byProvider="An thropic+é", byOutputModality="TEXT"),
    )
    assert request.query
    assert authenticate(request).canonical_path == "/foundation-models"
    assert refusal(replace(request, query=request.query + "x")).code == "InvalidSignatureException"


def test_a_session_token_must_be_the_one_of_the_key() -> None:
    request = converse(key="ASIATEMP", secret="hush", token="tok/en==")
    assert authenticate(request, TEMPORARY).account == "210987654321"
    wrong = refusal(with_headers(request, x_amz_security_token="other"), TEMPORARY)
    assert (wrong.code, wrong.status) == ("UnrecognizedClientException", 403)


def test_an_expired_key_is_refused_on_the_labs_clock() -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    expiring = replace(TEMPORARY, expires_at=later)
    request = converse(key="ASIATEMP", secret="hush", token="tok/en==")
    assert authenticate(request, expiring).kind == "sigv4"
    assert refusal(request, expiring, lab_now=lambda: later).code == "ExpiredTokenException"


@pytest.mark.parametrize(
    "path",
    [
        "/model/a.b-v1%3A0/converse",
        "/model/a.b-v1:0/invoke",
        f"/model/{ARN}/invoke",
        f"/model/{ARN.replace('/', '%2F')}/invoke",
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="ai-sdk"),
        pytest.param(
            {
                "amz-sdk-invocation-id": "6a9c",
                "amz-sdk-request": "attempt=1; max=3",
                "content-length": "2",
                "content-type": "application/json",
                "x-amz-content-sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                "x-amz-user-agent": "aws-sdk-js/3   bedrock",
            },
            id="JavaScript SDK",
        ),
        pytest.param(
            {
                "accept": "application/json",
                "accept-encoding": "gzip",
                "content-length": "2",
                "x-stainless-os": "Linux",
            },
            id="anthropic",
        ),
        pytest.param({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, id="unsigned payload"),
    ],
)
def test_the_header_sets_of_other_clients_verify(path: str, headers: dict[str, str]) -> None:
    assert authenticate(signed_by_hand(path, headers)).canonical_path == path


def test_the_javascript_sdk_signs_the_authority_over_http2() -> None:
    assert authenticate(signed_by_hand("/model/x/converse", {}, host_as=":authority")).access_key_id == "test"


def test_a_signature_that_leaves_the_host_out_is_refused() -> None:
    with pytest.raises(AwsError, match="'Host' must be a 'SignedHeader'"):
        authenticate(signed_by_hand("/model/x/converse", {}, host_as="x-other"))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(replace(CONVERSE, body=CONVERSE.body + b" "), id="body"),
        pytest.param(replace(CONVERSE, path=CONVERSE.path.replace("haiku", "opus")), id="path"),
        pytest.param(replace(CONVERSE, query="a=b"), id="query"),
        pytest.param(replace(CONVERSE, method="PUT"), id="method"),
        pytest.param(with_headers(CONVERSE, host="elsewhere"), id="host"),
        pytest.param(with_headers(CONVERSE, content_type="text/plain"), id="header"),
        pytest.param(
            with_headers(CONVERSE, x_amz_date=CONVERSE.headers["x-amz-date"][:-2] + "xZ"), id="date"
        ),
        pytest.param(with_headers(CONVERSE, x_amz_content_sha256="0" * 64), id="payload hash"),
    ],
)
def test_a_tampered_request_is_refused(changed: Any) -> None:
    assert refusal(changed).code in ("InvalidSignatureException", "IncompleteSignatureException")


@given(st.integers(1, 64), st.characters(min_codepoint=33, max_codepoint=126))
def test_any_changed_character_of_the_signature_is_refused(place: int, character: str) -> None:
    header = CONVERSE.headers["authorization"]
    changed = header[: len(header) - place] + character + header[len(header) - place + 1 :]
    if changed != header:
        error = refusal(with_headers(CONVERSE, authorization=changed))
        assert header[-64:] not in error.message


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(6, "Signature expired: "), (-6, "Signature not yet current: ")],
    ids=["expired", "future"],
)
def test_a_date_beyond_the_skew_is_refused(minutes: int, text: str) -> None:
    error = refusal(CONVERSE, now=signed_at(CONVERSE) + timedelta(minutes=minutes))
    assert (error.code, error.status) == ("InvalidSignatureException", 403)
    assert error.message.startswith(text)


def test_scopes_of_other_services_and_regions_are_refused() -> None:
    body: dict[str, str] = {}
    assert "correct service" in refusal(signed_by_hand("/model/a/converse", body, service="s3")).message
    assert "valid region" in refusal(signed_by_hand("/model/a/converse", body, region="nowhere")).message
    assert "valid region" in refusal(CONVERSE, pinned_region="eu-west-1").message
    assert authenticate(CONVERSE, pinned_region="us-east-1").region == "us-east-1"
