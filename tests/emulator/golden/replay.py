"""Replays recorded conversations: a lab in which the model says what it said then must answer as the service did.

The whole request path lies between, without a socket: routing, parsing, validation, the scenario, serialization, framing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

from bedrock_emulator.config import Settings
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.http.pipeline import Pipeline
from bedrock_emulator.model.router import Router
from bedrock_emulator.operations.dispatch import HANDLERS
from bedrock_emulator.state.labs import Labs
from bedrock_emulator.wire.frames import decode_frames
from tests.emulator.golden.conversations import rule_of
from tests.emulator.native.golden import assert_same_headers, recorded_stream, shipped
from tests.emulator.state.samples import api
from tests.end_to_end.raw_call import RawAnswer
from tests.media import refilled
from tests.recorded_models import as_it_was

Json = Mapping[str, Any]

UNREPEATABLE = (
    (re.compile(r'"latencyMs":\d+'), '"latencyMs":0'),
    (re.compile(r'"p":"\w*"'), '"p":""'),
    (re.compile(r'"toolUseId":"tooluse_[\w-]{22}"'), '"toolUseId":"tooluse_"'),
    (re.compile(r'^\{"inputTokens":\d+\}$'), '{"inputTokens":0}'),
)
"""What no replay can repeat: times, the length of padding, the random part of an id, and what CountTokens counts."""

YOUNGER = {
    "serverToolUsage": re.compile(r'"serverToolUsage":\{\},'),
    "cacheDetails": re.compile(r'"cacheDetails":\[[^]]*\],'),
}
"""Members of usage that came in the middle of 2025. They stand before another one, by the alphabet."""

_USAGE_GREW = datetime(2025, 7, 1, tzinfo=UTC)
"""Dated answers until May 2025 have none of them, those since October have them."""


class ReplayLab:
    """A server's request path with one lab, `auth` off, set anew for each record."""

    def __init__(self) -> None:
        labs = Labs(Settings(auth="off"), api())
        self._lab = labs.default
        self._pipeline = Pipeline(labs=labs, router=Router(api()), handlers=HANDLERS)

    def answer(
        self,
        record: Json,
        *,
        rules: Sequence[Json] = (),
        models: Sequence[Json] = (),
        profiles: Sequence[Json] = (),
    ) -> RawAnswer:
        """What the record's request is answered with; without rules nothing but the emulator's own checks speak."""
        self._lab.reset()
        self._lab.put("catalogue", {"models": list(models), "profiles": list(profiles)})
        self._lab.put("scenario", {"version": 1, "rules": list(rules)})
        request = record["request"]
        response = self._pipeline.answer(
            HttpRequest(
                method=request["method"],
                path=f"/_lab/default/_region/{record['region']}{unquote(request['path'])}",
                query="",
                headers=request["headers"],
                body=json.dumps(refilled(request["body"])).encode(),
            )
        )
        body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        return RawAnswer(response.status, dict(response.headers), body)


@cache
def lab() -> ReplayLab:
    """The one that every replay uses: making it takes longer than a hundred answers."""
    return ReplayLab()


def replay(record: Json, *, but: str | None = None) -> frozenset[str]:
    """Assert that the record's request, answered with 200 then, is answered as it was.

    Args:
        record: the exchange.
        but: a member that the recorded body, or the recorded metadata event, is compared without.

    Returns:
        The members of usage that the service did not send yet and the emulator does; they are left out of the comparison.
    """
    models, profiles = as_it_was(record, shipped())
    rules = [] if record["op"] == "CountTokens" else [rule_of(record)]
    answer = lab().answer(record, rules=rules, models=models, profiles=profiles)
    assert answer.status == 200, answer.body.decode()
    assert_same_headers(answer, record)
    younger = _younger_members(answer.body, record)
    recorded = record["response"]
    if "events" in recorded:
        assert list(_frames(answer.body, younger)) == list(_frames(recorded_stream(record), but=but))
    elif "body_text" in recorded:
        assert _steady(answer.body.decode(), younger) == _steady(_without(but, recorded["body_text"]))
    else:
        ours = json.loads(_steady(answer.body.decode(), younger))
        assert ours == json.loads(_steady(_without(but, _compact(recorded["body"]))))
    return younger


def _younger_members(answer: bytes, record: Json) -> frozenset[str]:
    """Those in our answer only, if the record is old enough or does not tell its age."""
    if record["date"] and parsedate_to_datetime(record["date"]) > _USAGE_GREW:
        return frozenset()
    recorded = json.dumps(record["response"])
    return frozenset(name for name in YOUNGER if name.encode() in answer and name not in recorded)


def _frames(
    stream: bytes, younger: frozenset[str] = frozenset(), *, but: str | None = None
) -> Iterator[tuple[Any, str]]:
    """Of each frame its headers in order, and its payload's text."""
    for frame in decode_frames(stream):
        yield frame.headers, _steady(_without(but, frame.payload.decode()), younger)


def _without(member: str | None, text: str) -> str:
    """A JSON object without one member, the others in their order."""
    if member is None:
        return text
    return _compact({name: value for name, value in json.loads(text).items() if name != member})


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _steady(text: str, younger: frozenset[str] = frozenset()) -> str:
    for pattern, replacement in UNREPEATABLE:
        text = pattern.sub(replacement, text)
    for name in younger:
        text = YOUNGER[name].sub("", text)
    return text
