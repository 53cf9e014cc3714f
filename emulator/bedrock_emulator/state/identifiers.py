"""The ids that the service makes up for what callers create."""

from random import Random

_LENGTH = 12
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Identifiers:
    """Ids of 12 lower-case letters and digits, as profiles and guardrails have them [recorded]."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self) -> str:
        """An id that was not given out before, as far as chance goes: there are 4.7e18 of them."""
        return "".join(self._random.choices(_LETTERS, k=_LENGTH))
