"""Media inside native requests: every family refuses what is no base64, in its own words and never by failing."""

from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.encoded import decoded
from tests.emulator.native.text_formats import text_format

BROKEN = [
    pytest.param("é", id="beyond-ascii"),
    pytest.param("AAA", id="cut-off"),
    pytest.param("A A=", id="blank"),
    pytest.param("!!!!", id="other-characters"),
]


def claude(**block: Any) -> dict[str, Any]:
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 5,
        "messages": [{"role": "user", "content": [block]}],
    }


def chat(**part: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [part]}]}


def claude_body(kind: str, media_type: str, data: str) -> dict[str, Any]:
    return claude(type=kind, source={"type": "base64", "media_type": media_type, "data": data})


BODIES = [
    pytest.param(
        "anthropic.claude-3-haiku-20240307-v1:0",
        lambda data: claude_body("image", "image/png", data),
        "messages.0.content.0.image.source.base64.data",
        id="claude-image",
    ),
    pytest.param(
        "anthropic.claude-3-haiku-20240307-v1:0",
        lambda data: claude_body("document", "application/pdf", data),
        "messages.0.content.0.document.source.base64.data",
        id="claude-document",
    ),
    pytest.param(
        "amazon.nova-lite-v1:0",
        lambda data: chat(image={"format": "png", "source": {"bytes": data}}),
        "#/messages/0/content/0/image/source/bytes",
        id="nova-image",
    ),
    pytest.param(
        "meta.llama4-scout-17b-instruct-v1:0",
        lambda data: {"prompt": "Hi", "images": [data]},
        "#/images/0",
        id="llama-image",
    ),
    pytest.param(
        "openai.gpt-oss-20b-1:0",
        lambda data: chat(type="image_url", image_url={"url": f"data:image/png;base64,{data}"}),
        "messages.0.content.0",
        id="chat-image",
    ),
    pytest.param(
        "mistral.voxtral-small-24b-2507",
        lambda data: chat(type="input_audio", input_audio={"data": data, "format": "mp3"}),
        "messages.0.content.0",
        id="chat-audio",
    ),
    pytest.param(
        "twelvelabs.pegasus-1-2-v1:0",
        lambda data: {"inputPrompt": "Hi", "mediaSource": {"base64String": data}},
        "#/mediaSource/base64String",
        id="pegasus-video",
    ),
]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize(("model_id", "body", "place"), BODIES)
def test_what_is_no_base64_is_refused_by_its_place(model_id, body, place, text):
    with pytest.raises(AwsError) as refusal:
        text_format(model_id).read(body(text), model_id)

    assert refusal.value.code == "ValidationException"
    assert place in refusal.value.message


def test_base64_is_decoded():
    assert decoded("aGk=") == b"hi"
    assert decoded("") == b""
