"""Replays recorded invocations: what a model said becomes a scenario rule, and the answer must be the recorded one.

A family's `Dialect` decodes its answers into the blocks of a scenario. Only decoded content goes into the rule,
never serialized JSON, so every byte that comes back was made by the emulator.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_emulator.client import LabClient
from bedrock_emulator.state.catalog import Catalogue, load_catalogue
from tests.emulator.golden.guarded import is_guarded
from tests.end_to_end.raw_call import RawAnswer, post
from tests.media import refilled
from tests.recorded_models import as_it_was
from tests.recordings import records

Json = Mapping[str, Any]

_VOLATILE = (
    (re.compile(r'"(invocationLatency|firstByteLatency)":\d+'), r'"\1":0'),
    (re.compile(r'"id":"msg_[^"]*"'), '"id":"msg"'),
)
"""What no replay can repeat: times, and ids that the service makes up."""
_FROM_THE_CONNECTION = frozenset({"date", "content-length", "connection", "transfer-encoding", "server"})
_TIMES = frozenset({"x-amzn-requestid", "x-amzn-bedrock-invocation-latency"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a model said, as a scenario's reply tells it."""

    content: Sequence[Json]
    """Blocks of a scenario; a streamed text or tool input with its `chunks`."""
    stop_reason: str
    """In Converse's words."""
    usage: Mapping[str, int]
    """Members of Converse's TokenUsage."""
    fields: Json | None = None
    """additionalModelResponseFields."""

    fault: Json | None = None
    """What went wrong then."""

    @property
    def rule(self) -> Json:
        """The scenario rule that says the same."""
        fields = {"additionalModelResponseFields": self.fields} if self.fields else {}
        reply = {"content": self.content, "stopReason": self.stop_reason, "usage": self.usage, **fields}
        return {"reply": reply, **({"fault": self.fault} if self.fault else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one family's answers are decoded."""

    read_body: Callable[[Json], Said]
    read_chunks: Callable[[Sequence[Json]], Said]
    volatile: Sequence[tuple[re.Pattern[str], str]] = field(default=())
    """Further patterns, and what stands in place of their matches."""

    def masked(self, text: str) -> str:
        """A text without what no replay can repeat."""
        for pattern, replacement in (*_VOLATILE, *self.volatile):
            text = pattern.sub(replacement, text)
        return text


def golden(operation: str, *parts: str, deviations: Mapping[str, str] | None = None) -> list[Any]:
    """The answered records of models whose id holds one of the parts, as parameters.

    Args:
        operation: the API operation.
        parts: of model ids.
        deviations: for the end of a record's id, why the emulator answers otherwise; such a test must fail.
    """
    found = [record for record in records(operation) if any(part in record["model"] for part in parts)]
    return [
        pytest.param(record, id=record["id"], marks=_marks(record["id"], deviations or {}))
        for record in found
        if record["response"]["status"] != 403  # authentication has tests of its own
        and not is_guarded(record)  # and so have guardrails, in tests/emulator/golden/test_guarded.py
    ]


def _marks(identity: str, deviations: Mapping[str, str]) -> list[pytest.MarkDecorator]:
    return [
        pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)
        for end, reason in deviations.items()
        if identity.endswith(end)
    ]


@cache
def shipped() -> Catalogue:
    return load_catalogue(documented_ids=False)


def replay(lab: LabClient, record: Json, dialect: Dialect) -> None:
    """Assert that a lab which knows what was said answers the record's request as it was answered then."""
    models, profiles = as_it_was(record, shipped())
    lab.put_catalogue(models=models, profiles=profiles)
    recorded = record["response"]
    if recorded["status"] == 200:
        lab.put_scenario({"version": 1, "rules": [said(record, dialect).rule]})
    answer = _send(lab, record)
    assert (answer.status, _type(answer)) == (recorded["status"], dict(recorded["headers"])["content-type"])
    if "events" in recorded:
        assert list(_frames(answer.body, dialect)) == list(_frames(recorded_stream(record), dialect))
        assert all("p" in payload for headers, payload in _messages(answer.body) if ":event-type" in headers)
    else:
        _assert_same_body(answer.body.decode(), recorded, dialect)
    assert_same_headers(answer, record)


def said(record: Json, dialect: Dialect) -> Said:
    """The decoded answer of a record; token counts that its body lacks are those of its headers."""
    if "events" not in record["response"]:
        answer = dialect.read_body(record["response"]["body"])
        return answer if answer.usage else replace(answer, usage=_header_counts(record))
    messages = list(_messages(recorded_stream(record)))
    chunks = [json.loads(base64.b64decode(payload["bytes"])) for _, payload in messages if "bytes" in payload]
    heard, (headers, payload) = dialect.read_chunks(chunks), messages[-1]
    if ":exception-type" not in headers:
        return heard
    code = headers[":exception-type"]
    exception = {"code": code[:1].upper() + code[1:], "message": payload["message"]}
    return replace(heard, fault={"stream": {"exceptionAfterEvents": len(chunks), **exception}})


def _header_counts(record: Json) -> dict[str, int]:
    headers = dict(record["response"]["headers"])
    counted = {
        f"{way}Tokens": headers.get(f"x-amzn-bedrock-{way}-token-count") for way in ("input", "output")
    }
    return {name: int(count) for name, count in counted.items() if count is not None}


def recorded_stream(record: Json) -> bytes:
    """The bytes of a recorded stream."""
    return base64.b64decode(record["response"]["stream_base64"])


def _send(lab: LabClient, record: Json) -> RawAnswer:
    request = record["request"]
    body = json.dumps(refilled(request["body"])).encode()
    return post(
        lab.endpoint_url, request["path"], headers=request["headers"], body=body, region=record["region"]
    )


def _type(answer: RawAnswer) -> str:
    return answer.headers["content-type"]


def _messages(stream: bytes) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    buffer: Any = EventStreamBuffer()
    buffer.add_data(stream)
    return ((message.headers, json.loads(message.payload)) for message in buffer)


def _frames(stream: bytes, dialect: Dialect) -> Iterator[tuple[Any, ...]]:
    """Of each frame: its headers in order, its payload's members, and the chunk's exact text but for what varies.

    The padding `p` is left out, since streams had none in 2024.
    """
    for headers, payload in _messages(stream):
        text = base64.b64decode(payload["bytes"]).decode() if "bytes" in payload else json.dumps(payload)
        members = tuple(name for name in payload if name != "p")
        yield tuple(headers.items()), members, dialect.masked(text)


def _assert_same_body(text: str, recorded: Json, dialect: Dialect) -> None:
    """Byte for byte where the bytes were recorded; else member for member."""
    if "body_text" in recorded:
        assert dialect.masked(text) == dialect.masked(recorded["body_text"])
    else:
        assert json.loads(dialect.masked(_compact(json.loads(text)))) == json.loads(
            dialect.masked(_compact(recorded["body"]))
        )


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def assert_same_headers(answer: RawAnswer, record: Json) -> None:
    """The same headers, in the recorded order where it was kept."""
    recorded = [
        (name, value) for name, value in record["response"]["headers"] if name not in _FROM_THE_CONNECTION
    ]
    sent = [(name, value) for name, value in answer.headers.items() if name not in _FROM_THE_CONNECTION]
    names = [name for name, _ in recorded]
    if names == sorted(names):  # alphabetical, as the service never sends them; flagged in most cases
        recorded, sent = sorted(recorded), sorted(sent)
    if "headers-filtered" in record["flags"]:
        sent = [(name, value) for name, value in sent if name in dict(recorded)]
    assert [_steady(pair) for pair in sent] == [_steady(pair) for pair in recorded]


def _steady(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    return name, "" if name in _TIMES else value
