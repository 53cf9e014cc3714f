"""Names that somebody mistyped."""

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 12

_LONGEST = 100
"""Characters of a name that are compared; more would only take time."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or a few that exist."""
    names = sorted(known)
    by_lower_case = {each.lower(): each for each in names}
    nearest = get_close_matches(name[:_LONGEST].lower(), by_lower_case, n=1, cutoff=0.6)
    if nearest:
        return f"; did you mean {by_lower_case[nearest[0]]!r}?"
    listed = ", ".join(names[:_LISTED])
    return f"; known are {listed}" + (", …" if len(names) > _LISTED else "") if names else ""
