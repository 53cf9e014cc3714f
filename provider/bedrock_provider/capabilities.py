"""What is known about a model without asking AWS: ListFoundationModels tells no limits."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bedrock_provider.regions import REGION_PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Known facts about one model; None means unknown."""

    context_window: int | None = None
    max_tokens: int | None = None
    reasoning: bool | None = None


UNKNOWN = Capabilities()


def capabilities_of(model_id: str) -> Capabilities:
    """What is known about a model or about the base model of a profile id."""
    return _table().get(_canonical(model_id), UNKNOWN)


@cache
def _table() -> Mapping[str, Capabilities]:
    text = (files(__package__) / "data" / "model-limits.json").read_text("utf-8")
    rows = json.loads(text)["models"]
    return {
        _canonical(model_id): Capabilities(
            context_window=row.get("contextWindow"),
            max_tokens=row.get("maxTokens"),
            reasoning=row.get("reasoning", False),
        )
        for model_id, row in rows.items()
    }


def _canonical(model_id: str) -> str:
    """One spelling for the many of one model: `us.anthropic.claude-opus-4.7-v1:0`, `…opus-4-7`, an ARN."""
    name = REGION_PREFIX.sub("", model_id.strip().lower().rsplit("/", 1)[-1])
    name = re.sub(r"(?<=\d)\.(?=\d)", "-", name)
    return re.sub(r"(?:-v1)?(?::0)?$", "", name)
