"""A wrong provider and what the suite has to say about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bedrock_contracts.api import ProviderFactory
from bedrock_contracts.reference import ReferenceFactory
from bedrock_contracts.spec import AREAS
from bedrock_provider import BedrockProvider, ProviderConfig, Rules

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A provider that breaks `kills` on purpose."""

    name: str
    because: str
    """What it does wrong."""
    kills: frozenset[str]
    message: str
    """Part of what the suite says about every requirement in `kills`."""
    collateral: frozenset[str] = frozenset()
    """What breaks along with it; any other broken MUST would be the suite's mistake."""
    factory: ProviderFactory = field(repr=False)

    @property
    def areas(self) -> frozenset[str]:
        """The areas that it is meant to break."""
        return frozenset(name.partition("-")[0] for name in self.kills | self.collateral) & set(AREAS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The words about a mutant; `of` adds the provider."""

    name: str
    because: str
    kills: str
    message: str
    collateral: str = ""

    def rules(self, **decisions: Any) -> Mutant:
        """The reference with some of its rules replaced."""
        changed = replace(Rules(), **decisions)
        return self.of(make=lambda config: BedrockProvider(config, rules=changed))

    def provider(self, kind: type[BedrockProvider]) -> Mutant:
        """The reference with a method overridden."""
        return self.of(make=kind)

    def reading(self, read: Callable[[Document], ProviderConfig]) -> Mutant:
        """The reference with its configuration read otherwise."""
        return self.of(read=read)

    def of(self, **parts: Any) -> Mutant:
        """The reference with parts of its factory replaced."""
        return Mutant(
            name=self.name,
            because=self.because,
            kills=frozenset(self.kills.split()),
            message=self.message,
            collateral=frozenset(self.collateral.split()),
            factory=ReferenceFactory(name=f"mutant {self.name}", **parts),
        )
