"""A value that depends on the region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ByRegion(Generic[T]):
    """The value of each named region, and perhaps one for all the others."""

    values: Mapping[str, T] = field(default_factory=dict)
    elsewhere: T | None = None

    @classmethod
    def of(cls, value: T, regions: Iterable[str] | None) -> "ByRegion[T]":
        """One value in the regions named, or everywhere when none are."""
        return cls(elsewhere=value) if regions is None else cls(dict.fromkeys(regions, value))

    def get(self, region: str) -> T | None:
        """The value in this region; None where there is none."""
        return self.values.get(region, self.elsewhere)
