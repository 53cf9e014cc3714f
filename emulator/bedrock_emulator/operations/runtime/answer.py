"""Who answers a model request (a scenario rule, else the synthetic model), in a form that every operation renders."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bedrock_emulator.call import Call, Event, Source
from bedrock_emulator.delivery import Delivery
from bedrock_emulator.faults.errors import ErrorFault
from bedrock_emulator.operations.runtime.guarding import Outcome
from bedrock_emulator.operations.runtime.prompt_caching import look_up
from bedrock_emulator.reply.collect import reply_of
from bedrock_emulator.reply.reply import Reply, Usage
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.reply.synthetic import synthesize
from bedrock_emulator.reply.tokens import input_tokens
from bedrock_emulator.state.upstreams import Upstream

DEFAULT_MAX_TOKENS = 4096
"""Output tokens of a request that names no maximum, for models whose limit is unknown [guess]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A turn as the model says it: known whole (`reply`), or event by event as it comes (`events`)."""

    reply: Reply | None = None
    events: Iterable[Event] | None = None
    """ConverseStream events, exactly as they are to be sent; None when the reply is known."""
    delivery: Delivery = field(default_factory=Delivery)
    source: Source | None = None
    """Of events that take time to come."""
    usage: Usage | None = None
    """Of events whose counts are known before they come."""
    outcome: Outcome | None = None
    """What the guardrail of the request made of it; None without one."""


def answer(call: Call, request: ModelRequest) -> Answer:
    """The turn that a model answers with; event by event only where the operation streams.

    Raises:
        AwsError: a rule orders an error in place of an answer, or no rule matches where one must.
    """
    found = look_up(call, request)
    said = _said(call, replace(request, cached=found.cached))
    call.lab.prompt_cache.keep(found)  # only now: an error in place of an answer leaves nothing in the cache
    if said.reply is None:
        return replace(said, events=call.lab.signatures.noted(said.events or ()))
    call.lab.signatures.note(said.reply.blocks)
    return said


def _said(call: Call, request: ModelRequest) -> Answer:
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
    if isinstance(turn.said, Upstream):
        return _asked(call, request, turn.said, delivery)
    if call.operation.events:
        return Answer(events=turn.said, delivery=delivery)
    return Answer(reply=reply_of(turn.said, input_tokens=input_tokens(request.params)), delivery=delivery)


def _asked(call: Call, request: ModelRequest, upstream: Upstream, delivery: Delivery) -> Answer:
    """What another server says, which is always asked for a stream."""
    # Most servers of ours have no upstream, and need no `requests`.
    from bedrock_emulator.upstream.client import ask

    said = ask(upstream, request, operation=call.operation)
    if call.operation.events:
        return Answer(events=said, source=said, delivery=delivery)
    return Answer(reply=reply_of(said), delivery=delivery)


def latency_ms(reply: Reply) -> int:
    """A plausible time for such an answer, unless a rule gives one; nothing takes it."""
    return 200 + 12 * reply.usage.output_tokens if reply.latency_ms is None else reply.latency_ms


def _synthetic(request: ModelRequest) -> Reply:
    return synthesize(
        request.params, model_id=request.model_id, max_tokens=request.max_tokens, cached=request.cached
    )
