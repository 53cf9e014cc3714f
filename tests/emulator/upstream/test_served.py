"""An upstream behind the whole pipeline, in process: what is kept of its key, and who answers without a rule."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from bedrock_emulator.cli import main
from bedrock_emulator.commands.upstream import upstream_document
from bedrock_emulator.config import Settings
from bedrock_emulator.errors import ConfigError
from bedrock_emulator.http.app import create_app
from tests.upstream_server import Exchange, UpstreamServer, upstream_server

KEY = "sk-0123456789abcdef"
NOVA = "amazon.nova-lite-v1:0"
BODY = {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}


def served(server: UpstreamServer, **settings: Any) -> FlaskClient:
    """A server whose models the upstream speaks for."""
    document = {"baseUrl": server.url, "apiKeyEnv": "MY_API_KEY"}
    return create_app(Settings(auth="off", upstream=document, **settings)).test_client()


def converse(http: FlaskClient, operation: str = "converse") -> Any:
    return http.post(f"/model/{NOVA}/{operation}", json=BODY)


def hello(exchange: Exchange) -> None:
    exchange.begin()
    exchange.say("stop", content="Hello from the upstream")
    exchange.done()


def test_an_upstream_of_the_server_answers_what_no_rule_of_any_lab_matches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MY_API_KEY", KEY)
    with upstream_server() as server:
        server.script = hello
        http = served(server)
        assert "Hello from the upstream" in converse(http).text
        rules = [{"when": {"lastUserText": {"equals": "other"}}, "reply": "scripted"}]
        put = http.put("/_emulator/labs/default/scenario", json={"version": 1, "rules": rules})
        assert put.status_code == 200
        assert "Hello from the upstream" in converse(http).text
        http.put("/_emulator/labs/default/scenario", json={"version": 1, "rules": [{"reply": "scripted"}]})
        assert "scripted" in converse(http).text


def test_a_strict_server_refuses_what_no_rule_matches_all_the_same():
    with upstream_server() as server:
        answer = converse(served(server, strict_scenarios=True))
        assert (answer.status_code, server.asked) == (400, [])


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
def test_the_key_is_in_nothing_that_is_shown(
    operation: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level("DEBUG")
    monkeypatch.setenv("MY_API_KEY", KEY)
    with upstream_server() as server:
        http = served(server)
        for script in (
            hello,
            lambda it: it.refuse(401, {"error": f"no such key: {KEY}"}),
            lambda it: it.begin(),
        ):
            server.script = script
            shown = converse(http, operation).data
            assert KEY.encode() not in shown
        assert [each.headers["authorization"] for each in server.asked] == [f"Bearer {KEY}"] * 3
    journal = http.get("/_emulator/labs/default/journal").text
    assert json.loads(journal)["entries"]
    assert KEY not in journal
    assert caplog.records
    assert KEY not in caplog.text
    assert KEY not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("options", "document"),
    [
        ((None, None, None), None),
        (("http://h/v1", None, None), {"baseUrl": "http://h/v1"}),
        (
            ("http://h/v1", "m", "A_API_KEY"),
            {"baseUrl": "http://h/v1", "model": "m", "apiKeyEnv": "A_API_KEY"},
        ),
    ],
    ids=["none", "address", "all"],
)
def test_the_options_of_serve_are_an_upstream(options: tuple[str | None, ...], document: Any):
    assert upstream_document(*options) == document


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((None, "m", None), "--upstream-model needs --upstream"),
        (("ftp://h", None, None), "--upstream: must be an address such as http://"),
        (("http://u:p@h", None, None), "--upstream: must not hold a user"),
        (("http://h", None, "SECRET"), "--upstream-key-env: must be the name of an environment variable"),
    ],
    ids=["model alone", "scheme", "password", "variable"],
)
def test_options_that_cannot_be_followed_are_named(options: tuple[str | None, ...], words: str):
    with pytest.raises(ConfigError, match=words):
        upstream_document(*options)


def test_serve_does_not_start_with_them():
    result = CliRunner().invoke(main, ["serve", "--upstream", "http://h/v1?key=abc"])
    assert result.exit_code == 1
    assert "--upstream: must end before any '?'" in result.output
    assert "abc" not in result.output
