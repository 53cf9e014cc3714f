from datetime import timedelta

import pytest

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.credentials import MAX_SECRETS, BearerKey, Credential, CredentialStore, read_keys
from tests.emulator.state.samples import NOON

PAIR = {"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "s3cr3t-value", "sessionToken": "t0ken-value"}


def test_test_test_is_known_without_any_setup():
    known = CredentialStore().lookup("test")
    assert known is not None
    assert (known.secret_access_key, known.account, known.expires_at) == ("test", "123456789012", None)


def test_registered_keys_are_found_and_the_public_pair_stays():
    keys = read_keys([PAIR | {"account": "210987654321"}, {"bearerToken": "ABSKvalue"}], path="credentials")
    store = CredentialStore().replaced_by(keys)
    pair, bearer = store.lookup("AKIDEXAMPLE"), store.lookup_bearer("ABSKvalue")
    assert pair is not None
    assert bearer is not None
    assert (pair.session_token, pair.account, bearer.account) == (
        "t0ken-value",
        "210987654321",
        "123456789012",
    )
    assert store.lookup("test") is not None
    assert (store.lookup("AKIDOTHER"), store.lookup_bearer("other")) == (None, None)


def test_a_replacement_forgets_the_keys_but_not_their_secrets():
    first = CredentialStore().replaced_by(read_keys([PAIR], path=""))
    second = first.replaced_by([])
    assert second.lookup("AKIDEXAMPLE") is None
    assert second.secrets == {"s3cr3t-value", "t0ken-value"}


def test_the_public_secret_is_not_a_secret():
    assert CredentialStore().secrets == frozenset()
    assert CredentialStore(read_keys([PAIR | {"secretAccessKey": "test"}], path="")).secrets == {
        "t0ken-value"
    }


@pytest.mark.parametrize("kind", [{"bearerToken": "ABSKvalue"}, PAIR], ids=["bearer", "pair"])
def test_a_key_expires_at_its_very_instant(kind):
    (key,) = read_keys([kind | {"expiresAt": "2026-05-01T12:00:00Z"}], path="")
    assert [key.is_expired(NOON + timedelta(microseconds=each)) for each in (-1, 0, 1)] == [False, True, True]


def test_a_key_without_expiry_never_expires():
    assert not BearerKey(token="ABSKvalue").is_expired(NOON)


def test_an_expiry_that_is_no_instant_names_its_place():
    with pytest.raises(AdminError) as refused:
        read_keys([PAIR, PAIR | {"expiresAt": "soon"}], path="credentials")
    assert refused.value.path == "credentials[1].expiresAt"


def test_no_repr_shows_a_secret():
    pair = Credential(access_key_id="AKID", secret_access_key="s3cr3t-value", session_token="t0ken-value")
    shown = repr([pair, BearerKey(token="ABSKvalue"), CredentialStore([pair])])
    assert not [secret for secret in ("s3cr3t-value", "t0ken-value", "ABSKvalue") if secret in shown]


def test_the_secrets_that_are_remembered_are_bounded():
    keys = [BearerKey(token=f"token-{number}") for number in range(MAX_SECRETS)]
    full = CredentialStore().replaced_by(keys)
    assert full.replaced_by(keys).secrets == full.secrets
    with pytest.raises(AdminError, match="reset the lab"):
        full.replaced_by([BearerKey(token="one-more")])


USER = "arn:aws:iam::210987654321:user/alice"
SESSION = "arn:aws:sts::210987654321:assumed-role/Builder/i-0abc"


@pytest.mark.parametrize("arn", [USER, SESSION])
def test_a_key_of_a_principal_is_of_its_account(arn: str):
    pair, bearer = read_keys([PAIR | {"arn": arn}, {"bearerToken": "ABSKvalue", "arn": arn}], path="")
    assert isinstance(pair, Credential)
    assert (pair.principal_arn, pair.account) == (arn, "210987654321")
    assert (bearer.arn, bearer.account) == (arn, "210987654321")


def test_a_key_without_a_principal_is_of_a_user_with_its_name():
    (pair,) = read_keys([PAIR], path="")
    assert isinstance(pair, Credential)
    assert pair.principal_arn == "arn:aws:iam::123456789012:user/AKIDEXAMPLE"


@pytest.mark.parametrize(
    ("members", "path", "words"),
    [
        ({"arn": "alice"}, "credentials[0].arn", "must be a user or a session"),
        (
            {"arn": "arn:aws:iam::210987654321:role/Builder"},
            "credentials[0].arn",
            "arn:aws:sts::210987654321:assumed-role/Builder/SESSION",
        ),
        ({"arn": USER, "account": "123456789012"}, "credentials[0].account", "of account 210987654321"),
    ],
)
def test_a_principal_that_can_have_no_such_key_is_refused(members: dict[str, str], path: str, words: str):
    with pytest.raises(AdminError) as refused:
        read_keys([PAIR | members], path="credentials")
    assert (refused.value.path, words in refused.value.message) == (path, True)
