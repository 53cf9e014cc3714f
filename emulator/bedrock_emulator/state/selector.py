"""Which calls a scenario rule or a fault is about."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from typing import Any, Self

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """An operation and a glob over model ids, either of which may be left open."""

    operation: str | None = None
    model: re.Pattern[str] | None = None

    @classmethod
    def compile(cls, document: Mapping[str, Any], *, operations: Collection[str], path: str) -> Self:
        """Read `operation` and `model`.

        Raises:
            AdminError: no such operation.
        """
        operation, model = document.get("operation"), document.get("model")
        if operation is not None:
            check_operation(operation, operations, join_path(path, "operation"))
        return cls(operation=operation, model=None if model is None else model_glob(model))

    def matches(self, operation: str, models: Iterable[str | None]) -> bool:
        """Whether a call of `operation` about any of these model ids, profile ids and ARNs is meant."""
        if self.operation is not None and self.operation != operation:
            return False
        if self.model is None:
            return True
        return any(self.model.match(each) for each in models if each is not None)


def check_operation(name: str, operations: Collection[str], path: str) -> None:
    """Refuse what is not the name of an operation.

    Raises:
        AdminError: there is none; the message has the nearest.
    """
    if name not in operations:
        message = f"no operation is called {name!r}{did_you_mean(name, operations)}"
        raise AdminError(400, message, path=path)


def model_glob(pattern: str) -> re.Pattern[str]:
    """`*` and `?` only, so that brackets in an id mean themselves; fnmatch's translation never backtracks."""
    return re.compile(translate(pattern.replace("[", "[[]")))
