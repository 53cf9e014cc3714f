"""Any valid request is answered, streamed and not, with the same message; botocore reads both."""

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.http.app import create_app
from bedrock_emulator.reply.signatures import sign
from tests.emulator.runtime.test_scenario_answers import join, streamed, whole
from tests.media import media

CLAUDE = "us.anthropic.claude-opus-4-8"
NOVA = "us.amazon.nova-2-lite-v1:0"
POINT = {"cachePoint": {"type": "default"}}
NAMES = st.sampled_from(["look", "find", "add"])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20)
TEXTS = st.builds(lambda text: {"text": text}, WORDS)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


IMAGES = st.sampled_from(
    [{"image": {"format": each, "source": {"bytes": encoded(media(each, 40))}}} for each in ("png", "webp")]
)
DOCUMENTS = st.builds(
    lambda source, more: {"document": {"format": "txt", "name": "Notes 1", "source": source, **more}},
    st.sampled_from(
        [{"text": "Words."}, {"bytes": encoded(b"Words.")}, {"content": [{"text": "a"}, {"text": "b"}]}]
    ),
    st.sampled_from([{}, {"citations": {"enabled": True}, "context": "About it"}]),
)
SEARCH_RESULTS = st.builds(
    lambda text: {
        "searchResult": {"source": "https://example.com", "title": "T", "content": [{"text": text}]}
    },
    WORDS,
)
GUARDED = st.builds(
    lambda text, more: {"guardContent": {"text": {"text": text, **more}}},
    WORDS,
    st.sampled_from([{}, {"qualifiers": ["query"]}]),
)
TOOL_CHANGES = st.builds(
    lambda kind, name: {kind: {"tool": {"type": "tool", "name": name}}},
    st.sampled_from(["toolAddition", "toolRemoval"]),
    NAMES,
)
ASKED = TEXTS | IMAGES | SEARCH_RESULTS | GUARDED | TOOL_CHANGES
RESULTS = st.lists(TEXTS | IMAGES | SEARCH_RESULTS | st.just({"json": {"a": [1]}}), max_size=2)
TOOL_OPTIONS: list[dict[str, Any]] = [{}, {"strict": True}, {"description": "Does it."}]
CITED = {"citationsContent": {"content": [{"text": "x"}], "citations": [{"title": "T"}]}}


@st.composite
def user_turns(draw: st.DrawFn, document: bool) -> dict[str, Any]:
    content = [draw(TEXTS), *draw(st.lists(ASKED, max_size=3))]
    content += [draw(DOCUMENTS)] if document else []
    content += [POINT] if draw(st.booleans()) else []
    return {"role": "user", "content": content}


@st.composite
def tool_loops(draw: st.DrawFn, signed: bool, number: int) -> list[dict[str, Any]]:
    """A call with its reasoning, and its result."""
    identity = f"t{number}"
    text = draw(WORDS)
    reasoning = {"text": text, **({"signature": sign(text, {"messages": []})} if signed else {})}
    call = {"toolUse": {"toolUseId": identity, "name": draw(NAMES), "input": {"a": 1}}}
    said = draw(st.lists(TEXTS | st.just(CITED), max_size=1))
    result = {"toolUseId": identity, "content": draw(RESULTS)}
    if draw(st.booleans()):
        result["status"] = "success"
    answered = [{"toolResult": result}, *([POINT] if draw(st.booleans()) else [])]
    return [
        {"role": "assistant", "content": [{"reasoningContent": {"reasoningText": reasoning}}, *said, call]},
        {"role": "user", "content": answered},
    ]


@st.composite
def requests(draw: st.DrawFn, *, claude: bool) -> dict[str, Any]:
    messages = [draw(user_turns(document=draw(st.booleans())))]
    loops = draw(st.integers(0, 2))
    for number in range(loops):
        messages += draw(tool_loops(signed=claude, number=number))
    request: dict[str, Any] = {"messages": messages}
    if loops or draw(st.booleans()):
        tools = [
            {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}, **more}}
            for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
            for more in [draw(st.sampled_from(TOOL_OPTIONS))]
        ]
        choice = draw(
            st.sampled_from([{}, {"auto": {}}, {"any": {}}, {"tool": {"name": tools[0]["toolSpec"]["name"]}}])
        )
        request["toolConfig"] = {"tools": tools, **({"toolChoice": choice} if choice else {})}
    optional = {
        "system": st.lists(TEXTS | GUARDED, max_size=2),
        "inferenceConfig": st.fixed_dictionaries(
            {}, optional={"maxTokens": st.integers(1, 300), "stopSequences": st.lists(WORDS, max_size=2)}
        ),
        "additionalModelRequestFields": st.sampled_from(
            [
                {},
                {"thinking": {"type": "adaptive", "display": "summarized"}},
                {"thinking": {"type": "adaptive"}},
            ]
            if claude
            else [{}, {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}]
        ),
        "additionalModelResponseFieldPaths": st.lists(
            st.sampled_from(["/usage", "/stop_sequence", "/x"]), max_size=2
        ),
        "outputConfig": st.just(
            {
                "textFormat": {
                    "type": "json_schema",
                    "structure": {"jsonSchema": {"schema": '{"type":"object"}'}},
                }
            }
        ),
        "requestMetadata": st.just({"team": "rivers"}),
        "serviceTier": st.just({"type": "flex"}),
        "performanceConfig": st.just({"latency": "standard"}),
        "promptVariables": st.just({"ignored": {"text": "without a prompt's ARN"}}),
    }
    for name, values in optional.items():
        if draw(st.booleans()):
            request[name] = draw(values)
    return request


def as_streamed(block: dict[str, Any]) -> dict[str, Any]:
    """Reasoning whose text is omitted has no delta but its signature."""
    told = block.get("reasoningContent", {}).get("reasoningText", {})
    if told.get("text") != "":
        return block
    return {"reasoningContent": {"reasoningText": {"signature": told["signature"]}}}


@pytest.fixture(scope="module")
def http() -> FlaskClient:
    """A server's app without a server; callers need no key."""
    client = create_app().test_client()
    client.put("/_emulator/labs/default", json={"auth": "off"})
    return client


@pytest.mark.parametrize(("model", "claude"), [(CLAUDE, True), (NOVA, False)])
def test_a_valid_request_gets_the_same_message_from_both_forms(
    http: FlaskClient, model: str, claude: bool
) -> None:
    @settings(max_examples=40)
    @given(requests(claude=claude))
    def check(request: dict[str, Any]) -> None:
        answers = [
            http.post(f"/model/{model}/{form}", json=request) for form in ("converse", "converse-stream")
        ]
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
        answer, events = whole(answers[0]), streamed(answers[1])
        assert join(events) == [as_streamed(block) for block in answer["output"]["message"]["content"]]
        ends = {name: payload for event in events for name, payload in event.items()}
        assert ends["messageStop"]["stopReason"] == answer["stopReason"]
        usages = [usage["totalTokens"] for usage in (answer["usage"], ends["metadata"]["usage"])]
        assert usages[0] == usages[1]
        assert {"serviceTier", "performanceConfig"} & request.keys() <= answer.keys()

    check()
