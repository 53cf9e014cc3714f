"""Guardrails in InvokeModel's own form: the member of the request's body, and the members of answers and chunks."""

from collections.abc import Iterable, Iterator
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.guardrails.tags import tagged
from bedrock_emulator.native.format import Native
from bedrock_emulator.native.schema import Schema, check
from bedrock_emulator.operations.runtime.guarding import Outcome
from bedrock_emulator.operations.runtime.rewritten import rewritten_body, rewritten_chunk, without_ending

METRICS = "amazon-bedrock-invocationMetrics"
_OPTIONS = "amazon-bedrock-guardrailConfig"
_ACTION = "amazon-bedrock-guardrailAction"
_TRACE = "amazon-bedrock-trace"

_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        _OPTIONS: {
            "type": "object",
            "properties": {
                "streamProcessingMode": {"type": "string", "enum": ["SYNCHRONOUS", "ASYNCHRONOUS"]},
                "tagSuffix": {"type": "string", "minLength": 1, "maxLength": 20},
            },
        }
    },
}
"""The suffix has 1 to 20 characters [docs]; the form of the refusal is that of the family schemas [guess]."""

_SILENT = frozenset({"messageStart", "contentBlockStart", "contentBlockStop", "messageStop"})
_SILENT_TYPES = frozenset(
    {"message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"}
)
"""Chunks that say nothing of the answer have no action, nor has a blank delta of Nova [recorded; Claude: guess]."""


def bare(body: Native, params: Params) -> Native:
    """The body as the model's family knows it.

    Raises:
        AwsError: the options of the guardrail in it are malformed.
    """
    if not params.get("guardrailIdentifier") or _OPTIONS not in body:
        return body
    check(body, _SCHEMA)
    return {name: value for name, value in body.items() if name != _OPTIONS}


def with_options(question: Params, body: Native) -> Params:
    """The question with what its body says of the guardrail: how a stream is scanned, and what tags surround."""
    options = body.get(_OPTIONS)
    if "guardrailConfig" not in question or not options:
        return question
    mode = "async" if options.get("streamProcessingMode") == "ASYNCHRONOUS" else "sync"
    suffix = options.get("tagSuffix")
    chosen = {**question, "guardrailConfig": {**question["guardrailConfig"], "streamProcessingMode": mode}}
    return tagged(chosen, suffix) if suffix else chosen


def guarded_body(body: Native, outcome: Outcome | None, model_id: str) -> Native:
    """An answer in one piece with what the guardrail did, in the recorded order."""
    if outcome is None:
        return body
    written = rewritten_body(body, model_id) if outcome.is_intervened else body
    return {**written, **_trace(outcome), **_action(outcome)}


def guarded_chunks(chunks: Iterable[Native], outcome: Outcome | None, model_id: str) -> Iterator[Native]:
    """The chunks of an answer: each that says something tells the action, the last has the trace too [recorded]."""
    for chunk in chunks:
        yield chunk if outcome is None else _guarded_chunk(chunk, outcome, model_id)


def _guarded_chunk(chunk: Native, outcome: Outcome, model_id: str) -> Native:
    written = rewritten_chunk({name: chunk[name] for name in chunk if name != METRICS}, model_id)
    if outcome.is_refused:
        written = without_ending(written, model_id)
    if METRICS not in chunk:
        is_silent = not _SILENT.isdisjoint(chunk) or chunk.get("type") in _SILENT_TYPES
        is_silent = is_silent or ("contentBlockDelta" in chunk and outcome.is_blank)
        return written if is_silent else {**written, **_action(outcome)}
    told = {**_action(outcome), **_trace(outcome)}
    metrics = {} if outcome.is_refused else {METRICS: chunk[METRICS]}  # [recorded, Titan]
    # Nova has its metrics before what the guardrail tells, Titan after it [recorded].
    return {**written, **metrics, **told} if "metadata" in chunk else {**written, **told, **metrics}


def _action(outcome: Outcome) -> dict[str, str]:
    return {_ACTION: "INTERVENED" if outcome.is_intervened else "NONE"}


def _trace(outcome: Outcome) -> dict[str, Any]:
    """The trace of Converse under the names that InvokeModel has for its members, in the recorded order."""
    trace = outcome.trace
    if trace is None:
        return {}
    renamed: dict[str, Any] = {}
    if "modelOutput" in trace:
        renamed["modelOutput"] = trace["modelOutput"]
    renamed["input"] = trace["inputAssessment"]
    if "outputAssessments" in trace:
        renamed["outputs"] = [
            {identifier: each}
            for identifier, assessments in trace["outputAssessments"].items()
            for each in assessments
        ]
    return {_TRACE: {"guardrail": {**renamed, "actionReason": trace["actionReason"]}}}
