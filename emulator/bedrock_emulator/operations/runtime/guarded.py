"""The answer of a model under a guardrail, if the request names one; every operation asks for its answer here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from bedrock_emulator.call import Call, Event
from bedrock_emulator.guardrails.turn import answer_text, with_answer_text
from bedrock_emulator.operations.runtime.answer import Answer, answer, latency_ms
from bedrock_emulator.operations.runtime.guarded_events import guarded_events
from bedrock_emulator.operations.runtime.guarding import INTERVENED, Guarding, guarding_of
from bedrock_emulator.operations.runtime.response_fields import native_answer, with_response_fields
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.reply import Block, Reply, Usage
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.tokens import blocks_tokens, input_tokens


def guarded_answer(call: Call, request: ModelRequest, *, echo: Mapping[str, Any] | None = None) -> Answer:
    """What `answer` says, as the guardrail of the request lets it through.

    Args:
        call: the API call.
        request: what the model is asked.
        echo: request members that the last event of a stream repeats.

    Raises:
        AwsError: the guardrail does not exist, or as `answer` says.
    """
    guarding = guarding_of(call, request)
    if guarding is None:
        return answer(call, request)
    if guarding.input.action == "BLOCKED":
        guarding.conclude(None, "")
        return Answer(reply=_refusal(guarding, request), outcome=guarding.outcome)
    said = answer(call, guarding.masked(request))
    if not call.operation.events:
        assert said.reply is not None  # an operation without a stream is answered whole
        reply = _guarded_reply(guarding, said.reply, call, request)
        return replace(said, reply=reply, outcome=guarding.outcome)
    if said.reply is None:
        return replace(said, events=guarded_events(guarding, said.events or ()), outcome=guarding.outcome)
    events = guarded_events(guarding, _events(said.reply, call, request, echo))
    return replace(said, reply=None, events=events, usage=said.reply.usage, outcome=guarding.outcome)


def _events(
    reply: Reply, call: Call, request: ModelRequest, echo: Mapping[str, Any] | None
) -> Iterator[Event]:
    return converse_events(
        with_response_fields(reply, call, request),
        family=family_of(request.model_id),
        latency_ms=latency_ms(reply),
        echo=echo,
    )


def _refusal(guarding: Guarding, request: ModelRequest) -> Reply:
    """What is answered without asking the model."""
    blocks = ({"text": guarding.guard.blocked_message("INPUT")},)
    return Reply(
        blocks=blocks,
        stop_reason=guarding.blocked_reason,
        usage=_usage(request, blocks),
        chunks=(_whole,),
        latency_ms=guarding.input.latency_ms,
    )


def _usage(request: ModelRequest, blocks: Sequence[Block]) -> Usage:
    """Nothing in Converse's answers [guess]; InvokeModel's count question and message all the same [recorded, Titan]."""
    if request.operation.startswith("Converse"):
        return Usage(input_tokens=0, output_tokens=0)
    return Usage(input_tokens=input_tokens(request.params), output_tokens=blocks_tokens(blocks))


def _whole(text: str) -> tuple[str]:
    return (text,)


def _guarded_reply(guarding: Guarding, reply: Reply, call: Call, request: ModelRequest) -> Reply:
    said = {at: text for at, block in enumerate(reply.blocks) if (text := answer_text(block)) is not None}
    output = guarding.judge(list(said.values()))
    guarding.conclude(output, _original(reply, call, request))
    if output.action == "NONE":
        return reply
    if output.action == "BLOCKED":
        blocks: tuple[Block, ...] = ({"text": guarding.guard.blocked_message("OUTPUT")},)
        return replace(reply, blocks=blocks, stop_reason=guarding.blocked_reason, chunks=())
    shown = dict(zip(said, output.masked_texts(), strict=True))
    blocks = tuple(
        with_answer_text(block, shown[at]) if at in shown else block for at, block in enumerate(reply.blocks)
    )
    reason = reply.stop_reason if guarding.is_native else INTERVENED
    return replace(reply, blocks=blocks, stop_reason=reason)


def _original(reply: Reply, call: Call, request: ModelRequest) -> str:
    """The model's own answer: its JSON where the family has a format of its own [recorded, Titan and Nova]."""
    native = native_answer(reply, call, request)
    if not native:
        return "".join(answer_text(block) or "" for block in reply.blocks)
    return orjson.dumps(native, default=str).decode()
