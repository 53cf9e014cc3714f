import pytest

from bedrock_emulator.identity.container import container_token
from tests.emulator.identity.support import Desk, document


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_containers_keys_are_given_for_its_token(desk):
    desk.lab.clock.apply({"now": "2026-05-01T12:00:00Z"})
    answer = desk.get("container/credentials", authorization=container_token(desk.lab.tokens))
    keys = document(answer)
    assert answer.status == 200
    assert (keys["RoleArn"], keys["Expiration"]) == (
        "arn:aws:iam::123456789012:role/bedrock-emulator",
        "2026-05-01T18:00:00Z",
    )
    assert desk.lab.sessions.lookup(keys["AccessKeyId"]) is not None


def test_later_requests_get_the_same_keys_until_half_of_their_time_is_over(desk):
    token = container_token(desk.lab.tokens)
    keys = [document(desk.get("container/credentials", authorization=token))["AccessKeyId"] for _ in range(2)]
    desk.lab.clock.apply({"advanceSeconds": 3 * 3600})
    later = document(desk.get("container/credentials", authorization=token))["AccessKeyId"]
    assert keys[0] == keys[1] != later


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer something"}, {"authorization": ""}])
def test_without_the_token_there_are_no_keys(desk, headers):
    answer = desk.get("container/credentials", **headers)
    assert (answer.status, document(answer)["code"]) == (401, "UnauthorizedException")


def test_a_token_of_another_lab_or_for_another_purpose_is_refused(desk):
    other = Desk()
    for token in (container_token(other.lab.tokens), desk.imds_token()):
        assert desk.get("container/credentials", authorization=token).status == 401


def test_a_lab_without_authentication_asks_for_no_token(desk):
    desk.lab.configure({"auth": "off"})
    assert desk.get("container/credentials").status == 200


def test_another_method_or_path_is_refused(desk):
    assert desk.post("container/credentials", b"{}").status == 405
    assert desk.get("container/other").status == 404
    assert desk.get("container").status == 404
