"""`agents.defaults.memorySearch`, and whether memory search embeds with Bedrock."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bedrock_provider import BedrockProvider, ConfigError, MemorySearchConfig, ProviderConfig
from tests.provider.server import Aws, Handler, running

TOKEN, ROLES = "PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/"
ROLE = {"Code": "Success", "AccessKeyId": "ASIAROLE", "SecretAccessKey": "s", "Token": "t"}


def document(**members: Any) -> dict[str, Any]:
    return {"agents": {"defaults": {"memorySearch": members}}}


def configured(**members: Any) -> ProviderConfig:
    return ProviderConfig.from_mapping(document(**members))


@pytest.fixture
def choose() -> Iterator[Callable[..., tuple[bool, str]]]:
    """The choice of a new provider, as after a restart of the user's program."""
    providers: list[BedrockProvider] = []

    def of(**members: Any) -> tuple[bool, str]:
        providers.append(BedrockProvider(configured(**members)))
        choice = providers[-1].memory_search()
        return choice.is_selected, choice.reason

    yield of
    for provider in providers:
        provider.close()


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An instance metadata service that knows no role yet, on a machine without credentials."""
    with running() as server:
        server.answers[TOKEN] = lambda handler: handler.reply(b"imds-token")
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        yield server


def say_nothing(handler: Handler) -> None:
    """Wait until the client hangs up."""
    handler.rfile.read(1)


def has_role(metadata: Aws) -> None:
    metadata.answers[ROLES] = lambda handler: handler.reply(b"the-role")
    metadata.says(f"{ROLES}the-role", {**ROLE, "Expiration": "2999-01-01T00:00:00Z"})


@pytest.mark.parametrize(
    ("members", "read"),
    [
        ({}, MemorySearchConfig()),
        (
            {"provider": " Bedrock ", "model": "us.cohere.embed-v4:0", "outputDimensionality": 512},
            MemorySearchConfig(provider="amazon-bedrock", model="us.cohere.embed-v4:0", dimensions=512),
        ),
        (
            {"provider": "aws-bedrock", "remote": {"baseUrl": "https://vpce.example", "batch": {}}},
            MemorySearchConfig(provider="amazon-bedrock", base_url="https://vpce.example"),
        ),
        ({"enabled": False, "query": {"maxResults": 9}}, MemorySearchConfig(enabled=False)),
        ({"provider": "auto", "remote": {"apiKey": "for another"}}, MemorySearchConfig()),
        (
            {"provider": "openai", "model": "text-embedding-3-small", "remote": {"apiKey": "for another"}},
            MemorySearchConfig(provider="openai"),
        ),
    ],
    ids=str,
)
def test_the_section_is_read_as_far_as_it_is_about_bedrock(
    members: dict[str, Any], read: MemorySearchConfig
) -> None:
    assert configured(**members).memory_search == read


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"modle": "x"}, r'modle: unknown key; did you mean "model"\?'),
        ({"provider": 7}, "provider: must be a text"),
        ({"provider": "bedrock", "outputDimensionality": 0}, "outputDimensionality: must be at least 1"),
        ({"provider": "bedrock", "remote": {"apiKey": "AKIA"}}, "remote.apiKey: credentials come from"),
        ({"provider": "bedrock", "remote": {"baseUrl": "vpce"}}, "remote.baseUrl: must begin with https"),
        ({"provider": "bedrock", "remote": {"url": "x"}}, "remote.url: unknown key"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_by_its_path(members: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=rf"^agents\.defaults\.memorySearch\.{problem}"):
        configured(**members)


@pytest.mark.parametrize(
    ("members", "choice"),
    [
        ({"provider": "bedrock"}, (True, 'agents.defaults.memorySearch.provider is "amazon-bedrock"')),
        ({"provider": "openai"}, (False, 'agents.defaults.memorySearch.provider is "openai"')),
        ({"provider": "none"}, (False, 'agents.defaults.memorySearch.provider is "none"')),
        (
            {"provider": "bedrock", "enabled": False},
            (False, "agents.defaults.memorySearch.enabled is false"),
        ),
    ],
    ids=str,
)
def test_a_provider_that_is_named_is_the_choice_without_a_question_to_anybody(
    metadata: Aws, choose: Callable[..., Any], members: dict[str, Any], choice: tuple[bool, str]
) -> None:
    assert choose(**members) == choice
    assert metadata.requests == []


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"AWS_BEARER_TOKEN_BEDROCK": "k"}, "env: AWS_BEARER_TOKEN_BEDROCK"),
        (
            {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"},
            "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY",
        ),
    ],
    ids=str,
)
def test_credentials_in_the_environment_are_believed_without_a_question_to_anybody(
    metadata: Aws,
    choose: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    reason: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose(provider="auto") == (True, reason)
    assert metadata.requests == []


def test_auto_chose_bedrock_without_credentials_and_the_first_embedding_failed(
    metadata: Aws, choose: Callable[..., Any]
) -> None:
    """openclaw#71143"""
    chosen, reason = choose(provider="auto")
    assert not chosen
    assert reason.startswith("no AWS credentials: AWS_BEARER_TOKEN_BEDROCK is unset or blank; ")
    assert reason.endswith("aws-sdk default chain finds none")


def test_the_memory_probe_kept_calling_the_instance_metadata_service(
    metadata: Aws, choose: Callable[..., Any]
) -> None:
    """openclaw#64891: it is asked once in a process, whatever it says and however many providers there are."""
    assert [choose()[0] for _ in range(3)] == [False] * 3
    asked = len(metadata.requests)
    has_role(metadata)
    assert not choose(provider="auto")[0]
    assert (len(metadata.requests), len(metadata.asked(TOKEN))) == (asked, 1)


def test_the_memory_probe_called_the_instance_metadata_service_although_it_was_switched_off(
    metadata: Aws, choose: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """openclaw#64891"""
    has_role(metadata)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", " True ")
    assert not choose(provider="auto")[0]
    assert metadata.requests == []


def test_an_instance_role_is_found_where_nothing_else_is(metadata: Aws, choose: Callable[..., Any]) -> None:
    has_role(metadata)
    assert choose(provider="auto") == (True, "aws-sdk default chain (iam-role)")


def test_a_broken_metadata_service_is_not_tried_again(
    metadata: Aws, choose: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "5")
    metadata.says(TOKEN, {}, status=500)
    metadata.says(ROLES, {}, status=500)
    assert not choose(provider="auto")[0]
    assert (len(metadata.asked(TOKEN)), len(metadata.asked(ROLES))) == (1, 1)


def test_a_metadata_service_that_never_answers_costs_a_second(
    metadata: Aws, choose: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bedrock_provider.probe.METADATA_SECONDS", 0.05)
    metadata.answers[TOKEN] = metadata.answers[ROLES] = say_nothing
    assert not choose(provider="auto")[0]
    assert len(metadata.asked(TOKEN)) == 1


def test_a_profile_is_believed_when_it_gives_credentials(
    metadata: Aws, choose: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    (home / "credentials").write_text("[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert choose(provider="auto") == (True, "env: AWS_PROFILE (shared-credentials-file)")
    monkeypatch.setenv("AWS_PROFILE", "gone")
    chosen, reason = choose(provider="auto")
    assert not chosen
    assert "ProfileNotFound" in reason
    assert metadata.requests == []


def test_the_answer_of_the_chain_is_believed_for_five_minutes(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    asked: list[str] = []
    now = 0.0
    provider = BedrockProvider(clock=lambda: now)
    monkeypatch.setattr(
        "bedrock_provider.client.credential_source",
        lambda _session, *, may_ask_metadata: asked.append(f"{now} {may_ask_metadata}"),
    )
    for now in (0.0, 299.9, 300.0, 599.9):  # noqa: B007  # the provider's clock reads it
        provider.memory_search()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "another"))
    provider.memory_search()
    provider.close()
    assert asked == ["0.0 False", "300.0 False", "599.9 False"]


def test_a_chain_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr("bedrock_provider.provider.LOOKUP_DEADLINE", 0.01)
    monkeypatch.setattr("bedrock_provider.client.credential_source", lambda *_, **__: over.wait(5))
    provider = BedrockProvider()
    assert "the credential chain gave no answer within 0.01 s" in provider.memory_search().reason
    over.set()
    provider.close()
