"""The turns that prompts of each template hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.native.turns import dialogue

LLAMA_3 = (
    "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nHi!<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nHow are you?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n"
)
LLAMA_4 = (
    LLAMA_3.replace("_header_id", "_header")
    .replace("start_header", "header_start")
    .replace("end_header", "header_end")
    .replace("eot_id", "eot")
)
LLAMA_2 = "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello [/INST] Hi! </s><s>[INST] How are you? [/INST]"
MISTRAL = "<s>[INST] Hello [/INST] Hi!</s> [INST] How are you? [/INST]"
DEEPSEEK = (
    "<|begin▁of▁sentence|>Be brief.<|User|>Hello<|Assistant|>Hi!<|end▁of▁sentence|>"
    "<|User|>How are you?<|Assistant|><think>\n"
).replace("|", "\N{FULLWIDTH VERTICAL LINE}")
CHATML = (
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
    "<|im_start|>assistant\nHi!<|im_end|>\n<|im_start|>user\nHow are you?<|im_end|>\n<|im_start|>assistant\n"
)
TURNS = [("user", "Hello"), ("assistant", "Hi!"), ("user", "How are you?")]


def spoken(prompt):
    found = dialogue(prompt)
    return list(found.system), [(turn["role"], turn["content"][0]["text"]) for turn in found.messages]


@pytest.mark.parametrize(
    ("prompt", "system"),
    [
        (LLAMA_2, ["Be brief."]),
        (LLAMA_3, ["Be brief."]),
        (LLAMA_4, ["Be brief."]),
        (MISTRAL, []),
        (DEEPSEEK, ["Be brief."]),
        (CHATML, ["Be brief."]),
    ],
    ids=["llama 2", "llama 3", "llama 4", "mistral", "deepseek", "chatml"],
)
def test_a_templated_prompt_is_a_conversation(prompt, system):
    assert spoken(prompt) == (system, TURNS)


@pytest.mark.parametrize(
    "prompt",
    [
        "What are the 4 cardinal directions?",
        "\n\nHuman: Hello \n\nAssistant:",
        "<|start_header_id|>assistant<|end_header_id|>\n\nOnly I speak",
        "<|im_start|>wizard\nAbracadabra<|im_end|><|im_start|>user\nHi<|im_end|>",
        "a list [1, 2] and [/INST] alone",
        "",
    ],
)
def test_any_other_prompt_is_one_user_turn(prompt):
    assert spoken(prompt) == ([], [("user", prompt)])


@given(
    st.lists(
        st.sampled_from(["[INST]", "[/INST]", "<s>", "[", "<<SYS>>", "<</SYS>>", "a", "<|eot_id|>"]),
        max_size=12,
    )
)
def test_broken_marks_never_lose_the_user(parts):
    _, turns = spoken("".join(parts))
    assert "user" in [role for role, _ in turns]


def test_a_prompt_of_many_marks_is_read_once():
    assert len(dialogue("[INST] a [/INST] b " * 20_000).messages) == 40_000
    assert len(dialogue("[INST]" * 100_000).messages) == 1


def test_instructions_without_an_answer_between_them_are_user_turns_in_a_row():
    assert spoken("[INST] a [/INST][INST] b [/INST]") == ([], [("user", "a"), ("user", "b")])
