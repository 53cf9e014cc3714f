"""Which foundation models the accounts of a lab have access to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import Selector

_DEFAULT_REASON = "not-granted"
_LEGACY = "legacy"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Models that are accessible, or why they are not."""

    models: Selector
    reason: str | None
    """None grants; else one of the reasons of the schema."""

    def is_about(self, names: Iterable[str], *, legacy: bool) -> bool:
        """Whether the rule decides for a model with these names; only LEGACY models can be refused as legacy."""
        return (legacy or self.reason != _LEGACY) and self.models.matches("", names)


class ModelAccess:
    """The rules of one lab: the first that is about a model decides, without one it is accessible."""

    def __init__(self, rules: Iterable[AccessRule] = ()) -> None:
        self._rules = tuple(rules)

    def reason_against(self, names: Iterable[str], *, legacy: bool) -> str | None:
        """Why a model with these names is not accessible; None when it is."""
        names = tuple(names)
        for rule in self._rules:
            if rule.is_about(names, legacy=legacy):
                return rule.reason
        return None


def compile_model_access(document: Mapping[str, Any], *, path: str) -> ModelAccess:
    """Turn a `ModelAccess` document into rules."""
    return ModelAccess(
        _rule(each, join_path(path, "rules", index)) for index, each in enumerate(document["rules"])
    )


def _rule(document: Mapping[str, Any], path: str) -> AccessRule:
    models = Selector.compile({"model": document["model"]}, operations=(), path=path)
    granted = document["access"] == "granted"
    return AccessRule(models, None if granted else document.get("reason", _DEFAULT_REASON))
