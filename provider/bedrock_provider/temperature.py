"""Which models refuse the temperature parameter."""

import re

_REFUSING_FAMILIES = ("opus-4[.-]7", "opus-4[.-]8", "opus-5", "sonnet-5", "fable-5")
"""Opus 4.7 is documented; the others answer "`temperature` is deprecated for this model" as well [reported by users]."""

_REFUSES = re.compile(
    rf"(?:^|[/.:])anthropic\.claude-(?:{'|'.join(_REFUSING_FAMILIES)})(?=$|[-.:/])", re.IGNORECASE
)


def refuses_temperature(reference: str) -> bool:
    """Whether a model id, a profile id or an ARN names a model that refuses temperature.

    Any prefix may stand before `anthropic.`; `…opus-4-70` is another model.
    """
    return bool(_REFUSES.search(reference))
