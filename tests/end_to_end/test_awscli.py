"""The AWS CLI, installed apart because it pins a botocore of its own, pointed here by its environment."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from tests.end_to_end.prepared import pip_install, prepared

AWSCLI = "awscli==1.46.2"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
HELLO = json.dumps([{"role": "user", "content": [{"text": "Hello."}]}])

Aws = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def awscli_folder(request: pytest.FixtureRequest) -> Path:
    """An installed AWS CLI."""
    cache = request.config.cache.mkdir("awscli")
    return prepared(cache, "awscli", AWSCLI + sys.version, lambda folder: pip_install(folder, AWSCLI))


@pytest.fixture
def aws(lab: LabClient, awscli_folder: Path) -> Aws:
    """Runs one `aws` command against the lab."""
    path = [str(awscli_folder), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "AWS_MAX_ATTEMPTS": "1"}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "awscli", *arguments, "--output", "json"]
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    return run


def answer_of(done: "subprocess.CompletedProcess[str]") -> Any:
    """The JSON that a successful command printed."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_cli_lists_the_foundation_models_that_boto3_lists(aws: Aws, bedrock: Any) -> None:
    listed = answer_of(aws("bedrock", "list-foundation-models", "--by-provider", "anthropic"))

    expected = bedrock.list_foundation_models(byProvider="anthropic")["modelSummaries"]
    assert [model["modelId"] for model in listed["modelSummaries"]] == [
        model["modelId"] for model in expected
    ]
    assert expected


def test_the_cli_fetches_one_model(aws: Aws) -> None:
    details = answer_of(aws("bedrock", "get-foundation-model", "--model-identifier", CLAUDE))["modelDetails"]

    assert details["modelId"] == CLAUDE


def test_the_cli_pages_through_the_inference_profiles(aws: Aws, lab: LabClient, bedrock: Any) -> None:
    everything = bedrock.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]
    lab.clear_journal()

    listed = answer_of(aws("bedrock", "list-inference-profiles", "--page-size", "20"))[
        "inferenceProfileSummaries"
    ]

    requests = lab.journal(operation="ListInferenceProfiles")
    assert [it["inferenceProfileId"] for it in listed] == [it["inferenceProfileId"] for it in everything]
    assert len(requests) == -(-len(everything) // 20)
    assert all("maxResults=20" in request["query"] for request in requests)


def test_the_cli_makes_a_guardrail_that_boto3_reads(aws: Aws, bedrock: Any) -> None:
    created = answer_of(
        aws(
            *("bedrock", "create-guardrail", "--name", "from-the-cli"),
            *("--blocked-input-messaging", "No.", "--blocked-outputs-messaging", "No."),
            *("--word-policy-config", json.dumps({"wordsConfig": [{"text": "cactus"}]})),
        )
    )

    found = bedrock.get_guardrail(guardrailIdentifier=created["guardrailArn"])
    assert (found["name"], created["version"]) == ("from-the-cli", "DRAFT")
    assert found["wordPolicy"]["words"] == [{"text": "cactus"}]


def test_the_cli_converses(aws: Aws) -> None:
    answer = answer_of(aws("bedrock-runtime", "converse", "--model-id", CLAUDE, "--messages", HELLO))

    assert answer["output"]["message"]["content"][0]["text"]
    assert answer["stopReason"] == "end_turn"


def test_the_cli_invokes_an_embedding_model_into_a_file(aws: Aws, tmp_path: Path) -> None:
    request, answer = tmp_path / "request.json", tmp_path / "answer.json"
    request.write_text(json.dumps({"inputText": "hello", "dimensions": 256}))
    model = ("--model-id", "amazon.titan-embed-text-v2:0", "--body", f"fileb://{request}")

    printed = answer_of(aws("bedrock-runtime", "invoke-model", *model, str(answer)))

    assert printed["contentType"] == "application/json"
    assert len(json.loads(answer.read_text())["embedding"]) == 256


def test_the_cli_counts_tokens_as_boto3_does(aws: Aws, runtime: Any) -> None:
    model, question = "anthropic.claude-sonnet-4-20250514-v1:0", {"converse": {"messages": json.loads(HELLO)}}
    counted = answer_of(
        aws("bedrock-runtime", "count-tokens", "--model-id", model, "--input", json.dumps(question))
    )

    assert counted == {"inputTokens": runtime.count_tokens(modelId=model, input=question)["inputTokens"]}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(
            ("bedrock", "get-inference-profile", "--inference-profile-identifier", "us.nobody.nothing-v1:0"),
            "ResourceNotFoundException",
            id="an unknown profile",
        ),
        pytest.param(
            ("bedrock-runtime", "converse", "--model-id", "nobody.nothing-v1:0", "--messages", HELLO),
            "ValidationException",
            id="an unknown model",
        ),
    ],
)
def test_a_refusal_ends_the_cli_with_its_service_error_code(
    aws: Aws, arguments: tuple[str, ...], code: str
) -> None:
    refused = aws(*arguments)

    assert refused.returncode not in (0, 1, 2), "1 and 2 stand for errors of the CLI itself"
    assert f"({code})" in refused.stderr
