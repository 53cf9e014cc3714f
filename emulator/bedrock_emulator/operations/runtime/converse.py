"""Converse and ConverseStream: the model's answer in their two forms."""

from bedrock_emulator.call import Call, EventStream, Output, Params
from bedrock_emulator.delivery import Delivered
from bedrock_emulator.operations.runtime.answer import DEFAULT_MAX_TOKENS, Answer, answer, latency_ms
from bedrock_emulator.operations.runtime.conversation import check_conversation
from bedrock_emulator.operations.runtime.resolution import ResolvedModel, resolve_model
from bedrock_emulator.reply.render import converse_output, converse_parts
from bedrock_emulator.reply.request import ModelRequest

_ECHOED = ("performanceConfig", "serviceTier")
"""Request members that the answer repeats, and has only then [recorded]."""


def converse(call: Call, params: Params) -> Output | Delivered:
    """The whole assistant turn in one answer."""
    resolved = _checked_model(call, params, streaming=False)
    said = answer(call, _request(call, params, resolved))
    reply = said.reply
    assert reply is not None
    output = converse_output(
        reply, family=resolved.model.family, latency_ms=latency_ms(reply), echo=_echo(params)
    )
    return Delivered(output, said.delivery)


def converse_stream(call: Call, params: Params) -> EventStream | Delivered:
    """The same turn as events."""
    resolved = _checked_model(call, params, streaming=True)
    said = answer(call, _request(call, params, resolved))
    return Delivered(_stream(said, params, resolved), said.delivery)


def _stream(said: Answer, params: Params, resolved: ResolvedModel) -> EventStream:
    if said.reply is None:
        assert said.events is not None
        return EventStream(said.events)
    return EventStream(
        converse_parts(
            said.reply,
            family=resolved.model.family,
            latency_ms=latency_ms(said.reply),
            echo=_echo(params),
        )
    )


def _checked_model(call: Call, params: Params, *, streaming: bool) -> ResolvedModel:
    resolved = resolve_model(call, params["modelId"])
    check_conversation(params, model=resolved.model, streaming=streaming)
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
