"""Converse and ConverseStream: who answers (a scenario rule, else the synthetic model) and in which form."""

from bedrock_emulator.call import Call, EventStream, Output, Params
from bedrock_emulator.operations.runtime.conversation import check_conversation
from bedrock_emulator.operations.runtime.resolution import ResolvedModel, resolve_model
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.render import converse_output, converse_parts
from bedrock_emulator.reply.reply import Reply, Usage
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.reply.tokens import blocks_tokens, input_tokens
from bedrock_emulator.state.scenario import ContentReply, EventsReply

DEFAULT_MAX_TOKENS = 4096
"""Output tokens of a request that names no maximum, for models whose limit is unknown [guess]."""

_ECHOED = ("performanceConfig", "serviceTier")
"""Request members that the answer repeats, and has only then [recorded]."""


def converse(call: Call, params: Params) -> Output:
    """The whole assistant turn in one answer."""
    resolved = _checked_model(call, params, streaming=False)
    reply = _reply(call, params, resolved)
    return converse_output(
        reply, family=resolved.model.family, latency_ms=_latency_ms(reply), echo=_echo(params)
    )


def converse_stream(call: Call, params: Params) -> EventStream:
    """The same turn as events."""
    resolved = _checked_model(call, params, streaming=True)
    scripted = call.lab.scenario.match(call.operation.name, resolved.candidate_ids)
    if isinstance(scripted, EventsReply):
        return EventStream(scripted)
    reply = _synthetic(params, resolved) if scripted is None else _scripted(params, scripted)
    parts = converse_parts(
        reply, family=resolved.model.family, latency_ms=_latency_ms(reply), echo=_echo(params)
    )
    return EventStream(parts)


def _checked_model(call: Call, params: Params, *, streaming: bool) -> ResolvedModel:
    resolved = resolve_model(call, params["modelId"])
    check_conversation(params, model=resolved.model, streaming=streaming)
    return resolved


def _reply(call: Call, params: Params, resolved: ResolvedModel) -> Reply:
    scripted = call.lab.scenario.match(call.operation.name, resolved.candidate_ids)
    if isinstance(scripted, ContentReply):
        return _scripted(params, scripted)
    return _synthetic(params, resolved)


def _synthetic(params: Params, resolved: ResolvedModel) -> Reply:
    wanted = (params.get("inferenceConfig") or {}).get("maxTokens")
    limit = wanted or resolved.model.max_output_tokens or DEFAULT_MAX_TOKENS
    return synthesize(params, model_id=resolved.model.model_id, max_tokens=limit)


def _scripted(params: Params, scripted: ContentReply) -> Reply:
    """The rule's own message; usage that it leaves out is estimated."""
    usage = scripted.usage or {}
    return Reply(
        blocks=scripted.content,
        stop_reason=scripted.stop_reason,
        usage=Usage(
            input_tokens=usage.get("inputTokens", input_tokens(params)),
            output_tokens=usage.get("outputTokens", blocks_tokens(scripted.content)),
            cache_read_tokens=usage.get("cacheReadInputTokens", 0),
            cache_write_tokens=usage.get("cacheWriteInputTokens", 0),
            cache_points=has_cache_point(params),
        ),
        additional_fields=scripted.additional_fields,
    )


def _echo(params: Params) -> dict[str, object]:
    return {name: params[name] for name in _ECHOED if name in params}


def _latency_ms(reply: Reply) -> int:
    """A plausible time for such an answer; nothing takes it."""
    return 200 + 12 * reply.usage.output_tokens
