"""One rule of a model: who refuses what, in which words, and how that is known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.reply.family import FamilyName, claude_version, family_of

Found: TypeAlias = bool | Mapping[str, Any]
"""Whether a rule applies; a mapping applies and fills the places of its text."""
Models: TypeAlias = Callable[[Demand], bool]

_REMEMBERED = 1_024
"""Model ids for which a row knows whether it is about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One row of a table."""

    models: Models
    when: Callable[[Demand], Found]
    text: str
    evidence: str
    error: str = "ValidationException"
    status: int = 400
    introduced: bool = True
    """Whether Converse introduces the text as the model's, where it is in the model's table."""

    def of(self, demand: Demand) -> str | None:
        """The words in which a request is refused; None when it is not."""
        found = self.models(demand) and self.when(demand)
        if found is False:
            return None
        return self.text.format_map(found if isinstance(found, Mapping) else {})


def check_rows(rows: Iterable[Refusal], demand: Demand, introduction: str = "") -> None:
    """Raise the first refusal of a request."""
    for row in rows:
        text = row.of(demand)
        if text is not None:
            raise AwsError(row.error, (introduction if row.introduced else "") + text, status=row.status)


def every_model(_: Demand) -> bool:
    """Any model."""
    return True


def with_ids(*parts: str) -> Models:
    """Models whose id has one of these parts."""
    return _by_id(lambda model_id: any(part in model_id for part in parts))


def families(*names: FamilyName) -> Models:
    """Models of these families."""
    return _by_id(lambda model_id: family_of(model_id).name in names)


def claude(
    *numbers: tuple[int, int],
    since: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
    lines: tuple[str, ...] = (),
) -> Models:
    """Claude 3 and later: of these versions, or from one on, or up to one, and of these lines where some are named."""

    def matches(model_id: str) -> bool:
        version = claude_version(model_id)
        if version is None or (lines and version.line not in lines):
            return False
        if numbers:
            return version.number in numbers
        return (since is None or version.number >= since) and (before is None or version.number < before)

    return _by_id(matches)


def _by_id(is_meant: Callable[[str], bool]) -> Models:
    """Models by their id, each asked for once: every request is held against the whole table."""
    known = lru_cache(maxsize=_REMEMBERED)(is_meant)
    return lambda demand: known(demand.model_id)


def either(*choices: Models) -> Models:
    """Models that one of these is about."""
    return lambda demand: any(choice(demand) for choice in choices)


def neither(*choices: Models) -> Models:
    """Models that none of these is about."""
    return lambda demand: not any(choice(demand) for choice in choices)
