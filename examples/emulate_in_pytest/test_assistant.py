"""The application's tests: the fixture `bedrock_emulator` comes with the installed emulator."""

import pytest
from assistant import summarize

from bedrock_emulator.client import LabClient


@pytest.fixture(autouse=True)
def bedrock(bedrock_emulator: LabClient, monkeypatch: pytest.MonkeyPatch) -> LabClient:
    """An Amazon Bedrock of this test's own, found through the usual environment variables."""
    for name, value in bedrock_emulator.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return bedrock_emulator


def test_the_summary_is_what_the_model_says(bedrock: LabClient) -> None:
    reply = {"content": [{"text": "Rivers flow."}]}
    bedrock.put_scenario({"version": 1, "rules": [{"when": {"model": "amazon.nova-*"}, "reply": reply}]})

    assert summarize("A long text about rivers.") == "Rivers flow."


def test_the_model_is_told_to_be_brief(bedrock: LabClient) -> None:
    summarize("A long text about rivers.")

    (exchange,) = bedrock.journal(operation="Converse")
    assert exchange["requestBody"]["system"] == [{"text": "Summarize in one sentence."}]


def test_a_busy_service_is_not_an_error_for_the_reader(bedrock: LabClient) -> None:
    bedrock.put_faults([{"operation": "Converse", "error": {"code": "ThrottlingException"}}])

    assert summarize("A long text about rivers.").startswith("The summary is late")
