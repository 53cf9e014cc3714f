"""What the shell around an upstream does with what it meets there."""

import json
from typing import Any

import pytest
import requests
import responses

from bedrock_emulator.errors import AwsError
from bedrock_emulator.reply.collect import reply_of
from bedrock_emulator.state.upstreams import compile_upstream
from bedrock_emulator.upstream import client
from tests.emulator.state.asking import ask as request_of
from tests.emulator.state.samples import api
from tests.upstream_server import Exchange, UpstreamServer, upstream_server

BASE = "http://upstream.test/v1"
URL = f"{BASE}/chat/completions"
KEY = "sk-0123456789abcdef"
HELLO = b'data: {"choices": [{"delta": {"content": "Hello"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'


def ask(operation: str = "Converse", *, environ: dict[str, str] | None = None, **members: Any) -> Any:
    return client.ask(
        compile_upstream({"baseUrl": BASE, **members}),
        request_of(operation=operation),
        operation=api().operations[operation],
        environ=environ or {},
        clock=lambda: 0.0,
    )


def failure(*args: Any, **members: Any) -> AwsError:
    """What an exchange fails with, at its start or within it."""
    with pytest.raises(AwsError) as failed:
        reply_of(ask(*args, **members))
    assert URL in failed.value.message
    return failed.value


@responses.activate
def test_an_answer_is_read():
    responses.post(URL, body=HELLO, content_type="text/event-stream; charset=utf-8")
    assert reply_of(ask(model="llama3.2")).blocks == ({"text": "Hello"},)
    request = responses.calls[0].request
    assert json.loads(request.body or b"")["model"] == "llama3.2"
    assert "Authorization" not in request.headers


@responses.activate
def test_an_answer_in_one_piece_is_read_too():
    whole = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}
    responses.post(URL, json=whole)
    assert reply_of(ask()).blocks == ({"text": "Hello"},)


@responses.activate
def test_the_key_is_sent_and_headers_are():
    responses.post(URL, body=HELLO, content_type="text/event-stream")
    reply_of(ask(environ={"MY_API_KEY": f" {KEY}\n"}, apiKeyEnv="MY_API_KEY", headers={"X-Team": "blue"}))
    headers = responses.calls[0].request.headers
    assert (headers["Authorization"], headers["X-Team"]) == (f"Bearer {KEY}", "blue")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (400, "ValidationException", "cannot take this request for its model 'llama'"),
        (401, "ModelErrorException", "apiKeyEnv"),
        (404, "ModelErrorException", "has the model 'llama'"),
        (408, "ModelTimeoutException", "log"),
        (413, "ValidationException", "cannot take this request"),
        (429, "ThrottlingException", "log"),
        (500, "ModelErrorException", "log"),
        (503, "ServiceUnavailableException", "log"),
        (302, "ModelErrorException", "Redirects are not followed"),
    ],
)
@responses.activate
def test_a_status_becomes_an_error_that_the_operation_models(status: int, code: str, words: str):
    headers = {"Location": "http://elsewhere.test/", "Retry-After": "2"}
    responses.post(URL, status=status, json={"error": {"message": "because"}}, headers=headers)
    error = failure(model="llama")
    assert error.code == code
    assert code in api().operations["Converse"].errors
    assert f"status {status}: because" in error.message
    assert words in error.message
    assert error.headers == ((("x-amz-retry-after", "2000"),) if status == 429 else ())
    original = {"originalStatusCode": status, "resourceName": "llama"}
    assert error.members == (original if code == "ModelErrorException" else {})
    assert len(responses.calls) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "model not found"}', "model not found"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"message": "no"}', "no"),
        (b"<html>\n  Bad Gateway", "<html> Bad Gateway"),
        (b"x" * 9000, "x" * 500 + " …"),
        (b"[]", "[]"),
    ],
    ids=["text", "detail", "message", "page", "long", "list"],
)
@responses.activate
def test_what_the_upstream_says_about_an_error_is_passed_on(body: bytes, said: str):
    responses.post(URL, status=502, body=body)
    assert f"status 502: {said} Its own log" in failure().message


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        pytest.param(
            requests.ConnectTimeout(), "ServiceUnavailableException", "within 5 seconds", id="connect"
        ),
        pytest.param(requests.ReadTimeout(), "ModelTimeoutException", "timeoutSeconds", id="read"),
        pytest.param(requests.ConnectionError(), "ServiceUnavailableException", "before there was", id="cut"),
    ],
)
@responses.activate
def test_no_answer_becomes_an_error(error: Exception, code: str, words: str):
    responses.post(URL, body=error)
    failed = failure()
    assert failed.code == code
    assert words in failed.message


def test_a_refused_connection_is_named():
    with upstream_server() as gone:
        url = gone.url
    error = failure_of_url(url)
    assert error.code == "ServiceUnavailableException"
    assert f"{url}/chat/completions cannot be reached: Connection refused. Start it" in error.message


def test_an_address_that_is_none_is_named():
    assert (
        "cannot be reached: its host is not a valid name" in failure_of_url(f"http://{'a' * 70}.test").message
    )


def failure_of_url(url: str) -> AwsError:
    with pytest.raises(AwsError) as failed:
        client.ask(
            compile_upstream({"baseUrl": url}),
            request_of(),
            operation=api().operations["Converse"],
            environ={},
        )
    return failed.value


CUT = b'data: {"choices": [{"delta": {"content": "Hel"}}]}\n\n'


@pytest.mark.parametrize(
    ("operation", "code", "members"),
    [
        ("Converse", "ModelErrorException", {"resourceName": "anthropic.claude-sonnet-4-5-20250929-v1:0"}),
        (
            "ConverseStream",
            "ModelStreamErrorException",
            {"originalMessage": "broke off in the middle of its answer"},
        ),
    ],
)
@responses.activate
def test_an_answer_that_breaks_off_is_an_error_of_the_stream_or_of_the_whole(
    operation: str, code: str, members: dict[str, Any]
):
    responses.post(URL, body=CUT, content_type="text/event-stream")
    error = failure(operation)
    assert (error.code, error.members) == (code, members)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(CUT + b"data: {\n\n", "not JSON", id="malformed"),
        pytest.param(
            CUT + b'data: {"error": {"message": "oom", "code": 507}}\n\n',
            "reported an error: oom",
            id="error",
        ),
        pytest.param(b"<html></html>", "sent nothing that is an answer", id="no events"),
        pytest.param(CUT + b"data: " + b"x" * 5_000_000, "sent a line of more than", id="long line"),
    ],
)
@responses.activate
def test_a_stream_that_makes_no_sense_is_named(body: bytes, words: str):
    responses.post(URL, body=body, content_type="text/event-stream")
    error = failure("ConverseStream")
    assert error.code == "ModelStreamErrorException"
    assert words in error.message
    assert error.members.get("originalStatusCode") == (507 if "reported" in words else None)


@responses.activate
def test_an_answer_without_measure_is_cut(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "MAX_ANSWER", 100)
    responses.post(URL, body=b": keep alive\n" * 50 + HELLO, content_type="text/event-stream")
    assert "sent more than 100 bytes" in failure().message


@responses.activate
def test_an_answer_that_drips_for_ever_is_cut():
    ticks = iter([0.0, 0.0, client.MAX_SECONDS + 1])
    responses.post(URL, body=HELLO, content_type="text/event-stream")
    answer = client.ask(
        compile_upstream({"baseUrl": BASE}),
        request_of(),
        operation=api().operations["Converse"],
        environ={},
        clock=lambda: next(ticks),
    )
    with pytest.raises(AwsError, match="took more than 3,600 seconds"):
        reply_of(answer)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("Converse", "ModelTimeoutException"),
        ("ConverseStream", "ModelStreamErrorException"),  # which models no timeout
        ("InvokeModelWithResponseStream", "ModelTimeoutException"),
    ],
)
def test_an_upstream_that_falls_silent_is_given_up(operation: str, code: str):
    def fall_silent(exchange: Exchange) -> None:
        exchange.begin()
        exchange.say(content="Hel")
        exchange.wait_until_left()

    with upstream_server() as server:
        server.script = fall_silent
        answer = client.ask(
            compile_upstream({"baseUrl": server.url, "timeoutSeconds": 0.05}),
            request_of(operation=operation),
            operation=api().operations[operation],
            environ={},
        )
        with pytest.raises(AwsError, match=r"nothing came for 0\.05 seconds") as failed:
            list(answer)
        assert failed.value.code == code
        assert server.left.wait(10)


def test_an_upstream_that_says_nothing_at_all_is_given_up():
    with upstream_server() as server:
        server.script = Exchange.wait_until_left
        with pytest.raises(AwsError, match="has not begun to answer") as failed:
            client.ask(
                compile_upstream({"baseUrl": server.url, "timeoutSeconds": 0.05}),
                request_of(),
                operation=api().operations["Converse"],
                environ={},
            )
    assert failed.value.code == "ModelTimeoutException"


@pytest.mark.parametrize(
    ("value", "problem"),
    [(None, "is not set"), ("  ", "is not set"), ("ké\ny", "holds characters that a header cannot carry")],
    ids=repr,
)
def test_a_key_that_cannot_be_sent_is_named_and_nothing_is_asked(value: str | None, problem: str):
    error = failure(environ={} if value is None else {"MY_API_KEY": value}, apiKeyEnv="MY_API_KEY")
    assert f"MY_API_KEY, which the rule's apiKeyEnv names, {problem}" in error.message
    assert "was not asked" in error.message


@pytest.mark.parametrize("operation", ["Converse", "ConverseStream"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(401, json.dumps({"error": f"bad key {KEY}"}).encode(), id="status"),
        pytest.param(200, CUT + b'data: {"error": "bad key ' + KEY.encode() + b'"}\n\n', id="event"),
    ],
)
@responses.activate
def test_a_key_that_the_upstream_repeats_is_in_no_error(operation: str, status: int, body: bytes):
    responses.post(URL, status=status, body=body, content_type="text/event-stream")
    error = failure(operation, environ={"MY_API_KEY": KEY}, apiKeyEnv="MY_API_KEY")
    assert "bad key [redacted]" in error.message
    assert KEY not in f"{error!r} {error} {error.members} {error.__cause__!r}"


def test_no_netrc_entry_takes_the_place_of_the_key(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with upstream_server() as server:
        server.script = _hello
        headers = [_headers_of(server), _headers_of(server, KEY)]
    assert [each.get("authorization") for each in headers] == [None, f"Bearer {KEY}"]


def _hello(exchange: Exchange) -> None:
    exchange.begin()
    exchange.say("stop", content="Hello")
    exchange.done()


def _headers_of(server: UpstreamServer, key: str | None = None) -> dict[str, str]:
    document = {"baseUrl": server.url} if key is None else {"baseUrl": server.url, "apiKeyEnv": "MY_API_KEY"}
    answer = client.ask(
        compile_upstream(document),
        request_of(),
        operation=api().operations["Converse"],
        environ={"MY_API_KEY": key or ""},
    )
    assert reply_of(answer).blocks == ({"text": "Hello"},)
    return server.asked[-1].headers
