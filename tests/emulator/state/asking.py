"""Model requests, scenarios and what they say, for the tests of scenarios."""

from typing import Any

from bedrock_emulator.call import Caller
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.reply import Reply
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.state.scenario import Scenario, compile_scenario
from bedrock_emulator.state.schema import check_document
from bedrock_emulator.state.script import Script
from tests.emulator.state.samples import CLAUDE, api

CALLER = Caller(
    kind="sigv4",
    account="123456789012",
    access_key_id="AKIAEXAMPLE",
    arn="arn:aws:iam::123456789012:user/ada",
)


def scenario(*rules: dict[str, Any], **members: Any) -> Scenario:
    """Rules as a person writes them, checked and compiled."""
    document = {"version": 1, "rules": list(rules), **members}
    check_document(document, "Scenario")
    return compile_scenario(document, api=api())


def script(*rules: dict[str, Any], **members: Any) -> Script:
    """The same in a lab."""
    return Script(scenario(*rules, **members))


def ask(
    text: str = "hi", *, operation: str = "Converse", names: tuple[str, ...] = (CLAUDE,), **params: Any
) -> ModelRequest:
    """A request with one user text, unless `messages` says otherwise."""
    params = {"messages": [{"role": "user", "content": [{"text": text}]}], **params}
    return ModelRequest(
        operation=operation,
        model_id=names[-1],
        names=names,
        params=params,
        body=params,
        caller=CALLER,
        max_tokens=100,
    )


def facts(*args: Any, **params: Any) -> Facts:
    """The facts of such a request."""
    return Facts(ask(*args, **params))


def reply_to(script: Script, request: ModelRequest) -> Reply:
    """What the rules say, which must be a message."""
    turn = script.turn(request)
    assert turn is not None
    assert isinstance(turn.said, Reply)
    return turn.said


def text_of(script: Script, request: ModelRequest) -> str:
    """The text of the first block."""
    return str(reply_to(script, request).blocks[0]["text"])
