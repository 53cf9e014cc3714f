"""How fast a model speaks: when its first token comes, how the others follow, and the latency that it reports then."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from bedrock_emulator.call import Event, Output, PreparedBody
from bedrock_emulator.delivery import Cut, Pause
from bedrock_emulator.reply.tokens import BYTES_PER_TOKEN

LONGEST_SECONDS = 300.0
"""The longest that a pace keeps a client waiting for the next event, or for an answer in one piece."""

_SPOKEN = frozenset(
    {"text", "input", "thinking", "partial_json", "content", "generation", "outputText", "reasoning"}
)
"""Members of an event, be it of ConverseStream or of a native format, that hold what the model says [recorded]."""

_REPEATED = "response"
"""Holds the whole text once more, in the last chunk of Cohere's format [recorded]."""

_METRICS = "amazon-bedrock-invocationMetrics"
_LATENCY_HEADER = "x-amzn-bedrock-invocation-latency"
_TOKENS_HEADER = "x-amzn-bedrock-output-token-count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The default is no waiting at all."""

    first_token_seconds: float = 0.0
    tokens_per_second: float | None = None
    """None: all tokens come with the first one."""
    jitter: float = 0.0
    """By which part of itself each wait may be longer or shorter, 0 to 1."""
    seed: int = 0
    """The same seed gives the same waits."""

    def stream(self, events: Iterable[Event | Pause | Cut]) -> Iterator[Event | Pause | Cut]:
        """The events with a pause before each that takes time; those that tell the latency tell this one."""
        dice = self._dice()
        first = elapsed = self._jittered(self.first_token_seconds, dice)
        due = -1.0  # in tokens: the first token is there when the first wait is over
        if first:
            yield Pause(first)
        for event in events:
            if isinstance(event, Pause | Cut):
                yield event
                continue
            due += _spoken_tokens(event)
            if due > 0:
                wait = self._jittered(self._seconds(due), dice)
                elapsed, due = elapsed + wait, 0.0
                if wait:
                    yield Pause(wait)
            yield _timed(event, first, elapsed)

    def whole(self, answer: Output | PreparedBody) -> tuple[Output | PreparedBody, float]:
        """An answer in one piece that tells how long it takes, and the seconds that it takes."""
        dice = self._dice()
        nominal = self.first_token_seconds + self._seconds(max(0, _stated_tokens(answer) - 1))
        seconds = self._jittered(nominal, dice)
        return _timed_whole(answer, seconds), seconds

    def _dice(self) -> random.Random:
        return random.Random(self.seed)  # noqa: S311 - a pace needs no secrets

    def _seconds(self, tokens: float) -> float:
        return 0.0 if self.tokens_per_second is None else tokens / self.tokens_per_second

    def _jittered(self, seconds: float, dice: random.Random) -> float:
        return min(seconds * (1 + self.jitter * dice.uniform(-1, 1)), LONGEST_SECONDS)


def compile_pace(document: Mapping[str, Any]) -> Pace:
    """The pace that a `Pace` document, checked against the schema already, asks for."""
    return Pace(
        first_token_seconds=document.get("timeToFirstTokenMs", 0) / 1000,
        tokens_per_second=document.get("tokensPerSecond"),
        jitter=document.get("jitter", 0.0),
        seed=document.get("seed", 0),
    )


def _spoken_tokens(event: Event) -> float:
    """What an event says, in tokens; a part of one counts too, so that many small deltas take as long as one large."""
    name, payload = event
    if name == "contentBlockDelta":
        return _text_bytes(payload.get("delta"), spoken=False) / BYTES_PER_TOKEN
    if name == "chunk":
        return _text_bytes(_chunk(payload), spoken=False) / BYTES_PER_TOKEN
    return 0.0


def _text_bytes(value: Any, *, spoken: bool) -> int:
    """The bytes of the texts under members that hold what a model says."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass")) if spoken else 0
    if isinstance(value, Mapping):
        return sum(
            _text_bytes(item, spoken=name in _SPOKEN) for name, item in value.items() if name != _REPEATED
        )
    if isinstance(value, list | tuple):
        return sum(_text_bytes(item, spoken=spoken) for item in value)
    return 0


def _chunk(payload: Mapping[str, Any]) -> Any:
    """The JSON that a chunk of InvokeModelWithResponseStream carries."""
    return orjson.loads(payload["bytes"])


def _timed(event: Event, first: float, elapsed: float) -> Event:
    """The event, with these times where it tells times."""
    name, payload = event
    if name == "metadata" and "metrics" in payload:
        return name, {**payload, "metrics": {**payload["metrics"], "latencyMs": _milliseconds(elapsed)}}
    if name == "chunk" and _METRICS in (native := _chunk(payload)):
        times = {"invocationLatency": _milliseconds(elapsed), "firstByteLatency": _milliseconds(first)}
        native[_METRICS] |= times
        return name, {**payload, "bytes": orjson.dumps(native)}
    return event


def _stated_tokens(answer: Output | PreparedBody) -> int:
    """The output tokens that an answer in one piece counts; none where it counts none."""
    if isinstance(answer, PreparedBody):
        return next((int(value) for name, value in answer.headers if name.lower() == _TOKENS_HEADER), 0)
    tokens: int = answer.get("usage", {}).get("outputTokens", 0)
    return tokens


def _timed_whole(answer: Output | PreparedBody, seconds: float) -> Output | PreparedBody:
    latency = _milliseconds(seconds)
    if isinstance(answer, PreparedBody):
        headers = [
            (name, str(latency) if name.lower() == _LATENCY_HEADER else value)
            for name, value in answer.headers
        ]
        return replace(answer, headers=headers)
    if "metrics" not in answer:
        return answer
    return {**answer, "metrics": {**answer["metrics"], "latencyMs": latency}}


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
