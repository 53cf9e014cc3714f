from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.state.clock import LabClock
from bedrock_emulator.state.sessions import SessionStore
from bedrock_emulator.state.tokens import TokenMint

ARN = "arn:aws:sts::123456789012:assumed-role/a/b"
HOUR = timedelta(hours=1)


def clock() -> LabClock:
    clock = LabClock()
    clock.stop_at(datetime(2026, 5, 1, 12, tzinfo=UTC))
    return clock


def store(clock: LabClock, **options) -> SessionStore:
    return SessionStore(now=clock.now, **options)


def mint(store: SessionStore, ttl: timedelta = HOUR):
    return store.mint(arn=ARN, account="123456789012", ttl=ttl)


def test_minted_keys_are_known_with_their_principal_and_their_end():
    sessions = store(clock())
    credential = mint(sessions)
    assert sessions.lookup(credential.access_key_id) == credential
    assert (credential.arn, credential.expires_at) == (ARN, datetime(2026, 5, 1, 13, tzinfo=UTC))
    assert sessions.secrets == {credential.secret_access_key, credential.session_token}


def test_no_secret_shows_in_the_repr():
    sessions = store(clock())
    credential = mint(sessions)
    shown = repr(credential) + repr(sessions)
    assert not [secret for secret in sessions.secrets if secret in shown]


def test_expired_keys_stay_known():
    now = clock()
    sessions = store(now)
    credential = mint(sessions)
    now.advance(7200)
    mint(sessions)
    assert sessions.lookup(credential.access_key_id) == credential


def test_the_oldest_of_too_many_sessions_are_forgotten():
    sessions = store(clock(), max_sessions=2)
    oldest, *kept = (mint(sessions) for _ in range(3))
    assert len(sessions) == 2
    assert sessions.lookup(oldest.access_key_id) is None
    assert all(sessions.lookup(each.access_key_id) for each in kept)


def rotate(sessions: SessionStore, arn: str = ARN) -> str:
    return sessions.rotating("instance", arn=arn, account="123456789012", ttl=HOUR).access_key_id


@given(seconds=st.lists(st.integers(-7200, 7200), min_size=1, max_size=10))
@settings(max_examples=50)
def test_whatever_the_clock_does_the_keys_handed_out_have_half_of_their_time_left(seconds):
    now = clock()
    sessions = store(now)
    for step in seconds:
        now.advance(step)
        credential = sessions.lookup(rotate(sessions))
        assert credential is not None
        assert credential.expires_at is not None
        assert HOUR / 2 < credential.expires_at - now.now() <= HOUR


def test_a_role_gets_other_keys_once_its_own_had_to_go() -> None:
    sessions = store(clock(), max_sessions=2)
    forgotten = rotate(sessions)
    for _ in range(2):
        mint(sessions)
    assert sessions.lookup(forgotten) is None
    assert sessions.lookup(rotate(sessions)) is not None


def test_another_role_or_another_lifetime_gets_other_keys_at_once():
    sessions = store(clock())
    assert rotate(sessions) == rotate(sessions) != rotate(sessions, ARN + "2")
    kept = rotate(sessions)
    changed = sessions.rotating("instance", arn=ARN, account="123456789012", ttl=HOUR / 2)
    assert changed.access_key_id != kept


@pytest.mark.parametrize("change", [-1, 0, 1])
def test_a_token_is_good_until_its_last_second(change):
    now = clock()
    tokens = TokenMint(now=now.now)
    token = tokens.issue("imds", timedelta(seconds=60))
    now.advance(60 + change)
    assert tokens.check("imds", token) == ("valid" if change < 0 else "expired")


def test_a_token_is_good_for_its_purpose_and_its_lab_alone():
    tokens, others = TokenMint(now=clock().now), TokenMint(now=clock().now)
    token = tokens.issue("imds", HOUR)
    assert tokens.check("imds", token) == "valid"
    assert tokens.check("container", token) == others.check("imds", token) == "unknown"


@given(text=st.text() | st.binary(max_size=60).map(lambda data: data.hex()))
@settings(max_examples=100)
def test_no_other_text_is_a_token(text):
    assert TokenMint(now=clock().now).check("imds", text) == "unknown"


@pytest.mark.parametrize("junk", ["!", "=", " ", "\n", "\xff"])
def test_nothing_may_stand_before_or_behind_a_token(junk: str) -> None:
    tokens = TokenMint(now=clock().now)
    token = tokens.issue("imds", HOUR)
    assert tokens.check("imds", token + junk) == tokens.check("imds", junk + token) == "unknown"


@given(position=st.integers(0, 55), character=st.characters(min_codepoint=33, max_codepoint=126))
@settings(max_examples=100)
def test_a_changed_token_is_none(position, character):
    tokens = TokenMint(now=clock().now)
    token = tokens.issue("imds", HOUR)
    changed = token[:position] + character + token[position + 1 :]
    assert tokens.check("imds", changed) == ("valid" if changed == token else "unknown")
