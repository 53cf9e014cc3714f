"""How every value of this package becomes JSON: camelCase names outside, snake_case inside."""

import dataclasses
from collections.abc import Mapping
from typing import Any


class Value:
    """A frozen dataclass with a JSON form."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """A fresh JSON object; members that are None are left out."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # every subclass is a dataclass
        members = {field.name: getattr(self, field.name) for field in fields}
        return {camel_case(name): _plain(value) for name, value in members.items() if value is not None}


def camel_case(name: str) -> str:
    """`context_window` as `contextWindow`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        return value.to_json()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
