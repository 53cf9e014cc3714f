"""What policies find, what follows from it, and what it counts as."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bedrock_emulator.guardrails.assessment import assessment, reason, usage
from bedrock_emulator.guardrails.content import ImagePiece, Source, TextPiece
from bedrock_emulator.guardrails.findings import Action, Finding
from bedrock_emulator.guardrails.lexicon import CONTENT, PROFANITY
from tests.emulator.guardrails.evaluating import (
    content_filter,
    grounding,
    judged,
    pii,
    regexes,
    rows,
    topics,
    words,
)

SOURCE = TextPiece(text="Tokyo is the capital of Japan.", is_guarded=False, is_source=True)
QUERY = TextPiece(text="What is the capital of Japan?", is_guarded=False, is_query=True)
GROUNDED = grounding(GROUNDING=0.75, RELEVANCE=0.75)
REASONED = {"automatedReasoningPolicy": {"policies": ["arn:one", "arn:two"]}}
EVERYTHING = {
    **topics("Tennis"),
    **content_filter("INSULTS", "HIGH"),
    **words("cactus"),
    "sensitiveInformationPolicy": {
        **pii(EMAIL="BLOCK")["sensitiveInformationPolicy"],
        **regexes(Number=r"\d+")["sensitiveInformationPolicy"],
    },
    **GROUNDED,
    **REASONED,
}


def test_each_occurrence_of_a_word_is_a_row_as_it_is_written() -> None:
    found = rows(judged(words("cactus", "sand"), "A Cactus in sand, a cactus"), "wordPolicy", "customWords")

    assert found == [
        {"match": match, "action": "BLOCKED", "detected": True} for match in ("Cactus", "sand", "cactus")
    ]


@pytest.mark.parametrize("word", PROFANITY)
def test_the_managed_list_is_found(word: str) -> None:
    policy = {"wordPolicy": {"managedWordLists": [{"type": "PROFANITY"}]}}

    assert rows(judged(policy, f"Oh {word.upper()}!"), "wordPolicy", "managedWordLists") == [
        {"match": word.upper(), "type": "PROFANITY", "action": "BLOCKED", "detected": True}
    ]


@pytest.mark.parametrize(
    ("settings", "source", "action"),
    [
        pytest.param({}, "INPUT", "BLOCKED", id="blocks by default"),
        pytest.param({"inputAction": "NONE"}, "INPUT", "NONE", id="only reports"),
        pytest.param({"inputAction": "NONE"}, "OUTPUT", "BLOCKED", id="each side for itself"),
        pytest.param({"outputEnabled": False}, "OUTPUT", None, id="a side that is off says nothing"),
        pytest.param({"outputEnabled": False}, "INPUT", "BLOCKED", id="the other side is still on"),
    ],
)
def test_sides_have_their_own_actions(
    settings: dict[str, Any], source: Source, action: Action | None
) -> None:
    evaluation = judged(words("cactus", **settings), "cactus", source=source)

    assert [row["action"] for row in rows(evaluation, "wordPolicy", "customWords")] == (
        [action] if action else []
    )
    assert evaluation.action == (action or "NONE")
    assert usage(evaluation)["wordPolicyUnits"] == (0 if action is None else 1)


def test_sensitive_rows_stand_in_text_order_and_are_masked_by_type_and_name() -> None:
    policy = {
        "sensitiveInformationPolicy": {
            "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZE"}],
            "regexes": [{"name": "Account Number", "pattern": r"\b\d{6}\d{4}\b", "action": "ANONYMIZE"}],
        }
    }
    evaluation = judged(policy, "b@example.com, 1234561666, a@example.com", "none here")

    assert [row["match"] for row in rows(evaluation, "sensitiveInformationPolicy", "piiEntities")] == [
        "b@example.com",
        "a@example.com",
    ]
    assert rows(evaluation, "sensitiveInformationPolicy", "regexes") == [
        {
            "name": "Account Number",
            "regex": r"\b\d{6}\d{4}\b",
            "match": "1234561666",
            "action": "ANONYMIZED",
            "detected": True,
        }
    ]
    assert evaluation.masked_texts() == ["{EMAIL}, {Account Number}, {EMAIL}", "none here"]


def test_an_expression_that_matches_nothing_much_finds_no_empty_rows() -> None:
    assert rows(judged(regexes(A="x*"), "axxb"), "sensitiveInformationPolicy", "regexes")[0]["match"] == "xx"


@pytest.mark.parametrize(
    ("actions", "strongest"),
    [
        pytest.param(("NONE", "ANONYMIZE"), "ANONYMIZED", id="masking over reporting"),
        pytest.param(("ANONYMIZE", "BLOCK"), "BLOCKED", id="blocking over masking"),
        pytest.param(("NONE", "NONE"), "NONE", id="reporting alone"),
    ],
)
def test_the_strongest_action_wins_and_all_is_listed(actions: tuple[str, str], strongest: str) -> None:
    listed = [
        {"name": name, "pattern": name, "action": action} for name, action in zip("ab", actions, strict=True)
    ]
    evaluation = judged({"sensitiveInformationPolicy": {"regexes": listed}}, "a b")

    assert evaluation.action == strongest
    assert len(rows(evaluation, "sensitiveInformationPolicy", "regexes")) == 2


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        pytest.param("Some INVESTMENT advice, please", True, id="the name"),
        pytest.param("tell me: which stocks should I buy!", True, id="an example, however punctuated"),
        pytest.param("Advice on investment", False, id="other words"),
        pytest.param("Reinvestment adviced", False, id="parts of words"),
    ],
)
def test_a_topic_is_known_by_its_name_and_examples(text: str, *, is_found: bool) -> None:
    policy = topics("Investment-Advice", examples=["Which stocks should I buy?"])

    found = rows(judged(policy, text), "topicPolicy", "topics")
    assert (
        found
        == [{"name": "Investment-Advice", "type": "DENY", "action": "BLOCKED", "detected": True}] * is_found
    )


@pytest.mark.parametrize(
    ("strength", "least"), [("LOW", "HIGH"), ("MEDIUM", "MEDIUM"), ("HIGH", "LOW")], ids=str
)
@pytest.mark.parametrize("confidence", ["NONE", "LOW", "MEDIUM", "HIGH"])
def test_a_filter_acts_from_the_confidence_of_its_strength_on(
    strength: str, least: str, confidence: str
) -> None:
    told = [{"when": {"contains": "hm"}, "content": {"type": "HATE", "confidence": confidence}}]
    evaluation = judged(content_filter("HATE", strength), "hm", told=told)

    order = ["NONE", "LOW", "MEDIUM", "HIGH"]
    acts = order.index(confidence) >= order.index(least)
    assert evaluation.action == ("BLOCKED" if acts else "NONE")
    assert rows(evaluation, "contentPolicy", "filters", scope="FULL") == [
        {
            "type": "HATE",
            "confidence": confidence,
            "filterStrength": strength,
            "action": "BLOCKED" if acts else "NONE",
            "detected": acts,
        }
    ]


def test_a_filter_of_no_strength_is_off() -> None:
    policy = {
        "contentPolicy": {"filters": [{"type": "HATE", "inputStrength": "NONE", "outputStrength": "HIGH"}]}
    }

    assert rows(judged(policy, "hm"), "contentPolicy", "filters", scope="FULL") == []
    assert usage(judged(policy, "hm"))["contentPolicyUnits"] == 0


@pytest.mark.parametrize(
    ("type_", "phrase"),
    [(type_, phrase) for type_, phrases in CONTENT.items() for phrase in phrases],
    ids=str,
)
def test_default_phrases_are_seen_unless_a_verdict_takes_them_back(type_: str, phrase: str) -> None:
    policy = content_filter(type_, "HIGH")

    assert judged(policy, f"Well, {phrase.title()}.").action == "BLOCKED"
    assert judged(policy, phrase, told=[{"content": {"type": type_, "confidence": "NONE"}}]).action == "NONE"


@pytest.mark.parametrize(
    ("answer", "scores"),
    [
        pytest.param("Tokyo is the capital of Japan.", [1.0, 1.0], id="in the source's words"),
        pytest.param("Paris", [0.0, 0.0], id="nothing in common"),
        pytest.param(
            "Tokyo, the capital of France", [0.67, 0.5], id="shares of the words that say something"
        ),
    ],
)
def test_grounding_and_relevance_are_shares_of_words(answer: str, scores: list[float]) -> None:
    found = rows(
        judged(GROUNDED, SOURCE, QUERY, answer, source="OUTPUT"), "contextualGroundingPolicy", "filters"
    )

    assert [row["score"] for row in found] == scores
    assert [row["action"] for row in found] == ["BLOCKED" if score < 0.75 else "NONE" for score in scores]


@pytest.mark.parametrize(
    ("pieces", "source"),
    [
        pytest.param((SOURCE, "Paris"), "OUTPUT", id="no question"),
        pytest.param((QUERY, "Paris"), "OUTPUT", id="no source"),
        pytest.param((SOURCE, QUERY), "OUTPUT", id="no answer"),
        pytest.param((SOURCE, QUERY, "Paris"), "INPUT", id="not an answer"),
    ],
)
def test_grounding_needs_a_source_a_question_and_an_answer(pieces: tuple[Any, ...], source: Source) -> None:
    evaluation = judged(GROUNDED, *pieces, source=source)

    assert not evaluation.findings
    assert usage(evaluation)["contextualGroundingPolicyUnits"] == 0


def test_what_only_grounds_or_asks_is_counted_and_not_guarded() -> None:
    evaluation = judged(words("Tokyo", "capital"), SOURCE, QUERY)

    metrics = assessment(evaluation, scope="FULL")["invocationMetrics"]
    assert metrics["guardrailCoverage"]["textCharacters"] == {"guarded": 0, "total": 59}
    assert metrics["usage"]["wordPolicyUnits"] == 1  # [recorded]
    assert evaluation.action == "NONE"


@pytest.mark.parametrize(("length", "used"), [(0, 0), (1, 1), (1000, 1), (1001, 2), (2500, 3)])
def test_each_text_unit_that_is_begun_counts_for_every_policy(length: int, used: int) -> None:
    evaluation = judged(EVERYTHING, "x" * length)

    counted = {name for name, count in usage(evaluation).items() if count}
    assert set(usage(evaluation).values()) == {0, used}
    assert counted == (
        {
            "topicPolicyUnits",
            "contentPolicyUnits",
            "wordPolicyUnits",
            "sensitiveInformationPolicyUnits",
            "sensitiveInformationPolicyFreeUnits",
        }
        if used
        else set()
    )


def test_an_answer_counts_for_grounding_and_reasoning_too() -> None:
    used = usage(judged(EVERYTHING, SOURCE, QUERY, "x" * 1000, source="OUTPUT"))

    assert used["contextualGroundingPolicyUnits"] == 2
    assert used["automatedReasoningPolicies"] == 2
    assert used["automatedReasoningPolicyUnits"] == 4


def test_full_lists_filters_and_types_that_were_not_detected_and_nothing_else() -> None:
    evaluation = judged(EVERYTHING, "hello", source="INPUT")

    assert set(assessment(evaluation, scope="INTERVENTIONS")) == {"invocationMetrics"}
    full = assessment(evaluation, scope="FULL")
    assert full["contentPolicy"]["filters"] == [
        {
            "type": "INSULTS",
            "confidence": "NONE",
            "filterStrength": "HIGH",
            "action": "NONE",
            "detected": False,
        }
    ]
    assert full["sensitiveInformationPolicy"] == {
        "piiEntities": [{"type": "EMAIL", "match": "", "action": "NONE", "detected": False}]
    }
    assert set(full) == {"contentPolicy", "sensitiveInformationPolicy", "invocationMetrics"}


def test_images_are_for_filters_that_look_at_them() -> None:
    image = ImagePiece(b"\x89PNG")
    told = [{"content": {"type": "VIOLENCE", "confidence": "HIGH"}}]
    seeing = content_filter("VIOLENCE", "HIGH", inputModalities=["TEXT", "IMAGE"])

    seen = judged(seeing, image, told=told)
    assert seen.action == "BLOCKED"
    assert usage(seen)["contentPolicyImageUnits"] == 1
    blind = judged(content_filter("VIOLENCE", "HIGH"), image, told=told)
    assert blind.action == "NONE"
    covered = [
        assessment(each, scope="FULL")["invocationMetrics"]["guardrailCoverage"]["images"]
        for each in (seen, blind)
    ]
    assert covered == [{"guarded": 1, "total": 1}, {"guarded": 0, "total": 1}]


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (("NONE",), "No action."),
        (("BLOCKED",), "Guardrail blocked."),
        (("NONE", "NONE"), "No action."),
        (("NONE", "ANONYMIZED"), "No action.\nGuardrail masked."),
    ],
    ids=str,
)
def test_the_reason_has_a_line_for_each_side(actions: tuple[Action, ...], said: str) -> None:
    assert reason(*actions) == said


class Counted(list[Finding]):
    """Findings that know how often they were gone through."""

    rounds = 0

    def __iter__(self) -> Iterator[Finding]:
        """Count, and go through."""
        self.rounds += 1
        return super().__iter__()


def test_findings_are_gone_through_once_however_many_pieces_are_masked() -> None:
    evaluation = judged(pii(EMAIL="ANONYMIZE"), *["to a@example.com"] * 50)
    findings = Counted(evaluation.findings)

    assert replace(evaluation, findings=findings).masked_texts() == ["to {EMAIL}"] * 50
    assert findings.rounds == 1
