import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from bedrock_provider import Cost, ModelInfo
from bedrock_provider.cli import main, models_table
from tests.provider.listings import model, profile
from tests.provider.server import Aws, running

EXPLICIT = '{models: {providers: {"amazon-bedrock": {models: [{id: "acme.chat", contextWindow: 200000}]}}}}'


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with running() as server:
        server.says("GET /foundation-models", {"modelSummaries": [model("acme.chat", modelName="Chat")]})
        profiles = [profile("us.acme.chat", "acme.chat", inferenceProfileName="US Chat")]
        server.says("GET /inference-profiles", {"inferenceProfileSummaries": profiles})
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-access-key")
        yield server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["models", "list", *arguments])


@pytest.mark.usefixtures("aws")
def test_a_program_gets_tab_separated_lines() -> None:
    done = run()
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "acme.chat\tChat\ttext\t32K\t4096\t-",
        "us.acme.chat\tUS Chat\ttext\t32K\t4096\t-",
    ]


def test_json_holds_the_models_in_the_documented_words(aws: Aws) -> None:
    document = json.loads(run("--json", "--region", "eu-west-1").stdout)
    assert (document["count"], document["region"], document["stale"]) == (2, "eu-west-1", False)
    assert document["models"][0] == {
        "id": "acme.chat",
        "name": "Chat",
        "reasoning": False,
        "input": ["text"],
        "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
        "contextWindow": 32000,
        "maxTokens": 4096,
    }
    assert "/eu-west-1/" in aws.asked("GET /foundation-models")[0]["authorization"]


def test_configured_models_are_listed_without_asking_aws(aws: Aws, home: Path) -> None:
    (home / "my.json").write_text(EXPLICIT)
    assert run("--config", "my.json").stdout == "acme.chat\tacme.chat\ttext\t200K\t4096\t-\n"
    assert aws.requests == []


def test_without_a_marker_it_says_how_to_switch_discovery_on() -> None:
    done = run()
    assert (done.exit_code, done.stdout) == (0, "")
    assert "AWS_BEARER_TOKEN_BEDROCK" in done.stderr
    assert "discovery.enabled" in done.stderr


def test_a_refusal_is_told_and_fails(aws: Aws) -> None:
    aws.says("GET /foundation-models", {"message": "No."}, status=403, error="AccessDeniedException")
    done = run()
    assert (done.exit_code, done.stdout) == (1, "")
    assert "models could not be listed in us-east-1: AccessDeniedException: No." in done.stderr


def test_a_wrong_configuration_is_a_usage_error(home: Path) -> None:
    (home / "openclaw.json").write_text('{models: {bedrockDiscovery: {regoin: "x"}}}')
    done = run()
    assert done.exit_code == 2
    assert 'models.bedrockDiscovery.regoin: unknown key; did you mean "region"?' in done.stderr


def test_a_person_gets_a_table_with_whole_ids_even_when_it_is_narrow() -> None:
    model_id = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
    claude = ModelInfo(
        id=model_id,
        name="Global Claude Sonnet 4.5",
        reasoning=True,
        input=("text", "image"),
        cost=Cost(),
        context_window=1_000_000,
        max_tokens=65_536,
    )
    page = StringIO()
    Console(file=page, width=100).print(models_table([claude], 100))
    heading, row, *_ = page.getvalue().splitlines()
    assert heading.split() == ["Model", "Name", "Input", "Context", "Output", "Reasoning"]
    assert row.startswith(model_id)
    assert row.split()[-4:] == ["text+image", "1M", "65536", "yes"]

    page = StringIO()
    Console(file=page, width=80).print(models_table([claude], 80))
    heading, row = page.getvalue().splitlines()
    assert heading.split() == ["Model", "Input", "Context", "Output"]
    assert row.split() == [model_id, "text+image", "1M", "65536"]
