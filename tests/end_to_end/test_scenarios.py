"""Scenarios as boto3 sees them: an agent, retries, streams, and files that are edited while they are served."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bedrock_emulator.client import Emulator, LabClient
from bedrock_emulator.errors import ConfigError

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
WEATHER = {"tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object"}}}}]}

AGENT = """\
version: 1
rules:
  - name: ask the tool
    when:
      lastUserText: {regex: 'weather in (?P<city>\\w+)'}
      toolOffered: get_weather
      toolResult: false
    reply:
      content:
        - reasoning: The tool knows.
        - toolUse: {name: get_weather, input: {city: '{{ match.city }}'}}
  - name: answer
    when: {toolResult: {contains: sunny}}
    reply: 'Take sunglasses: {{ tool_result }}.'
"""


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": text}]}


def say(runtime: Any, text: str, **members: Any) -> str:
    answer = runtime.converse(modelId=NOVA, messages=[user(text)], **members)
    return str(answer["output"]["message"]["content"][0]["text"])


def test_a_scenario_file_plays_an_agent(lab: LabClient, runtime: Any, tmp_path: Path):
    file = tmp_path / "agent.scenario.yaml"
    file.write_text(AGENT)
    lab.put_scenario(file)

    messages = [user("What is the weather in Paris?")]
    asked = runtime.converse(modelId=CLAUDE, messages=messages, toolConfig=WEATHER)
    reasoning, use = asked["output"]["message"]["content"]
    assert asked["stopReason"] == "tool_use"
    assert reasoning["reasoningContent"]["reasoningText"]["text"] == "The tool knows."
    assert (use["toolUse"]["name"], use["toolUse"]["input"]) == ("get_weather", {"city": "Paris"})

    result = {
        "toolResult": {"toolUseId": use["toolUse"]["toolUseId"], "content": [{"text": "sunny, 24 degrees"}]}
    }
    messages += [asked["output"]["message"], {"role": "user", "content": [result]}]
    stream = runtime.converse_stream(modelId=CLAUDE, messages=messages, toolConfig=WEATHER)["stream"]
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in stream if "contentBlockDelta" in event]
    assert "".join(deltas) == "Take sunglasses: sunny, 24 degrees."


def test_a_file_that_the_server_refuses_is_told_with_its_line(lab: LabClient, tmp_path: Path):
    file = tmp_path / "agent.scenario.yaml"
    file.write_text(AGENT.replace("tool_result }}", "tool_rsult }}"))
    with pytest.raises(
        ConfigError, match=r"agent.scenario.yaml:14: no text is called 'tool_rsult'.*'tool_result'"
    ):
        lab.put_scenario(file)


def test_boto3_retries_the_throttled_call_of_a_sequence_and_the_journal_shows_both(
    lab: LabClient, runtime: Any
):
    throttled = {"fault": {"error": {"code": "ThrottlingException"}}}
    lab.put_scenario({"version": 1, "rules": [{"sequence": [throttled, "at last"]}]})
    assert say(runtime, "hi") == "at last"
    assert [entry["status"] for entry in lab.journal()] == [429, 200]


def test_a_rule_knows_its_caller_and_the_metadata_of_the_request(lab: LabClient, runtime: Any):
    when = {"caller": {"accessKeyId": "test", "kind": "sigv4"}, "requestMetadata": {"team": "blue"}}
    lab.put_scenario({"version": 1, "rules": [{"when": when, "reply": "blue"}, {"reply": "other"}]})
    assert say(runtime, "hi", requestMetadata={"team": "blue"}) == "blue"
    assert say(runtime, "hi", requestMetadata={"team": "red"}) == "other"


@pytest.mark.parametrize(
    ("model", "body", "text_at"),
    [
        (NOVA, {"messages": [user("hi")]}, ("output", "message", "content", 0, "text")),
        (
            CLAUDE,
            {
                "anthropic_version": "bedrock-2023-05-31",
                "max_tokens": 10,
                "messages": [{"role": "user", "content": "hi"}],
            },
            ("content", 0, "text"),
        ),
    ],
    ids=["nova", "claude"],
)
def test_the_same_rule_answers_invoke_model(
    lab: LabClient, runtime: Any, model: str, body: dict[str, Any], text_at: tuple[str | int, ...]
):
    events = [
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hel"}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "lo"}}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]
    when = {"lastUserText": {"equals": "hi"}}
    lab.put_scenario({"version": 1, "rules": [{"when": when, "reply": {"events": events}}]})
    answer: Any = json.loads(runtime.invoke_model(modelId=model, body=json.dumps(body))["body"].read())
    for step in text_at:
        answer = answer[step]
    assert answer == "Hello"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, Any, "subprocess.Popen[str]"]]:
    """A scenario file, a client of the server that serves it, and the server."""
    file = tmp_path / "a.scenario.yaml"
    file.write_text(
        "version: 1\nrules:\n  - {name: n, when: {model: '*nova*'}, sequence: [one, two, three]}\n"
    )
    options = ["--scenario", str(file), "--watch", "--strict-scenarios"]
    command = [
        sys.executable,
        "-m",
        "bedrock_emulator",
        "serve",
        "--port",
        "0",
        "--ready",
        "json",
        "--stop-on-eof",
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, *options], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout is not None
            with Emulator.connect(json.loads(server.stdout.readline())["http"]) as emulator:
                session = boto3.Session("test", "test", region_name="us-east-1")
                client: Any = session.client("bedrock-runtime", endpoint_url=emulator.url)
                with closing(client):
                    yield file, client, server
        finally:
            server.terminate()


def test_an_edited_file_is_served_at_once_and_a_broken_edit_is_not(served: tuple[Path, Any, Any]):
    file, runtime, server = served
    assert say(runtime, "hi") == "one"
    before = file.read_text()

    file.write_text(before + "  - {when: {lastUserText: {contains: new}}, reply: [new]}\n")
    assert f"{file}:4: must be a string or an object" in server.stderr.readline()
    assert "stay" in server.stderr.readline()
    assert say(runtime, "hi") == "two"

    file.write_text(before.replace("three", "last"))
    assert server.stderr.readline() == "The scenario has been read again.\n"
    assert say(runtime, "hi") == "last"

    with pytest.raises(
        ClientError, match=r"rule 'n' \(.*a.scenario.yaml:3\): model must be '\*nova\*'"
    ) as refused:
        runtime.converse(modelId=CLAUDE, messages=[user("hi")])
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    "glob",
    [
        NOVA,
        "amazon.nova-lite-v1:0",
        "arn:aws:bedrock:*:inference-profile/us.amazon.nova-*",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
    ],
)
@pytest.mark.parametrize(
    "called", [NOVA, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"]
)
def test_a_profile_is_meant_by_every_name_that_it_has(lab: LabClient, runtime: Any, glob: str, called: str):
    lab.put_scenario({"version": 1, "strict": True, "rules": [{"when": {"model": glob}, "reply": "x"}]})
    answer = runtime.converse(modelId=called, messages=[user("hi")])
    assert answer["output"]["message"]["content"] == [{"text": "x"}]
