"""additionalModelResponseFields: the parts of the model's own answer that a Converse request points to."""

from dataclasses import replace

from bedrock_emulator.call import Call
from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.format import INEXPRESSIBLE, Asked, Native, TextFormat
from bedrock_emulator.native.formats import format_of
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.pointers import pointed
from bedrock_emulator.reply.prompt import last_user_text
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.reply import Reply
from bedrock_emulator.reply.request import ModelRequest


def with_response_fields(reply: Reply, call: Call, request: ModelRequest) -> Reply:
    """The reply with the fields that the request's JSON pointers name; those that there are not are left out [docs]."""
    paths = request.params.get("additionalModelResponseFieldPaths")
    if not paths:
        return reply if reply.additional_fields is None else replace(reply, additional_fields=None)
    answer = {**native_answer(reply, call, request), **(reply.additional_fields or {})}
    return replace(reply, additional_fields=pointed(answer, paths) or None)


def native_answer(reply: Reply, call: Call, request: ModelRequest) -> Native:
    """The answer as the model wrote it; in a stream also the members of its chunks [reported by users: /delta]."""
    native = format_of(request.model_id)
    if not isinstance(native, TextFormat):
        return {}
    asked = _asked(reply, call, request)
    try:
        answer = dict(native.body(reply, asked))
        if call.operation.events:
            events = converse_events(reply, family=family_of(request.model_id), latency_ms=0)
            for chunk in native.chunks(events, asked):
                answer.update(chunk)
    except AwsError as error:
        if error.code != INEXPRESSIBLE:
            raise
        return {}  # a scenario's answer that no such model could have given
    return answer


def _asked(reply: Reply, call: Call, request: ModelRequest) -> Asked:
    """The native request: InvokeModel's own, or what Bedrock makes of Converse's."""
    is_native = request.operation.startswith("InvokeModel")
    return Asked(
        model_id=request.model_id,
        body=request.body if is_native else _native_body(request),
        request_id=call.request_id,
        input_tokens=reply.usage.input_tokens,
        cache_read_tokens=reply.usage.cache_read_tokens,
        cache_write_tokens=reply.usage.cache_write_tokens,
        cache_write_1h_tokens=reply.usage.cache_write_1h_tokens,
        created=int(call.lab.clock.now().timestamp()),
    )


def _native_body(request: ModelRequest) -> Native:
    """As far as answers repeat it."""
    text = last_user_text(request.params["messages"])
    stop = (request.params.get("inferenceConfig") or {}).get("stopSequences") or ()
    return {"messages": request.params["messages"], "prompt": text, "message": text, "stop_sequences": stop}
