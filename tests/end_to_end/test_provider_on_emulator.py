"""The provider against the emulator: what a user gets, and what the journal saw."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from bedrock_provider import BedrockProvider, ProviderConfig, StreamEvent, StreamRequest
from tests.provider.listings import application_profile, model, profile

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
OPUS = "anthropic.claude-opus-4-7"
HI = [{"role": "user", "content": "Hello there."}]
LISTS = {"ListFoundationModels", "ListInferenceProfiles"}


@pytest.fixture
def provider(lab: LabClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[BedrockProvider]:
    """A provider with an empty configuration in the lab's environment."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with_defaults = BedrockProvider()
    yield with_defaults
    with_defaults.close()


def configured(**sections: Any) -> BedrockProvider:
    document = {"plugins": {"entries": {"amazon-bedrock": {"config": sections}}}}
    return BedrockProvider(ProviderConfig.from_mapping(document))


def ask(provider: BedrockProvider, model_id: str = CLAUDE, **members: Any) -> list[StreamEvent]:
    return list(provider.stream(StreamRequest(**{"model": model_id, "messages": HI, **members})))


def says(lab: LabClient, *events: dict[str, Any]) -> None:
    rule = {"when": {"model": "*"}, "reply": {"events": list(events)}}
    lab.put_scenario({"version": 1, "rules": [rule]})


def body(lab: LabClient) -> dict[str, Any]:
    (call,) = lab.journal("ConverseStream")
    sent: dict[str, Any] = call["requestBody"]
    return sent


def operations(lab: LabClient) -> list[str]:
    return sorted(entry["operation"] for entry in lab.journal())


def test_discovery_finds_models_and_profiles_and_remembers_them(
    lab: LabClient, provider: BedrockProvider
) -> None:
    first = provider.discover()
    asked = operations(lab)
    second = provider.discover()
    assert first is not None
    assert first == second
    assert (asked.count("ListFoundationModels"), set(asked)) == (1, LISTS)
    assert operations(lab) == asked
    found = {each.id: each for each in first.models}
    base = found[CLAUDE.removeprefix("us.")]
    assert (base.context_window, set(base.input), base.reasoning) == (200_000, {"text", "image"}, True)
    assert (found[CLAUDE].context_window, found[CLAUDE].input) == (base.context_window, base.input)
    assert first.base_url == "https://bedrock-runtime.us-east-1.amazonaws.com"
    assert not any("embed" in model_id for model_id in found)


def test_all_pages_of_profiles_are_read(lab: LabClient, provider: BedrockProvider) -> None:
    ids = [f"us.acme.chat-{number:04}" for number in range(1200)]
    lab.put_catalogue(
        models=[model("acme.chat")], profiles=[profile(each, "acme.chat") for each in ids], replace=True
    )
    catalog = provider.discover()
    assert catalog is not None
    assert {each.id for each in catalog.models} == {"acme.chat", *ids}
    assert len(lab.journal("ListInferenceProfiles")) > 1


@pytest.mark.parametrize(
    ("code", "models_left"), [("AccessDeniedException", False), ("ThrottlingException", True)], ids=str
)
def test_a_failed_refresh_gives_old_models_only_when_aws_could_not_answer(
    lab: LabClient, provider: BedrockProvider, code: str, models_left: bool
) -> None:
    good = provider.discover()
    lab.put_faults([{"operation": "ListFoundationModels", "error": {"code": code}, "count": 1}])
    after, healed = provider.discover(force=True), provider.discover(force=True)
    assert good is not None
    assert after is not None
    assert healed is not None
    assert after.models == (good.models if models_left else ())
    assert (after.stale, len(after.warnings)) == (models_left, 1)
    assert (healed.models, healed.stale, healed.warnings) == (good.models, False, ())


def test_denied_profiles_leave_the_models_and_are_asked_again(
    lab: LabClient, provider: BedrockProvider
) -> None:
    denied = {"operation": "ListInferenceProfiles", "error": {"code": "AccessDeniedException"}, "count": 1}
    lab.put_faults([denied])
    partial, whole = provider.discover(), provider.discover()
    assert partial is not None
    assert whole is not None
    assert partial.models
    assert len(partial.warnings) == 1
    assert len(whole.models) > len(partial.models)


def test_a_text_answer_streams(lab: LabClient, provider: BedrockProvider) -> None:
    events = ask(provider, system="Be brief.", temperature=0, max_tokens=40)
    text = "".join(event.delta or "" for event in events if event.type == "text_delta")
    message = events[-1].message
    assert message is not None
    assert [block.to_json() for block in message.content] == [{"type": "text", "text": text}]
    assert message.usage.output > 0
    assert body(lab) == {
        "inferenceConfig": {"maxTokens": 40, "temperature": 0},
        "messages": [{"role": "user", "content": [{"text": "Hello there."}]}],
        "system": [{"text": "Be brief."}],
    }
    assert lab.journal("ConverseStream")[0]["requestId"] == message.request_id


def test_a_tool_call_and_its_result_make_a_conversation(lab: LabClient, provider: BedrockProvider) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = [{"name": "weather", "description": "Tells the weather.", "parameters": schema}]
    done = ask(provider, tools=tools, tool_choice="any")[-1]
    assert done.message is not None
    assert (done.type, done.reason) == ("done", "toolUse")
    (call,) = (block.to_json() for block in done.message.content if block.type == "toolCall")
    assert call["name"] == "weather"
    assert isinstance(call["arguments"]["city"], str)
    result = {"role": "toolResult", "toolCallId": call["id"], "content": "sunny"}
    after = ask(provider, messages=[*HI, done.message.to_json(), result], tools=tools)
    assert (after[-1].type, len(lab.journal("ConverseStream"))) == ("done", 2)


@pytest.mark.parametrize(
    "model_id", [OPUS, f"us.{OPUS}", "arn:aws:bedrock:us-east-1::foundation-model/" + OPUS]
)
def test_opus_4_7_is_sent_no_temperature(lab: LabClient, provider: BedrockProvider, model_id: str) -> None:
    assert ask(provider, model_id, temperature=0.7, max_tokens=9)[-1].type == "done"
    assert body(lab)["inferenceConfig"] == {"maxTokens": 9}


def test_an_application_profile_is_looked_up_until_it_is_known(
    lab: LabClient, provider: BedrockProvider
) -> None:
    row = application_profile("o4p7u5s4e7x1", OPUS)
    lab.put_catalogue(models=[model(OPUS), model()], profiles=[row])
    lab.put_faults(
        [{"operation": "GetInferenceProfile", "error": {"code": "InternalServerException"}, "count": 1}]
    )
    for _ in range(3):
        ask(provider, row["inferenceProfileArn"], temperature=0.7)
    sent = [call["requestBody"].get("inferenceConfig", {}) for call in lab.journal("ConverseStream")]
    assert sent == [{"temperature": 0.7}, {}, {}]
    assert len(lab.journal("GetInferenceProfile")) == 2


def test_the_configured_guardrail_goes_with_every_call(lab: LabClient) -> None:
    guardrail = {"guardrailIdentifier": "abc123def456", "guardrailVersion": "DRAFT", "trace": "enabled"}
    provider = configured(guardrail=guardrail)
    ask(provider)
    provider.close()
    assert body(lab)["guardrailConfig"] == guardrail


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("ThrottlingException", "rate_limit"),
        ("InternalServerException", "server"),
        ("ValidationException", "validation"),
    ],
)
def test_the_same_failure_looks_alike_before_and_inside_the_stream(
    lab: LabClient, provider: BedrockProvider, code: str, category: str
) -> None:
    lab.put_faults([{"operation": "ConverseStream", "error": {"code": code, "message": "No."}, "count": 1}])
    before = ask(provider)
    cut = {"exceptionAfterEvents": 2, "code": code, "message": "No."}
    lab.put_faults([{"operation": "ConverseStream", "stream": cut, "count": 1}])
    inside = ask(provider)
    assert [event.type for event in before] == ["start", "error"]
    assert [event.type for event in inside] == ["start", "text_start", "text_delta", "error"]
    for event, call in zip((before[-1], inside[-1]), lab.journal("ConverseStream"), strict=True):
        assert event.error is not None
        assert (event.error.type, event.error.category, event.error.message) == (code, category, "No.")
        assert event.error.request_id == call["requestId"]


def test_a_model_that_may_not_be_used_is_named(lab: LabClient, provider: BedrockProvider) -> None:
    denied = {"code": "AccessDeniedException", "message": "You don't have access to the model."}
    lab.put_faults([{"operation": "ConverseStream", "error": denied, "count": 1}])
    error = ask(provider)[-1].error
    assert error is not None
    assert (error.category, error.retryable) == ("model_access", False)
    assert error.message == f"You don't have access to the model. (model {CLAUDE})"


def test_a_cut_stream_is_an_error(lab: LabClient, provider: BedrockProvider) -> None:
    lab.put_faults([{"operation": "ConverseStream", "stream": {"endAfterEvents": 2}, "count": 1}])
    events = ask(provider)
    assert events[-1].error is not None
    assert (events[-1].type, events[-1].error.category) == ("error", "network")


def test_rotated_keys_sign_the_next_call(
    lab: LabClient, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("AKIAFIRSTFIRSTFIRST1", "AKIASECONDSECONDSEC2"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        ask(provider)
    callers = [call["caller"]["accessKeyId"] for call in lab.journal("ConverseStream")]
    assert callers == ["AKIAFIRSTFIRSTFIRST1", "AKIASECONDSECONDSEC2"]


def test_aws_region_alone_is_enough(
    lab: LabClient, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    catalog = provider.discover()
    assert catalog is not None
    assert catalog.region == "eu-west-1"
    assert {entry["region"] for entry in lab.journal()} == {"eu-west-1"}


def test_a_bearer_token_wins_over_keys(bedrock_emulator: LabClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bedrock_emulator.environment(https=True).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", " bedrock-api-key-value ")
    provider = BedrockProvider()
    assert ask(provider)[-1].type == "done"
    provider.close()
    (call,) = bedrock_emulator.journal("ConverseStream")
    assert call["caller"]["kind"] == "bearer"


def test_a_named_profile_signs_when_half_a_key_pair_is_set(
    lab: LabClient, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text("[dev]\naws_access_key_id = AKIADEVDEVDEVDEVDEV1\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", " ")
    assert provider.resolve_auth().env_var == "AWS_PROFILE"
    ask(provider)
    assert lab.journal("ConverseStream")[0]["caller"]["accessKeyId"] == "AKIADEVDEVDEVDEVDEV1"


def test_closing_the_provider_ends_a_running_call(lab: LabClient, provider: BedrockProvider) -> None:
    says(lab, {"messageStart": {"role": "assistant"}}, *[_delta(str(number)) for number in range(200)])
    call = provider.stream(StreamRequest(model=CLAUDE, messages=HI))
    first = next(call)
    closer = threading.Thread(target=provider.close)
    closer.start()
    closer.join()
    *_, last = call
    assert (first.type, last.type, last.reason) == ("start", "error", "aborted")


def _delta(text: str) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}
