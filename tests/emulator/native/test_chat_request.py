"""A chat completion request becomes the question that Converse would ask."""

import base64
import json

import pytest

from bedrock_emulator.errors import AwsError
from tests.emulator.native.text_formats import text_format
from tests.media import media

GPT_OSS = "openai.gpt-oss-20b-1:0"
JAMBA = "ai21.jamba-1-5-mini-v1:0"
LARGE = "mistral.mistral-large-2407-v1:0"
PALMYRA = "writer.palmyra-x5-v1:0"
HELLO = [{"role": "user", "content": "Hello"}]


def read(model_id, **body):
    return text_format(model_id).read(body, model_id)


def user(content):
    return {"role": "user", "content": content}


@pytest.mark.parametrize("model_id", [GPT_OSS, JAMBA, LARGE, PALMYRA])
def test_turns_and_parameters_are_those_of_converse(model_id):
    params = read(
        model_id,
        messages=[{"role": "system", "content": "Be brief."}, *HELLO],
        max_tokens=7,
        temperature=0.5,
        top_p=0.9,
        stop=["END"],
        seed=3,
    )
    assert params == {
        "messages": [user([{"text": "Hello"}])],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 7, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"]},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "additionalModelRequestFields": {"seed": 3},
    }


def test_a_call_and_its_results_keep_their_ids():
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
    other = {"id": "c2", "type": "function", "function": {"name": "now", "arguments": ""}}
    params = read(
        GPT_OSS,
        messages=[
            *HELLO,
            {"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": [call, other]},
            {"role": "tool", "tool_call_id": "c1", "content": "2"},
            {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "noon"}]},
            *HELLO,
        ],
        tools=[{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}],
    )
    assert params["messages"][1:4] == [
        {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
                {"toolUse": {"toolUseId": "c1", "name": "add", "input": {"a": 1}}},
                {"toolUse": {"toolUseId": "c2", "name": "now", "input": {}}},
            ],
        },
        user(
            [
                {"toolResult": {"toolUseId": "c1", "content": [{"text": "2"}]}},
                {"toolResult": {"toolUseId": "c2", "content": [{"text": "noon"}]}},
            ]
        ),
        user([{"text": "Hello"}]),
    ]
    assert params["toolConfig"] == {
        "tools": [{"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}}}]
    }


@pytest.mark.parametrize("written", ["add(3)", "[" * 100_000, "[" * 500 + "]" * 500, "NaN"])
def test_arguments_that_are_no_reasonable_json_stay_as_they_are(written):
    call = {"id": "c1", "function": {"name": "add", "arguments": written}}
    params = read(GPT_OSS, messages=[*HELLO, {"role": "assistant", "tool_calls": [call]}])
    assert params["messages"][1]["content"][0]["toolUse"]["input"] == written


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"auto": {}}),
        ("any", {"any": {}}),
        ("required", {"any": {}}),
        ({"type": "function", "function": {"name": "add"}}, {"tool": {"name": "add"}}),
    ],
)
def test_a_tool_choice_is_that_of_converse(choice, expected):
    params = read(LARGE, messages=HELLO, tools=[{"function": {"name": "add"}}], tool_choice=choice)
    assert params["toolConfig"]["toolChoice"] == expected


def test_tools_that_may_not_be_used_are_not_offered():
    params = read(GPT_OSS, messages=HELLO, tools=[{"function": {"name": "add"}}], tool_choice="none")
    assert "toolConfig" not in params


@pytest.mark.parametrize("nested", [True, False], ids=["object", "string"])
def test_an_image_is_an_image(nested):
    data = media("png", 100)
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    part = {"type": "image_url", "image_url": {"url": url} if nested else url}
    params = read("google.gemma-3-4b-it", messages=[user([{"type": "text", "text": "What?"}, part])])
    image = {"image": {"format": "png", "source": {"bytes": data}}}
    assert params["messages"][0]["content"] == [{"text": "What?"}, image]


def test_audio_is_audio():
    part = {
        "type": "input_audio",
        "input_audio": {"data": base64.b64encode(b"RIFF").decode(), "format": "wav"},
    }
    params = read("mistral.voxtral-mini-3b-2507", messages=[user([part])])
    assert params["messages"][0]["content"] == [{"audio": {"format": "wav", "source": {"bytes": b"RIFF"}}}]


def test_a_response_format_is_an_output_schema():
    wanted = {"type": "json_schema", "json_schema": {"name": "city", "schema": {"type": "object"}}}
    params = read(GPT_OSS, messages=HELLO, response_format=wanted)
    structure = params["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (structure["name"], json.loads(structure["schema"])) == ("city", {"type": "object"})


def test_palmyra_takes_the_content_of_its_page_and_few_tokens_unless_told():
    params = read(PALMYRA, messages=[user({"text": "Hello"})])
    assert params["messages"] == [user([{"text": "Hello"}])]
    assert params["inferenceConfig"] == {"maxTokens": 16}


MALFORMED = "Malformed input request: {}, please reformat your input and try again."
UNREADABLE = "Failed to deserialize the JSON body into the target type: {}"
UNSUPPORTED = (
    "messages.0.content.0: unsupported content part. "
    "Use a text, an image_url with a data URL, or an input_audio part."
)
REFUSED = [
    (JAMBA, {}, MALFORMED.format("#: required key [messages] not found")),
    (JAMBA, {"messages": HELLO, "top_p": 2}, MALFORMED.format("#/top_p: 2 is not less or equal to 1")),
    (LARGE, {"messages": []}, MALFORMED.format("#/messages: expected minimum item count: 1, found: 0")),
    (PALMYRA, {"messages": "Hi"}, MALFORMED.format("#/messages: expected type: JSONArray, found: String")),
    (GPT_OSS, {}, UNREADABLE.format("missing field `messages`")),
    (
        GPT_OSS,
        {"messages": HELLO, "reasoning_effort": {"effort": "high"}},
        UNREADABLE.format("reasoning_effort: invalid type: map, expected a string"),
    ),
    (
        GPT_OSS,
        {"messages": [{"role": "wizard"}]},
        UNREADABLE.format(
            "messages[0].role: unknown variant `wizard`, "
            "expected one of `system`, `developer`, `user`, `assistant`, `tool`"
        ),
    ),
    (
        GPT_OSS,
        {"messages": HELLO, "max_tokens": 1.5},
        UNREADABLE.format("max_tokens: invalid type: floating point `1.5`, expected u32"),
    ),
    (
        GPT_OSS,
        {"messages": HELLO, "stop": "END", "tools": [{"function": {}}]},
        UNREADABLE.format("tools[0].function: missing field `name`"),
    ),
    (
        GPT_OSS,
        {"messages": [{"role": "system", "content": "Be brief."}]},
        "messages: at least one message must have the role user or assistant.",
    ),
    (
        GPT_OSS,
        {"messages": HELLO, "model": "gpt-4"},
        f"The model field must match the model of the request. Expected {GPT_OSS}, found gpt-4.",
    ),
    (
        GPT_OSS,
        {"messages": [user([{"type": "video", "video": 1}])]},
        UNSUPPORTED,
    ),
    (
        GPT_OSS,
        {"messages": [user([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}])]},
        "messages.0.content.0.image_url.url: URL sources are not supported",
    ),
    (
        GPT_OSS,
        {"messages": [user([{"type": "image_url", "image_url": {"url": "data:image/png;base64,?"}}])]},
        "messages.0.content.0: invalid base64 data",
    ),
]


@pytest.mark.parametrize(("model_id", "body", "message"), REFUSED, ids=[text[-60:] for _, _, text in REFUSED])
def test_a_malformed_request_is_refused_by_name(model_id, body, message):
    with pytest.raises(AwsError) as refused:
        read(model_id, **body)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)
