from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_provider import ConfigError, ProviderConfig, load_config
from bedrock_provider.config import normalised_filter

PLUGIN = "plugins.entries.amazon-bedrock.config"
EXPLICIT = "models.providers.amazon-bedrock"
GUARDRAIL = {"guardrailIdentifier": "abc123", "guardrailVersion": "1"}


def plugin(**sections: Any) -> dict[str, Any]:
    return {"plugins": {"entries": {"amazon-bedrock": {"config": sections}}}}


def explicit(**members: Any) -> dict[str, Any]:
    return {"models": {"providers": {"amazon-bedrock": members}}}


def in_discovery(**keys: Any) -> dict[str, Any]:
    return plugin(discovery=keys)


def test_an_empty_file_means_the_documented_defaults() -> None:
    discovery = ProviderConfig.from_mapping({}).discovery
    assert (discovery.enabled, discovery.region, discovery.provider_filter) == (None, None, ())
    assert (discovery.refresh_interval, discovery.default_context_window, discovery.default_max_tokens) == (
        3600,
        32_000,
        4096,
    )


def test_every_discovery_option_is_read() -> None:
    document = plugin(
        discovery={
            "enabled": True,
            "region": " eu-west-1 ",
            "providerFilter": [" Anthropic", "amazon", "", "AMAZON"],
            "refreshInterval": 0,
            "defaultContextWindow": 1,
            "defaultMaxTokens": 2,
        }
    )
    discovery = ProviderConfig.from_mapping(document).discovery
    assert (discovery.enabled, discovery.region, discovery.provider_filter) == (
        True,
        "eu-west-1",
        ("amazon", "anthropic"),
    )
    assert (discovery.refresh_interval, discovery.default_context_window, discovery.default_max_tokens) == (
        0,
        1,
        2,
    )


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (plugin(discovery={"regoin": "x"}), f"{PLUGIN}.discovery.regoin", 'did you mean "region"?'),
        (
            plugin(discovery={"RefreshInterval": 1}),
            f"{PLUGIN}.discovery.RefreshInterval",
            '"refreshInterval"',
        ),
        (plugin(discover={}), f"{PLUGIN}.discover", 'did you mean "discovery"?'),
        (plugin(discovery={"enabled": "yes"}), f"{PLUGIN}.discovery.enabled", "true or false, not a text"),
        (
            plugin(discovery={"refreshInterval": -1}),
            f"{PLUGIN}.discovery.refreshInterval",
            "at least 0, not -1",
        ),
        (plugin(discovery={"refreshInterval": 0.5}), f"{PLUGIN}.discovery.refreshInterval", "whole number"),
        (plugin(discovery={"refreshInterval": True}), f"{PLUGIN}.discovery.refreshInterval", "not a boolean"),
        (plugin(discovery={"defaultMaxTokens": 0}), f"{PLUGIN}.discovery.defaultMaxTokens", "at least 1"),
        (plugin(discovery={"providerFilter": ["a", 1]}), f"{PLUGIN}.discovery.providerFilter[1]", "a text"),
        (plugin(discovery=[]), f"{PLUGIN}.discovery", "an object, not a list"),
        (plugin(guardrail={}), f"{PLUGIN}.guardrail.guardrailIdentifier", "is required"),
        (
            plugin(guardrail={"guardrailVersion": "1"}),
            f"{PLUGIN}.guardrail.guardrailIdentifier",
            "is required",
        ),
        (
            plugin(guardrail={"guardrailIdentifier": "a"}),
            f"{PLUGIN}.guardrail.guardrailVersion",
            "is required",
        ),
        (
            plugin(guardrail={**GUARDRAIL, "guardrailVersion": " "}),
            f"{PLUGIN}.guardrail.guardrailVersion",
            "is required",
        ),
        (plugin(guardrail={**GUARDRAIL, "trace": "on"}), f"{PLUGIN}.guardrail.trace", '"enabled_full"'),
        (
            plugin(guardrail={**GUARDRAIL, "streamProcessingMode": "SYNC"}),
            f"{PLUGIN}.guardrail.streamProcessingMode",
            '"sync" or "async", not "SYNC"',
        ),
        ({"models": {"bedrockDiscovery": {"x": 1}}}, "models.bedrockDiscovery.x", "unknown key"),
        (explicit(auth="api-key"), f"{EXPLICIT}.auth", '"aws-sdk"'),
        (explicit(api="openai"), f"{EXPLICIT}.api", '"bedrock-converse-stream"'),
        (explicit(baseUrl="bedrock.example"), f"{EXPLICIT}.baseUrl", "https://"),
        (explicit(baseUrl="https://"), f"{EXPLICIT}.baseUrl", "host"),
        (explicit(baseUrl="https://user:pw@host"), f"{EXPLICIT}.baseUrl", "password"),
        (explicit(headers={}), f"{EXPLICIT}.headers", "unknown key"),
        (explicit(models=[{}]), f"{EXPLICIT}.models[0].id", "is required"),
        (explicit(models=["x"]), f"{EXPLICIT}.models[0]", "an object, not a text"),
        (
            explicit(models=[{"id": "x", "cost": {"input": -1}}]),
            f"{EXPLICIT}.models[0].cost.input",
            "at least 0",
        ),
        (
            {"models": {"providers": {"bedrock": {}, "amazon-bedrock": {}}}},
            "models.providers.bedrock",
            "same provider",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_refused_by_name(document: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        ProviderConfig.from_mapping(document)
    assert refused.value.path == path
    assert words in refused.value.problem


@pytest.mark.parametrize(
    "key",
    ["apiKey", "api_key", "accessKeyId", "AWS_SECRET_ACCESS_KEY", "sessionToken", "token", "bearer-token"],
)
@pytest.mark.parametrize("place", [explicit, in_discovery])
def test_credentials_in_the_file_are_refused_and_not_repeated(key: str, place: Any) -> None:
    with pytest.raises(ConfigError, match="never from this file") as refused:
        ProviderConfig.from_mapping(place(**{key: "very-secret-value"}))
    assert refused.value.path.endswith(f".{key}")
    assert "very-secret-value" not in str(refused.value)


def test_what_belongs_to_others_is_left_alone() -> None:
    document = {
        "gateway": {"token": "not ours"},
        "models": {"providers": {"openai": {"apiKey": "not ours"}}},
        "plugins": {"entries": {"weather": {"config": {"anything": 1}}}},
    }
    assert ProviderConfig.from_mapping(document) == ProviderConfig()


def test_the_legacy_place_counts_where_the_plugin_is_silent() -> None:
    legacy = {"region": "us-west-2", "refreshInterval": 5, "enabled": True}
    document = {
        **plugin(discovery={"region": "eu-west-1", "enabled": False}),
        "models": {"bedrockDiscovery": legacy},
    }
    config = ProviderConfig.from_mapping(document)
    assert (config.discovery.region, config.discovery.enabled, config.discovery.refresh_interval) == (
        "eu-west-1",
        False,
        5,
    )
    assert config.warnings == (f"models.bedrockDiscovery is deprecated; move it to {PLUGIN}.discovery",)


def test_a_disabled_plugin_does_not_discover() -> None:
    document = {"plugins": {"entries": {"amazon-bedrock": {"enabled": False}}}}
    assert ProviderConfig.from_mapping(document).discovery.enabled is False


@pytest.mark.parametrize("name", ["amazon-bedrock", "bedrock", "aws-bedrock"])
def test_an_explicit_provider_keeps_what_it_says(name: str) -> None:
    model = {
        "id": "us.anthropic.claude-opus-4-6-v1:0",
        "name": "Claude",
        "reasoning": True,
        "input": ["text", "image"],
        "cost": {"input": 1.5, "output": 0, "cacheRead": 0, "cacheWrite": 0},
        "contextWindow": 200000,
        "maxTokens": 8192,
    }
    document = {"models": {"providers": {name: {"baseUrl": "https://proxy.example", "models": [model]}}}}
    provider = ProviderConfig.from_mapping(document).explicit
    assert provider.base_url == "https://proxy.example"
    assert [found.to_json() for found in provider.models] == [model]


def test_an_explicit_model_needs_only_its_id() -> None:
    rows = [{"id": "acme.chat"}, {"id": "amazon.nova-micro-v1:0"}, {"id": "ACME.chat", "name": "again"}]
    models = ProviderConfig.from_mapping(explicit(models=rows)).explicit.models
    assert [(m.id, m.name, m.context_window, m.max_tokens, m.input) for m in models] == [
        ("acme.chat", "acme.chat", 32_000, 4096, ("text",)),
        ("amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0", 128_000, 5000, ("text",)),
    ]


def test_the_file_is_json5(home: Path) -> None:
    path = home / "my.json5"
    path.write_text("{models: {bedrockDiscovery: {region: 'eu-west-1',},},} // comment")
    assert load_config(path).discovery.region == "eu-west-1"


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is not JSON5"), ("[" * 100_000, "is not JSON5"), ("[]", "must hold an object")],
    ids=["broken", "bottomless", "list"],
)
def test_a_broken_file_is_an_error_that_names_it(home: Path, text: str, words: str) -> None:
    path = home / "my.json5"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words) as refused:
        load_config(path)
    assert refused.value.path == str(path)


def test_the_first_file_that_exists_is_used(home: Path) -> None:
    def region(**environment: str) -> str | None:
        return load_config(environment=environment).discovery.region

    def write(place: str, name: str) -> None:
        path = home / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'{{"models": {{"bedrockDiscovery": {{"region": "{name}"}}}}}}')

    assert region() is None
    write(".openclaw/openclaw.json", "from-home")
    assert region() == "from-home"
    write("openclaw.json", "from-here")
    assert region() == "from-here"
    write("named.json", "from-variable")
    assert region(BEDROCK_PROVIDER_CONFIG="named.json") == "from-variable"


def test_a_named_file_that_does_not_exist_is_an_empty_configuration() -> None:
    config = load_config("nowhere.json")
    assert config.discovery == ProviderConfig().discovery
    assert config.warnings == ("there is no configuration file nowhere.json; the defaults apply",)


@given(st.lists(st.sampled_from(["amazon", " Amazon ", "ANTHROPIC", "mistral ai", "", "  "])))
def test_filters_that_mean_the_same_are_the_same(words: list[str]) -> None:
    once = normalised_filter(tuple(words))
    assert once == normalised_filter(tuple(reversed([word.upper() for word in words])))
    assert set(once) == {word.strip().lower() for word in words if word.strip()}
