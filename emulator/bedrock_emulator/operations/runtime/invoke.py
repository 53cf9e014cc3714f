"""InvokeModel and InvokeModelWithResponseStream: the same answers in each family's own format."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import orjson

from bedrock_emulator.call import Call, Event, EventStream, Params, PreparedBody
from bedrock_emulator.delivery import Delivered
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.native.format import (
    Asked,
    CacheHeaders,
    Computed,
    ComputedFormat,
    Native,
    NativeFormat,
    TextFormat,
)
from bedrock_emulator.native.formats import format_of
from bedrock_emulator.native.readable import readable
from bedrock_emulator.operations.runtime.answer import DEFAULT_MAX_TOKENS, Answer, latency_ms
from bedrock_emulator.operations.runtime.capabilities import check_everywhere
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.operations.runtime.guarded import guarded_answer
from bedrock_emulator.operations.runtime.guarded_invocation import (
    METRICS,
    bare,
    guarded_body,
    guarded_chunks,
    with_options,
)
from bedrock_emulator.operations.runtime.invocation import (
    check_media_types,
    check_question,
    read_body,
    with_headers,
)
from bedrock_emulator.operations.runtime.resolution import ResolvedModel, resolve_model
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.reply import Reply, Usage
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.tokens import input_tokens

Headers: TypeAlias = list[tuple[str, str]]

_COMPUTED_MS = 50
"""What an answer without a model says of its latency [guess]."""
_FIRST_BYTE = 3
"""The part of its time, one in so many, after which an answer begins [guess]."""


def invoke_model(call: Call, params: Params) -> PreparedBody | Delivered:
    """The whole answer."""
    resolved, native = _called(call, params)
    body = read_body(params["body"])
    if isinstance(native, ComputedFormat):
        check_everywhere(_demand(call, with_headers({"messages": ()}, params), resolved))
        return _computed(native.compute(body, resolved.model.model_id), params)
    request = _request(call, params, resolved, native, body)
    said = guarded_answer(call, request)
    asked = _asked(call, request, said)
    reply = said.reply
    assert reply is not None  # an operation without a stream is answered whole
    headers = _reply_headers(reply, native.cache_headers(asked.model_id), asked)
    data = _json(guarded_body(native.body(reply, asked), said.outcome, asked.model_id))
    return Delivered(PreparedBody(data, headers=[*headers, *_echo(params)]), said.delivery)


def invoke_model_with_response_stream(call: Call, params: Params) -> EventStream | Delivered:
    """The same answer in chunks."""
    resolved, native = _called(call, params)
    body = read_body(params["body"])
    if isinstance(native, ComputedFormat):
        raise validation_error("The model is unsupported for streaming.")  # [reported by users]
    request = _request(call, params, resolved, native, body)
    said = guarded_answer(call, request)
    asked = _asked(call, request, said)
    chunks = guarded_chunks(
        _as_stream_errors(_with_metrics(native, _events(said, resolved), asked)),
        said.outcome,
        asked.model_id,
    )
    stream = EventStream(
        (("chunk", {"bytes": _json(chunk)}) for chunk in chunks),
        headers=[("x-amzn-bedrock-content-type", "application/json"), *_echo(params)],
        source=said.source,
    )
    return Delivered(stream, said.delivery)


def _called(call: Call, params: Params) -> tuple[ResolvedModel, NativeFormat]:
    """The model, and how it is spoken to."""
    resolved = resolve_model(call, params["modelId"])
    check_media_types(params)
    native = format_of(resolved.model.model_id)
    if native is None:
        speaks = "TEXT" in resolved.model.output_modalities
        other = "Converse serves every text model." if speaks else "It makes no images, videos or speech."
        raise validation_error(
            f"This emulator does not know the native request format of {resolved.model.model_id}, so it cannot "
            f"serve {call.operation.name} for it. {other}"
        )
    return resolved, native


def _request(
    call: Call, params: Params, resolved: ResolvedModel, native: TextFormat, body: Native
) -> ModelRequest:
    """The question that this request asks, in Converse's form."""
    model = resolved.model
    question = with_headers(native.read(bare(body, params), model.model_id), params)
    check_question(_demand(call, question, resolved), known=call.lab.signatures)
    wanted = (question.get("inferenceConfig") or {}).get("maxTokens")
    return ModelRequest(
        operation=call.operation.name,
        model_id=model.model_id,
        names=resolved.names(call),
        params=with_options(question, body),
        body=body,
        caller=call.caller,
        max_tokens=wanted or model.max_output_tokens or DEFAULT_MAX_TOKENS,
    )


def _demand(call: Call, question: Params, resolved: ResolvedModel) -> Demand:
    return Demand(
        question,
        resolved.model,
        streaming=bool(call.operation.events),
        region=call.region,
        through_profile=resolved.profile is not None,
    )


def _asked(call: Call, request: ModelRequest, said: Answer) -> Asked:
    """The prompt's tokens as the answer counts them, where it is known already."""
    known = said.reply.usage if said.reply else said.usage
    usage = known or Usage(input_tokens=input_tokens(request.params), output_tokens=0)
    return Asked(
        model_id=request.model_id,
        body=request.body,
        request_id=call.request_id,
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_1h_tokens,
        caches=has_cache_point(request.params),
        created=int(call.lab.clock.now().timestamp()),
    )


def _events(said: Answer, resolved: ResolvedModel) -> Iterable[Event]:
    if said.reply is None:
        return readable(said.events or ())
    return converse_events(said.reply, family=resolved.model.family, latency_ms=latency_ms(said.reply))


def _with_metrics(native: TextFormat, events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    """The chunks, the last with the metrics; chunks are held back only once the counts are known."""
    metadata: list[Mapping[str, Any]] = []

    def watched() -> Iterator[Event]:
        for name, payload in events:
            if name == "metadata":
                metadata.append(payload)
            yield name, payload

    held: Native | None = None
    for chunk in native.chunks(watched(), asked):
        if held is not None:
            yield held
        held = chunk if metadata else None
        if held is None:
            yield chunk
    if held is not None:
        yield {**held, METRICS: _metrics(metadata[-1], native.cache_headers(asked.model_id), asked)}


def _as_stream_errors(chunks: Iterable[Native]) -> Iterator[Native]:
    """The chunks; a stream has another name for the error of a model, and SDKs know no others there [botocore]."""
    try:
        yield from chunks
    except AwsError as error:
        if error.code != "ModelErrorException":
            raise
        raise AwsError("ModelStreamErrorException", error.message, status=error.status) from error


def _metrics(metadata: Mapping[str, Any], counts: CacheHeaders, asked: Asked) -> dict[str, int]:
    """The counts and times of a stream, in the recorded order."""
    usage, latency = metadata.get("usage") or {}, (metadata.get("metrics") or {}).get("latencyMs", 0)
    read, write = usage.get("cacheReadInputTokens", 0), usage.get("cacheWriteInputTokens", 0)
    metrics = {
        "inputTokenCount": usage.get("inputTokens", 0),
        "outputTokenCount": usage.get("outputTokens", 0),
        "invocationLatency": latency,
        "firstByteLatency": latency // _FIRST_BYTE,
    }
    shown = _shown(counts, asked, cached=bool(read or write))
    if shown != "none":
        metrics["cacheReadInputTokenCount"] = read
    if shown == "both":
        metrics["cacheWriteInputTokenCount"] = write
    return metrics


def _reply_headers(reply: Reply, counts: CacheHeaders, asked: Asked) -> Headers:
    """The counts of an answer in one piece, in the recorded order."""
    usage = reply.usage
    shown = _shown(counts, asked, cached=bool(usage.cache_read_tokens or usage.cache_write_tokens))
    cached = {"write": usage.cache_write_tokens} if shown == "both" else {}
    if shown != "none":
        cached["read"] = usage.cache_read_tokens
    return [
        _number("invocation-latency", latency_ms(reply)),
        *(_number(f"cache-{name}-input-token-count", count) for name, count in cached.items()),
        _number("output-token-count", usage.output_tokens),
        _number("input-token-count", usage.input_tokens),
    ]


def _shown(counts: CacheHeaders, asked: Asked, *, cached: bool) -> CacheHeaders:
    """Both cache counts where caching was asked for or took place [recorded]; else what the family always shows."""
    return "both" if cached or asked.caches else counts


def _computed(computed: Computed, params: Params) -> PreparedBody:
    headers = [_number("invocation-latency", _COMPUTED_MS)]
    if computed.input_tokens is not None:
        headers.append(_number("input-token-count", computed.input_tokens))
    return PreparedBody(_json(computed.body), headers=[*headers, *_echo(params)])


def _json(native: Native) -> bytes:
    """Compact JSON in the family's own order, bytes as base64."""
    return orjson.dumps(native, default=_base64)


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _number(name: str, value: int) -> tuple[str, str]:
    return f"x-amzn-bedrock-{name}", str(value)


def _echo(params: Params) -> Headers:
    """What the request chose and the answer repeats [botocore]; the place among the headers is a [guess]."""
    chosen = {
        "x-amzn-bedrock-performanceconfig-latency": params.get("performanceConfigLatency"),
        "x-amzn-bedrock-service-tier": params.get("serviceTier"),
    }
    return [(name, value) for name, value in chosen.items() if value]
