"""Every behaviour of guardrails, as boto3 and the AWS SDK for JavaScript see it: one table for both."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from bedrock_emulator.client import Emulator, LabClient
from tests.end_to_end.programs import printed
from tests.end_to_end.raw_call import post
from tests.end_to_end.test_javascript_sdk import sdk_folder  # noqa: F401 - a fixture

NOVA = "amazon.nova-lite-v1:0"
SETTINGS: Mapping[str, Any] = {
    "name": "acting",
    "blockedInputMessaging": "No such question.",
    "blockedOutputsMessaging": "No such answer.",
    "wordPolicyConfig": {"wordsConfig": [{"text": "cactus"}]},
    "sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]},
}


def replies(text: str, *deltas: str) -> dict[str, Any]:
    """What the model says to this text, in these pieces."""
    block = {"text": "".join(deltas), "chunks": list(deltas)}
    return {"when": {"lastUserText": {"equals": text}}, "reply": {"content": [block]}}


SCENARIO = {
    "version": 1,
    "strict": True,
    "rules": [
        replies("say nothing", "Nothing."),
        replies("I am {EMAIL}", "Hello, ", "masked one."),
        replies("say cactus", "never asked"),
        replies("block", "A ", "cac", "tus."),
        replies("mask", "Write to", " ", "ada@exa", "mple.com", "."),
    ],
}
"""Strict: a model that is asked something else, such as what should have been blocked or masked, fails."""

UNKNOWN = "The guardrail identifier or version provided in the request does not exist."
ADDRESS = {"type": "EMAIL", "match": "ada@example.com", "action": "ANONYMIZED", "detected": True}
REPORTED = {**ADDRESS, "action": "NONE"}
ABSENT = {"type": "EMAIL", "match": "", "action": "NONE", "detected": False}
WORD = {"match": "cactus", "action": "BLOCKED", "detected": True}

Outcome: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A call under the guardrail, and what both SDKs see of its outcome."""

    operation: str
    parameters: Mapping[str, Any]
    expected: Mapping[str, Any]
    guardrail: Mapping[str, str] = field(default_factory=dict)
    """Members that name it otherwise, and options."""
    lab: str = "open"


def converse(text: str, expected: Mapping[str, Any], lab: str = "open", **options: str) -> Row:
    return Row("Converse", question(text), expected, {"trace": "enabled", **options}, lab)


def stream(text: str, expected: Mapping[str, Any], lab: str = "open", **options: str) -> Row:
    return Row("ConverseStream", question(text), expected, {"trace": "enabled", **options}, lab)


def native(
    operation: str, text: str, expected: Mapping[str, Any], lab: str = "open", mode: str = "", **options: str
) -> Row:
    body = {name: value for name, value in question(text).items() if name == "messages"}
    if mode:
        body["amazon-bedrock-guardrailConfig"] = {"streamProcessingMode": mode}
    call = {"modelId": NOVA, "contentType": "application/json", "body": json.dumps(body)}
    return Row(operation, call, expected, {"trace": "ENABLED", **options}, lab)


def applied(
    text: str, expected: Mapping[str, Any], lab: str = "open", source: str = "OUTPUT", **options: str
) -> Row:
    call = {"source": source, "content": [{"text": {"text": text}}]}
    return Row("ApplyGuardrail", call, expected, options, lab)


def question(text: str) -> dict[str, Any]:
    return {"modelId": NOVA, "messages": [{"role": "user", "content": [{"text": text}]}]}


def told(text: str, stop: str, reason: str | None, *found: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What is said, why it ended, what the guardrail gives as its reason and what it lists."""
    return {"text": text, "stop": stop, "reason": reason, "found": list(found), **more}


def refused(code: str, message: str) -> dict[str, Any]:
    return {"error": (code, message)}


STOPPED, ENDED = "guardrail_intervened", "end_turn"
BLOCKED_IN = told("No such question.", STOPPED, "Guardrail blocked.", WORD)
BLOCKED_OUT = told("No such answer.", STOPPED, "No action.\nGuardrail blocked.", WORD)
MASKED_IN = told("Hello, masked one.", ENDED, "Guardrail masked.\nNo action.", ADDRESS)
MASKED_OUT = told("Write to {EMAIL}.", STOPPED, "No action.\nGuardrail masked.", ADDRESS)
ASYNC_BLOCKED = told("A cactus.No such answer.", STOPPED, "No action.\nGuardrail blocked.", WORD)
ASYNC_UNMASKED = told("Write to ada@example.com.", ENDED, "No action.", REPORTED)
LET_THROUGH = told("Nothing.", ENDED, "No action.")
UNTRACED = told("Nothing.", ENDED, None)
MASKED_DELTAS = ["Write to", "", " {EMAIL}", "", "."]


def natively(outcome: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The same of InvokeModel, where the model's own reason stays."""
    return {**outcome, "stop": ENDED, "action": action}


CHUNKS = "InvokeModelWithResponseStream"
NO_SUCH_VERSION = "The guardrail {id} has no version 7, or does not exist in this account and region."
NO_SUCH_GUARDRAIL = (
    "The guardrail abcdefghijkl has no version DRAFT, or does not exist in this account and region."
)
NO_LONGER = "The guardrail {id} has no version 1, or does not exist in this account and region."
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/{id}"
DENIED = (
    "User: arn:aws:iam::123456789012:user/test is not authorized to perform: bedrock:ApplyGuardrail "
    f"on resource: {ARN} "
    "with an explicit deny in an identity-based policy"
)

ROWS: Mapping[str, Row] = {
    "nothing found": converse("say nothing", LET_THROUGH),
    "input blocked": converse("say cactus", BLOCKED_IN),
    "input masked": converse("I am ada@example.com", MASKED_IN),
    "output blocked": converse("block", BLOCKED_OUT),
    "output masked": converse("mask", MASKED_OUT),
    "trace absent": Row("Converse", question("say nothing"), UNTRACED),
    "trace disabled": converse("say nothing", UNTRACED, trace="disabled"),
    "trace full": converse(
        "say nothing", told("Nothing.", ENDED, "No action.", ABSENT, ABSENT), trace="enabled_full"
    ),
    "streamed, nothing found": stream("say nothing", LET_THROUGH),
    "streamed, input blocked": stream("say cactus", BLOCKED_IN),
    "streamed, input masked": stream("I am ada@example.com", MASKED_IN),
    "sync, masked across deltas": stream("mask", {**MASKED_OUT, "deltas": MASKED_DELTAS}),
    "sync, blocked": stream(
        "block", {**BLOCKED_OUT, "deltas": ["No such answer."]}, streamProcessingMode="sync"
    ),
    "async, blocked": stream(
        "block",
        {**ASYNC_BLOCKED, "deltas": ["A ", "cac", "tus.", "No such answer."]},
        streamProcessingMode="async",
    ),
    "async, never masked": stream("mask", ASYNC_UNMASKED, streamProcessingMode="async"),
    "streamed, trace absent": Row("ConverseStream", question("say nothing"), UNTRACED),
    "streamed, trace full": stream(
        "say nothing", told("Nothing.", ENDED, "No action.", ABSENT, ABSENT), trace="enabled_full"
    ),
    "invoked, nothing found": native("InvokeModel", "say nothing", natively(LET_THROUGH, "NONE")),
    "invoked, input blocked": native("InvokeModel", "say cactus", natively(BLOCKED_IN, "INTERVENED")),
    "invoked, input masked": native("InvokeModel", "I am ada@example.com", natively(MASKED_IN, "INTERVENED")),
    "invoked, output blocked": native("InvokeModel", "block", natively(BLOCKED_OUT, "INTERVENED")),
    "invoked, output masked": native("InvokeModel", "mask", natively(MASKED_OUT, "INTERVENED")),
    "invoked, trace full": native(
        "InvokeModel",
        "say nothing",
        natively(told("Nothing.", ENDED, "No action.", ABSENT, ABSENT), "NONE"),
        trace="ENABLED_FULL",
    ),
    "chunks, input blocked": native(CHUNKS, "say cactus", natively(BLOCKED_IN, "INTERVENED")),
    "chunks, masked across deltas": native(
        CHUNKS, "mask", {**natively(MASKED_OUT, "INTERVENED"), "deltas": MASKED_DELTAS}
    ),
    "chunks, blocked": native(CHUNKS, "block", natively(BLOCKED_OUT, "INTERVENED")),
    "chunks, async blocked": native(
        CHUNKS, "block", natively(ASYNC_BLOCKED, "INTERVENED"), mode="ASYNCHRONOUS"
    ),
    "applied, nothing found": applied(
        "a palm", {"action": "NONE", "reason": "No action.", "outputs": [], "found": []}
    ),
    "applied, interventions": applied(
        "a cactus",
        {
            "action": "GUARDRAIL_INTERVENED",
            "reason": "Guardrail blocked.",
            "outputs": ["No such answer."],
            "found": [WORD],
        },
        outputScope="INTERVENTIONS",
    ),
    "applied, full": applied(
        "a cactus",
        {
            "action": "GUARDRAIL_INTERVENED",
            "reason": "Guardrail blocked.",
            "outputs": ["No such question."],
            "found": [ABSENT, WORD],
        },
        source="INPUT",
        outputScope="FULL",
    ),
    "applied, masked": applied(
        "to ada@example.com",
        {
            "action": "GUARDRAIL_INTERVENED",
            "reason": "Guardrail masked.",
            "outputs": ["to {EMAIL}"],
            "found": [ADDRESS],
        },
    ),
    **{
        f"{name}, unknown guardrail": make(
            "say nothing", refused("ValidationException", UNKNOWN), guardrailIdentifier="abcdefghijkl"
        )
        for name, make in {"converse": converse, "stream": stream}.items()
    },
    **{
        f"{name}, wrong version": make(
            "say nothing", refused("ValidationException", UNKNOWN), guardrailVersion="7"
        )
        for name, make in {"converse": converse, "stream": stream}.items()
    },
    **{
        f"{operation}, unknown guardrail": native(
            operation,
            "say nothing",
            refused("ValidationException", UNKNOWN),
            guardrailIdentifier="abcdefghijkl",
        )
        for operation in ("InvokeModel", CHUNKS)
    },
    **{
        f"{operation}, wrong version": native(
            operation, "say nothing", refused("ValidationException", UNKNOWN), guardrailVersion="7"
        )
        for operation in ("InvokeModel", CHUNKS)
    },
    "applied, unknown guardrail": applied(
        "x", refused("ResourceNotFoundException", NO_SUCH_GUARDRAIL), guardrailIdentifier="abcdefghijkl"
    ),
    "applied, wrong version": applied(
        "x", refused("ResourceNotFoundException", NO_SUCH_VERSION), guardrailVersion="7"
    ),
    **{
        f"{name}, denied": make("say nothing", refused("AccessDeniedException", DENIED), lab="denying")
        for name, make in {"converse": converse, "stream": stream, "applied": applied}.items()
    },
    **{
        f"{operation}, denied": native(
            operation, "say nothing", refused("AccessDeniedException", DENIED), lab="denying"
        )
        for operation in ("InvokeModel", CHUNKS)
    },
    **{
        f"{name}, of a deleted guardrail": make(
            "say nothing", refused("ValidationException", UNKNOWN), lab="emptied", guardrailVersion="1"
        )
        for name, make in {"converse": converse, "stream": stream}.items()
    },
    "applied, of a deleted guardrail": applied(
        "x", refused("ResourceNotFoundException", NO_LONGER), lab="emptied", guardrailVersion="1"
    ),
    "named by its ARN": converse("say cactus", BLOCKED_IN, guardrailIdentifier=ARN),
    "applied by its ARN": applied(
        "a palm", {"action": "NONE", "outputs": [], "found": []}, guardrailIdentifier=ARN
    ),
    "invoked by its ARN": native(
        "InvokeModel", "say cactus", natively(BLOCKED_IN, "INTERVENED"), guardrailIdentifier=ARN
    ),
    "checks": Row(
        "InvokeGuardrailChecks",
        {
            "messages": [{"role": "user", "content": [{"text": "I am ada@example.com"}]}],
            "checks": {"sensitiveInformation": {"entities": [{"type": "EMAIL"}]}},
        },
        {"entities": [("EMAIL", 5, 20)]},
    ),
}


@pytest.fixture(scope="module")
def guarded(bedrock_emulator_server: Emulator) -> Iterator[Mapping[str, tuple[LabClient, str]]]:
    """Labs with the ids of their guardrails: one lab denies ApplyGuardrail, of one the guardrail was deleted."""
    with ExitStack() as made:
        found: dict[str, tuple[LabClient, str]] = {}
        for name in ("open", "denying", "emptied"):
            lab = made.enter_context(bedrock_emulator_server.lab(scenario=SCENARIO))
            control: Any = made.enter_context(closing(client_of("bedrock", lab.endpoint_url)))
            named = {"guardrailIdentifier": control.create_guardrail(**SETTINGS)["guardrailId"]}
            control.create_guardrail_version(**named)
            found[name] = lab, named["guardrailIdentifier"]
        control.delete_guardrail(**named)
        allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        denied = {**allowed, "Effect": "Deny", "Action": "bedrock:ApplyGuardrail"}
        found["denying"][0].put_iam(default=[{"Version": "2012-10-17", "Statement": [allowed, denied]}])
        yield found


def client_of(service: str, endpoint: str) -> Any:
    session: Any = boto3.Session("test", "test", region_name="us-east-1")
    return session.client(service, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))


@pytest.fixture(scope="module")
def calls(guarded: Mapping[str, tuple[LabClient, str]]) -> list[dict[str, Any]]:
    """What both SDKs are asked to do."""
    return [
        {
            "endpoint": guarded[row.lab][0].endpoint_url,
            "name": row.operation,
            "parameters": parameters(row, guarded[row.lab][1]),
        }
        for row in ROWS.values()
    ]


def parameters(row: Row, guardrail_id: str) -> dict[str, Any]:
    if row.operation == "InvokeGuardrailChecks":
        return dict(row.parameters)
    named = {"guardrailIdentifier": "{id}", "guardrailVersion": "DRAFT", **row.guardrail}
    named["guardrailIdentifier"] = named["guardrailIdentifier"].format(id=guardrail_id)
    if row.operation.startswith("Converse"):
        return {**row.parameters, "guardrailConfig": named}
    return {**row.parameters, **named}


@pytest.fixture(scope="module")
def javascript(
    calls: list[dict[str, Any]],
    guarded: Mapping[str, tuple[LabClient, str]],
    sdk_folder: Path,  # noqa: F811
) -> Mapping[str, Outcome]:
    """The outcomes of the AWS SDK for JavaScript."""
    environment = {**os.environ, **guarded["open"][0].environment()}
    said = printed(["node", str(sdk_folder / "calls.mjs"), json.dumps(calls)], environment)
    return dict(zip(ROWS, said, strict=True))


@pytest.fixture(scope="module")
def botos(calls: list[dict[str, Any]]) -> Iterator[Mapping[str, Outcome]]:
    """The outcomes of boto3, in the same form."""
    with ExitStack() as opened, ThreadPoolExecutor(4) as pool:
        clients = {
            each: opened.enter_context(closing(client_of("bedrock-runtime", each)))
            for each in {call["endpoint"] for call in calls}
        }
        yield dict(
            zip(ROWS, pool.map(lambda call: called(clients[call["endpoint"]], call), calls), strict=True)
        )


def called(client: Any, call: Mapping[str, Any]) -> Outcome:
    try:
        answer = getattr(client, xform_name(call["name"]))(**call["parameters"])
    except ClientError as thrown:
        return {"error": [thrown.response["Error"]["Code"], thrown.response["Error"]["Message"]]}
    if call["name"].endswith("Stream"):
        with closing(answer.get("stream") or answer["body"]) as events:
            return {"events": list(events)}
    body = answer.get("body")
    return {"output": answer if body is None else {"body": body.read()}}


# What is seen of an outcome, whatever the SDK.


def seen(operation: str, outcome: Outcome) -> dict[str, Any]:
    if "error" in outcome:
        return {"error": tuple(outcome["error"])}
    return _SEEN[operation](outcome.get("output", outcome.get("events")))


def of_converse(answer: Any) -> dict[str, Any]:
    (block,) = answer["output"]["message"]["content"]
    guardrail = answer.get("trace", {}).get("guardrail")
    return {"text": block["text"], "stop": answer["stopReason"], **of_trace(guardrail)}


def of_stream(events: Any) -> dict[str, Any]:
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    (stop,) = (event["messageStop"]["stopReason"] for event in events if "messageStop" in event)
    guardrail = events[-1]["metadata"].get("trace", {}).get("guardrail")
    return {"text": "".join(deltas), "deltas": deltas, "stop": stop, **of_trace(guardrail)}


def of_invoke(answer: Any) -> dict[str, Any]:
    body = json.loads(answer["body"])
    (block,) = body["output"]["message"]["content"]
    return {"text": block["text"], "stop": body["stopReason"], **of_native(body)}


def of_chunks(events: Any) -> dict[str, Any]:
    chunks = [json.loads(event["chunk"]["bytes"]) for event in events]
    said = of_stream([*(chunk for chunk in chunks[:-1]), {"metadata": {}}])
    return {**said, **of_native(chunks[-1])}


def of_native(told: Any) -> dict[str, Any]:
    guardrail = told.get("amazon-bedrock-trace", {}).get("guardrail")
    return {"action": told["amazon-bedrock-guardrailAction"], **of_trace(guardrail)}


def of_trace(guardrail: Any) -> dict[str, Any]:
    """The reason, and the rows of every policy on both sides."""
    if guardrail is None:
        return {"reason": None, "found": []}
    inputs = guardrail.get("inputAssessment") or guardrail["input"]
    outputs = guardrail.get("outputAssessments") or {"": guardrail.get("outputs", ())}
    sides = [*inputs.values(), *(each for assessments in outputs.values() for each in assessments)]
    plain = [next(iter(each.values())) if len(each) == 1 else each for each in sides]
    return {"reason": guardrail["actionReason"], "found": [row for each in plain for row in rows_of(each)]}


def rows_of(assessment: Any) -> list[Any]:
    policies = ("sensitiveInformationPolicy", "wordPolicy")
    lists = [assessment.get(policy) or {} for policy in policies]
    return [row for each in lists for rows in each.values() for row in rows or ()]


def of_applied(answer: Any) -> dict[str, Any]:
    return {
        "action": answer["action"],
        "reason": answer["actionReason"],
        "outputs": [each["text"] for each in answer["outputs"]],
        "found": [row for each in answer["assessments"] for row in rows_of(each)],
    }


def of_checks(answer: Any) -> dict[str, Any]:
    found = answer["results"]["sensitiveInformation"]["results"]
    return {"entities": [(each["type"], each["beginOffset"], each["endOffset"]) for each in found]}


_SEEN: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "Converse": of_converse,
    "ConverseStream": of_stream,
    "InvokeModel": of_invoke,
    CHUNKS: of_chunks,
    "ApplyGuardrail": of_applied,
    "InvokeGuardrailChecks": of_checks,
}


def check(name: str, outcomes: Mapping[str, Outcome], guardrail_id: str) -> None:
    row, expected = ROWS[name], dict(ROWS[name].expected)
    if "error" in expected:
        code, message = expected["error"]
        expected["error"] = code, message.format(id=guardrail_id)
    saw = seen(row.operation, outcomes[name])
    assert {member: saw.get(member) for member in expected} == expected, outcomes[name]


@pytest.mark.parametrize("name", ROWS)
def test_what_boto3_sees(
    name: str, botos: Mapping[str, Outcome], guarded: Mapping[str, tuple[LabClient, str]]
) -> None:
    check(name, botos, guarded[ROWS[name].lab][1])


@pytest.mark.parametrize("name", ROWS)
def test_what_the_javascript_sdk_sees(
    name: str, javascript: Mapping[str, Outcome], guarded: Mapping[str, tuple[LabClient, str]]
) -> None:
    check(name, javascript, guarded[ROWS[name].lab][1])


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([None], id="a null for a message"),
        pytest.param([{"role": "user", "content": [None]}], id="a null for a block"),
    ],
)
def test_what_was_not_said_is_not_severe(lab: LabClient, messages: list[Any]) -> None:
    """The SDKs cannot send this."""
    asked = {"messages": messages, "checks": {"contentFilter": {"categories": [{"category": "HATE"}]}}}

    answer = post(
        lab.endpoint_url,
        "/guardrail-checks/invoke",
        headers={"Content-Type": "application/json"},
        body=json.dumps(asked).encode(),
        region="us-east-1",
    )

    assert answer.status == 200
    assert json.loads(answer.body)["results"] == {
        "contentFilter": {"results": [{"category": "HATE", "severityScore": 0.0}]}
    }
