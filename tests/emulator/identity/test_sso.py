import json

import pytest

from bedrock_emulator.identity.sso import sign_in
from tests.emulator.identity.support import Desk, document, read_by_botocore

QUESTION = "sso/federation/credentials?role_name=Developer&account_id=210987654321"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def ask(desk: Desk, token: str, question: str = QUESTION):
    return desk.get(question, x_amz_sso_bearer_token=token)


def refresh(desk: Desk, **changes):
    signed_in = sign_in(desk.lab)
    asked = {"grantType": "refresh_token"} | {
        name: signed_in[name] for name in ("clientId", "clientSecret", "refreshToken")
    }
    asked |= changes
    return desk.post(
        "oidc/token", json.dumps({name: it for name, it in asked.items() if it is not None}).encode()
    )


def test_a_signed_in_user_gets_keys_of_the_permission_set(desk):
    desk.lab.clock.apply({"now": "2026-05-01T12:00:00Z"})
    answer = read_by_botocore(ask(desk, sign_in(desk.lab)["accessToken"]), "GetRoleCredentials", "sso")
    keys = answer["roleCredentials"]
    assert keys["expiration"] == 1777658400000
    credential = desk.lab.sessions.lookup(keys["accessKeyId"])
    assert credential is not None
    assert credential.session_token == keys["sessionToken"]
    role, user = credential.arn.split("/")[1:]
    assert credential.arn.startswith("arn:aws:sts::210987654321:assumed-role/AWSReservedSSO_Developer_")
    assert (len(role), user) == (len("AWSReservedSSO_Developer_") + 16, "developer@example.com")


def test_an_access_token_ends_on_the_labs_clock(desk):
    token = sign_in(desk.lab)["accessToken"]
    desk.lab.clock.apply({"advanceSeconds": 3601})
    answer = ask(desk, token)
    assert (answer.status, dict(answer.headers)["x-amzn-errortype"]) == (401, "UnauthorizedException")
    assert document(answer) == {"message": "Session token not found or invalid"}


def test_a_token_of_another_lab_is_unknown(desk):
    assert ask(desk, sign_in(Desk().lab)["accessToken"]).status == 401


def test_a_role_that_the_lab_does_not_know_is_denied(desk):
    desk.lab.configure({"identity": {"knownRoles": ["arn:aws:iam::210987654321:role/Developer"]}})
    token = sign_in(desk.lab)["accessToken"]
    assert ask(desk, token).status == 200
    answer = ask(desk, token, QUESTION.replace("Developer", "Administrator"))
    assert (answer.status, document(answer)["message"]) == (403, "No access")


@pytest.mark.parametrize("name", ["a/b", "x" * 64, "%C3%A4", ""])
def test_a_name_that_no_permission_set_has_is_denied(desk, name):
    question = f"sso/federation/credentials?role_name={name}&account_id=210987654321"
    assert ask(desk, sign_in(desk.lab)["accessToken"], question).status == 403


def test_missing_parameters_are_named(desk):
    answer = ask(desk, "t", "sso/federation/credentials?role_name=Developer")
    assert answer.status == 400
    assert "Value null at 'account_id'" in document(answer)["message"]
    without_token = desk.get(QUESTION)
    assert without_token.status == 400
    assert "x-amz-sso_bearer_token" in document(without_token)["message"]


def test_a_refresh_gives_a_token_that_works(desk):
    answer = read_by_botocore(refresh(desk), "CreateToken", "sso-oidc")
    assert (answer["tokenType"], answer["expiresIn"]) == ("Bearer", 3600)
    assert ask(desk, answer["accessToken"]).status == 200
    assert refresh(desk, refreshToken=answer["refreshToken"]).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "code", "error"),
    [
        ({"refreshToken": "other"}, 400, "InvalidGrantException", "invalid_grant"),
        ({"refreshToken": None}, 400, "InvalidRequestException", "invalid_request"),
        ({"clientSecret": "other"}, 401, "InvalidClientException", "invalid_client"),
        ({"grantType": "authorization_code"}, 400, "UnsupportedGrantTypeException", "unsupported_grant_type"),
    ],
)
def test_bad_refreshes_are_refused_as_oauth_does(desk, changes, status, code, error):
    answer = refresh(desk, **changes)
    assert (answer.status, dict(answer.headers)["x-amzn-errortype"]) == (status, code)
    assert document(answer)["error"] == error
    assert set(document(answer)) == {"error", "error_description"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("oidc/token", b"{", 400),
        ("oidc/token", b"[]", 400),
        ("oidc/client/register", b"{}", 400),
        ("oidc/nothing", b"{}", 404),
        ("sso/federation/credentials", b"", 404),
    ],
)
def test_what_is_not_served_is_refused(desk, path, body, status):
    answer = desk.post(path, body)
    assert answer.status == status
    assert document(answer)["message"]
