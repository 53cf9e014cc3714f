import pytest

from tests.emulator.identity.support import Desk, document, text

ROLE = "meta-data/iam/security-credentials/bedrock-emulator"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.lab.clock.apply({"now": "2026-05-01T12:00:00Z"})
    return desk


def read(desk: Desk, path: str):
    return desk.imds("GET", path, x_aws_ec2_metadata_token=desk.imds_token())


def test_a_token_tells_its_lifetime(desk):
    answer = desk.imds("PUT", "api/token", x_aws_ec2_metadata_token_ttl_seconds="21600")
    assert (answer.status, dict(answer.headers)["x-aws-ec2-metadata-token-ttl-seconds"]) == (200, "21600")


@pytest.mark.parametrize(
    "path", ["meta-data/iam/security-credentials/", "meta-data/iam/security-credentials"]
)
def test_the_role_of_the_instance_is_listed(desk, path):
    desk.lab.configure({"identity": {"roleArn": "arn:aws:iam::210987654321:role/service/application"}})
    assert text(read(desk, path)) == "application"


def test_the_roles_keys_end_on_the_labs_clock(desk):
    answer = document(read(desk, ROLE))
    assert list(answer) == [
        "Code",
        "LastUpdated",
        "Type",
        "AccessKeyId",
        "SecretAccessKey",
        "Token",
        "Expiration",
    ]
    assert (answer["Code"], answer["Type"]) == ("Success", "AWS-HMAC")
    assert (answer["LastUpdated"], answer["Expiration"]) == ("2026-05-01T12:00:00Z", "2026-05-01T18:00:00Z")
    credential = desk.lab.sessions.lookup(answer["AccessKeyId"])
    assert credential is not None
    assert credential.arn.startswith("arn:aws:sts::123456789012:assumed-role/bedrock-emulator/i-")


def test_keys_rotate_before_they_end_and_the_old_ones_work_until_then(desk):
    desk.lab.configure({"identity": {"sessionSeconds": 900}})
    first = document(read(desk, ROLE))["AccessKeyId"]
    desk.lab.clock.apply({"advanceSeconds": 449})
    assert document(read(desk, ROLE))["AccessKeyId"] == first
    desk.lab.clock.apply({"advanceSeconds": 1})
    assert document(read(desk, ROLE))["AccessKeyId"] != first
    old = desk.lab.sessions.lookup(first)
    assert old is not None
    assert not old.is_expired(desk.lab.clock.now())
    desk.lab.clock.apply({"advanceSeconds": 450})
    assert old.is_expired(desk.lab.clock.now())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("meta-data/placement/region", "eu-west-1"),
        ("meta-data/placement/availability-zone/", "eu-west-1a"),
        ("meta-data/instance-id", "i-0123456789abcdef0"),
    ],
)
def test_the_instance_is_in_the_labs_region(desk, path, expected):
    desk.lab.configure({"region": "eu-west-1"})
    assert text(read(desk, path)) == expected
    assert document(read(desk, "dynamic/instance-identity/document"))["region"] == "eu-west-1"


def test_a_token_ends_on_the_labs_clock(desk):
    token = desk.imds_token(60)
    desk.lab.clock.apply({"advanceSeconds": 59})
    assert desk.imds("GET", ROLE, x_aws_ec2_metadata_token=token).status == 200
    desk.lab.clock.apply({"advanceSeconds": 1})
    answer = desk.imds("GET", ROLE, x_aws_ec2_metadata_token=token)
    assert answer.status == 401
    assert "expired" in text(answer)


@pytest.mark.parametrize("token", ["", "nonsense", "bm9uc2Vuc2U=", "\u00e4"])
def test_a_token_of_nobody_is_refused(desk, token):
    assert desk.imds("GET", ROLE, x_aws_ec2_metadata_token=token).status == 401


def test_a_token_of_another_lab_or_from_before_a_reset_is_refused(desk):
    other, token = Desk(), desk.imds_token()
    assert other.imds("GET", ROLE, x_aws_ec2_metadata_token=token).status == 401
    desk.lab.reset()
    assert desk.imds("GET", ROLE, x_aws_ec2_metadata_token=token).status == 401


def test_version_1_answers_only_where_it_is_turned_on(desk):
    assert desk.imds("GET", ROLE).status == 401
    desk.lab.configure({"identity": {"imdsV1": True}})
    assert desk.imds("GET", ROLE).status == 200


@pytest.mark.parametrize("seconds", ["", "0", "21601", "-1", "6h", "1.5", "9" * 400, "\u0661"])
def test_a_lifetime_out_of_bounds_is_refused(desk, seconds):
    answer = desk.imds("PUT", "api/token", x_aws_ec2_metadata_token_ttl_seconds=seconds)
    assert answer.status == 400
    assert "from 1 to 21600 seconds" in text(answer)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", "api/token", {}, 400),
        ("GET", "api/token", {"x_aws_ec2_metadata_token_ttl_seconds": "60"}, 405),
        (
            "PUT",
            "api/token",
            {"x_aws_ec2_metadata_token_ttl_seconds": "60", "x_forwarded_for": "10.0.0.1"},
            403,
        ),
        ("POST", ROLE, {}, 405),
    ],
    ids=["no lifetime", "GET", "proxy", "POST"],
)
def test_requests_that_the_service_refuses(desk, method, path, headers, status):
    answer = desk.imds(method, path, **headers)
    assert answer.status == status
    assert f"<h1>{status} - " in text(answer)


@pytest.mark.parametrize("path", [ROLE + "s", "meta-data/iam/security-credentials-extended", "user-data"])
def test_what_the_instance_does_not_have_is_not_found(desk, path):
    answer = read(desk, path)
    assert answer.status == 404
    assert "its role is bedrock-emulator" in text(answer)
