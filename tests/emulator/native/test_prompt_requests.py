"""Requests of the families that take a prompt or a message of their own form."""

import base64

import pytest

from bedrock_emulator.errors import AwsError
from tests.emulator.native.asked import asked
from tests.emulator.native.text_formats import text_format
from tests.media import media

LLAMA_2 = "meta.llama2-13b-chat-v1"
LLAMA_3 = "meta.llama3-8b-instruct-v1:0"
LLAMA_4 = "meta.llama4-scout-17b-instruct-v1:0"
MISTRAL = "mistral.mistral-7b-instruct-v0:2"
COMMAND = "cohere.command-text-v14"
COMMAND_R = "cohere.command-r-plus-v1:0"
R1 = "deepseek.r1-v1:0"
JURASSIC = "ai21.j2-ultra-v1"
PEGASUS = "twelvelabs.pegasus-1-2-v1:0"


def read(model_id, **body):
    return text_format(model_id).read(body, model_id)


def turn(role, *content):
    return {"role": role, "content": list(content)}


@pytest.mark.parametrize(
    ("model_id", "body", "config"),
    [
        (
            LLAMA_3,
            {"max_gen_len": 9, "temperature": 0.1, "top_p": 0.2},
            {"maxTokens": 9, "temperature": 0.1, "topP": 0.2},
        ),
        (LLAMA_3, {}, {"maxTokens": 512}),
        (MISTRAL, {"max_tokens": 9, "stop": ["|"]}, {"maxTokens": 9, "stopSequences": ["|"]}),
        ("mistral.mistral-large-2402-v1:0", {}, {"maxTokens": 8192}),
        (
            COMMAND,
            {"p": 0.5, "stop_sequences": ["|"]},
            {"maxTokens": 20, "topP": 0.5, "stopSequences": ["|"]},
        ),
        (R1, {"max_tokens": 9, "stop": []}, {"maxTokens": 9, "stopSequences": []}),
        (JURASSIC, {"topP": 0.5}, {"maxTokens": 200, "topP": 0.5}),
    ],
)
def test_a_prompt_is_a_user_turn_and_parameters_are_those_of_converse(model_id, body, config):
    params = read(model_id, prompt="Hello", **body)
    assert (params["messages"], params["inferenceConfig"]) == ([turn("user", {"text": "Hello"})], config)


def test_what_converse_does_not_have_is_kept():
    params = read(MISTRAL, prompt="Hello", top_k=5)
    assert params["additionalModelRequestFields"] == {"top_k": 5}


def test_llama_images_stand_in_the_last_user_turn():
    data = media("jpeg", 80)
    params = read(LLAMA_4, prompt="What is it?", images=[base64.b64encode(data).decode()])
    image = {"image": {"format": "jpeg", "source": {"bytes": data}}}
    assert params["messages"] == [turn("user", image, {"text": "What is it?"})]


def test_a_command_r_conversation_is_one():
    call = {"name": "search", "parameters": {"q": "cats"}}
    params = read(
        COMMAND_R,
        message="And now?",
        preamble="Be brief.",
        chat_history=[{"role": "USER", "message": "Hello"}, {"role": "CHATBOT", "message": "Hi!"}],
        tools=[
            {
                "name": "search",
                "description": "Finds.",
                "parameter_definitions": {"q": {"type": "str", "description": "What.", "required": True}},
            }
        ],
        tool_results=[{"call": call, "outputs": [{"found": 3}]}],
        p=0.5,
    )
    assert params == {
        "messages": [
            turn("user", {"text": "Hello"}),
            turn("assistant", {"text": "Hi!"}),
            turn("user", {"text": "And now?"}),
            turn(
                "assistant", {"toolUse": {"toolUseId": "search:0", "name": "search", "input": {"q": "cats"}}}
            ),
            turn("user", {"toolResult": {"toolUseId": "search:0", "content": [{"json": {"found": 3}}]}}),
        ],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"topP": 0.5},
        "toolConfig": {
            "tools": [
                {
                    "toolSpec": {
                        "name": "search",
                        "description": "Finds.",
                        "inputSchema": {
                            "json": {
                                "type": "object",
                                "properties": {"q": {"type": "string", "description": "What."}},
                                "required": ["q"],
                            }
                        },
                    }
                }
            ]
        },
    }


def test_pegasus_is_asked_about_a_video():
    schema = {"type": "json_schema", "json_schema": {"name": "seen", "schema": {"type": "object"}}}
    params = read(
        PEGASUS,
        inputPrompt="What happens?",
        mediaSource={"base64String": "AAAA"},
        maxOutputTokens=9,
        responseFormat=schema,
    )
    video = {"video": {"format": "mp4", "source": {"bytes": b"\0\0\0"}}}
    assert params["messages"] == [turn("user", video, {"text": "What happens?"})]
    assert params["inferenceConfig"] == {"maxTokens": 9}
    assert params["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["name"] == "seen"


REFUSED = [
    (
        PEGASUS,
        {"inputPrompt": "Hi", "mediaSource": {}},
        "#/mediaSource: exactly one of base64String and s3Location is required",
    ),
    (
        PEGASUS,
        {"inputPrompt": "Hi", "mediaSource": {"base64String": "?"}},
        "#/mediaSource/base64String: not base64",
    ),
    (
        COMMAND_R,
        {"prompt": "Hi"},
        "#: required key [message] not found#: extraneous key [prompt] is not permitted",
    ),
    (
        PEGASUS,
        {"inputPrompt": "Hi", "mediaSource": {"base64String": ""}, "reasoning_effort": "low"},
        "#: extraneous key [reasoning_effort] is not permitted",
    ),
    (COMMAND_R, {"message": "Hi", "stream": True}, "#: extraneous key [stream] is not permitted"),
    (COMMAND, {"prompt": "Hi", "num_generations": 9}, "#/num_generations: 9 is not less or equal to 5"),
    (LLAMA_3, {"prompt": "Hi", "max_gen_len": 4096}, "#/max_gen_len: 4096 is not less or equal to 2048"),
    (LLAMA_2, {"prompt": "Hi", "stop": ["|"]}, "#: extraneous key [stop] is not permitted"),
    (
        LLAMA_4,
        {"prompt": "Hi", "images": ["aGk="]},
        "#/images/0: not a base64 string of a png, jpeg, gif or webp image",
    ),
    (
        MISTRAL,
        {"messages": []},
        "#: required key [prompt] not found#: extraneous key [messages] is not permitted",
    ),
    (R1, {"messages": []}, "#: required key [prompt] not found"),
    (JURASSIC, {"prompt": ""}, "#/prompt: expected minLength: 1, actual: 0"),
]


@pytest.mark.parametrize(("model_id", "body", "violation"), REFUSED, ids=[text for _, _, text in REFUSED])
def test_a_malformed_request_is_refused_in_the_services_words(model_id, body, violation):
    with pytest.raises(AwsError) as refused:
        read(model_id, **body)
    text = f"Malformed input request: {violation}, please reformat your input and try again."
    assert (refused.value.code, refused.value.message) == ("ValidationException", text)


def test_llamas_since_3_1_may_say_more():
    assert read(LLAMA_4, prompt="Hi", max_gen_len=8192)["inferenceConfig"]["maxTokens"] == 8192


def test_jurassic_cannot_be_streamed():
    with pytest.raises(AwsError, match="unsupported for streaming"):
        text_format(JURASSIC).chunks((), asked(JURASSIC))


def test_a_completions_blanks_are_read_once():
    prompt = f"\n\nHuman: Hi{' ' * 200_000}there\n\nAssistant:"
    params = read("anthropic.claude-v2", prompt=prompt, max_tokens_to_sample=5)
    assert [message["role"] for message in params["messages"]] == ["user"]
