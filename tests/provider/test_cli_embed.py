import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from bedrock_provider import EmbeddingResult, Usage
from bedrock_provider.cli import main
from bedrock_provider.commands.embed import vectors_table
from tests.provider.server import Aws, running

TITAN = "POST /model/amazon.titan-embed-text-v9/invoke"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with running() as server:
        server.says(TITAN, {"embedding": [3, 4], "inputTextTokenCount": 5})
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE12")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-access-key")
        yield server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["embed", "--model", "amazon.titan-embed-text-v9", *arguments])


def test_a_program_gets_a_line_of_numbers_for_each_text(aws: Aws) -> None:
    done = run("one", "", "two", "--region", "eu-west-1")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "0.6\t0.8\n\n0.6\t0.8\n", "")
    assert "/eu-west-1/bedrock/" in aws.asked(TITAN)[0]["authorization"]


@pytest.mark.usefixtures("aws")
def test_json_holds_vectors_model_dimensions_and_usage() -> None:
    document = json.loads(run("one", "--json").stdout)
    assert document == {
        "vectors": [[0.6, 0.8]],
        "model": "amazon.titan-embed-text-v9",
        "dimensions": 2,
        "usage": {"input": 5, "output": 0, "cacheRead": 0, "cacheWrite": 0, "totalTokens": 5},
    }


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "Missing argument 'TEXT...'"),
        (("hi", "--model", "acme.chat"), 'model: "acme.chat" is no known embedding model'),
        (
            ("hi", "--model", "amazon.titan-embed-text-v2:0", "--dimensions", "300"),
            "valid values: 256, 512, 1024",
        ),
        (("hi", "--purpose", "search"), "'search' is not one of 'document', 'query'"),
        (("hi", "--config", "my.json"), "agents.defaults.memorySearch.modle: unknown key"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_a_usage_error(home: Path, arguments: tuple[str, ...], problem: str) -> None:
    (home / "my.json").write_text('{agents: {defaults: {memorySearch: {modle: "x"}}}}')
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert problem in done.stderr


def test_a_refusal_is_told_and_fails(aws: Aws) -> None:
    aws.says(TITAN, {"message": "No."}, status=403, error="AccessDeniedException")
    done = run("one")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "Error: AccessDeniedException: No.\n")


def test_a_person_gets_the_beginning_of_each_vector() -> None:
    result = EmbeddingResult(vectors=((0.5,) * 4 + (0.0,), ()), model="m", dimensions=5, usage=Usage(input=3))
    page = StringIO()
    Console(file=page, width=80).print(vectors_table(("[bold]text", " "), result))
    heading, row, *_, caption = page.getvalue().splitlines()
    assert heading.split() == ["Text", "Numbers", "Vector"]
    assert row.split() == ["[bold]text", "5", "+0.5000", "+0.5000", "+0.5000", "+0.5000", "…"]
    assert caption.strip() == "m, 3 tokens"
