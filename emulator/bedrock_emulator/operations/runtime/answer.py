"""Who answers a model request (a scenario rule, else the synthetic model), in a form that every operation renders."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bedrock_emulator.call import Call, Event
from bedrock_emulator.delivery import Delivery
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.reply import Reply, Usage
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.reply.tokens import blocks_tokens, input_tokens
from bedrock_emulator.state.scenario import ContentReply, EventsReply

DEFAULT_MAX_TOKENS = 4096
"""Output tokens of a request that names no maximum, for models whose limit is unknown [guess]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A turn as the model says it: known whole (`reply`), or event by event as it comes (`events`)."""

    reply: Reply | None = None
    events: Iterable[Event] | None = None
    """ConverseStream events, exactly as they are to be sent; None when the reply is known."""
    delivery: Delivery = field(default_factory=Delivery)


def answer(call: Call, request: ModelRequest) -> Answer:
    """The turn that a model answers with."""
    scripted = call.lab.scenario.match(request.operation, request.names)
    if isinstance(scripted, EventsReply):
        return Answer(events=scripted)
    return Answer(reply=_synthetic(request) if scripted is None else _scripted(request, scripted))


def latency_ms(reply: Reply) -> int:
    """A plausible time for such an answer; nothing takes it."""
    return 200 + 12 * reply.usage.output_tokens


def _synthetic(request: ModelRequest) -> Reply:
    return synthesize(request.params, model_id=request.model_id, max_tokens=request.max_tokens)


def _scripted(request: ModelRequest, scripted: ContentReply) -> Reply:
    """The rule's own message; usage that it leaves out is estimated."""
    usage = scripted.usage or {}
    return Reply(
        blocks=scripted.content,
        stop_reason=scripted.stop_reason,
        usage=Usage(
            input_tokens=usage.get("inputTokens", input_tokens(request.params)),
            output_tokens=usage.get("outputTokens", blocks_tokens(scripted.content)),
            cache_read_tokens=usage.get("cacheReadInputTokens", 0),
            cache_write_tokens=usage.get("cacheWriteInputTokens", 0),
            cache_points=has_cache_point(request.params),
        ),
        additional_fields=scripted.additional_fields,
    )
