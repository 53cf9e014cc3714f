"""Features of Converse and ConverseStream, and what every SDK makes of them."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.end_to_end.feature_row import (
    LOOK,
    NOVA,
    SONNET,
    THOUGHT,
    Row,
    call,
    content,
    conversed,
    refusal,
    text,
    user,
)
from tests.end_to_end.python_values import Outcome
from tests.media import media

PNG = base64.b64encode(media("png", 64)).decode()
BLOB = {"base64": "c2VjcmV0"}
PERSON = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
WEATHER = {"tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object"}}}}]}
COUNTS = {
    "inputTokens": 4,
    "outputTokens": 5,
    "totalTokens": 106,
    "cacheReadInputTokens": 90,
    "cacheWriteInputTokens": 7,
}
CITATION = {"title": "Almanac", "source": "page 7"}
RESULT = {"toolResult": {"toolUseId": "t1", "content": [{"json": {"sky": "blue"}}], "status": "success"}}
LONG = [{"text": "A sentence of a long prompt. " * 300}, {"cachePoint": {"type": "default"}}]
EVENTS = ["messageStart", *["contentBlockDelta"] * 3, "contentBlockStop", "messageStop", "metadata"]
THOUGHT_BLOCK = {"reasoningContent": {"reasoningText": {"text": "First I look.", "signature": "my-own"}}}
OF_THE_MODEL = "The model returned the following errors"
NEAREST = "The nearest: rule 'later' (scenario.rules[0]): turn must be 7, and here it is 1."


def both(*content: Any, **more: Any) -> list[dict[str, Any]]:
    """The same question to Converse and to ConverseStream."""
    return [conversed(*content, name=name, **more) for name in ("Converse", "ConverseStream")]


def members(outcome: Outcome, name: str) -> list[Any]:
    """The events of a name."""
    return [event[name] for event in outcome["events"] if name in event]


def deltas(outcome: Outcome) -> list[Any]:
    return [event["delta"] for event in members(outcome, "contentBlockDelta")]


def order(outcome: Outcome) -> list[str]:
    """The names of the events."""
    return [name for event in outcome["events"] for name in event]


def cached(usage: Mapping[str, int]) -> tuple[int, int]:
    return usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]


def written_then_read(outcomes: Sequence[Outcome]) -> Any:
    """Whether a second stream reads from the cache what the first wrote."""
    first, second = (members(outcome, "metadata")[0]["usage"] for outcome in outcomes)
    written = first["cacheWriteInputTokens"]
    details = first.get("cacheDetails") == [{"ttl": "5m", "inputTokens": written}]
    return written > 1024, details, cached(first) == (0, written), cached(second) == (written, 0)


CONVERSE = {
    "a template": Row(
        [conversed("How is the weather in Oslo?")],
        lambda it: text(it[0]),
        "Oslo, turn 1, us.amazon.nova-lite-v1:0.",
        rules=[
            {
                "when": {"lastUserText": {"regex": r"weather in (?P<city>\w+)"}},
                "reply": "{{ match.city }}, turn {{ turn }}, {{ invoked_model }}.",
            }
        ],
    ),
    "blocks in order, with signed reasoning": Row(
        [conversed(model=SONNET)],
        lambda it: (content(it[0]), it[0]["answer"]["stopReason"]),
        ([THOUGHT_BLOCK, {"text": "Let me look."}, LOOK], "tool_use"),
        reply={"content": [THOUGHT, "Let me look.", LOOK]},
    ),
    "redacted reasoning": Row(
        both(model=SONNET),
        lambda it: (content(it[0])[0], deltas(it[1])[0]),
        ({"reasoningContent": {"redactedContent": BLOB}}, {"reasoningContent": {"redactedContent": BLOB}}),
        reply={"content": [{"redactedReasoning": BLOB["base64"]}, "So."]},
    ),
    "a streamed tool use": Row(
        [conversed(name="ConverseStream")],
        lambda it: (
            members(it[0], "contentBlockStart"),
            [delta["toolUse"]["input"] for delta in deltas(it[0])],
            members(it[0], "messageStop"),
        ),
        (
            [
                {
                    "contentBlockIndex": 0,
                    "start": {"toolUse": {"toolUseId": "t1", "name": "get_weather"}},
                }
            ],
            ['{"city":', ' "Oslo",', ' "days": 2}'],
            [{"stopReason": "tool_use"}],
        ),
        reply={"content": [{**LOOK, "chunks": ['{"city":', ' "Oslo",', ' "days": 2}']}]},
    ),
    "citations": Row(
        both(model=SONNET),
        lambda it: (content(it[0]), deltas(it[1])),
        (
            [{"citationsContent": {"content": [{"text": "Rain."}], "citations": [CITATION]}}],
            [{"citation": CITATION}, {"text": "Rain."}],
        ),
        aioboto3=(
            [{"citationsContent": {"content": [{"text": "Rain."}], "citations": [{"title": "Almanac"}]}}],
            [{"citation": {"title": "Almanac"}}, {"text": "Rain."}],
        ),
        reply={"content": [{"text": "Rain.", "citations": [CITATION]}]},
    ),
    "an image": Row(
        both(),
        lambda it: (content(it[0]), members(it[1], "contentBlockStart")[0]["start"], deltas(it[1])),
        (
            [{"image": {"format": "png", "source": {"bytes": {"base64": PNG}}}}],
            {"image": {"format": "png"}},
            [{"image": {"source": {"bytes": {"base64": PNG}}}}],
        ),
        aioboto3=(
            [{"image": {"format": "png", "source": {"bytes": {"base64": PNG}}}}],
            {"SDK_UNKNOWN_MEMBER": {"name": "image"}},
            [{"SDK_UNKNOWN_MEMBER": {"name": "image"}}],
        ),
        reply={"content": [{"image": PNG}]},
    ),
    "an image in the question": Row(
        [conversed({"image": {"format": "png", "source": {"bytes": {"base64": PNG}}}}, "What is it?")],
        lambda it: text(it[0]),
        "An image.",
        rules=[{"when": {"hasImage": True}, "reply": "An image."}, {"reply": "No image."}],
    ),
    "stop reason and counts": Row(
        both(),
        lambda it: (
            it[0]["answer"]["stopReason"],
            it[0]["answer"]["usage"],
            members(it[1], "messageStop"),
            members(it[1], "metadata")[0]["usage"],
        ),
        ("max_tokens", COUNTS, [{"stopReason": "max_tokens"}], COUNTS),
        reply={"content": "Too", "stopReason": "max_tokens", "usage": COUNTS},
    ),
    "a sequence that starts over": Row(
        [conversed()] * 3,
        lambda it: [text(each) for each in it],
        ["ab" * 3, "Two.", "ab" * 3],
        rules=[{"sequence": [{"reply": {"content": [{"text": "ab", "repeat": 3}]}}, "Two."], "then": "loop"}],
    ),
    "a rule for the tool's result": Row(
        [
            call(
                "Converse",
                modelId=NOVA,
                messages=[user("Hm?"), {"role": "assistant", "content": [LOOK]}, user(RESULT)],
                toolConfig=WEATHER,
            ),
            conversed(toolConfig=WEATHER),
        ],
        lambda it: [text(each) for each in it],
        ["It is blue.", "No result."],
        rules=[
            {"when": {"toolResult": {"contains": "blue"}}, "reply": "It is blue."},
            {"reply": "No result."},
        ],
    ),
    "a text in stated pieces": Row(
        [conversed(name="ConverseStream")],
        lambda it: (order(it[0]), deltas(it[0])),
        (EVENTS, [{"text": "O"}, {"text": "ne r"}, {"text": "ule."}]),
        reply={"content": [{"text": "One rule.", "chunks": ["O", "ne r", "ule."]}]},
    ),
    "pace": Row(
        [conversed(name="ConverseStream")],
        lambda it: (order(it[0]), deltas(it[0])),
        (EVENTS, [{"text": "a"}, {"text": " b"}, {"text": " c"}]),
        rules=[{"reply": "a b c", "pace": {"timeToFirstTokenMs": 30, "tokensPerSecond": 100}}],
    ),
    "a cached prefix of a stream": Row(
        [conversed(name="ConverseStream", model=SONNET, system=LONG)] * 2,
        written_then_read,
        (True, True, True, True),
        aioboto3=(True, False, True, True),
    ),
    "response fields": Row(
        both(additionalModelResponseFieldPaths=["/trace_id"]),
        lambda it: (it[0]["answer"]["additionalModelResponseFields"], members(it[1], "messageStop")),
        (
            {"trace_id": 7},
            [{"stopReason": "end_turn", "additionalModelResponseFields": {"trace_id": 7}}],
        ),
        reply={"content": "Hi", "additionalModelResponseFields": {"trace_id": 7, "more": 8}},
    ),
    "reasoning of one's own making": Row(
        [
            call(
                "Converse",
                modelId=SONNET,
                messages=[
                    user("Why?"),
                    {"role": "assistant", "content": [THOUGHT_BLOCK, {"text": "So."}]},
                    user("Go on."),
                ],
            )
        ],
        lambda it: refusal(it[0]),
        (
            "ValidationException",
            f"{OF_THE_MODEL}: messages.1.content.0: Invalid `signature` in `thinking` block",
        ),
    ),
    "reasoning that is not told": Row(
        [
            conversed(
                model="us.anthropic.claude-opus-4-7",
                additionalModelRequestFields={"thinking": {"type": "adaptive", **display}},
            )
            for display in ({}, {"display": "summarized"})
        ],
        lambda it: [bool(content(each)[0]["reasoningContent"]["reasoningText"]["text"]) for each in it],
        [False, True],
    ),
    "structured output": Row(
        [
            conversed(
                model=SONNET,
                outputConfig={
                    "textFormat": {
                        "type": "json_schema",
                        "structure": {"jsonSchema": {"name": "Person", "schema": json.dumps(PERSON)}},
                    }
                },
            )
        ],
        lambda it: it[0].get("error") or json.loads(text(it[0])),
        {"age": 1},
        aioboto3="ParamValidationError",
    ),
    "a model without tools": Row(
        both(model="us.deepseek.r1-v1:0", toolConfig=WEATHER),
        lambda it: [refusal(each) for each in it],
        [("ValidationException", "This model doesn't support tool use.")] * 2,
    ),
    "a strict scenario": Row(
        both("Hello."),
        lambda it: [refusal(each) for each in it],
        [
            (
                "ValidationException",
                f"No rule of the scenario matches this {name} request. {NEAREST}",
            )
            for name in ("Converse", "ConverseStream")
        ],
        rules=[{"name": "later", "when": {"turn": 7}, "reply": "So late."}],
        strict=True,
    ),
}
