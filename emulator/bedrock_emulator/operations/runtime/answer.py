"""Who answers a model request (a scenario rule, else the synthetic model), in a form that every operation renders."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bedrock_emulator.call import Call, Event
from bedrock_emulator.delivery import Delivery
from bedrock_emulator.faults.errors import ErrorFault
from bedrock_emulator.reply.collect import reply_of
from bedrock_emulator.reply.reply import Reply
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.reply.tokens import input_tokens

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
    """The turn that a model answers with; event by event only where the operation streams.

    Raises:
        AwsError: a rule orders an error in place of an answer, or no rule matches where one must.
    """
    turn = call.lab.scenario.turn(request)
    if turn is None:
        return Answer(reply=_synthetic(request))
    if turn.fault is not None and isinstance(turn.fault.effect, ErrorFault):
        raise turn.fault.effect.error(turn.fault.place)
    delivery = Delivery(pace=turn.pace, fault=turn.fault)
    if isinstance(turn.said, Reply):
        return Answer(reply=turn.said, delivery=delivery)
    if turn.said is None:
        return Answer(reply=_synthetic(request), delivery=delivery)
    if call.operation.events:
        return Answer(events=turn.said, delivery=delivery)
    return Answer(reply=reply_of(turn.said, input_tokens=input_tokens(request.params)), delivery=delivery)


def latency_ms(reply: Reply) -> int:
    """A plausible time for such an answer, unless a rule gives one; nothing takes it."""
    return 200 + 12 * reply.usage.output_tokens if reply.latency_ms is None else reply.latency_ms


def _synthetic(request: ModelRequest) -> Reply:
    return synthesize(request.params, model_id=request.model_id, max_tokens=request.max_tokens)
