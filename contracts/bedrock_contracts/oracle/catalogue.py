"""What discovery has to make of the listings that AWS gave it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REGION_PREFIXES = ("us", "eu", "ap", "apac", "au", "jp", "global")

_PREFIX = re.compile(rf"^(?:{'|'.join(REGION_PREFIXES)})\.")
_BASE_IN_ARN = re.compile(r":foundation-model/(.+)$")

Summary = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """The configured values for what is not known."""

    context_window: int = 32_000
    max_tokens: int = 4_096


def is_listed(summary: Summary, wanted: Iterable[str] = ()) -> bool:
    """DISC-001, 002, 004 to 007 and 012 for one summary of ListFoundationModels."""
    names = {name.strip().lower() for name in wanted} - {""}
    return (
        summary.get("responseStreamingSupported") is True
        and "TEXT" in summary["outputModalities"]
        and summary["modelLifecycle"]["status"] == "ACTIVE"
        and (not names or summary["providerName"].lower() in names)
    )


def expected_ids(summaries: Sequence[Summary], wanted: Iterable[str] = ()) -> set[str]:
    """DISC-003: soundness and completeness together."""
    return {summary["modelId"] for summary in summaries if is_listed(summary, wanted)}


def expected_input(summary: Summary) -> set[str]:
    """DISC-011: text and image as listed, and text when neither is."""
    kinds = {kind.lower() for kind in summary["inputModalities"]} & {"text", "image"}
    return kinds or {"text"}


def base_model(profile: Summary) -> str:
    """PROF-004 and 005: the model behind a profile."""
    for model in profile["models"]:
        match = _BASE_IN_ARN.search(model["modelArn"])
        if match:
            return match[1]
    return _PREFIX.sub("", str(profile["inferenceProfileId"]))
