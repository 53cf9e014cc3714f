"""What the journal and the log tell of credential endpoints."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from bedrock_emulator.http.identity import is_identity
from bedrock_emulator.identity.container import container_token
from bedrock_emulator.identity.sso import sign_in
from tests.emulator.identity.support import HOST, ROLE, Desk, document, read_by_botocore, received, text

WEB_TOKEN = "a-web-identity-token-of-somebody"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def every_exchange(desk: Desk) -> list[str]:
    """Visit every endpoint; the secrets that were sent and received."""
    role: dict[str, Any] = {"RoleArn": ROLE, "RoleSessionName": "work"}
    assumed = read_by_botocore(desk.sts("AssumeRole", **role), "AssumeRole")["Credentials"]
    desk.sts("AssumeRoleWithWebIdentity", keys=None, WebIdentityToken=WEB_TOKEN, **role)
    imds_token = desk.imds_token()
    path = "meta-data/iam/security-credentials/bedrock-emulator"
    instance = document(desk.imds("GET", path, x_aws_ec2_metadata_token=imds_token))
    authorization = container_token(desk.lab.tokens)
    container = document(desk.get("container/credentials", authorization=authorization))
    signed_in = sign_in(desk.lab)
    question = "sso/federation/credentials?role_name=Developer&account_id=210987654321"
    sso = document(desk.get(question, x_amz_sso_bearer_token=signed_in["accessToken"]))["roleCredentials"]
    asked = {
        "grantType": "refresh_token",
        **{name: signed_in[name] for name in ("clientId", "clientSecret", "refreshToken")},
    }
    refreshed = document(desk.post("oidc/token", json.dumps(asked).encode()))
    return [
        WEB_TOKEN,
        imds_token,
        authorization,
        *(keys["SecretAccessKey"] for keys in (assumed, instance, container)),
        assumed["SessionToken"],
        instance["Token"],
        container["Token"],
        sso["secretAccessKey"],
        sso["sessionToken"],
        signed_in["accessToken"],
        signed_in["clientSecret"],
        signed_in["refreshToken"],
        refreshed["accessToken"],
        refreshed["refreshToken"],
    ]


def test_no_secret_is_readable_in_the_journal_nor_in_the_log(desk, caplog):
    caplog.set_level(logging.DEBUG, logger="bedrock_emulator")
    secrets = every_exchange(desk)
    desk.sts("AssumeRoleWithWebIdentity", keys=None, WebIdentityToken=WEB_TOKEN)  # refused
    desk.post("oidc/token", json.dumps({"refreshToken": secrets[-1]}).encode()[:-1])  # no JSON
    shown = json.dumps(desk.journal())
    assert [secret for secret in secrets if secret in shown or secret in caplog.text] == []


def test_the_journal_stays_clean_when_the_store_has_forgotten_a_session(desk):
    keys = read_by_botocore(desk.sts("AssumeRole", RoleArn=ROLE, RoleSessionName="work"), "AssumeRole")[
        "Credentials"
    ]
    desk.lab.sessions._sessions.clear()  # as many later sessions would do
    shown = json.dumps(desk.journal())
    assert keys["AccessKeyId"] in shown
    assert keys["SecretAccessKey"] not in shown
    assert keys["SessionToken"] not in shown


def test_a_presented_token_is_redacted_wherever_it_is_repeated(desk):
    token = desk.imds_token()
    desk.imds("GET", f"meta-data/{token}", x_aws_ec2_metadata_token=token)
    signed_in = sign_in(desk.lab)["accessToken"]
    question = f"sso/federation/credentials?role_name={signed_in}&account_id=1"
    desk.get(question, x_amz_sso_bearer_token=signed_in)
    sts = replace(desk.sts_request("", keys=None, method="GET"), query=f"WebIdentityToken={WEB_TOKEN}")
    desk.front.answer(sts)
    shown = json.dumps(desk.journal())
    assert [secret for secret in (token, signed_in, WEB_TOKEN) if secret in shown] == []


def test_the_journal_names_operations_and_callers(desk):
    every_exchange(desk)
    seen = [
        (it["operation"], it["status"], it["caller"]["kind"], it["caller"]["arn"]) for it in desk.journal()
    ]
    assert seen == [
        ("AssumeRole", 200, "sigv4", "arn:aws:iam::123456789012:user/test"),
        ("AssumeRoleWithWebIdentity", 200, "anonymous", None),
        ("imds:GetToken", 200, "anonymous", None),
        ("imds:GetCredentials", 200, "anonymous", None),
        ("container:GetCredentials", 200, "anonymous", None),
        ("GetRoleCredentials", 200, "anonymous", None),
        ("CreateToken", 200, "anonymous", None),
    ]


def test_forms_and_xml_are_journaled_as_documents(desk):
    desk.sts("AssumeRole", RoleArn=ROLE, RoleSessionName="work", DurationSeconds=900)
    (entry,) = desk.journal()
    assert entry["requestBody"]["RoleArn"] == ROLE
    assert entry["requestBody"]["DurationSeconds"] == "900"
    assert entry["responseBody"]["Credentials"]["SecretAccessKey"] == "[redacted]"
    assert entry["responseBody"]["AssumedRoleUser"]["Arn"].endswith("/application/work")
    assert entry["region"] == "eu-west-1"


def test_a_refusal_is_journaled_with_its_reason(desk):
    desk.sts("AssumeRole", RoleArn="short", RoleSessionName="work")
    (entry,) = desk.journal()
    assert (entry["operation"], entry["status"]) == ("AssumeRole", 400)
    assert "roleArn" in entry["errorMessage"]


@pytest.mark.parametrize(
    "path",
    ["/_lab/nobody/_identity/sts/", "/_lab/default/_identity/other/", "/_lab/default/_identity/"],
)
def test_an_endpoint_that_no_lab_has_is_not_found(desk, path):
    answer = desk.front.answer(received("GET", f"http://{HOST}{path}", {}, b""))
    assert answer.status == 404
    assert "sts, sso, oidc, container" in text(answer)


def test_a_defect_answers_as_a_fault_of_the_service_and_is_logged(desk, monkeypatch, caplog):
    monkeypatch.setattr(type(desk.lab.sessions), "mint", lambda *_, **__: 1 / 0)
    answer = desk.sts("AssumeRole", RoleArn=ROLE, RoleSessionName="work")
    assert answer.status == 500
    assert read_by_botocore(answer, "AssumeRole")["Error"]["Code"] == "InternalFailure"
    assert "ZeroDivisionError" in caplog.text
    assert desk.journal()[0]["status"] == 500


def test_only_paths_below_a_lab_are_for_these_endpoints():
    assert is_identity("/_lab/a/_identity/sts/")
    assert not is_identity("/_identity/sts")
    assert not is_identity("/_lab/a/model/_identity/x")
