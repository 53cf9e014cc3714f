"""The boto3 shell, where the bytes of a real server matter."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from bedrock_provider import BedrockProvider, ProviderConfig, StreamRequest
from bedrock_provider import provider as provider_module
from tests.provider.listings import model
from tests.provider.server import Aws, Handler, running

MODELS, PROFILES = "GET /foundation-models", "GET /inference-profiles"
CONVERSE = "POST /model/acme.chat/converse-stream"
IMDS = "/latest/meta-data/iam/security-credentials/"
ON = {"plugins": {"entries": {"amazon-bedrock": {"config": {"discovery": {"enabled": True}}}}}}
ASK = StreamRequest(model="acme.chat", messages=[{"role": "user", "content": "hi"}])


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """A server that lists one model, in the environment of a machine without credentials."""
    with running() as server:
        server.says(MODELS, {"modelSummaries": [model("acme.chat")]})
        server.says(PROFILES, {"inferenceProfileSummaries": []})
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", server.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        yield server


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", " AKIAEXAMPLEEXAMPLE12 ")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-access-key")


@pytest.fixture
def provider() -> Iterator[BedrockProvider]:
    discovering = BedrockProvider(ProviderConfig.from_mapping(ON))
    yield discovering
    discovering.close()


def listed(provider: BedrockProvider) -> tuple[list[str], tuple[str, ...]]:
    catalog = provider.discover(force=True)
    assert catalog is not None
    return [each.id for each in catalog.models], catalog.warnings


def test_without_credentials_nothing_is_sent(aws: Aws, provider: BedrockProvider) -> None:
    models, (warning,) = listed(provider)
    assert (models, aws.requests) == ([], [])
    assert "NoCredentialsError" in warning


@pytest.mark.parametrize("profile", ["default", " default ", "", "  "])
def test_the_profile_default_need_not_exist_for_an_instance_role(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    role = {"AccessKeyId": "ASIAROLE", "SecretAccessKey": "s", "Token": "role-token", "Code": "Success"}
    aws.answers["PUT /latest/api/token"] = lambda handler: handler.reply(b"imds-token")
    aws.answers[f"GET {IMDS}"] = lambda handler: handler.reply(b"the-role")
    aws.says(f"GET {IMDS}the-role", {**role, "Expiration": "2999-01-01T00:00:00Z"})
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws.url)
    monkeypatch.setenv("AWS_PROFILE", profile)
    assert listed(provider) == (["acme.chat"], ())
    (request,) = aws.asked(MODELS)
    assert "Credential=ASIAROLE/" in request["authorization"]
    assert request["x-amz-security-token"] == "role-token"


def test_another_profile_that_does_not_exist_is_a_warning(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    models, (warning,) = listed(provider)
    assert models == []
    assert "ProfileNotFound: The config profile (nobody) could not be found" in warning


@pytest.mark.usefixtures("keys")
def test_a_blank_bearer_token_is_none_and_keys_are_trimmed(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "  ")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-token")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert listed(provider) == (["acme.chat"], ())
    (request,) = aws.asked(MODELS)
    assert request["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE12/")
    assert "/eu-west-1/bedrock/aws4_request" in request["authorization"]
    assert request["x-amz-security-token"] == "session-token"


@pytest.mark.usefixtures("keys")
def test_a_bearer_token_is_not_sent_in_the_clear(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bearer-token-value")
    _, (warning,) = listed(provider)
    assert "HTTPS" in warning
    assert aws.requests == []


@pytest.mark.usefixtures("keys")
def test_no_secret_comes_back_in_an_error(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "very-secret-session-token")
    echo = "The canonical string was x-amz-security-token:very-secret-session-token very-secret-access-key"
    for route in (MODELS, CONVERSE):
        aws.says(route, {"message": echo}, status=403, error="InvalidSignatureException")
    *_, last = provider.stream(ASK)
    _, (warning,) = listed(provider)
    for shown in (warning, repr(last), str(last.to_json())):
        assert "very-secret" not in shown
        assert "x-amz-security-token:***" in shown


@pytest.mark.usefixtures("keys")
def test_a_custom_base_url_is_the_endpoint(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9")
    document = {"models": {"providers": {"amazon-bedrock": {"baseUrl": aws.url}}}}
    provider = BedrockProvider(ProviderConfig.from_mapping(document))
    list(provider.stream(ASK))
    provider.close()
    assert len(aws.asked(CONVERSE)) == 1


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("variable", "value", "category"),
    [
        ("AWS_REGION", "no such region", "validation"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "nonsense", "validation"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:9", "network"),
    ],
)
def test_an_unusable_environment_is_an_error_event(
    aws: Aws,
    provider: BedrockProvider,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    category: str,
) -> None:
    monkeypatch.setenv(variable, value)
    *_, last = provider.stream(ASK)
    assert last.error is not None
    assert last.error.category == category


@pytest.mark.usefixtures("keys")
def test_a_list_that_never_answers_runs_into_the_deadline(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "DISCOVERY_DEADLINE", 0.05)
    release = threading.Event()

    def late(handler: Handler) -> None:
        release.wait(10)
        handler.reply(b"{}")

    aws.answers[MODELS] = late
    models, (warning,) = listed(provider)
    release.set()
    assert models == []
    assert "ListFoundationModels gave no answer within 0.05 s" in warning


@pytest.mark.usefixtures("keys")
def test_cancelling_from_another_thread_ends_a_silent_stream_and_its_connection(
    aws: Aws, provider: BedrockProvider
) -> None:
    answering, hung_up = threading.Event(), threading.Event()

    def silent(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/vnd.amazon.eventstream")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        answering.set()
        with suppress(ConnectionError):
            handler.rfile.read(1)
        hung_up.set()

    aws.answers[CONVERSE] = silent
    events: list[Any] = []
    call = provider.stream(ASK)
    reader = threading.Thread(target=lambda: events.extend(call))
    reader.start()
    assert answering.wait(10)
    call.close()
    reader.join(10)
    assert [event.reason for event in events] == [None, "aborted"]
    assert hung_up.wait(10)


@pytest.mark.usefixtures("keys")
def test_credentials_and_endpoint_are_read_at_each_call(
    aws: Aws, provider: BedrockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(provider)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAROTATEDROTATED12")
    listed(provider)
    keys = [request["authorization"].split("Credential=")[1].split("/")[0] for request in aws.asked(MODELS)]
    assert keys == ["AKIAEXAMPLEEXAMPLE12", "AKIAROTATEDROTATED12"]
