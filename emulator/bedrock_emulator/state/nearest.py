"""Names that somebody mistyped."""

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 12

_LONGEST = 100
"""Characters of a name that are compared; more would only take time."""


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known name that is most like this one, if one is like it at all; 1 is the same name in any case."""
    by_lower_case = {each.lower(): each for each in known}
    found = get_close_matches(name[:_LONGEST].lower(), by_lower_case, n=1, cutoff=likeness)
    return by_lower_case[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or a few that exist."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        return f"; did you mean {near!r}?"
    listed = ", ".join(names[:_LISTED])
    return f"; known are {listed}" + (", …" if len(names) > _LISTED else "") if names else ""
