"""What the models of a lab say: rules, compiled when they are put, tried in order."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.content import ContentCheck
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import Selector
from bedrock_emulator.state.union import is_exception, read_member

STREAMED = "ConverseStream"
"""The operation whose events a reply may spell out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentReply:
    """An assistant message, for any operation that answers with one."""

    content: tuple[Mapping[str, Any], ...]
    """Converse ContentBlocks in their JSON form: bytes in base64."""
    stop_reason: str
    usage: Mapping[str, int] | None
    """Members of TokenUsage; those that are left out are for the caller to estimate."""
    additional_fields: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class EventsReply:
    """The exact events of a ConverseStream answer."""

    events: tuple[tuple[str, Mapping[str, Any]], ...]

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The events in order; an exception among them is raised as AwsError, as an operation would."""
        for name, payload in self.events:
            if is_exception(name):
                members = {key: value for key, value in payload.items() if key != "message"}
                raise AwsError(
                    name[:1].upper() + name[1:], str(payload.get("message") or ""), members=members
                )
            yield name, payload


ScenarioReply: TypeAlias = ContentReply | EventsReply


@dataclass(frozen=True, slots=True)
class _Rule:
    selector: Selector
    reply: ScenarioReply


class Scenario:
    """The rules of one lab; without any, the synthetic model answers everything."""

    def __init__(self, rules: Iterable[_Rule] = ()) -> None:
        self._rules = tuple(rules)

    def __len__(self) -> int:
        """How many rules there are."""
        return len(self._rules)

    def match(self, operation: str, models: Iterable[str]) -> ScenarioReply | None:
        """The reply of the first rule for this call, if any.

        Args:
            operation: the API operation.
            models: every id and ARN by which the call's model is known; for a profile its base models too.
        """
        models = tuple(models)
        return next((rule.reply for rule in self._rules if rule.selector.matches(operation, models)), None)


def compile_scenario(document: Mapping[str, Any], *, api: Api, path: str = "") -> Scenario:
    """Turn a `Scenario` document into rules.

    Raises:
        AdminError: an unknown operation, content block or event.
    """
    place, check = join_path(path, "rules"), ContentCheck(api)
    rules = enumerate(document["rules"])
    return Scenario(_compile(rule, api, check, join_path(place, index)) for index, rule in rules)


def _compile(document: Mapping[str, Any], api: Api, check: ContentCheck, path: str) -> _Rule:
    selector = Selector.compile(
        document.get("when", {}), operations=api.operations, path=join_path(path, "when")
    )
    reply, where = document["reply"], join_path(path, "reply")
    if "content" in reply:
        return _Rule(selector, _content_reply(reply, check, where))
    if selector.operation not in {None, STREAMED}:
        message = f"only {STREAMED} answers with these events; give 'content' for {selector.operation}"
        raise AdminError(400, message, path=join_path(where, "events"))
    return _Rule(replace(selector, operation=STREAMED), _events_reply(reply, api, where))


def _content_reply(document: Mapping[str, Any], check: ContentCheck, path: str) -> ContentReply:
    place = join_path(path, "content")
    blocks = tuple(
        check.read(block, join_path(place, index)) for index, block in enumerate(document["content"])
    )
    uses_tool = any("toolUse" in block for block in blocks)
    return ContentReply(
        content=blocks,
        stop_reason=document.get("stopReason", "tool_use" if uses_tool else "end_turn"),
        usage=document.get("usage"),
        additional_fields=document.get("additionalModelResponseFields"),
    )


def _events_reply(document: Mapping[str, Any], api: Api, path: str) -> EventsReply:
    known = api.operations[STREAMED].events
    place = join_path(path, "events")
    events = tuple(
        read_member(event, known=known, kind="event", path=join_path(place, index))
        for index, event in enumerate(document["events"])
    )
    for index, (name, _) in enumerate(events[:-1]):
        if is_exception(name):
            raise AdminError(
                400,
                f"nothing follows {name!r}: an exception ends the stream",
                path=join_path(place, index + 1),
            )
    return EventsReply(events)
