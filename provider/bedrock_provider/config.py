"""The documented configuration, parsed and checked.

Only the sections of this provider are checked for unknown keys; the rest of the file belongs to others.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import json5

from bedrock_provider.capabilities import capabilities_of
from bedrock_provider.errors import ConfigError
from bedrock_provider.events import API, PROVIDER_ID
from bedrock_provider.guardrails import GuardrailConfig, read_guardrail
from bedrock_provider.memory_search import MemorySearchConfig, read_memory_search
from bedrock_provider.models import Cost, ModelInfo, unique_models
from bedrock_provider.sections import Section

CONFIG_VARIABLE = "BEDROCK_PROVIDER_CONFIG"
CONFIG_PLACES = ("openclaw.json", "~/.openclaw/openclaw.json")
"""Where a configuration is looked for, in this order, when nothing names one."""

PROVIDER_ALIASES = (PROVIDER_ID, "bedrock", "aws-bedrock")
LEGACY_DISCOVERY = "models.bedrockDiscovery"

_DISCOVERY_KEYS = (
    "enabled",
    "region",
    "providerFilter",
    "refreshInterval",
    "defaultContextWindow",
    "defaultMaxTokens",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryConfig:
    """How models are discovered; the defaults are the documented ones."""

    enabled: bool | None = None
    """None switches discovery on as soon as the environment names credentials."""
    region: str | None = None
    provider_filter: tuple[str, ...] = ()
    """Trimmed, in lower case, sorted and without doubles; empty lets all providers through."""
    refresh_interval: int = 3600
    """Seconds that a result is kept; 0 asks AWS every time."""
    default_context_window: int = 32_000
    default_max_tokens: int = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplicitProvider:
    """The provider as the user wrote it under `models.providers`."""

    base_url: str | None = None
    models: tuple[ModelInfo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """Everything that the configuration says about Bedrock."""

    discovery: DiscoveryConfig = DiscoveryConfig()
    guardrail: GuardrailConfig | None = None
    explicit: ExplicitProvider = ExplicitProvider()
    memory_search: MemorySearchConfig = field(default_factory=MemorySearchConfig)
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, document: Mapping[str, Any]) -> Self:
        """The configuration in a parsed file; raises ConfigError with the path of the key at fault."""
        root = Section(document)
        plugin = _plugin(root)
        discovery, warnings = _discovery(root, plugin)
        settings = plugin.section("config")
        defaults = root.section("agents").section("defaults")
        return cls(
            discovery=discovery,
            guardrail=read_guardrail(settings.section("guardrail")) if "guardrail" in settings else None,
            explicit=_explicit(root.section("models").section("providers"), discovery),
            memory_search=read_memory_search(defaults.section("memorySearch"), PROVIDER_ALIASES),
            warnings=warnings,
        )


def load_config(
    path: str | Path | None = None, *, environment: Mapping[str, str] | None = None
) -> ProviderConfig:
    """Read the configuration file (JSON5); a file that does not exist is an empty configuration.

    Args:
        path: the file; None looks at BEDROCK_PROVIDER_CONFIG, then at the usual places.
        environment: where BEDROCK_PROVIDER_CONFIG is looked up; the process environment when None.
    """
    named = path or (os.environ if environment is None else environment).get(CONFIG_VARIABLE, "").strip()
    candidates = [Path(named)] if named else [Path(place).expanduser() for place in CONFIG_PLACES]
    for candidate in candidates:
        if candidate.is_file():
            return ProviderConfig.from_mapping(_parse(candidate))
    if named:
        return ProviderConfig(warnings=(f"there is no configuration file {named}; the defaults apply",))
    return ProviderConfig()


def normalised_filter(words: tuple[str, ...]) -> tuple[str, ...]:
    """A provider filter in the one spelling in which filters compare."""
    return tuple(sorted({word.strip().lower() for word in words} - {""}))


def _parse(path: Path) -> Mapping[str, Any]:
    try:
        document = json5.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(str(path), f"is not JSON5: {error}") from error
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    if not isinstance(document, dict):
        raise ConfigError(str(path), "must hold an object")
    return document


def _plugin(root: Section) -> Section:
    plugin = root.section("plugins").section("entries").section(PROVIDER_ID)
    plugin.refuse_unknown(("enabled", "config"))
    plugin.section("config").refuse_unknown(("discovery", "guardrail"))
    return plugin


def _discovery(root: Section, plugin: Section) -> tuple[DiscoveryConfig, tuple[str, ...]]:
    """The plugin's settings key by key over those of the deprecated place."""
    config = DiscoveryConfig()
    warnings: tuple[str, ...] = ()
    if "bedrockDiscovery" in root.section("models"):
        config = _read_discovery(root.section("models").section("bedrockDiscovery"), config)
        place = plugin.section("config").path("discovery")
        warnings = (f"{LEGACY_DISCOVERY} is deprecated; move it to {place}",)
    config = _read_discovery(plugin.section("config").section("discovery"), config)
    if plugin.boolean("enabled") is False:
        config = replace(config, enabled=False)
    return config, warnings


def _read_discovery(section: Section, below: DiscoveryConfig) -> DiscoveryConfig:
    section.refuse_unknown(_DISCOVERY_KEYS)
    values = {
        "enabled": section.boolean("enabled"),
        "region": section.text("region"),
        "provider_filter": _filter(section, "providerFilter"),
        "refresh_interval": section.integer("refreshInterval", minimum=0),
        "default_context_window": section.integer("defaultContextWindow", minimum=1),
        "default_max_tokens": section.integer("defaultMaxTokens", minimum=1),
    }
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    return replace(below, **given)


def _filter(section: Section, key: str) -> tuple[str, ...] | None:
    return normalised_filter(section.texts(key)) if key in section else None


def _explicit(providers: Section, discovery: DiscoveryConfig) -> ExplicitProvider:
    names = [name for name in PROVIDER_ALIASES if name in providers]
    if not names:
        return ExplicitProvider()
    if len(names) > 1:
        raise ConfigError(providers.path(names[1]), f'names the same provider as "{names[0]}"; keep one')
    section = providers.section(names[0])
    section.refuse_unknown(("baseUrl", "api", "auth", "models"))
    section.choice("api", (API,))
    section.choice("auth", ("aws-sdk",))
    models = [_explicit_model(row, discovery) for row in section.sections("models")]
    return ExplicitProvider(base_url=section.url("baseUrl"), models=tuple(unique_models(models)))


def _explicit_model(row: Section, discovery: DiscoveryConfig) -> ModelInfo:
    row.refuse_unknown(("id", "name", "reasoning", "input", "cost", "contextWindow", "maxTokens"))
    model_id = row.text("id")
    if model_id is None:
        raise ConfigError(row.path("id"), "is required")
    known = capabilities_of(model_id)
    reasoning = row.boolean("reasoning")
    return ModelInfo(
        id=model_id,
        name=row.text("name") or model_id,
        reasoning=bool(known.reasoning) if reasoning is None else reasoning,
        input=row.texts("input") or ("text",),
        cost=_cost(row.section("cost")),
        context_window=row.integer("contextWindow", minimum=1)
        or known.context_window
        or discovery.default_context_window,
        max_tokens=row.integer("maxTokens", minimum=1) or known.max_tokens or discovery.default_max_tokens,
    )


def _cost(section: Section) -> Cost:
    section.refuse_unknown(("input", "output", "cacheRead", "cacheWrite"))
    return Cost(
        input=section.number("input"),
        output=section.number("output"),
        cache_read=section.number("cacheRead"),
        cache_write=section.number("cacheWrite"),
    )
