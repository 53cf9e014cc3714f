"""A scenario as one lab plays it: the rules, and how far the lab is in them."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock

from bedrock_emulator.faults.fault import Fault
from bedrock_emulator.faults.odds import Tallies
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.pace import Pace
from bedrock_emulator.reply.reply import Reply
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.state.replies import ContentReply, EventsReply
from bedrock_emulator.state.scenario import Rule, Scenario
from bedrock_emulator.state.upstreams import Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedTurn:
    """What a rule orders for one request."""

    said: Reply | EventsReply | Upstream | None
    """None lets the synthetic model answer."""
    fault: Fault | None = None
    """One that does happen."""
    pace: Pace | None = None


class Script:
    """The scenario of one lab. Its counts are the lab's own, whoever else has the same rules."""

    def __init__(
        self, scenario: Scenario | None = None, *, strict: bool = False, upstream: Upstream | None = None
    ) -> None:
        """Begin at the beginning.

        Args:
            scenario: the rules; none by default.
            strict: whether a request without a rule is refused, whatever the scenario says.
            upstream: who answers a request without a rule that is not refused; else the synthetic model.
        """
        self.scenario = scenario or Scenario()
        self._strict = strict
        self._upstream = upstream
        self._taken: Counter[str] = Counter()
        self._tallies = Tallies()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self.scenario.rules)

    def follow(self, scenario: Scenario) -> None:
        """Go on with edited rules: those that are still there keep their counts."""
        self.scenario = scenario

    def turn(self, request: ModelRequest) -> ScriptedTurn | None:
        """What the rules order for this request; None when they have nothing to say about it.

        Raises:
            AwsError: no rule matches and that is not allowed, or a sequence is at its end.
        """
        scenario = self.scenario
        facts = Facts(request)
        rule = scenario.match(facts)
        if rule is not None:
            return self._turn(rule, facts)
        if self._strict or scenario.strict:
            raise scenario.no_match(facts)
        return None if self._upstream is None else ScriptedTurn(said=self._upstream)

    def _turn(self, rule: Rule, facts: Facts) -> ScriptedTurn:
        number = self._next(rule)
        step = rule.steps[number]
        fault = step.fault
        if fault is not None and not self._strikes(fault, (rule.key, number), facts):
            fault = None
        said = (
            step.reply.say(facts, rule.when.groups(facts))
            if isinstance(step.reply, ContentReply)
            else step.reply
        )
        return ScriptedTurn(said=said, fault=fault, pace=step.pace)

    def _strikes(self, fault: Fault, key: tuple[str, int], facts: Facts) -> bool:
        """Whether a fault happens to this request; one of a stream is not used up by an answer in one piece."""
        if fault.needs_stream and not facts.request.is_streamed:
            return False
        return self._tallies.strikes(key, fault.odds)

    def _next(self, rule: Rule) -> int:
        """The number of the step that answers now; counted even when that is the end of the sequence."""
        if len(rule.steps) == 1 and rule.then != "fail":
            return 0
        with self._lock:
            taken = self._taken[rule.key]
            self._taken[rule.key] = taken + 1
        return rule.step(taken)
