import json
from base64 import b64decode, b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.state.journal import Journal
from bedrock_emulator.state.redact import REDACTED, Redactor
from tests.emulator.state.samples import entry, request

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKID/20260501/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
)

secrets = st.text(st.characters(codec="utf-8"), min_size=8, max_size=40).filter(
    lambda each: each not in REDACTED
)
ascii_secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40).filter(
    lambda each: each not in REDACTED
)


SUPPLIED = (
    "method",
    "region",
    "path",
    "canonicalPath",
    "query",
    "requestHeaders",
    "requestBody",
    "errorMessage",
    "responseHeaders",
    "responseBody",
    "events",
)
"""The members of an entry that hold what the caller sent or was told; the others are words of the emulator."""


def supplied_in(entries: list[dict[str, object]]) -> list[str]:
    return [text for each in entries for name in SUPPLIED for text in strings_in(each[name])]


def strings_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in strings_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings_in(each)]
    return [value] if isinstance(value, str) else [json.dumps(value)]


def test_who_signed_and_what_stays_readable():
    shown = Redactor([]).header("Authorization", SIGNED)
    assert shown == (
        "AWS4-HMAC-SHA256 Credential=AKID/20260501/us-east-1/bedrock/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={REDACTED}"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Bearer ABSKvalue", f"Bearer {REDACTED}"),
        ("bearer  two words", f"bearer {REDACTED}"),
        ("Basic dXNlcjpwYXNz", f"Basic {REDACTED}"),
        ("ABSKvalue", REDACTED),
        ("", REDACTED),
        ("AWS4-HMAC-SHA256 rubbish s3cr3t", f"AWS4-HMAC-SHA256 Signature={REDACTED}"),
    ],
)
def test_any_other_credential_is_redacted(value, expected):
    assert Redactor([]).header("authorization", value) == expected


@pytest.mark.parametrize(
    "name", ["X-Amz-Security-Token", "cookie", "Set-Cookie", "proxy-authorization", "x-api-key"]
)
def test_headers_that_hold_secrets_are_redacted_whatever_they_hold(name):
    assert Redactor([]).header(name, "anything") == REDACTED


def test_a_presigned_query_loses_its_signature_and_token_only():
    query = "X-Amz-Signature=abc&X-Amz-Date=20260501T120000Z&x-amz-security-token=def&flag"
    assert Redactor([]).query(query) == (
        f"X-Amz-Signature={REDACTED}&X-Amz-Date=20260501T120000Z&x-amz-security-token={REDACTED}&flag"
    )


def test_the_longer_of_two_nested_secrets_goes_as_a_whole():
    assert Redactor(["abcdefgh", "abcdefghijkl"]).text("abcdefghijkl") == REDACTED


def test_a_number_that_is_a_secret_is_redacted():
    assert Redactor(["12345678"]).value({"n": [12345678, 1.5, True, None]}) == {
        "n": [REDACTED, 1.5, True, None]
    }


def test_without_secrets_values_stay_as_they_are():
    value = {"a": ["text", 1, 2.5, None, True, {"b": "c"}]}
    assert Redactor([]).value(value) == value


@given(secret=secrets, before=st.text(max_size=5), after=st.text(max_size=5))
def test_a_registered_secret_shows_nowhere_in_an_entry(secret, before, after):
    text = before + secret + after
    header = text.encode("utf-8", "surrogatepass").decode("latin-1")
    document = {"messages": [{secret: [text, {"deep": text}]}]}
    journal = Journal("a", secrets=lambda: {secret})
    http = request(
        json.dumps(document).encode("utf-8", "surrogatepass"),
        headers={"x-anything": header, "authorization": f"Custom {header}", "x-again": text},
        path=f"/model/{text}/converse",
        query=f"a={quote_plus(text, errors='replace')}&{quote(text, safe='', errors='replace')}",
    )
    journal.append(
        entry(
            http,
            response_body=json.dumps({"message": text}, ensure_ascii=False).encode("utf-8", "surrogatepass"),
            response_headers=[("x-echo", text)],
            error_message=f"Cannot do {text}",
            region=text,
        )
    )
    assert not [each for each in supplied_in(journal.entries()) if secret in each]


@given(secret=secrets)
def test_a_registered_secret_is_taken_out_of_bodies_that_are_not_json(secret):
    journal = Journal("a", secrets=lambda: {secret})
    journal.append(entry(request(b"{" + secret.encode() + b"\xff" + json.dumps(secret).encode())))
    (shown,) = journal.entries()
    data = b64decode(shown["requestBody"]["$base64"])
    assert secret.encode() not in data
    assert json.dumps(secret).encode()[1:-1] not in data


@given(token=ascii_secrets)
def test_a_bearer_token_shows_in_no_entry_of_the_journal(token):
    journal = Journal("a")
    journal.append(entry(request(json.dumps({"earlier": token}).encode())))
    journal.append(entry(request(headers={"authorization": f"Bearer {token}"}), error_message=f"bad {token}"))
    journal.append(entry(request(headers={"x-copy": token}), response_body=json.dumps([token]).encode()))
    assert not [each for each in supplied_in(journal.entries()) if token in each]


def test_a_session_token_that_was_sent_shows_in_no_body():
    journal = Journal("a")
    headers = {"authorization": SIGNED, "x-amz-security-token": "IQoJb3JpZ2lu"}
    journal.append(entry(request(b'"IQoJb3JpZ2lu"', headers=headers)))
    assert journal.entries()[0]["requestBody"] == REDACTED


def test_a_short_bearer_token_leaves_words_alone():
    journal = Journal("a")
    journal.append(entry(request(b'"a test"', headers={"authorization": "Bearer test"})))
    (shown,) = journal.entries()
    assert (shown["requestHeaders"], shown["requestBody"]) == (
        {"authorization": f"Bearer {REDACTED}"},
        "a test",
    )


def test_a_secret_in_a_blob_is_taken_out_and_the_rest_stays():
    document = b64encode(b"%PDF user: me, key: s3cr3t-value, end").decode()
    shown = Redactor(["s3cr3t-value"]).value({"bytes": document, "other": b64encode(b"fine!!").decode()})
    assert b64decode(shown["bytes"]) == b"%PDF user: me, key: [redacted], end"
    assert b64decode(shown["other"]) == b"fine!!"


@pytest.mark.parametrize(
    "text",
    [
        "a wJalr/K7MDENG b",
        r"a wJalr\/K7MDENG b",
        "a wJalr%2FK7MDENG b",
        "a wJalr/K7MDEN wJalr/K7MDENG b",
        "wJalr/K7MDENG" * 3,
    ],
    ids=["plain", "escaped in JSON", "percent-encoded", "after its own start", "repeated"],
)
def test_a_secret_goes_in_every_spelling(text):
    shown = Redactor(["wJalr/K7MDENG", "wJalr/K7MDENG/longer"]).text(text)
    assert REDACTED in shown
    assert "MDENG" not in shown


def test_secrets_that_begin_alike_are_told_apart():
    common = "bedrock-api-key-" + "x" * 100
    redactor = Redactor([f"{common}{number}" for number in range(10, 20)])
    assert redactor.text(f"<{common}15> <{common}99>") == f"<{REDACTED}> <{common}99>"


@given(st.lists(secrets, min_size=1, max_size=5), st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_many_secrets_go_as_one_by_one(several, words):
    longest_first = sorted(set(several), key=len, reverse=True)
    text = " ".join(word + secret for word in words for secret in longest_first)
    shown = Redactor(several).text(text)
    assert not [secret for secret in several if secret in shown]
    assert REDACTED in shown
