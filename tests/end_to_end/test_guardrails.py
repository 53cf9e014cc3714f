"""Guardrails on conversations, as boto3 sees them."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from bedrock_emulator.client import LabClient

NOVA = "amazon.nova-lite-v1:0"
SETTINGS: Mapping[str, Any] = {
    "name": "acting",
    "blockedInputMessaging": "No such question.",
    "blockedOutputsMessaging": "No such answer.",
    "wordPolicyConfig": {"wordsConfig": [{"text": "cactus"}]},
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}],
        "regexesConfig": [{"name": "Account Number", "pattern": r"\b\d{10}\b", "action": "ANONYMIZE"}],
    },
}
NOTHING = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}


class Chat:
    """Conversations under one guardrail."""

    def __init__(self, lab: LabClient, bedrock: Any, runtime: Any) -> None:
        self.lab = lab
        self.control = bedrock
        self.runtime = runtime
        self.id: str = bedrock.create_guardrail(**SETTINGS)["guardrailId"]

    def config(self, **options: str) -> dict[str, str]:
        """The member `guardrailConfig`."""
        return {"guardrailIdentifier": self.id, "guardrailVersion": "DRAFT", "trace": "enabled", **options}

    def says(self, *deltas: str) -> None:
        """Let the model answer this, in these pieces where it is streamed."""
        block = {"text": "".join(deltas), "chunks": list(deltas)}
        self.lab.put_scenario({"version": 1, "rules": [{"reply": {"content": [block]}}]})

    def ask(self, *content: str | Mapping[str, Any], trace: str = "enabled", **members: Any) -> Any:
        """One Converse answer."""
        return self.runtime.converse(
            guardrailConfig=self.config(trace=trace), **self._question(content), **members
        )

    def stream(self, *content: str, **options: str) -> "Told":
        """One ConverseStream answer."""
        answer = self.runtime.converse_stream(
            guardrailConfig=self.config(**options), **self._question(content)
        )
        return Told(list(answer["stream"]))

    def _question(self, content: tuple[str | Mapping[str, Any], ...]) -> dict[str, Any]:
        blocks = [{"text": each} if isinstance(each, str) else each for each in content]
        return {"modelId": NOVA, "messages": [{"role": "user", "content": blocks}]}


class Told:
    """The events of one stream."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.names = [next(iter(event)) for event in events]
        self._events = events

    @property
    def deltas(self) -> list[str]:
        """The texts of all deltas."""
        return [each["delta"]["text"] for each in self._of("contentBlockDelta")]

    @property
    def text(self) -> str:
        """Put together."""
        return "".join(self.deltas)

    @property
    def stop_reason(self) -> str:
        """Why it ended."""
        return str(next(self._of("messageStop"))["stopReason"])

    @property
    def metadata(self) -> Any:
        """The last event."""
        return next(self._of("metadata"))

    def _of(self, name: str) -> Iterator[Any]:
        return (event[name] for event in self._events if name in event)


@pytest.fixture
def chat(lab: LabClient, bedrock: Any, runtime: Any) -> Chat:
    """A lab with one guardrail."""
    return Chat(lab, bedrock, runtime)


def _text(answer: Any) -> str:
    return "".join(block["text"] for block in answer["output"]["message"]["content"])


def test_blocked_input_is_answered_without_the_model(chat: Chat) -> None:
    chat.says("Never said.")

    answer = chat.ask("Is a cactus a tree?")

    assert _text(answer) == "No such question."
    assert answer["stopReason"] == "guardrail_intervened"
    assert {name: answer["usage"][name] for name in NOTHING} == NOTHING
    trace = answer["trace"]["guardrail"]
    assert set(trace) == {"inputAssessment", "actionReason"}
    assert trace["actionReason"] == "Guardrail blocked."
    assert trace["inputAssessment"][chat.id]["wordPolicy"]["customWords"] == [
        {"match": "cactus", "action": "BLOCKED", "detected": True}
    ]


def test_masked_input_shows_the_model_placeholders(chat: Chat) -> None:
    rule = {"when": {"lastUserText": {"equals": "I am {EMAIL}."}}, "reply": "Hello."}
    chat.lab.put_scenario({"version": 1, "strict": True, "rules": [rule]})

    answer = chat.ask("I am a@example.com.")

    assert (_text(answer), answer["stopReason"]) == ("Hello.", "end_turn")
    assert answer["trace"]["guardrail"]["actionReason"] == "Guardrail masked.\nNo action."


def test_masked_output_keeps_the_usage_and_shows_the_original_in_the_trace_alone(chat: Chat) -> None:
    chat.says("Write to a@example.com.")
    plain = chat.runtime.converse(
        modelId=NOVA, messages=[{"role": "user", "content": [{"text": "Where to?"}]}]
    )

    answer = chat.ask("Where to?")

    assert _text(answer) == "Write to {EMAIL}."
    assert answer["stopReason"] == "guardrail_intervened"
    assert answer["usage"] == plain["usage"]
    trace = answer["trace"]["guardrail"]
    assert trace["actionReason"] == "No action.\nGuardrail masked."
    assert '"text":"Write to a@example.com."' in trace["modelOutput"][0]
    (assessment,) = trace["outputAssessments"][chat.id]
    assert assessment["sensitiveInformationPolicy"]["piiEntities"][0]["match"] == "a@example.com"


def test_blocked_output_is_replaced_and_paid_for(chat: Chat) -> None:
    chat.says("A cactus is not a tree; write to a@example.com.")

    answer = chat.ask("Is it?")

    assert (_text(answer), answer["stopReason"]) == ("No such answer.", "guardrail_intervened")
    assert answer["usage"]["outputTokens"] > 0
    assert answer["trace"]["guardrail"]["actionReason"] == "No action.\nGuardrail blocked."


def test_an_answer_without_findings_stays_as_it_is(chat: Chat) -> None:
    chat.says("A palm is not a tree.")

    answer = chat.ask("Is it?")

    assert (_text(answer), answer["stopReason"]) == ("A palm is not a tree.", "end_turn")
    trace = answer["trace"]["guardrail"]
    assert (trace["actionReason"], trace["modelOutput"]) == ("No action.", [])
    judged = [trace["inputAssessment"][chat.id], *trace["outputAssessments"][chat.id]]
    assert [each["invocationMetrics"]["guardrailCoverage"]["textCharacters"] for each in judged] == [
        {"guarded": 6, "total": 6},
        {"guarded": 21, "total": 21},
    ]
    assert [set(each) for each in judged] == [{"appliedGuardrailDetails", "invocationMetrics"}] * 2


@pytest.mark.parametrize(
    ("trace", "lists"),
    [
        pytest.param("disabled", None, id="disabled"),
        pytest.param("enabled", False, id="enabled"),
        pytest.param("enabled_full", True, id="full"),
    ],
)
def test_the_trace_is_as_long_as_asked_for(chat: Chat, trace: str, lists: bool | None) -> None:
    answer = chat.ask("hello", trace=trace)

    if lists is None:
        assert "trace" not in answer
    else:
        assessment = answer["trace"]["guardrail"]["inputAssessment"][chat.id]
        assert ("sensitiveInformationPolicy" in assessment) == lists


def test_guard_content_is_all_that_is_read_where_there_is_any(chat: Chat) -> None:
    guarded = {"guardContent": {"text": {"text": "a palm"}}}
    chat.says("Yes.")

    let_through = chat.ask("a cactus", guarded)
    blocked = chat.ask("a palm", {"guardContent": {"text": {"text": "a cactus"}}})

    assert let_through["stopReason"] == "end_turn"
    covered = let_through["trace"]["guardrail"]["inputAssessment"][chat.id]["invocationMetrics"]
    assert covered["guardrailCoverage"]["textCharacters"] == {"guarded": 6, "total": 6}
    assert blocked["stopReason"] == "guardrail_intervened"


@pytest.mark.parametrize(
    ("system", "is_blocked"),
    [
        pytest.param({"text": "about a cactus"}, False, id="system text is not read"),
        pytest.param({"guardContent": {"text": {"text": "about a cactus"}}}, True, id="unless it is guarded"),
    ],
)
def test_system_text(chat: Chat, system: Mapping[str, Any], *, is_blocked: bool) -> None:
    answer = chat.ask("hello", system=[system])

    assert (answer["stopReason"] == "guardrail_intervened") == is_blocked


def test_tool_calls_and_results_are_not_read(chat: Chat) -> None:
    spec = {"name": "look", "inputSchema": {"json": {"type": "object"}}, "description": "of a cactus"}
    call = {"toolUse": {"toolUseId": "a", "name": "look", "input": {"at": "cactus"}}}
    result = {"toolResult": {"toolUseId": "a", "content": [{"text": "a cactus"}]}}

    answer = chat.runtime.converse(
        modelId=NOVA,
        guardrailConfig=chat.config(),
        toolConfig={"tools": [{"toolSpec": spec}]},
        messages=[
            {"role": "user", "content": [{"text": "hello"}]},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result]},
        ],
    )

    assert answer["trace"]["guardrail"]["inputAssessment"][chat.id]["invocationMetrics"][
        "guardrailCoverage"
    ] == {"textCharacters": {"guarded": 5, "total": 5}}


def test_a_grounding_source_and_a_question_ground_the_answer(chat: Chat) -> None:
    chat.id = chat.control.create_guardrail(
        **{**SETTINGS, "name": "grounding"},
        contextualGroundingPolicyConfig={"filtersConfig": [{"type": "GROUNDING", "threshold": 0.75}]},
    )["guardrailId"]
    source = {"guardContent": {"text": {"text": "Tokyo is it.", "qualifiers": ["grounding_source"]}}}
    query = {"guardContent": {"text": {"text": "What is it?", "qualifiers": ["query"]}}}

    chat.says("Kyoto")
    assert _text(chat.ask(source, query)) == "No such answer."
    chat.lab.put_guardrail_verdicts([{"guardrail": chat.id, "grounding": 0.94}])
    answer = chat.ask(source, query)
    assert _text(answer) == "Kyoto"
    (output,) = answer["trace"]["guardrail"]["outputAssessments"][chat.id]
    assert output["contextualGroundingPolicy"]["filters"] == [
        {"action": "NONE", "detected": False, "score": 0.94, "threshold": 0.75, "type": "GROUNDING"}
    ]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        pytest.param(
            {"guardrailIdentifier": "abcdefghijkl"},
            "The guardrail identifier or version provided in the request does not exist.",
            id="unknown guardrail",
        ),
        pytest.param(
            {"guardrailVersion": "7"},
            "The guardrail identifier or version provided in the request does not exist.",
            id="unknown version",
        ),
        pytest.param(
            {"guardrailVersion": ""},
            "The guardrailVersion must be specified when a guardrail is enabled.",
            id="no version",
        ),
    ],
)
def test_a_guardrail_that_does_not_exist_is_refused(
    chat: Chat, config: Mapping[str, str], message: str
) -> None:
    with pytest.raises(chat.runtime.exceptions.ValidationException) as refused:
        chat.stream("hello", **config)

    assert refused.value.response["Error"]["Message"] == message


def test_a_sync_stream_masks_across_deltas_as_recorded(chat: Chat) -> None:
    chat.says("to Japan", " ", "12345", "61666", ".")

    told = chat.stream("Where to?")

    assert told.deltas == ["to Japan", "", " {Account Number}", "", "."]
    assert told.stop_reason == "guardrail_intervened"
    assert told.names[0] == "messageStart"
    assert told.names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    trace = told.metadata["trace"]["guardrail"]
    assert trace["modelOutput"] == ["to Japan 1234561666."]
    assert trace["actionReason"] == "No action.\nGuardrail masked."


@pytest.mark.parametrize("reply", ["A cactus!", "Write to a@example.com.", "Nothing."])
@pytest.mark.parametrize("question", ["hello", "a cactus", "I am b@example.com"])
def test_a_sync_stream_and_an_answer_in_one_piece_agree(chat: Chat, question: str, reply: str) -> None:
    chat.says(reply)

    told, answer = chat.stream(question), chat.ask(question)

    assert (told.text, told.stop_reason) == (_text(answer), answer["stopReason"])
    streamed, whole = told.metadata["trace"]["guardrail"], answer["trace"]["guardrail"]
    # Of one thing they tell differently: a stream gives the original as text [recorded].
    assert [bool(each.pop("modelOutput", ())) for each in (streamed, whole)] in ([True] * 2, [False] * 2)
    assert streamed == whole
    assert told.metadata["usage"] == answer["usage"]


def test_an_async_stream_is_stopped_by_what_a_scan_finds(chat: Chat) -> None:
    before, after = ["word "] * 60, ["later "] * 400
    chat.says(*before, "cactus ", *after)

    told = chat.stream("hello", streamProcessingMode="async")

    assert told.deltas[:61] == [*before, "cactus "]
    assert told.deltas[-1] == "No such answer."
    assert 0 < told.deltas.count("later ") < 400
    assert told.stop_reason == "guardrail_intervened"
    assert told.names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert told.metadata["usage"]["outputTokens"] > 0
    assert told.metadata["trace"]["guardrail"]["actionReason"] == "No action.\nGuardrail blocked."


def test_an_async_stream_that_was_short_ends_with_the_blocked_message(chat: Chat) -> None:
    chat.says("A cactus.")

    told = chat.stream("hello", streamProcessingMode="async")

    assert told.text == "A cactus.No such answer."
    assert told.stop_reason == "guardrail_intervened"


def test_an_async_stream_never_masks(chat: Chat) -> None:
    chat.says("Write to a@example.com.")

    told = chat.stream("hello", streamProcessingMode="async")

    assert (told.text, told.stop_reason) == ("Write to a@example.com.", "end_turn")
    trace = told.metadata["trace"]["guardrail"]
    (output,) = trace["outputAssessments"][chat.id]
    assert trace["actionReason"] == "No action."
    assert output["sensitiveInformationPolicy"]["piiEntities"][0]["action"] == "NONE"


def test_events_of_a_scenario_are_guarded_too(chat: Chat) -> None:
    events = [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "to a@exa"}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "mple.com."}}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"modelStreamErrorException": {"message": "Broken."}},
    ]
    chat.lab.put_scenario({"version": 1, "rules": [{"reply": {"events": events}}]})

    answer = chat.runtime.converse_stream(guardrailConfig=chat.config(), **chat._question(("hello",)))
    seen: list[Any] = []
    with closing(answer["stream"]), pytest.raises(chat.runtime.exceptions.ClientError, match="Broken"):
        seen.extend(answer["stream"])

    assert Told(seen).deltas == ["to {EMAIL}", "."]
    assert Told(seen).stop_reason == "guardrail_intervened"
