"""Signatures of reasoning: made here, made by Claude, altered, cut."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.reply.signatures import sign, verdict
from tests.emulator.reply.requests import ask
from tests.recordings import records, requires_recordings


@given(st.text(), st.text(), st.text(max_size=9))
def test_a_signature_fits_the_text_that_it_was_made_for_and_no_other(text, other, prompt):
    signature = sign(text, ask(prompt))
    assert signature == sign(text, ask(prompt))
    assert verdict(signature, text) == "intact"
    assert verdict(signature, other) == ("intact" if other == text else "altered")


@given(st.text(), st.data())
def test_a_signature_that_was_cut_or_changed_does_not_fit(text, data):
    signature = sign(text, ask("hi"))
    cut = signature[: data.draw(st.integers(0, len(signature) - 1))]
    assert verdict(cut, text) in ("malformed", "altered")
    at = data.draw(st.integers(30, len(signature) - 10))
    changed = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
    assert verdict(changed, text) == "altered"


def test_signatures_differ_from_one_conversation_to_the_next():
    assert sign("same", ask("a")) != sign("same", ask("b"))


@pytest.mark.parametrize(
    "made_up", ["", "sig", "signature", "c2lnbmF0dXJl", "EgI=", "€", "Eg==", "Ev///////w=="]
)
def test_what_claude_would_never_send_is_malformed(made_up):
    assert verdict(made_up, "x") == "malformed"


def signatures(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("signature"), str) and value["signature"]:
            yield value["signature"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from signatures(item)


@requires_recordings
def test_every_recorded_signature_is_taken_for_genuine():
    found = {
        signature
        for operation in ("Converse", "InvokeModel")
        for record in records(operation)
        for signature in signatures([record["request"], record["response"]])
    }
    streamed = {
        signature
        for record in records("ConverseStream")
        for event in record["response"].get("events", ())
        for signature in signatures(json.loads(event["payload_text"]))
    }
    assert len(found) > 5
    assert streamed
    assert {verdict(signature, "") for signature in found | streamed} == {"foreign"}
    assert {verdict(signature[:-8], "") for signature in found} == {"malformed"}
