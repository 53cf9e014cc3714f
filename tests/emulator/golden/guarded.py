"""What a recorded exchange tells of its guardrail: its policies, what it found, and what the model had said."""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from bedrock_emulator.state.guardrails import GuardrailVersion

Json = Mapping[str, Any]

ACCOUNT = "123456789012"
TRACE = "amazon-bedrock-trace"
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_UNHEARD_OF = "xyzzyplugh"
"""A word, topic or pattern that no recorded text has."""


def is_guarded(record: Json) -> bool:
    """Whether a request names a guardrail, in its body or in a header."""
    request = record["request"]
    return "guardrailConfig" in request["body"] or "x-amzn-bedrock-guardrailidentifier" in request["headers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """One recorded exchange under a guardrail."""

    guardrail_id: str
    input: Json
    """The assessment of the input."""
    output: Json | None
    """That of the output; None where the model was not asked."""
    originals: tuple[str, ...]
    """`modelOutput`."""
    shown: tuple[str, ...]
    """The deltas or the text of the answer."""

    @classmethod
    def of(cls, record: Json) -> "Guarded":
        """Read a record of any of the four operations."""
        answers = list(_answers(record))
        trace = next(found for answer in answers for found in _traces(answer))
        ((identifier, assessment),) = (trace.get("inputAssessment") or trace["input"]).items()
        output = trace.get("outputAssessments") or (trace.get("outputs") or [None])[0]
        judged = None if output is None else output[identifier]
        return cls(
            guardrail_id=identifier,
            input=assessment,
            output=judged[0] if isinstance(judged, list) else judged,
            originals=tuple(trace.get("modelOutput", ())),
            shown=tuple(text for answer in answers for text in _texts(answer)),
        )

    @property
    def original(self) -> str:
        """What the model said, before anything was hidden."""
        if not self.originals:
            return "".join(self.shown)
        (original,) = self.originals
        return next(_texts(json.loads(original))) if original.startswith('{"') else original

    def deltas(self) -> list[str]:
        """The original as it was cut: what a placeholder hid began in its delta and filled the empty ones after it."""
        matches, cut, hidden = self._matches(), list[str](), ""
        for at, delta in enumerate(self.shown):
            shown = delta
            if len(_PLACEHOLDER.findall(shown)) == 1:
                if shown.startswith(" ") and cut and not cut[-1]:
                    cut[-1], shown = " ", shown[1:]
                match = next(matches)
                first = match[:1] if self.shown[at + 1 : at + 2] == ("",) else match
                cut.append(shown.replace(f"{{{_PLACEHOLDER.findall(shown)[0]}}}", first))
                hidden = match[len(first) :]
            else:
                cut.append(shown or hidden[:1])
                hidden = hidden[1:] if not shown else ""
        return cut if "".join(cut) == self.original else [self.original]

    def _matches(self) -> Iterator[str]:
        rows = [row for _, row in self._rows("sensitiveInformationPolicy", "piiEntities", "regexes")]
        return iter(sorted((row["match"] for row in rows), key=self.original.find))

    def verdicts(self) -> list[Json]:
        """What only a model could know."""
        told: list[Json] = []
        for source, row in self._rows("sensitiveInformationPolicy", "piiEntities"):
            told.append({"when": {"source": source}, "pii": {"type": row["type"], "text": row["match"]}})
        for _, row in self._rows("contextualGroundingPolicy", "filters"):
            told.append({row["type"].lower(): row["score"]})
        for source, row in self._rows("topicPolicy", "topics"):
            told.append({"when": {"source": source}, "topic": row["name"]})
        return [each for at, each in enumerate(told) if each not in told[:at]]

    def version(self, region: str) -> GuardrailVersion:
        """A guardrail with the policies that were counted, and the rows that were found."""
        settings = {
            "name": "recorded",
            "blockedInputMessaging": "".join(self.shown),
            "blockedOutputsMessaging": "Blocked.",
            **{name: policy for name, policy in self._policies() if policy is not None},
        }
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        return GuardrailVersion(
            guardrail_id=self.guardrail_id,
            arn=f"arn:aws:bedrock:{region}:{ACCOUNT}:guardrail/{self.guardrail_id}",
            version="DRAFT",
            settings=settings,
            created_at=noon,
            updated_at=noon,
        )

    def _policies(self) -> Iterator[tuple[str, Json | None]]:
        topics = {row["name"] for _, row in self._rows("topicPolicy", "topics")} or {_UNHEARD_OF}
        rows = [{"name": name, **self._sides("topicPolicyUnits")} for name in topics]
        yield "topicPolicy", {"topics": rows}
        yield "wordPolicy", {"words": [{"text": _UNHEARD_OF, **self._sides("wordPolicyUnits")}]}
        filters = {"type": "SEXUAL", "inputStrength": "HIGH", "outputStrength": "HIGH"}
        yield "contentPolicy", {"filters": [{**filters, **self._sides("contentPolicyUnits")}]}
        yield "sensitiveInformationPolicy", {"piiEntities": self._entities(), "regexes": self._regexes()}
        scored = [
            {"type": row["type"], "threshold": row["threshold"]}
            for _, row in self._rows("contextualGroundingPolicy", "filters")
        ]
        yield "contextualGroundingPolicy", {"filters": scored} if scored else None

    def _entities(self) -> list[Json]:
        """Types that were found on one side are taken to be enabled there alone."""
        found = {
            (row["type"], source) for source, row in self._rows("sensitiveInformationPolicy", "piiEntities")
        }
        unused = {"type": "SWIFT_CODE", "action": "BLOCK", **self._sides("sensitiveInformationPolicyUnits")}
        return [
            unused,
            *({"type": type_, "action": "ANONYMIZE", **_only(source)} for type_, source in sorted(found)),
        ]

    def _regexes(self) -> list[Json]:
        sides = self._sides("sensitiveInformationPolicyFreeUnits")
        found = {
            (row["name"], row["regex"]) for _, row in self._rows("sensitiveInformationPolicy", "regexes")
        }
        return [
            {"name": name, "pattern": pattern, "action": "ANONYMIZE", **sides}
            for name, pattern in found or {(_UNHEARD_OF, _UNHEARD_OF)}
        ]

    def _sides(self, counter: str) -> dict[str, bool]:
        counted = {"inputEnabled": self.input, "outputEnabled": self.output or {}}
        return {
            name: bool(each.get("invocationMetrics", {}).get("usage", {}).get(counter))
            for name, each in counted.items()
        }

    def _rows(self, policy: str, *kinds: str) -> Iterator[tuple[str, Json]]:
        for source, assessment in (("INPUT", self.input), ("OUTPUT", self.output or {})):
            for kind in kinds:
                for row in assessment.get(policy, {}).get(kind, ()):
                    yield source, row


def _only(source: str) -> dict[str, bool]:
    return {f"{side.lower()}Enabled": side == source for side in ("INPUT", "OUTPUT")}


def _answers(record: Json) -> Iterator[Json]:
    """The body, or the payloads of events and the chunks in them."""
    response = record["response"]
    for event in response.get("events", ()):
        payload = json.loads(event["payload_text"])
        yield json.loads(base64.b64decode(payload["bytes"])) if "bytes" in payload else payload
    if "body" in response:
        yield response["body"]


def _traces(answer: Json) -> Iterator[Json]:
    for holder in (answer.get("trace"), answer.get(TRACE)):
        if holder:
            yield holder["guardrail"]


def _texts(answer: Json) -> Iterator[str]:
    """What an answer, an event or a chunk of Converse, Nova or Titan says."""
    if "outputText" in answer:
        yield answer["outputText"]
    for result in answer.get("results", ()):
        yield result["outputText"]
    delta = answer.get("contentBlockDelta", answer).get("delta")
    if delta:
        yield delta["text"]
    for block in answer.get("output", {}).get("message", {}).get("content", ()):
        yield block["text"]


def aged(ours: Any, recorded: Any, younger: Sequence[str]) -> Any:
    """Our answer without members that came later and that the record does not have at their place."""
    if isinstance(ours, Mapping):
        theirs = recorded if isinstance(recorded, Mapping) else {}
        return {
            name: aged(value, theirs.get(name), younger)
            for name, value in ours.items()
            if name in theirs or name not in younger
        }
    if isinstance(ours, list):
        listed = recorded if isinstance(recorded, list) else []
        return [aged(each, their, younger) for each, their in zip_longest(ours, listed[: len(ours)])]
    if _is_json(ours) and _is_json(recorded):
        inner = aged(json.loads(ours), json.loads(recorded), younger)
        return json.dumps(inner, separators=(",", ":"), ensure_ascii=False)
    return ours


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.startswith('{"')
