"""Nova's native requests: what they ask in Converse's form, and what its schema refuses."""

import base64

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.nova import NOVA
from bedrock_emulator.native.titan import TITAN_TEXT

LITE = "amazon.nova-lite-v1:0"
JPEG = b"\xff\xd8\xff\xe0"


def body(*content, **members):
    return {"messages": [{"role": "user", "content": list(content) or [{"text": "Hi"}]}], **members}


def test_a_request_asks_what_converse_asks():
    question = NOVA.read(
        body(
            system=[{"text": "Be brief."}],
            schemaVersion="messages-v1",
            inferenceConfig={"max_new_tokens": 9, "top_p": 0.5, "topK": 20, "stopSequences": ["."]},
            toolConfig={"tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}}}]},
        ),
        LITE,
    )

    assert question == {
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 9, "topP": 0.5, "stopSequences": ["."]},
        "additionalModelRequestFields": {"inferenceConfig": {"topK": 20}},
        "toolConfig": {"tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}}}]},
    }


def test_media_are_decoded_also_inside_a_tool_result():
    image = {"image": {"format": "jpeg", "source": {"bytes": base64.b64encode(JPEG).decode()}}}
    decoded = {"image": {"format": "jpeg", "source": {"bytes": JPEG}}}

    (message,) = NOVA.read(body(image, {"toolResult": {"toolUseId": "t", "content": [image]}}), LITE)[
        "messages"
    ]

    assert message["content"] == [decoded, {"toolResult": {"toolUseId": "t", "content": [decoded]}}]


@pytest.mark.parametrize(
    ("request_body", "violation"),
    [
        ({}, "#: required key [messages] not found"),
        (body(max_tokens=9), "#: extraneous key [max_tokens] is not permitted"),
        ({"messages": []}, "#/messages: expected minimum item count: 1, found: 0"),
        (
            {"messages": [{"role": "user", "content": "Hi"}]},
            "#/messages/0/content: expected type: JSONArray, found: String",
        ),
        (
            {"messages": [{"role": "bot", "content": [{}]}]},
            "#/messages/0/role: bot is not a valid enum value",
        ),
        (body({"inputText": "Hi"}), "#/messages/0/content/0: required key [toolUse] not found"),
        (
            body({"inputText": "Hi", "toolUse": None}),
            "#/messages/0/content/0: extraneous key [inputText] is not permitted",
        ),
        (body({"text": 5}), "#/messages/0/content/0/text: expected type: String, found: Integer"),
        (body({"image": {"format": "png"}}), "#/messages/0/content/0/image: required key [source] not found"),
        (body({"toolUse": None}), "#/messages/0/content/0/toolUse: expected type: JSONObject, found: Null"),
        (
            body(inferenceConfig={"temperature": 2}),
            "#/inferenceConfig/temperature: 2 is not less or equal to 1",
        ),
        (body(inferenceConfig={"top": 2}), "#/inferenceConfig: extraneous key [top] is not permitted"),
        (body(system=[{"type": "text"}]), "#/system/0: required key [text] not found"),
        (
            body(toolConfig={"tools": [{"name": "t"}]}),
            "#/toolConfig/tools/0: required key [toolSpec] not found",
        ),
    ],
)
def test_novas_schema_refuses_by_place(request_body, violation):
    with pytest.raises(AwsError) as refusal:
        NOVA.read(request_body, LITE)
    assert (
        refusal.value.message
        == f"Malformed input request: {violation}, please reformat your input and try again."
    )


def test_titans_text_is_the_only_message():
    question = TITAN_TEXT.read(
        {"inputText": "Hi", "textGenerationConfig": {"maxTokenCount": 9, "topP": 0.5}},
        "amazon.titan-text-lite-v1",
    )
    assert question == {
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "inferenceConfig": {"maxTokens": 9, "topP": 0.5},
    }


@pytest.mark.parametrize(
    ("request_body", "violation"),
    [
        (
            {"prompt": "Hi"},
            "#: required key [inputText] not found#: extraneous key [prompt] is not permitted",
        ),
        (
            {"inputText": "Hi", "textGenerationConfig": {"stopSequences": "x"}},
            "#/textGenerationConfig/stopSequences: expected type: JSONArray, found: String",
        ),
        (
            {"inputText": "Hi", "textGenerationConfig": {"maxTokenCount": 5000}},
            "#/textGenerationConfig/maxTokenCount: 5000 is not less or equal to 4096",
        ),
    ],
)
def test_titans_schema_refuses_by_place(request_body, violation):
    with pytest.raises(AwsError) as refusal:
        TITAN_TEXT.read(request_body, "amazon.titan-text-lite-v1")
    assert (
        refusal.value.message
        == f"Malformed input request: {violation}, please reformat your input and try again."
    )
