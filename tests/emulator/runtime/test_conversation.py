from typing import Any

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.conversation import check_conversation
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_output
from bedrock_emulator.reply.synthetic import synthesize
from tests.emulator.runtime.models import CLAUDE_3, CLAUDE_4_5, NOVA, Model

TOOLS = {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]}
CACHE = {"cachePoint": {"type": "default"}}


def user(*blocks):
    return {
        "role": "user",
        "content": [{"text": block} if isinstance(block, str) else block for block in blocks],
    }


def assistant(*blocks):
    return {**user(*blocks), "role": "assistant"}


def call(tool_use_id, **members):
    return {"toolUse": {"toolUseId": tool_use_id, "name": "f", "input": {}, **members}}


def result(tool_use_id, **members):
    return {"toolResult": {"toolUseId": tool_use_id, "content": [{"text": "ok"}], **members}}


def refusal(model, *messages, streaming=False, **members):
    with pytest.raises(AwsError) as refused:
        check_conversation(Demand({"messages": list(messages), **members}, model, streaming=streaming))
    assert refused.value.code == "ValidationException"
    return refused.value.message


def accept(model, *messages, streaming=False, **members):
    check_conversation(Demand({"messages": list(messages), **members}, model, streaming=streaming))


@pytest.mark.parametrize("messages", [[assistant("hi"), user("ho")], []], ids=["assistant", "none"])
def test_the_first_message_is_the_users(messages):
    assert refusal(NOVA, *messages) == (
        "A conversation must start with a user message. "
        "Try again with a conversation that starts with a user message."
    )


def test_newer_claude_models_let_the_assistant_open():
    accept(CLAUDE_4_5, assistant("hi"), user("ho"))


def test_user_turns_in_a_row_are_accepted():
    accept(NOVA, user("a"), user("b"))


def test_empty_content_is_refused():
    assert refusal(NOVA, user("a"), assistant()) == (
        "The content field in the Message object at messages.1 is empty. "
        "Add a ContentBlock object to the content field and try again."
    )


@pytest.mark.parametrize("message", [user("a", ""), user("a", " \n"), user("a", "", CACHE)])
def test_blank_text_is_refused(message):
    assert refusal(NOVA, message) == (
        "The text field in the ContentBlock object at messages.0.content.1 is blank. "
        "Add text to the text field, and try again."
    )


def test_white_space_before_a_cache_point_is_accepted():
    accept(CLAUDE_4_5, user("\n", CACHE, "hi"))


def test_tool_blocks_need_a_tool_config():
    expected = "The toolConfig field must be defined when using toolUse and toolResult content blocks."
    assert refusal(NOVA, user("a"), assistant(call("t1")), user(result("t1"))) == expected


def test_calls_and_results_that_match_are_accepted():
    accept(
        NOVA,
        user("a"),
        assistant("b", call("t1"), call("t2")),
        user(result("t2"), result("t1"), "and more"),
        toolConfig=TOOLS,
    )


def test_results_may_be_spread_over_user_messages_in_a_row():
    calls = assistant(call("t1"), call("t2"))
    accept(NOVA, user("a"), calls, user(result("t1")), user(result("t2")), toolConfig=TOOLS)


def test_calls_without_results_are_refused():
    messages = [user("a"), assistant(call("t1"), call("t2"), call("t3")), user(result("t2"))]
    assert refusal(NOVA, *messages, toolConfig=TOOLS) == (
        "Expected toolResult blocks at messages.2.content for the following Ids: t1, t3"
    )


def test_results_without_calls_are_refused():
    messages = [user("a"), assistant(call("t1")), user(result("t1"), result("t2"))]
    assert refusal(NOVA, *messages, toolConfig=TOOLS) == (
        "The number of toolResult blocks at messages.2.content exceeds "
        "the number of toolUse blocks of previous turn."
    )


def test_a_result_in_the_first_message_is_refused():
    assert "messages.0.content exceeds" in refusal(NOVA, user(result("t1")), toolConfig=TOOLS)


def test_a_tool_that_the_service_ran_needs_no_result_from_the_user():
    served = assistant(call("t1", type="server_tool_use"), result("t1"), "done")
    accept(NOVA, user("a"), served, user("thanks"), toolConfig=TOOLS)


def test_a_failed_result_needs_content():
    failed = user(result("t1", status="error", content=[]))
    assert refusal(NOVA, user("a"), assistant(call("t1")), failed, toolConfig=TOOLS) == (
        "The content field at messages.2.content.0.toolResult cannot be empty when status value is error."
    )


def test_a_tool_schema_must_be_an_object():
    config = {"tools": [*TOOLS["tools"], {"toolSpec": {"name": "g", "inputSchema": {"json": "text"}}}]}
    assert refusal(NOVA, user("a"), toolConfig=config) == (
        "The format of the value at toolConfig.tools.1.toolSpec.inputSchema.json is invalid. "
        "Provide a json object for the field and try again."
    )


def test_a_chosen_tool_must_be_offered():
    accept(NOVA, user("a"), toolConfig={**TOOLS, "toolChoice": {"tool": {"name": "f"}}})
    assert refusal(NOVA, user("a"), toolConfig={**TOOLS, "toolChoice": {"tool": {"name": "zzz"}}}) == (
        "The tool zzz at toolConfig.toolChoice.tool.name is not one of toolConfig.tools. "
        "Choose a tool that the request offers and try again."
    )


AUTO: dict[str, Any] = {"auto": {}}
ANY: dict[str, Any] = {"any": {}}
TOOL = {"tool": {"name": "f"}}


@pytest.mark.parametrize(
    ("model_id", "choice"),
    [
        *((CLAUDE_4_5.model_id, choice) for choice in (AUTO, ANY, TOOL)),
        *(("amazon.nova-lite-v1:0", choice) for choice in (AUTO, ANY, TOOL)),
        ("meta.llama4-maverick-17b-instruct-v1:0", AUTO),
        *(("mistral.mistral-large-2402-v1:0", choice) for choice in (AUTO, ANY)),
    ],
    ids=str,
)
def test_an_agent_may_send_back_what_the_synthetic_model_said(model_id, choice):
    config = {**TOOLS, "toolChoice": choice}
    messages = [user("Please use f.")]
    for turn in range(3):
        accept(Model(model_id), *messages, toolConfig=config)
        reply = synthesize({"messages": messages, "toolConfig": config}, model_id=model_id, max_tokens=4096)
        said = converse_output(reply, family=family_of(model_id), latency_ms=1)["output"]["message"]
        calls = [block["toolUse"]["toolUseId"] for block in said["content"] if "toolUse" in block]
        assert calls or turn
        messages += [said, user(*map(result, calls)) if calls else user("Use f once more.")]
    accept(Model(model_id), *messages, toolConfig=config)


@pytest.mark.parametrize("model_id", ["anthropic.claude-sonnet-4-6", "anthropic.claude-opus-5"])
def test_newer_claude_models_refuse_a_prefilled_answer(model_id):
    assert refusal(Model(model_id), user("a"), assistant("b")) == (
        "The model returned the following errors: This model does not support assistant message prefill. "
        "The conversation must end with a user message."
    )


@pytest.mark.parametrize("model", [NOVA, CLAUDE_4_5, CLAUDE_3])
def test_other_models_accept_a_prefilled_answer(model):
    accept(model, user("a"), assistant("b"))


def test_system_text_is_refused_where_the_model_has_no_system_role():
    assert refusal(Model(system_role=False), user("a"), system=[{"text": "b"}]) == (
        "This model doesn't support system messages. Try again without a system message "
        "or use a model that supports system messages."
    )


@pytest.mark.parametrize(("role", "system"), [(False, []), (None, [{"text": "b"}]), (True, [{"text": "b"}])])
def test_system_text_is_accepted_otherwise(role, system):
    accept(Model(system_role=role), user("a"), system=system)


def test_a_model_without_text_output_cannot_converse():
    assert refusal(Model(output_modalities=("EMBEDDING",)), user("a")) == (
        "This action doesn't support the model that you provided. Try again with a supported text or chat model."
    )


def test_a_model_that_does_not_stream_is_refused_only_for_streams():
    silent = Model(streaming=False)
    accept(silent, user("a"))
    assert refusal(silent, user("a"), streaming=True) == "The model is unsupported for streaming."


def test_llama_3_has_no_tools_in_streams():
    llama = Model("meta.llama3-1-8b-instruct-v1:0")
    accept(llama, user("a"), toolConfig=TOOLS)
    accept(llama, user("a"), streaming=True)
    assert refusal(llama, user("a"), toolConfig=TOOLS, streaming=True) == (
        "This model doesn't support tool use in streaming mode."
    )


@pytest.mark.parametrize(
    "members",
    [
        {"system": [{"text": "a"}, CACHE]},
        {"toolConfig": {"tools": [*TOOLS["tools"], CACHE]}},
        {"messages": [user("a", CACHE)]},
    ],
    ids=["system", "tools", "messages"],
)
def test_cache_points_need_a_model_that_caches(members):
    params = {"messages": [user("a")], **members}
    check_conversation(Demand(params, Model(CLAUDE_4_5.model_id, prompt_caching=None)))
    with pytest.raises(AwsError) as refused:
        check_conversation(Demand(params, Model(prompt_caching=False)))
    assert (refused.value.code, refused.value.status) == ("AccessDeniedException", 403)
    assert refused.value.message == (
        "You invoked an unsupported model or your request did not allow prompt caching. "
        "See the documentation for more information."
    )
