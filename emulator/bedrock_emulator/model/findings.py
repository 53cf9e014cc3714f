"""What one request breaks of the service model, and how AWS's constraint layer says it."""

import math
from dataclasses import dataclass, field

from bedrock_emulator.errors import validation_error
from bedrock_emulator.model.service import Shape

_LOGGED_VALUE_LIMIT = 1024
"""Characters of an offending value that an error quotes, so that no answer repeats a megabyte [guess]."""

_MOST_LISTED = 100
"""Violations that one answer lists; the count is always whole [guess]."""


@dataclass(slots=True)
class Findings:
    """What one request breaks, in the order of its members."""

    violations: list[str] = field(default_factory=list)
    unions: list[str] = field(default_factory=list)

    def raise_if_any(self) -> None:
        """Answer all violations in one error, as the constraint layer does [reported by users]."""
        if self.violations:
            count = len(self.violations)
            noun = "error" if count == 1 else "errors"
            raise validation_error(
                f"{count} validation {noun} detected: {'; '.join(self.violations[:_MOST_LISTED])}"
            )
        if self.unions:
            raise validation_error(self.unions[0])

    def miss(self, path: str) -> None:
        """Note that a required member is absent or null."""
        self.violations.append(
            f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        )

    def violate(self, shape: Shape, value: object, path: str, constraint: str) -> None:
        """Note that `value` at `path` breaks a constraint; what is or holds something sensitive is not quoted."""
        quoted = "" if _is_sensitive(shape) else f" '{_quote(value)}'"
        self.violations.append(
            f"Value{quoted} at '{path}' failed to satisfy constraint: Member must {constraint}"
        )


def _is_sensitive(shape: Shape) -> bool:
    """Whether the model marks the shape, or one that its values hold."""
    seen: set[Shape] = set()
    left: list[Shape | None] = [shape]
    while left:
        each = left.pop()
        if each is None or each in seen:
            continue
        if each.sensitive:
            return True
        seen.add(each)
        left += [each.key, each.item, *(member.shape for member in each.members.values())]
    return False


def _quote(value: object) -> str:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = str(value)
    return text if len(text) <= _LOGGED_VALUE_LIMIT else text[:_LOGGED_VALUE_LIMIT] + "..."
