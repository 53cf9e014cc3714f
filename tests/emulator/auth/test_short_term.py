"""Bedrock API keys as AWS makes them: signed by its own generator, or the long-term ones of a user."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_bedrock_token_generator import BedrockTokenGenerator
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bedrock_emulator.call import Caller
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.state.credentials import BearerKey, Credential, Key
from tests.emulator.auth.signing import authenticate

PREFIX = "bedrock-api-key-"
ROLE = "arn:aws:sts::210987654321:assumed-role/Builder/session"
SIGNER = Credential(
    access_key_id="ASIAROLE",
    secret_access_key="role-secret",
    session_token="role-token",
    account="210987654321",
    arn=ROLE,
)
UNKNOWN = "Authentication failed: Please make sure your API Key is valid."


def short_term_key(
    key: str = "ASIAROLE",
    secret: str = "role-secret",  # noqa: S107 - of no real key, as the next one
    token: str | None = "role-token",  # noqa: S107
    region: str = "eu-west-1",
) -> str:
    return str(BedrockTokenGenerator().get_token(Credentials(key, secret, token), region))


def presigned(action: str = "CallWithBearerToken", expires: int = 43_200) -> str:
    """A URL that the signer really presigned, in the form of a key."""
    request = AWSRequest("POST", f"https://bedrock.amazonaws.com/?Action={action}")
    assert SIGNER.session_token is not None
    credentials = Credentials(SIGNER.access_key_id, SIGNER.secret_access_key, SIGNER.session_token)
    SigV4QueryAuth(credentials, "bedrock", "eu-west-1", expires=expires).add_auth(request)
    url = f"{request.url}&Version=1".removeprefix("https://")
    return PREFIX + b64encode(url.encode()).decode()


def sent_with(token: str, *keys: Key, **options: Any) -> Caller:
    headers = {"authorization": f"Bearer {token}"}
    request = HttpRequest(method="POST", path="/model/a/converse", query="", headers=headers, body=b"")
    return authenticate(request, *keys, **options)


def refusal(token: str, *keys: Key, **options: Any) -> str:
    with pytest.raises(AwsError) as refused:
        sent_with(token, *keys, **options)
    assert (refused.value.code, refused.value.status, refused.value.capital_message) == (
        "AccessDeniedException",
        403,
        True,
    )
    return refused.value.message


def tampered(token: str, old: str, new: str) -> str:
    url = b64decode(token.removeprefix(PREFIX)).decode()
    assert old in url
    return PREFIX + b64encode(url.replace(old, new).encode()).decode()


@pytest.mark.parametrize("mode", ["known", "strict", "off"])
def test_a_short_term_key_is_the_principal_whose_access_key_signed_it(mode: str) -> None:
    caller = sent_with(short_term_key(), SIGNER, mode=mode)

    assert caller == Caller(
        kind="bearer",
        account="210987654321",
        access_key_id="ASIAROLE",
        region="eu-west-1",
        arn=ROLE,
        bearer="SHORT_TERM",
    )


@pytest.mark.parametrize(
    "token",
    [
        short_term_key(secret="another"),
        short_term_key(token=None),
        short_term_key(token="another"),
        tampered(short_term_key(), "X-Amz-Expires=43200", "X-Amz-Expires=99999"),
        tampered(short_term_key(), "%2Feu-west-1%2F", "%2Fus-east-1%2F"),
        tampered(short_term_key(), "%2Fbedrock%2F", "%2Fs3%2F"),
        tampered(short_term_key(), "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA257")[:-4] + "====",
    ],
    ids=["secret", "no session", "session", "expiry", "region", "service", "not base64"],
)
def test_a_forged_one_is_refused_when_strict(token: str) -> None:
    assert refusal(token, SIGNER, mode="strict") == UNKNOWN


def test_a_forged_one_is_refused_wherever_its_access_key_is_known() -> None:
    assert refusal(short_term_key(secret="another"), SIGNER) == UNKNOWN


def test_one_of_an_unknown_access_key_is_believed_unless_strict() -> None:
    token = short_term_key(key="ASIAOTHER")
    assert sent_with(token).arn == "arn:aws:iam::123456789012:user/ASIAOTHER"
    assert refusal(token, mode="strict") == UNKNOWN


def test_it_ends_twelve_hours_after_it_was_made_on_the_clock_of_the_lab() -> None:
    token, now = short_term_key(), datetime.now(UTC)
    assert sent_with(token, SIGNER, lab_now=lambda: now + timedelta(hours=11, minutes=59)).kind == "bearer"
    assert refusal(token, SIGNER, lab_now=lambda: now + timedelta(hours=12)) == "Bearer Token has expired"


@pytest.mark.parametrize(("stated", "hours"), [(3_600, 1), (43_200, 12), (604_800, 12)])
def test_it_ends_when_it_says_but_never_later_than_after_twelve_hours(stated: int, hours: int) -> None:
    token, now = presigned(expires=stated), datetime.now(UTC)
    last = timedelta(hours=hours, minutes=-1)
    assert sent_with(token, SIGNER, mode="strict", lab_now=lambda: now + last).arn == ROLE
    ended = refusal(token, SIGNER, mode="strict", lab_now=lambda: now + timedelta(hours=hours))
    assert ended == "Bearer Token has expired"


@pytest.mark.parametrize("stated", ["", "X-Amz-Expires=-1&", "X-Amz-Expires=9999999&"])
def test_one_that_says_nothing_of_its_end_ends_too(stated: str) -> None:
    token, now = tampered(short_term_key(), "X-Amz-Expires=43200&", stated), datetime.now(UTC)
    assert refusal(token, SIGNER, lab_now=lambda: now + timedelta(hours=12)) == "Bearer Token has expired"


def test_what_was_presigned_for_something_else_is_no_key() -> None:
    assert refusal(presigned(action="GetCallerIdentity"), SIGNER) == UNKNOWN


def test_it_ends_with_the_session_that_signed_it() -> None:
    now = datetime.now(UTC)
    ended = Credential(access_key_id="AKIAX", secret_access_key="x", expires_at=now)
    token = short_term_key("AKIAX", "x", None)
    assert refusal(token, ended, lab_now=lambda: now) == "Bearer Token has expired"


@pytest.mark.parametrize(("pinned", "serves"), [("eu-west-1", True), ("us-east-1", False)])
def test_it_serves_in_the_region_that_it_was_made_for(pinned: str, serves: bool) -> None:
    token = short_term_key()
    if serves:
        assert sent_with(token, SIGNER, pinned_region=pinned).region == pinned
    else:
        assert refusal(token, SIGNER, pinned_region=pinned) == UNKNOWN


def long_term_key(text: str = "BedrockAPIKey-x1y2-at-210987654321:c2VjcmV0") -> str:
    return "ABSK" + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("token", "account", "user"),
    [
        (long_term_key(), "210987654321", "BedrockAPIKey-x1y2"),
        (long_term_key("something else"), "123456789012", "BedrockAPIKey"),
        ("ABSK\N{SNOWMAN}", "123456789012", "BedrockAPIKey"),
        ("anything", "123456789012", "BedrockAPIKey"),
        (PREFIX + "x", "123456789012", "BedrockAPIKey"),
    ],
)
def test_a_long_term_key_names_the_user_that_was_made_for_it(token: str, account: str, user: str) -> None:
    caller = sent_with(token)
    assert (caller.account, caller.arn) == (account, f"arn:aws:iam::{account}:user/{user}")


@pytest.mark.parametrize(
    ("registered", "account", "arn"),
    [
        (BearerKey(token=long_term_key()), "123456789012", "arn:aws:iam::123456789012:user/BedrockAPIKey"),
        (
            BearerKey(token=long_term_key(), account="210987654321"),
            "210987654321",
            "arn:aws:iam::210987654321:user/BedrockAPIKey-x1y2",
        ),
        (
            BearerKey(
                token=long_term_key(), account="111122223333", arn="arn:aws:iam::111122223333:user/eve"
            ),
            "111122223333",
            "arn:aws:iam::111122223333:user/eve",
        ),
    ],
    ids=["another account", "its own account", "a principal"],
)
def test_what_a_registration_says_of_a_key_outweighs_the_key(
    registered: BearerKey, account: str, arn: str
) -> None:
    caller = sent_with(long_term_key(), registered, mode="strict")
    assert (caller.account, caller.arn, caller.bearer) == (account, arn, "LONG_TERM")
