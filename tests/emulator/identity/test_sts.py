import base64
import json
from dataclasses import replace

import pytest

from tests.emulator.identity.support import ROLE, Desk, Keys, read_by_botocore, text

SESSION = "arn:aws:sts::123456789012:assumed-role/application/work"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def keys_of(answer) -> Keys:
    made = answer["Credentials"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def assume(desk, **parameters):
    response = desk.sts("AssumeRole", RoleArn=ROLE, RoleSessionName="work", **parameters)
    return read_by_botocore(response, "AssumeRole")


def error(response, operation="AssumeRole") -> tuple[int, str, str]:
    parsed = read_by_botocore(response, operation)["Error"]
    return response.status, parsed["Code"], parsed["Message"]


def jwt(**claims) -> str:
    parts = ({"alg": "RS256"}, claims)
    return ".".join(
        [
            *(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts),
            "c2ln",
        ]
    )


def test_an_assumed_role_is_a_session_without_the_path_of_the_role(desk):
    desk.lab.clock.apply({"now": "2026-05-01T12:00:00Z"})
    answer = assume(desk)
    user = answer["AssumedRoleUser"]
    assert user["Arn"] == SESSION
    assert user["AssumedRoleId"].startswith("AROA")
    assert user["AssumedRoleId"].endswith(":work")
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert len(answer["Credentials"]["AccessKeyId"]) == 20
    assert len(answer["Credentials"]["SecretAccessKey"]) == 40
    assert answer["Credentials"]["Expiration"].isoformat() == "2026-05-01T13:00:00+00:00"


@pytest.mark.parametrize(
    ("principal", "shown"),
    [
        ("arn:aws:iam::210987654321:user/team/alice", "arn:aws:iam::210987654321:user/team/alice"),
        (
            "arn:aws:iam::210987654321:role/Builder",
            "arn:aws:sts::210987654321:assumed-role/Builder/AKIALISTED",
        ),
    ],
    ids=["user", "role"],
)
def test_a_key_that_the_policies_list_belongs_to_its_principal_here_too(desk, principal, shown):
    listed = {"arn": principal, "accessKeyIds": ["AKIALISTED"], "policies": []}
    desk.lab.put("iam", {"principals": [listed]})
    identity = read_by_botocore(
        desk.sts("GetCallerIdentity", keys=Keys(access="AKIALISTED")), "GetCallerIdentity"
    )
    assert (identity["Account"], identity["Arn"]) == ("210987654321", shown)
    assert desk.journal()[-1]["caller"]["arn"] == shown


def test_get_caller_identity_names_the_session_that_signed(desk):
    answer = assume(desk)
    identity = read_by_botocore(desk.sts("GetCallerIdentity", keys=keys_of(answer)), "GetCallerIdentity")
    assert (identity["Account"], identity["Arn"]) == ("123456789012", SESSION)
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


def test_get_caller_identity_names_a_user(desk):
    identity = read_by_botocore(desk.sts("GetCallerIdentity"), "GetCallerIdentity")
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/test"
    assert identity["UserId"].startswith("AIDA")


def test_keys_end_on_the_labs_clock_and_are_then_told_from_unknown_ones(desk):
    desk.lab.clock.apply({"now": "2026-05-01T12:00:00Z"})
    keys = keys_of(assume(desk, DurationSeconds=900))
    desk.lab.clock.apply({"advanceSeconds": 899})
    assert desk.sts("GetCallerIdentity", keys=keys).status == 200
    desk.lab.clock.apply({"advanceSeconds": 1})
    assert error(desk.sts("GetCallerIdentity", keys=keys)) == (
        403,
        "ExpiredToken",
        "The security token included in the request is expired",
    )


def test_keys_of_one_lab_are_unknown_to_another(desk):
    other = Desk()
    other.lab.configure({"auth": "strict"})
    keys = keys_of(assume(desk))
    assert error(other.sts("GetCallerIdentity", keys=keys)) == (
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    )


def test_a_chained_session_lasts_an_hour_at_the_most(desk):
    keys = keys_of(assume(desk))
    refused = desk.sts("AssumeRole", keys=keys, RoleArn=ROLE, RoleSessionName="next", DurationSeconds=3601)
    assert error(refused)[:2] == (400, "ValidationError")
    longest = desk.sts("AssumeRole", keys=keys, RoleArn=ROLE, RoleSessionName="next", DurationSeconds=3600)
    assert longest.status == 200


def test_a_lab_that_knows_its_roles_denies_others(desk):
    desk.lab.configure({"identity": {"knownRoles": ["arn:aws:iam::123456789012:role/known"]}})
    denied = error(desk.sts("AssumeRole", RoleArn=ROLE, RoleSessionName="work"))
    assert denied == (
        403,
        "AccessDenied",
        f"User: arn:aws:iam::123456789012:user/test is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
    )
    by_token = desk.sts(
        "AssumeRoleWithWebIdentity",
        keys=None,
        RoleArn=ROLE,
        RoleSessionName="work",
        WebIdentityToken="any-token",
    )
    assert error(by_token)[1:] == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    known = desk.sts("AssumeRole", RoleArn="arn:aws:iam::123456789012:role/known", RoleSessionName="work")
    assert known.status == 200


@pytest.mark.parametrize(
    ("parameters", "code", "words"),
    [
        ({"DurationSeconds": 899}, "ValidationError", "'899' at 'durationSeconds' failed to satisfy"),
        ({"DurationSeconds": 43201}, "ValidationError", "less than or equal to 43200"),
        ({"DurationSeconds": "soon"}, "MalformedInput", "durationSeconds"),
        ({"RoleArn": "arn:aws:iam::1:role/x-y-z"}, "ValidationError", "is invalid"),
        ({"RoleArn": "short"}, "ValidationError", "'short' at 'roleArn' failed to satisfy"),
        ({"RoleArn": SESSION}, "ValidationError", "is invalid"),
        ({"RoleSessionName": "a b"}, "ValidationError", "'a b' at 'roleSessionName'"),
        ({"RoleSessionName": "x"}, "ValidationError", "length greater than or equal to 2"),
        ({"Policy": "not json"}, "MalformedPolicyDocument", "Json"),
        ({"Tags.member.1.Value": "no key"}, "ValidationError", "'tags.1.member.key'"),
        ({"Tags": "a"}, "MalformedInput", "tags"),
        ({"Tags": "a", "Tags.member.1.Key": "b"}, "MalformedInput", "a value and a structure"),
    ],
)
def test_bad_parameters_of_assume_role(desk, parameters, code, words):
    answer = desk.sts("AssumeRole", **{"RoleArn": ROLE, "RoleSessionName": "work", **parameters})
    status, found, message = error(answer)
    assert (status, found) == (400, code)
    assert words in message


@pytest.mark.parametrize("seconds", [900, 43200])
def test_the_bounds_of_a_duration_are_accepted(desk, seconds):
    assert assume(desk, DurationSeconds=seconds)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_tags_and_a_source_identity_are_taken(desk):
    parameters = {"Tags.member.1.Key": "team", "Tags.member.1.Value": "a", "SourceIdentity": "alice"}
    assert assume(desk, **parameters)["SourceIdentity"] == "alice"


def test_missing_parameters_are_all_named(desk):
    _, code, message = error(desk.sts("AssumeRole"))
    assert code == "ValidationError"
    assert message.startswith("2 validation errors detected: Value null at 'roleArn'")


@pytest.mark.parametrize(
    ("form", "keys", "expected"),
    [
        ("", Keys(), (400, "MissingAction")),
        ("Action=Nothing&Version=2011-06-15", Keys(), (400, "InvalidAction")),
        ("Action=GetCallerIdentity&Version=2020-01-01", Keys(), (400, "InvalidAction")),
        ("Action=GetSessionToken&Version=2011-06-15", Keys(), (400, "InvalidAction")),
        ("no form", Keys(), (404, "MalformedQueryString")),
        ("Action=GetCallerIdentity&Version=2011-06-15", None, (403, "MissingAuthenticationToken")),
        ("Action=GetCallerIdentity&Version=2011-06-15", Keys(secret="wrong"), (403, "SignatureDoesNotMatch")),
    ],
    ids=["empty", "unknown", "version", "unserved", "no form", "unsigned", "forged"],
)
def test_requests_that_sts_refuses(desk, form, keys, expected):
    response = desk.front.answer(desk.sts_request(form, keys=keys))
    assert error(response)[:2] == expected
    assert text(response).startswith('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">')


def test_a_signature_for_another_service_is_refused(desk):
    assert error(desk.sts("GetCallerIdentity", service="bedrock"))[:2] == (403, "SignatureDoesNotMatch")


def test_a_bearer_key_is_nothing_to_sts(desk):
    request = desk.sts_request("Action=GetCallerIdentity&Version=2011-06-15", keys=None)
    headers = {**request.headers, "authorization": "Bearer ABSKsomething"}
    answer = desk.front.answer(replace(request, headers=headers))
    assert error(answer)[:2] == (403, "MissingAuthenticationToken")
    assert "ABSK" not in json.dumps(desk.journal())


def test_another_method_than_post_is_refused(desk):
    response = desk.front.answer(desk.sts_request("", keys=Keys(), method="GET"))
    assert error(response)[:2] == (405, "InvalidAction")


def test_a_body_beyond_all_reason_is_refused(desk):
    response = desk.front.answer(desk.sts_request("a" * 200_000, keys=Keys()))
    assert error(response)[:2] == (413, "RequestEntityTooLarge")


def web_identity(desk, token):
    return desk.sts(
        "AssumeRoleWithWebIdentity", keys=None, RoleArn=ROLE, RoleSessionName="work", WebIdentityToken=token
    )


def test_a_web_identity_token_is_exchanged_without_a_signature(desk):
    token = jwt(sub="alice", aud="clients", iss="https://issuer.example")
    answer = read_by_botocore(web_identity(desk, token), "AssumeRoleWithWebIdentity")
    assert answer["AssumedRoleUser"]["Arn"] == SESSION
    told = answer["SubjectFromWebIdentityToken"], answer["Audience"], answer["Provider"]
    assert told == ("alice", "clients", "https://issuer.example")
    identity = desk.sts("GetCallerIdentity", keys=keys_of(answer))
    assert read_by_botocore(identity, "GetCallerIdentity")["Arn"] == SESSION


@pytest.mark.parametrize("claim", [None, {"a": 1}, [], [None], 7], ids=str)
def test_a_claim_that_is_no_text_says_nothing(desk, claim):
    token = jwt(sub=claim, aud=claim, iss=claim)
    answer = read_by_botocore(web_identity(desk, token), "AssumeRoleWithWebIdentity")
    assert answer["SubjectFromWebIdentityToken"] == "unknown"
    assert not {"Audience", "Provider"} & answer.keys()


def test_an_expired_web_identity_token_is_refused(desk):
    desk.lab.clock.apply({"now": "2026-05-01T12:00:00Z"})
    status, code, message = error(web_identity(desk, jwt(exp=1_700_000_000)), "AssumeRoleWithWebIdentity")
    assert (status, code) == (400, "ExpiredTokenException")
    assert "1777636800 must be before the expiration date/time 1700000000" in message


@pytest.mark.parametrize(
    "token", ["opaque-token", "a.b.c", jwt(), jwt(exp="never"), jwt(exp=1e300), f"a.{'W' * 40}.c"]
)
def test_other_texts_are_taken_for_tokens_unless_the_lab_is_strict(desk, token):
    assert web_identity(desk, token).status == 200
    desk.lab.configure({"auth": "strict"})
    refusal = error(web_identity(desk, token), "AssumeRoleWithWebIdentity")
    assert refusal[:2] == (400, "InvalidIdentityToken")


def test_a_token_of_fewer_than_four_characters_is_refused_unquoted(desk):
    _, code, message = error(web_identity(desk, "abc"), "AssumeRoleWithWebIdentity")
    assert code == "ValidationError"
    assert "abc" not in message
