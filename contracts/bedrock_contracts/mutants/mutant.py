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
    """What may break along with it; anything else that breaks would be the suite's mistake."""
    seam: str
    """The one place where it differs from the reference."""
    is_proof: bool = False
    """Whether it always meets the whole suite, to show that nothing but the declared requirements break."""
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
    is_proof: bool = False

    def rules(self, **decisions: Any) -> Mutant:
        """The reference with one of its rules replaced."""
        (rule,) = decisions
        changed = replace(Rules(), **decisions)
        return self.of(f"rule {rule}", make=lambda config: BedrockProvider(config, rules=changed))

    def provider(self, kind: type[BedrockProvider]) -> Mutant:
        """The reference with one method overridden."""
        (method,) = (name for name in dir(kind) if _is_overridden(name, kind))
        return self.of(f"method {method}", make=kind)

    def reading(self, read: Callable[[Document], ProviderConfig]) -> Mutant:
        """The reference with its configuration read otherwise."""
        return self.of("configuration", read=read)

    def of(self, seam: str, **part: Any) -> Mutant:
        """The reference with one part of its factory replaced."""
        (_,) = part
        return Mutant(
            name=self.name,
            because=self.because,
            kills=frozenset(self.kills.split()),
            message=self.message,
            collateral=frozenset(self.collateral.split()),
            seam=seam,
            is_proof=self.is_proof,
            factory=ReferenceFactory(name=f"mutant {self.name}", **part),
        )


def _is_overridden(name: str, kind: type[BedrockProvider]) -> bool:
    original = getattr(BedrockProvider, name, None)
    return callable(original) and not name.startswith("__") and getattr(kind, name) is not original
