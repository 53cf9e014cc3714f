"""Whatever is sent, the answer is one of the service's own and never a defect."""

from functools import cache
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.identity.support import Desk, Keys, read_by_botocore, text

NAMES = st.sampled_from(
    ["RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "Tags", "WebIdentityToken"]
)
PARTS = st.sampled_from(["member", "1", "2", "-1", "Key", "Value", "", "arn", "99999999999999999999"])
KEYS = st.builds(lambda first, rest: ".".join([first, *rest]), NAMES, st.lists(PARTS, max_size=4))
ACTIONS = (
    st.sampled_from(["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity", "AssumeRoot"])
    | st.text()
)


@cache
def desk_of_all() -> Desk:
    return Desk()


def emptied() -> Desk:
    desk_of_all().lab.reset()
    return desk_of_all()


@given(action=ACTIONS, parameters=st.dictionaries(KEYS | st.text(max_size=20), st.text(max_size=50)))
@settings(max_examples=80)
def test_every_form_gets_an_answer_that_botocore_reads(action, parameters):
    desk = emptied()
    body = urlencode({**parameters, "Action": action, "Version": "2011-06-15"}, errors="surrogatepass")
    response = desk.front.answer(desk.sts_request(body, keys=Keys()))
    assert response.status < 500, text(response)
    parsed = read_by_botocore(response, action if response.status == 200 else "AssumeRole")
    assert response.status == 200 or parsed["Error"]["Message"]
    assert len(desk.journal()) == 1


@given(body=st.binary(max_size=200))
@settings(max_examples=50)
def test_every_body_gets_an_answer(body):
    desk = emptied()
    assert desk.post("sts/", body).status < 500
    assert desk.post("oidc/token", body).status < 500
    assert len(desk.journal()) == 2


@given(
    method=st.sampled_from(["GET", "PUT", "POST", "HEAD", "DELETE", "TRACE"]),
    path=st.sampled_from(["api/token", "meta-data/iam/security-credentials/", ""]) | st.text(max_size=30),
    token=st.text(max_size=80),
    seconds=st.text(max_size=10),
)
@settings(max_examples=80)
def test_every_request_for_metadata_gets_an_answer(method, path, token, seconds):
    headers = {"x_aws_ec2_metadata_token": token, "x_aws_ec2_metadata_token_ttl_seconds": seconds}
    assert emptied().imds(method, path.replace("?", "").replace("#", ""), **headers).status < 500
