"""What a rule may say of its upstream."""

from typing import Any

import pytest

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.state.upstreams import compile_upstream
from tests.emulator.state.asking import ask, scenario
from tests.emulator.state.samples import CLAUDE

LOCAL = "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (LOCAL, f"{LOCAL}/chat/completions"),
        (f"{LOCAL}/", f"{LOCAL}/chat/completions"),
        (f"{LOCAL}/chat/completions", f"{LOCAL}/chat/completions"),
        ("https://[::1]:8443", "https://[::1]:8443/chat/completions"),
    ],
    ids=["plain", "slash", "whole", "IPv6"],
)
def test_the_chat_completions_are_below_the_base_url(base: str, url: str):
    assert compile_upstream({"baseUrl": base}).url == url


@pytest.mark.parametrize(
    ("members", "path", "words"),
    [
        pytest.param({"baseUrl": "ftp://host/v1"}, "baseUrl", "must match", id="scheme"),
        pytest.param({"baseUrl": "file:///etc/passwd"}, "baseUrl", "must match", id="file"),
        pytest.param({"baseUrl": "http://"}, "baseUrl", "must match", id="no host"),
        pytest.param({"baseUrl": "http:///v1"}, "baseUrl", "http or https address", id="path alone"),
        pytest.param({"baseUrl": "http://host:99999"}, "baseUrl", "valid host and port", id="port"),
        pytest.param({"baseUrl": "http://[::1"}, "baseUrl", "valid host and port", id="bracket"),
        pytest.param({"baseUrl": "http://a:pass@host"}, "baseUrl", "user or password", id="password"),
        pytest.param({"baseUrl": "http://host/v1?key=abc"}, "baseUrl", "before any", id="query"),
        pytest.param({"apiKeyEnv": "AWS_SECRET_ACCESS_KEY"}, "apiKeyEnv", "must match", id="another secret"),
        pytest.param(
            {"headers": {"Authorization": "Bearer x"}}, "headers.Authorization", "apiKeyEnv", id="key"
        ),
        pytest.param({"headers": {"Host": "x"}}, "headers.Host", "sets this header itself", id="own header"),
        pytest.param(
            {"headers": {"X-A": "a\r\nb: c"}}, "headers.X-A", "must match", id="line end in a header"
        ),
        pytest.param({"headers": {"X A": "a"}}, "headers", "must match", id="name of a header"),
        pytest.param({"timeoutSeconds": 0}, "timeoutSeconds", "more than 0", id="no time"),
        pytest.param({"modle": "x"}, "modle", "did you mean 'model'", id="unknown"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_place(members: dict[str, Any], path: str, words: str):
    with pytest.raises(AdminError, match=words) as refused:
        scenario({"upstream": {"baseUrl": LOCAL, **members}})
    assert refused.value.path == f"rules[0].upstream.{path}"
    assert "pass@" not in refused.value.message
    assert "abc" not in refused.value.message


@pytest.mark.parametrize(
    "rule",
    [
        {"upstream": {"baseUrl": LOCAL}, "reply": "a"},
        {"upstream": {"baseUrl": LOCAL}, "sequence": ["a"]},
        {"sequence": [{"upstream": {"baseUrl": LOCAL}, "reply": "a"}]},
    ],
    ids=["reply", "sequence", "step"],
)
def test_an_upstream_stands_in_place_of_other_answers(rule: dict[str, Any]):
    with pytest.raises(AdminError, match="cannot stand beside"):
        scenario(rule)


def test_a_step_of_a_sequence_may_be_an_upstream():
    throttled = {"fault": {"error": {"code": "ThrottlingException"}}}
    (rule,) = scenario({"sequence": [throttled, {"upstream": {"baseUrl": LOCAL}}]}).rules
    assert rule.steps[1].reply == compile_upstream({"baseUrl": LOCAL})


@pytest.mark.parametrize(
    ("members", "name"),
    [
        pytest.param({}, CLAUDE, id="the id itself"),
        pytest.param({"model": "llama3.2"}, "llama3.2", id="one for all"),
        pytest.param({"models": {"amazon.*": "a", "*claude*": "b", "*": "c"}}, "b", id="the first that fits"),
        pytest.param({"models": {"us.*": "by profile"}}, "by profile", id="name of the profile"),
        pytest.param({"models": {"amazon.*": "a"}, "model": "rest"}, "rest", id="the others"),
    ],
)
def test_the_upstream_has_a_name_for_the_model(members: dict[str, Any], name: str):
    request = ask(names=(f"us.{CLAUDE}", CLAUDE))
    assert compile_upstream({"baseUrl": LOCAL, **members}).model_for(request) == name


def test_a_model_without_a_name_is_refused():
    upstream = compile_upstream({"baseUrl": LOCAL, "models": {"amazon.*": "a"}})
    with pytest.raises(AwsError, match=f"no entry for {CLAUDE} in `models`"):
        upstream.model_for(ask())


def test_the_headers_are_not_shown():
    assert "tenant" not in repr(compile_upstream({"baseUrl": LOCAL, "headers": {"X-Team": "tenant"}}))
