"""Scripted verdicts: documents, what they are about, and where they come from."""

from collections.abc import Mapping
from typing import Any

import pytest

from bedrock_emulator.errors import AdminError
from bedrock_emulator.guardrails.content import TextPiece
from bedrock_emulator.state.scenario import compile_scenario, join_scenarios
from bedrock_emulator.state.schema import check_document
from tests.emulator.guardrails.evaluating import grounding, judged, pii, rows, topics, verdicts
from tests.emulator.state.samples import api, fresh_lab

TENNIS = {"when": {"contains": "racket"}, "topic": "Tennis"}
SOURCE = TextPiece(text="one", is_guarded=False, is_source=True)
QUERY = TextPiece(text="two", is_guarded=False, is_query=True)


@pytest.mark.parametrize(
    ("when", "texts"),
    [
        pytest.param({"contains": "b"}, {"ab", "abc"}, id="contains"),
        pytest.param({"contains": ["b", "c"]}, {"abc"}, id="contains all"),
        pytest.param({"equals": "ab"}, {"ab"}, id="equals"),
        pytest.param({"regex": "^a.$"}, {"ab"}, id="regex"),
        pytest.param({"regex": "a", "contains": "c"}, {"abc"}, id="both"),
        pytest.param({"source": "INPUT"}, {"a", "ab", "abc"}, id="one side, any text"),
        pytest.param({"source": "OUTPUT"}, set(), id="the other side"),
    ],
)
def test_a_verdict_is_about_the_texts_that_when_means(when: Mapping[str, Any], texts: set[str]) -> None:
    told: list[Mapping[str, Any]] = [{"when": when, "topic": "Tennis"}]

    assert {
        text for text in ("a", "ab", "abc") if judged(topics("Tennis"), text, told=told).findings
    } == texts


@pytest.mark.parametrize(
    ("glob", "is_meant"), [("any", True), ("a*", True), ("?ny", True), ("other", False), ("[a]ny", False)]
)
def test_a_verdict_can_be_about_some_guardrails(glob: str, *, is_meant: bool) -> None:
    evaluation = judged(topics("Tennis"), "x", told=[{"guardrail": glob, "topic": "Tennis"}])

    assert bool(evaluation.findings) == is_meant


def test_a_verdict_on_a_topic_that_the_guardrail_does_not_have_changes_nothing() -> None:
    assert not judged(topics("Golf"), "a racket", told=[TENNIS]).findings


def test_a_verdict_tells_of_every_occurrence_of_personal_data() -> None:
    told = [{"pii": {"type": "ADDRESS", "text": "Tokyo"}}, {"pii": {"type": "NAME", "text": "Bo"}}]

    evaluation = judged(pii(ADDRESS="ANONYMIZE"), "Tokyo, Bo, Tokyo", told=told)
    assert evaluation.masked_texts() == ["{ADDRESS}, Bo, {ADDRESS}"]


def test_the_first_of_several_scores_counts() -> None:
    told: list[Mapping[str, Any]] = [
        {"when": {"contains": "no"}, "grounding": 0.1},
        {"grounding": 0.9},
        {"relevance": 0.5},
    ]
    policy = grounding(GROUNDING=0.5, RELEVANCE=0.5)

    evaluation = judged(policy, SOURCE, QUERY, "yes", source="OUTPUT", told=told)
    found = rows(evaluation, "contextualGroundingPolicy", "filters")
    assert [(row["score"], row["action"]) for row in found] == [(0.9, "NONE"), (0.5, "NONE")]


def test_a_finding_of_reasoning_is_told_as_it_is() -> None:
    finding = {"valid": {"supportingRules": [{"identifier": "a" * 12}]}}
    policy = {"automatedReasoningPolicy": {"policies": ["arn"]}}

    evaluation = judged(policy, "x", source="OUTPUT", told=[{"reasoning": finding}])
    assert rows(evaluation, "automatedReasoningPolicy", "findings") == [finding]
    assert evaluation.action == "NONE"


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        pytest.param({}, "verdicts[0]", "exactly one of", id="nothing said"),
        pytest.param({"topic": "a", "grounding": 1}, "verdicts[0]", "exactly one of", id="two things said"),
        pytest.param({"topics": "a"}, "verdicts[0].topics", "did you mean 'topic'", id="misspelt"),
        pytest.param({"grounding": 1.5}, "verdicts[0].grounding", "at most 1", id="no score"),
        pytest.param(
            {"content": {"type": "INSULT", "confidence": "LOW"}},
            "verdicts[0].content.type",
            "did you mean 'INSULTS'",
            id="no filter",
        ),
        pytest.param(
            {"content": {"type": "HATE", "confidence": "SURE"}},
            "verdicts[0].content.confidence",
            "no confidence",
            id="no confidence",
        ),
        pytest.param(
            {"pii": {"type": "MAIL", "text": "a"}},
            "verdicts[0].pii.type",
            "did you mean 'EMAIL'",
            id="no type",
        ),
        pytest.param({"reasoning": {"right": {}}}, "verdicts[0].reasoning", "no finding", id="no finding"),
        pytest.param(
            {"when": {"regex": "(?=a)"}, "topic": "a"}, "verdicts[0].when.regex", "RE2", id="no expression"
        ),
        pytest.param({"when": {}, "topic": "a"}, "verdicts[0].when", "at least 1", id="an empty when"),
    ],
)
def test_a_wrong_document_is_refused_with_its_place(
    document: Mapping[str, Any], path: str, message: str
) -> None:
    with pytest.raises(AdminError) as refused:
        verdicts(document)

    assert refused.value.path == path
    assert message in refused.value.message


def test_a_lab_asks_what_was_put_before_what_its_scenario_says() -> None:
    lab = fresh_lab()
    lab.put("scenario", {"version": 1, "rules": [], "guardrailVerdicts": [{"grounding": 0.1}, TENNIS]})
    lab.put("guardrail-verdicts", {"verdicts": [{"grounding": 0.9}]})

    assert [type(says).__name__ for says in lab.verdicts.of("racket")] == ["Scores", "Scores", "IsTopic"]
    assert lab.verdicts.of("")[0] == verdicts({"grounding": 0.9}).of("")[0]
    lab.reset()
    assert not len(lab.verdicts)


def test_scenarios_are_joined_with_their_verdicts() -> None:
    document = {"version": 1, "rules": [], "guardrailVerdicts": [TENNIS]}
    check_document(document, "Scenario")
    scenario = compile_scenario(document, api=api())

    assert len(join_scenarios([scenario, scenario]).verdicts) == 2


def test_a_wrong_verdict_of_a_scenario_is_refused_with_its_place() -> None:
    wrong = {"version": 1, "rules": [], "guardrailVerdicts": [{"pii": {"type": "X", "text": "a"}}]}

    with pytest.raises(AdminError) as refused:
        compile_scenario(wrong, api=api(), path="scenario")
    assert refused.value.path == "scenario.guardrailVerdicts[0].pii.type"
