"""The exact members of answers and chunks, in their order, where nothing was recorded that a replay could meet."""

import json

import pytest

from bedrock_emulator.call import Event
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from tests.emulator.native.asked import asked, reply
from tests.emulator.native.text_formats import text_format

GPT_OSS = "openai.gpt-oss-20b-1:0"
JAMBA = "ai21.jamba-1-5-mini-v1:0"
LARGE = "mistral.mistral-large-2407-v1:0"
PIXTRAL = "mistral.pixtral-large-2502-v1:0"
PALMYRA = "writer.palmyra-x5-v1:0"
R1 = "deepseek.r1-v1:0"
COMMAND = "cohere.command-text-v14"
COMMAND_R = "cohere.command-r-v1:0"
CHAT = {"messages": [{"role": "user", "content": "Hello"}]}
PROMPT = {"prompt": "Hello"}
HI = {"text": "Hi"}
HM = {"reasoningContent": {"reasoningText": {"text": "Hm."}}}
CALL = {"toolUse": {"toolUseId": "c1", "name": "add", "input": {"a": 1}}}


def whole(model_id, *blocks, body=CHAT, **more):
    return json.dumps(text_format(model_id).body(reply(*blocks, **more), asked(model_id, body)))


def streamed(model_id, *blocks, body=CHAT, **more):
    events = converse_events(reply(*blocks, **more), family=family_of(model_id), latency_ms=1)
    return [json.dumps(chunk) for chunk in text_format(model_id).chunks(events, asked(model_id, body))]


def test_gpt_oss_puts_its_reasoning_in_tags_before_the_text():
    answer = json.loads(whole(GPT_OSS, HM, HI))
    assert list(answer) == ["choices", "created", "id", "model", "object", "service_tier", "usage"]
    assert answer["choices"][0]["message"]["content"] == "<reasoning>Hm.</reasoning>Hi"
    assert answer["usage"] == {"completion_tokens": 7, "prompt_tokens": 10, "total_tokens": 17}


def test_a_chat_stream_opens_with_the_role_and_ends_with_the_reason_and_usage():
    chunks = [json.loads(chunk) for chunk in streamed(GPT_OSS, HI, stop_reason="max_tokens")]
    assert [chunk["choices"][0]["delta"] for chunk in chunks] == [
        {"content": "", "role": "assistant"},
        {"content": "Hi"},
        {"content": ""},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, "length"]
    assert [chunk.get("usage", {}).get("total_tokens") for chunk in chunks] == [None, None, 17]


def test_streamed_tool_calls_name_the_tool_first_and_number_each():
    chunks = [json.loads(chunk) for chunk in streamed(GPT_OSS, CALL, CALL, stop_reason="tool_use")]
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    opened = {"type": "function", "id": "c1", "function": {"arguments": "", "name": "add"}}
    given = {"function": {"arguments": '{"a":1}'}}
    assert calls == [
        {"index": 0, **opened},
        {"index": 0, **given},
        {"index": 1, **opened},
        {"index": 1, **given},
    ]
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_an_id_made_for_converse_is_not_shown():
    made = {"toolUse": {**CALL["toolUse"], "toolUseId": "tooluse_q8A6U9X7S4apz8TPXNx4Kq"}}
    call = json.loads(whole(GPT_OSS, made))["choices"][0]["message"]["tool_calls"][0]
    assert call["id"].startswith("chatcmpl-tool-")
    assert json.loads(streamed(GPT_OSS, made)[1])["choices"][0]["delta"]["tool_calls"][0]["id"] == call["id"]


def test_a_tool_without_streamed_arguments_has_an_empty_object():
    events: list[Event] = [
        (
            "contentBlockStart",
            {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "c1", "name": "now"}}},
        ),
        ("contentBlockStop", {"contentBlockIndex": 0}),
    ]
    chunks = list(text_format(GPT_OSS).chunks(events, asked(GPT_OSS, CHAT)))
    assert chunks[2]["choices"][0]["delta"]["tool_calls"] == [{"index": 0, "function": {"arguments": "{}"}}]


def test_mistral_large_streams_messages_and_pixtral_says_finish_reason():
    chunk = json.loads(streamed(LARGE, HI)[1])
    assert list(chunk) == ["id", "object", "created", "model", "choices", "usage"]
    assert (chunk["object"], chunk["model"], chunk["usage"]) == (
        "chat.completion.chunk",
        "mistral-large-2407",
        None,
    )
    assert chunk["choices"] == [
        {
            "index": 0,
            "logprobs": None,
            "context_logits": None,
            "generation_logits": None,
            "message": {
                "role": None,
                "content": "Hi",
                "tool_calls": None,
                "index": None,
                "tool_call_id": None,
            },
            "stop_reason": None,
        }
    ]
    choice = json.loads(whole(PIXTRAL, HI, body=PROMPT))["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("Hi", "stop")


def test_mistral_large_answers_a_prompt_with_outputs():
    assert whole(LARGE, HI, body=PROMPT) == '{"outputs": [{"text": "Hi", "stop_reason": "stop"}]}'


def test_jambas_last_chunk_is_left_to_the_metrics():
    chunks = [json.loads(chunk) for chunk in streamed(JAMBA, HI)]
    assert chunks[-1] == {}
    assert chunks[-2]["choices"] == [
        {"index": 0, "delta": {"content": ""}, "finish_reason": "stop", "stop_reason": "<|eom|>"}
    ]
    assert chunks[-2]["usage"] == {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}


def test_every_object_of_gpt_oss_is_sorted():
    for answer in (whole(GPT_OSS, HI, CALL), *streamed(GPT_OSS, HI, CALL)):
        assert answer == json.dumps(json.loads(answer), sort_keys=True)


def test_palmyra_says_which_stop_sequence_it_met():
    fields = {"stop_sequence": "END"}
    choice = json.loads(whole(PALMYRA, HI, stop_reason="stop_sequence", additional_fields=fields))["choices"][
        0
    ]
    assert (choice["finish_reason"], choice["stop_reason"]) == ("stop", "END")


@pytest.mark.parametrize(
    ("prompt", "text"),
    [("Hello", "<think>\nHm.\n</think>\n\nHi"), ("Hello<think>\n", "Hm.\n</think>\n\nHi")],
    ids=["opened by the model", "opened by the prompt"],
)
def test_deepseek_r1_thinks_aloud(prompt, text):
    body = {"prompt": prompt}
    assert json.loads(whole(R1, HM, HI, body=body)) == {"choices": [{"text": text, "stop_reason": "stop"}]}
    assert '{"choices": [{"text": "</think>", "stop_reason": null}]}' in streamed(R1, HM, HI, body=body)


def test_a_command_stream_is_one_chunk_unless_asked_for_more():
    (only,) = streamed(COMMAND, {"text": "Hi there"}, body={**PROMPT, "stream": False})
    assert json.loads(only)["generations"][0]["text"] == "Hi there"
    *spoken, last = [
        json.loads(one) for one in streamed(COMMAND, {"text": "Hi there"}, body={**PROMPT, "stream": True})
    ]
    assert [chunk["text"] for chunk in spoken] == ["Hi", " there"]
    assert (last["is_finished"], last["finish_reason"]) == (True, "COMPLETE")


def test_command_repeats_its_answer_as_often_as_asked():
    answer = json.loads(whole(COMMAND, HI, body={**PROMPT, "num_generations": 2}))
    assert [one["text"] for one in answer["generations"]] == ["Hi", "Hi"]
    assert len({one["id"] for one in answer["generations"]}) == 2


def test_command_r_tells_tool_calls_once_and_keeps_the_history():
    history = [{"role": "USER", "message": "a"}, {"role": "CHATBOT", "message": "b"}]
    body = {"message": "Hello", "chat_history": history}
    calls = [{"name": "add", "parameters": {"a": 1}}]
    *_, told, end = [json.loads(chunk) for chunk in streamed(COMMAND_R, HI, CALL, body=body)]
    assert told == {"is_finished": False, "event_type": "tool-calls-generation", "tool_calls": calls}
    assert end["response"]["tool_calls"] == calls
    assert end["response"]["chat_history"] == [
        *history,
        {"role": "USER", "message": "Hello"},
        {"role": "CHATBOT", "message": "Hi", "tool_calls": calls},
    ]
