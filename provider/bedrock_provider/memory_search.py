"""`agents.defaults.memorySearch`: what it says about Bedrock, and whether memory search embeds with it.

The section has other owners too: what belongs to another embedding provider, to the index or to the search is
known by name here and left alone.
"""

from dataclasses import dataclass

from bedrock_provider.auth import AuthResolution
from bedrock_provider.events import PROVIDER_ID
from bedrock_provider.sections import Section
from bedrock_provider.values import Value

PLACE = "agents.defaults.memorySearch"
AUTOMATIC = "auto"
KEEP_CHOICE = 300
"""Seconds that the answer of the credential chain is believed."""

_OWN_KEYS = ("enabled", "provider", "model", "outputDimensionality", "remote")
_OTHER_KEYS = (
    "cache",
    "chunking",
    "documentInputType",
    "experimental",
    "extraPaths",
    "fallback",
    "inputType",
    "local",
    "multimodal",
    "qmd",
    "query",
    "queryInputType",
    "sources",
    "store",
    "sync",
)
_REMOTE_KEYS = ("baseUrl", "batch", "headers", "nonBatchConcurrency")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySearchConfig:
    """What the configuration says about embeddings."""

    enabled: bool = True
    provider: str = AUTOMATIC
    """`amazon-bedrock` whatever alias the file has for it."""
    model: str | None = None
    dimensions: int | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySearchChoice(Value):
    """Whether memory search embeds with Bedrock, and why."""

    is_selected: bool
    reason: str


def read_memory_search(section: Section, aliases: tuple[str, ...]) -> MemorySearchConfig:
    """The section; under another provider than Bedrock, its model, its length and its address are not ours.

    Args:
        section: the object at `agents.defaults.memorySearch`.
        aliases: the names of the Bedrock provider.
    """
    section.refuse_unknown((*_OWN_KEYS, *_OTHER_KEYS))
    enabled = section.boolean("enabled") is not False
    named = (section.text("provider") or AUTOMATIC).lower()
    provider = PROVIDER_ID if named in aliases else named
    if provider not in (AUTOMATIC, PROVIDER_ID):
        return MemorySearchConfig(enabled=enabled, provider=provider)
    return MemorySearchConfig(
        enabled=enabled,
        provider=provider,
        model=section.text("model"),
        dimensions=section.integer("outputDimensionality", minimum=1),
        base_url=_base_url(section.section("remote")) if provider == PROVIDER_ID else None,
    )


def config_path(member: str) -> str:
    """Where the file says what an embedding request may say too."""
    return f"{PLACE}.{'outputDimensionality' if member == 'dimensions' else member}"


def choose(config: MemorySearchConfig, auth: AuthResolution) -> MemorySearchChoice | None:
    """The choice that configuration and environment make alone; None when the credential chain has to tell."""
    if not config.enabled:
        return MemorySearchChoice(is_selected=False, reason=f"{PLACE}.enabled is false")
    if config.provider != AUTOMATIC:
        reason = f'{PLACE}.provider is "{config.provider}"'
        return MemorySearchChoice(is_selected=config.provider == PROVIDER_ID, reason=reason)
    if auth.kind in ("bearer", "keys"):
        return MemorySearchChoice(is_selected=True, reason=auth.source)
    return None  # even a profile may lead nowhere


def chosen_by_chain(source: str | None, auth: AuthResolution) -> MemorySearchChoice:
    """The choice once the credential chain has told its source, or None for no credentials at all."""
    if source is not None:
        return MemorySearchChoice(is_selected=True, reason=f"{auth.source} ({source})")
    missed = "; ".join((*auth.missed, f"{auth.source} finds none"))
    return MemorySearchChoice(is_selected=False, reason=f"no AWS credentials: {missed}")


def _base_url(remote: Section) -> str | None:
    remote.refuse_unknown(_REMOTE_KEYS)
    return remote.url("baseUrl")
