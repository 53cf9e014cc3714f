"""A rule that answers from another server, as boto3 sees it."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from bedrock_emulator.client import LabClient
from tests.upstream_server import PATIENCE_SECONDS, Exchange, Gate, UpstreamServer, upstream_server

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
GPT_OSS = "openai.gpt-oss-20b-1:0"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
HI = [{"role": "user", "content": [{"text": "hi"}]}]
TOOLS = {
    "tools": [
        {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in ("add", "look")
    ]
}


@pytest.fixture(scope="module")
def running() -> Iterator[UpstreamServer]:
    with upstream_server() as server:
        yield server


@pytest.fixture
def upstream(running: UpstreamServer, lab: LabClient) -> UpstreamServer:
    """An upstream that answers every request of the lab."""
    running.asked.clear()
    running.left.clear()
    lab.put_scenario({"version": 1, "rules": [{"upstream": {"baseUrl": running.url, "model": "llama3.2"}}]})
    return running


def hello(exchange: Exchange) -> None:
    exchange.begin()
    exchange.say(content="Hel")
    exchange.say("stop", content="lo")
    exchange.done(prompt_tokens=11, completion_tokens=2)


def test_converse_answers_what_the_upstream_says(upstream: UpstreamServer, runtime: Any):
    upstream.script = hello
    answer = runtime.converse(modelId=NOVA, messages=HI, inferenceConfig={"maxTokens": 9})
    assert answer["output"]["message"]["content"] == [{"text": "Hello"}]
    assert answer["usage"]["totalTokens"] == 13
    (asked,) = upstream.asked
    assert (asked.path, asked.body["model"], asked.body["max_tokens"]) == (
        "/v1/chat/completions",
        "llama3.2",
        9,
    )


def converse_stream(runtime: Any) -> tuple[Any, Callable[[Any], str | None]]:
    stream = runtime.converse_stream(modelId=NOVA, messages=HI)["stream"]
    return stream, lambda event: event.get("contentBlockDelta", {}).get("delta", {}).get("text")


def invoke_claude(runtime: Any) -> tuple[Any, Callable[[Any], str | None]]:
    messages = [{"role": "user", "content": "hi"}]
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": messages}
    stream = runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(body))["body"]
    return stream, lambda event: json.loads(event["chunk"]["bytes"]).get("delta", {}).get("text")


def invoke_chat(runtime: Any) -> tuple[Any, Callable[[Any], str | None]]:
    body = {"messages": [{"role": "user", "content": "hi"}]}
    stream = runtime.invoke_model_with_response_stream(modelId=GPT_OSS, body=json.dumps(body))["body"]

    def text(event: Any) -> str | None:
        choices = json.loads(event["chunk"]["bytes"]).get("choices") or [{}]
        return choices[0].get("delta", {}).get("content") or None

    return stream, text


STREAMS = pytest.mark.parametrize(
    "call", [converse_stream, invoke_claude, invoke_chat], ids=["ConverseStream", "Claude", "gpt-oss"]
)


@STREAMS
def test_the_first_token_is_there_before_the_upstream_has_sent_the_last(
    call: Callable[..., Any], upstream: UpstreamServer, runtime: Any
):
    seen_by_client = Gate()

    def slowly(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="first")
        seen_by_client.wait()
        exchange.say("stop", content=" last")
        exchange.done()

    upstream.script = slowly
    stream, text_of = call(runtime)
    texts: list[str] = []
    for event in stream:
        if text_of(event):
            texts.append(text_of(event))
            seen_by_client.open()
    assert "".join(texts) == "first last"


@STREAMS
def test_the_upstream_is_left_when_the_client_leaves(
    call: Callable[..., Any], upstream: UpstreamServer, lab: LabClient, runtime: Any
):
    def silently(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="first")
        exchange.wait_until_left()

    upstream.script = silently
    stream, text_of = call(runtime)
    assert next(filter(None, map(text_of, stream))) == "first"
    assert not upstream.left.is_set()
    stream.close()
    assert upstream.left.wait(PATIENCE_SECONDS)
    (entry,) = lab.wait_for_journal(1)
    assert (entry["complete"], entry["clientClosed"]) == (False, True)


def test_a_stream_ends_and_its_upstream_is_left_when_the_lab_is_reset(
    upstream: UpstreamServer, lab: LabClient, runtime: Any
):
    def silently(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="first")
        exchange.wait_until_left()

    upstream.script = silently
    stream, text_of = converse_stream(runtime)
    with closing(stream):
        events = iter(stream)
        assert next(filter(None, map(text_of, events))) == "first"
        lab.reset()
        with pytest.raises(EventStreamError, match="The emulator ended this stream"):
            next(events)
    assert upstream.left.wait(PATIENCE_SECONDS)


def test_an_agent_with_tools_and_an_image(upstream: UpstreamServer, runtime: Any):
    def use_tools(exchange: Exchange) -> None:
        exchange.begin()
        first, second = (
            {"index": at, "id": f"call_{at}", "function": {"name": name, "arguments": ""}}
            for at, name in enumerate(("add", "look"))
        )
        exchange.say(reasoning_content="Both.")
        exchange.say(tool_calls=[first, second])
        for at, piece in ((0, '{"a"'), (1, '{"b"'), (0, ":1}"), (1, ":2}")):
            exchange.say(tool_calls=[{"index": at, "function": {"arguments": piece}}])
        exchange.say("tool_calls")
        exchange.done()

    upstream.script = use_tools
    image = {"image": {"format": "png", "source": {"bytes": PNG}}}
    messages = [{"role": "user", "content": [{"text": "Add and look."}, image]}]
    stream = runtime.converse_stream(modelId=NOVA, messages=messages, toolConfig=TOOLS)["stream"]
    events = [next(iter(event.items())) for event in stream]
    order = [payload["contentBlockIndex"] for name, payload in events if name == "contentBlockDelta"]
    assert order == [0, 1, 1, 2, 2]
    assert [payload["stopReason"] for name, payload in events if name == "messageStop"] == ["tool_use"]
    asked = upstream.asked[0].body
    assert [tool["function"]["name"] for tool in asked["tools"]] == ["add", "look"]
    assert asked["messages"][0]["content"][1]["image_url"]["url"].startswith(
        "data:image/png;base64,iVBORw0KGgo"
    )

    answer = runtime.converse(modelId=NOVA, messages=messages, toolConfig=TOOLS)
    uses = [block["toolUse"] for block in answer["output"]["message"]["content"] if "toolUse" in block]
    assert [(use["toolUseId"], use["input"]) for use in uses] == [("call_0", {"a": 1}), ("call_1", {"b": 2})]

    upstream.script = hello
    results = [{"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": "3"}]}} for use in uses]
    messages += [answer["output"]["message"], {"role": "user", "content": results}]
    answer = runtime.converse(modelId=NOVA, messages=messages, toolConfig=TOOLS)
    assert answer["output"]["message"]["content"] == [{"text": "Hello"}]
    said = upstream.asked[-1].body["messages"][1:]
    assert [call["id"] for call in said[0]["tool_calls"]] == ["call_0", "call_1"]
    assert [(each["role"], each["tool_call_id"]) for each in said[1:]] == [
        ("tool", "call_0"),
        ("tool", "call_1"),
    ]


def test_the_reasoning_of_an_upstream_can_be_sent_back_as_claudes(upstream: UpstreamServer, runtime: Any):
    def think(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(reasoning="Hm.")
        hello_rest(exchange)

    def hello_rest(exchange: Exchange) -> None:
        exchange.say("stop", content="Hello")
        exchange.done()

    upstream.script = think
    answer = runtime.converse(modelId=CLAUDE, messages=HI)
    reasoning, text = answer["output"]["message"]["content"]
    assert (reasoning["reasoningContent"]["reasoningText"]["text"], text) == ("Hm.", {"text": "Hello"})
    again = [*HI, answer["output"]["message"], *HI]
    assert runtime.converse(modelId=CLAUDE, messages=again)["stopReason"] == "end_turn"


@pytest.mark.parametrize(
    ("model", "body", "text_at"),
    [
        (
            CLAUDE,
            {
                "anthropic_version": "bedrock-2023-05-31",
                "max_tokens": 10,
                "messages": [{"role": "user", "content": "hi"}],
            },
            ("content", 0, "text"),
        ),
        (GPT_OSS, {"messages": [{"role": "user", "content": "hi"}]}, ("choices", 0, "message", "content")),
    ],
    ids=["claude", "gpt-oss"],
)
def test_invoke_model_answers_in_the_form_of_the_family(
    upstream: UpstreamServer, runtime: Any, model: str, body: dict[str, Any], text_at: tuple[str | int, ...]
):
    upstream.script = hello
    answer: Any = json.loads(runtime.invoke_model(modelId=model, body=json.dumps(body))["body"].read())
    for step in text_at:
        answer = answer[step]
    assert answer == "Hello"


def test_a_refusal_is_an_error_that_boto3_knows(upstream: UpstreamServer, runtime_without_retries: Any):
    runtime = runtime_without_retries
    upstream.script = lambda exchange: exchange.refuse(
        404, {"error": {"message": "model 'llama3.2' not found"}}
    )
    with pytest.raises(runtime.exceptions.ModelErrorException) as failed:
        runtime.converse_stream(modelId=NOVA, messages=HI)
    response = failed.value.response
    assert (response["originalStatusCode"], response["resourceName"]) == (404, "llama3.2")
    assert "model 'llama3.2' not found" in response["Error"]["Message"]


def test_boto3_retries_an_upstream_that_is_busy(upstream: UpstreamServer, lab: LabClient, runtime: Any):
    def busy_once(exchange: Exchange) -> None:
        if len(upstream.asked) == 1:
            exchange.refuse(429, {"error": "slow down"}, retry_after="0")
        else:
            hello(exchange)

    upstream.script = busy_once
    assert runtime.converse(modelId=NOVA, messages=HI)["stopReason"] == "end_turn"
    assert [entry["status"] for entry in lab.journal()] == [429, 200]


def test_an_upstream_that_breaks_off_ends_the_stream_in_an_exception(upstream: UpstreamServer, runtime: Any):
    def break_off(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="Hel")

    upstream.script = break_off
    stream, _ = converse_stream(runtime)
    with (
        closing(stream),
        pytest.raises(
            EventStreamError, match=r"modelStreamErrorException.*broke off in the middle"
        ) as failed,
    ):
        for _ in stream:
            pass
    assert failed.value.response["Error"]["Code"] == "modelStreamErrorException"
    with pytest.raises(ClientError) as whole:
        runtime.converse(modelId=NOVA, messages=HI)
    assert whole.value.response["Error"]["Code"] == "ModelErrorException"


def test_a_pace_and_a_fault_apply_to_what_the_upstream_says(
    lab: LabClient, upstream: UpstreamServer, runtime: Any
):
    upstream.script = hello
    rule = {
        "upstream": {"baseUrl": upstream.url},
        "pace": {"timeToFirstTokenMs": 1},
        "fault": {"stream": {"exceptionAfterEvents": 2, "code": "ThrottlingException"}},
    }
    lab.put_scenario({"version": 1, "rules": [rule]})
    stream, text_of = converse_stream(runtime)
    with closing(stream):
        events = iter(stream)
        assert "messageStart" in next(events)
        assert text_of(next(events)) == "Hel"
        with pytest.raises(EventStreamError, match="throttlingException"):
            next(events)


@pytest.fixture
def guardrail(bedrock: Any) -> dict[str, str]:
    """A guardrail that masks addresses and blocks a word."""
    made = bedrock.create_guardrail(
        name="acting",
        blockedInputMessaging="No such question.",
        blockedOutputsMessaging="No such answer.",
        wordPolicyConfig={"wordsConfig": [{"text": "cactus"}]},
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
    )
    return {"guardrailIdentifier": made["guardrailId"], "guardrailVersion": "DRAFT"}


def an_address(exchange: Exchange) -> None:
    exchange.begin()
    exchange.say(content="Write to ada@exa")
    exchange.say("stop", content="mple.com.")
    exchange.done(prompt_tokens=11, completion_tokens=2)


def test_a_guardrail_masks_what_an_upstream_is_asked_and_says(
    upstream: UpstreamServer, runtime: Any, guardrail: dict[str, str]
):
    upstream.script = an_address
    question = {
        "modelId": NOVA,
        "messages": [{"role": "user", "content": [{"text": "I am bob@example.com"}]}],
    }

    answer = runtime.converse(**question, guardrailConfig=guardrail)
    stream = list(runtime.converse_stream(**question, guardrailConfig=guardrail)["stream"])
    body = json.dumps({"messages": question["messages"]})
    native = runtime.invoke_model(modelId=NOVA, body=body, **guardrail)["body"].read()

    assert answer["output"]["message"]["content"] == [{"text": "Write to {EMAIL}."}]
    assert (answer["stopReason"], answer["usage"]["totalTokens"]) == ("guardrail_intervened", 13)
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in stream if "contentBlockDelta" in event]
    assert deltas == ["Write to {EMAIL}", "."]
    assert b"Write to {EMAIL}." in native
    assert [asked.body["messages"][-1]["content"] for asked in upstream.asked] == ["I am {EMAIL}"] * 3


def test_an_upstream_is_not_asked_a_blocked_question(
    upstream: UpstreamServer, runtime: Any, guardrail: dict[str, str]
):
    question = [{"role": "user", "content": [{"text": "A cactus?"}]}]

    answer = runtime.converse(modelId=NOVA, messages=question, guardrailConfig=guardrail)

    assert answer["output"]["message"]["content"] == [{"text": "No such question."}]
    assert upstream.asked == []


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_upstream_is_left_when_the_client_of_a_guarded_stream_leaves(
    upstream: UpstreamServer, runtime: Any, guardrail: dict[str, str], mode: str
):
    def say_and_wait(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="Hel")
        exchange.wait_until_left()

    upstream.script = say_and_wait
    config = {**guardrail, "streamProcessingMode": mode}
    runtime.converse_stream(modelId=NOVA, messages=HI, guardrailConfig=config)["stream"].close()

    assert upstream.left.wait(PATIENCE_SECONDS)


def test_an_async_guardrail_lets_the_first_token_through_before_the_last_is_said(
    upstream: UpstreamServer, runtime: Any, guardrail: dict[str, str]
):
    gate = Gate()

    def say_late(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="A ")
        gate.wait()
        exchange.say("stop", content="cactus.")
        exchange.done(prompt_tokens=11, completion_tokens=2)

    upstream.script = say_late
    config = {**guardrail, "streamProcessingMode": "async"}
    with closing(
        runtime.converse_stream(modelId=NOVA, messages=HI, guardrailConfig=config)["stream"]
    ) as stream:
        events = iter(stream)
        assert "messageStart" in next(events)
        assert next(events)["contentBlockDelta"]["delta"]["text"] == "A "
        gate.open()
        texts = [
            event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event
        ]
    assert texts == ["cactus.", "No such answer."]
