"""Converse and ConverseStream: the model's answer in their two forms."""

from bedrock_emulator.call import Call, EventStream, Output, Params
from bedrock_emulator.delivery import Delivered
from bedrock_emulator.operations.runtime.answer import DEFAULT_MAX_TOKENS, Answer, latency_ms
from bedrock_emulator.operations.runtime.conversation import check_conversation
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.operations.runtime.guarded import guarded_answer
from bedrock_emulator.operations.runtime.resolution import ResolvedModel, resolve_model
from bedrock_emulator.operations.runtime.response_fields import with_response_fields
from bedrock_emulator.reply.render import converse_output, converse_parts
from bedrock_emulator.reply.reply import Reply
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.speaker import events_without_speaker, reply_without_speaker

_ECHOED = ("performanceConfig", "serviceTier")
"""Request members that the answer repeats, and has only then [recorded]."""


def converse(call: Call, params: Params) -> Output | Delivered:
    """The whole assistant turn in one answer."""
    resolved = _checked_model(call, params, streaming=False)
    request = _request(call, params, resolved)
    said = guarded_answer(call, request)
    assert said.reply is not None  # an operation without a stream is answered whole
    reply = _as_told(said.reply, call, request, resolved)
    output = converse_output(
        reply,
        family=resolved.model.family,
        latency_ms=latency_ms(reply),
        echo={**_echo(params), **_trace(said)},
    )
    return Delivered(output, said.delivery)


def converse_stream(call: Call, params: Params) -> EventStream | Delivered:
    """The same turn as events."""
    resolved = _checked_model(call, params, streaming=True)
    request = _request(call, params, resolved)
    said = guarded_answer(call, request, echo=_echo(params))
    return Delivered(_stream(said, call, request, resolved), said.delivery)


def _stream(said: Answer, call: Call, request: ModelRequest, resolved: ResolvedModel) -> EventStream:
    if said.reply is None:
        assert said.events is not None
        return EventStream(events_without_speaker(said.events, resolved.model.family), source=said.source)
    reply = _as_told(said.reply, call, request, resolved)
    return EventStream(
        converse_parts(
            reply,
            family=resolved.model.family,
            latency_ms=latency_ms(reply),
            echo={**_echo(request.params), **_trace(said)},
        )
    )


def _as_told(reply: Reply, call: Call, request: ModelRequest, resolved: ResolvedModel) -> Reply:
    """What the model said, in Converse's form."""
    return reply_without_speaker(with_response_fields(reply, call, request), resolved.model.family)


def _checked_model(call: Call, params: Params, *, streaming: bool) -> ResolvedModel:
    resolved = resolve_model(call, params["modelId"])
    demand = Demand(
        params,
        resolved.model,
        streaming=streaming,
        region=call.region,
        through_profile=resolved.profile is not None,
    )
    check_conversation(demand, known=call.lab.signatures)
    return resolved


def _request(call: Call, params: Params, resolved: ResolvedModel) -> ModelRequest:
    wanted = (params.get("inferenceConfig") or {}).get("maxTokens")
    return ModelRequest(
        operation=call.operation.name,
        model_id=resolved.model.model_id,
        names=resolved.names(call),
        params=params,
        body=params,
        caller=call.caller,
        max_tokens=wanted or resolved.model.max_output_tokens or DEFAULT_MAX_TOKENS,
    )


def _echo(params: Params) -> dict[str, object]:
    return {name: params[name] for name in _ECHOED if name in params}


def _trace(said: Answer) -> dict[str, object]:
    """What a guardrail found, where the request asks for it."""
    if said.outcome is None or said.outcome.trace is None:
        return {}
    return {"trace": {"guardrail": said.outcome.trace}}
