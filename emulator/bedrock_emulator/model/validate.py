"""Checks and converts one value by its shape, with the texts of AWS's constraint layer.

Shapes are compiled once into functions, because every member of every request passes here. Each function converts
(base64 to bytes, text to datetime), drops nulls as the service does, and notes what breaks a constraint. A value of
the wrong JSON type ends the request at once, as it does in front of the real service.
"""

import base64
import binascii
import math
import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias, cast

import re2

from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.model.findings import Findings
from bedrock_emulator.model.service import Shape

Check: TypeAlias = Callable[[Any, str, Findings], Any]

_MORE_VALUES: Mapping[str, tuple[str, ...]] = {
    # The service sends `tool_use` itself and takes it back when clients replay the turn [recorded].
    "ToolUseType": ("tool_use",),
}
"""Values beyond an enum of the service model that real traffic holds."""

_OTHER_MAXIMA: Mapping[str, int] = {
    # In the STANDARD tier [reported by users]; the rules of guardrails keep the model's 200 for the CLASSIC one.
    "GuardrailTopicDefinition": 1_000,
}
"""Where the service takes longer values than the service model says."""

_EMPTY_REFUSALS: Mapping[str, str] = {
    "ToolConfiguration": "The provided request is not valid",  # [reported by users]
}
"""Structures whose empty form has a refusal of its own."""

_REMEMBERED_TEXTS = 256
_REMEMBERED_LENGTH = 256
"""Texts that each pattern remembers the verdict of, and how long they may be: 64 KB for a pattern at the most."""

_INT32 = 2**31


class Validator:
    """Compiled checks by shape; one validator serves every operation of both services and every thread."""

    def __init__(self) -> None:
        self._compiled: dict[Shape, Check] = {}
        self._lock = threading.RLock()

    def check(self, shape: Shape) -> Check:
        """The check of a shape, compiled on first use with everything that it refers to."""
        found = self._compiled.get(shape)
        if found is not None:
            return found
        with self._lock:  # else a second thread would meet half of a recursive shape
            return _Compiler(self._compiled).check(shape)


class _Compiler:
    """Compiles one shape and those below it; they are published together when all are finished."""

    def __init__(self, published: dict[Shape, Check]) -> None:
        self._published = published
        self._unfinished: dict[Shape, Check] = {}
        self._depth = 0

    def check(self, shape: Shape) -> Check:
        known = self._published.get(shape) or self._unfinished.get(shape)
        if known is not None:
            return known

        def forward(value: Any, path: str, findings: Findings) -> Any:
            return self._unfinished[shape](value, path, findings)

        # A recursive shape meets the forwarder while it is being compiled.
        self._unfinished[shape] = forward
        self._depth += 1
        self._unfinished[shape] = self._compile(shape)
        self._depth -= 1
        if self._depth == 0:
            self._published.update(self._unfinished)
        return self._unfinished[shape]

    def _compile(self, shape: Shape) -> Check:
        if shape.document:
            return lambda value, _path, _findings: value
        match shape.kind:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape)
            case "map":
                return self._map(shape)
            case "string":
                return _string(shape)
            case "integer" | "long" | "float" | "double":
                return _number(shape)
            case "boolean":
                return _boolean
            case "blob":
                return _blob(shape)
            case "timestamp":
                return _timestamp

    def _structure(self, shape: Shape) -> Check:
        in_body = [member for member in shape.members.values() if member.location == "body"]
        members = {member.wire_name: (member.name, self.check(member.shape)) for member in in_body}
        refusal = _EMPTY_REFUSALS.get(shape.name)
        members_by_name = {member.name: member.wire_name for member in in_body}
        required = [
            (name, members_by_name[name]) for name in sorted(shape.required) if name in members_by_name
        ]

        def check(value: Any, path: str, findings: Findings) -> Any:
            if type(value) is not dict:
                raise _wrong_type(value, "structure", path)
            if not value and refusal is not None:
                raise validation_error(refusal)
            result = {}
            for wire_name, item in value.items():
                known = members.get(wire_name)
                # Unknown members are ignored, as the service does with replayed blocks [recorded].
                if known is not None and item is not None:
                    result[known[0]] = known[1](item, f"{path}.{wire_name}" if path else wire_name, findings)
            for name, wire_name in required:
                if name not in result:
                    findings.miss(f"{path}.{wire_name}" if path else wire_name)
            if shape.union and len(result) != 1:
                findings.unions.append(_union_text(shape, path, len(result)))
            return result

        return check

    def _list(self, shape: Shape) -> Check:
        item_check = self.check(cast("Shape", shape.item))

        def check(value: Any, path: str, findings: Findings) -> Any:
            if type(value) is not list:
                raise _wrong_type(value, "list", path)
            _check_length(shape, value, path, findings)
            return [
                item_check(item, f"{path}.{index}.member", findings)
                for index, item in enumerate(value, start=1)
                if item is not None
            ]

        return check

    def _map(self, shape: Shape) -> Check:
        key_check, item_check = self.check(cast("Shape", shape.key)), self.check(cast("Shape", shape.item))

        def check(value: Any, path: str, findings: Findings) -> Any:
            if type(value) is not dict:
                raise _wrong_type(value, "map", path)
            _check_length(shape, value, path, findings)
            return {
                key_check(key, f"{path}.key", findings): item_check(item, f"{path}.{key}.member", findings)
                for key, item in value.items()
                if item is not None
            }

        return check


def _string(shape: Shape) -> Check:
    allowed = frozenset((*shape.enum, *_MORE_VALUES.get(shape.name, ()))) if shape.enum else frozenset()
    matches = None if shape.pattern is None else _compile_pattern(shape.pattern)
    plain = not allowed and matches is None and shape.minimum is None and shape.maximum is None

    def check(value: Any, path: str, findings: Findings) -> Any:
        if type(value) is not str:
            raise _wrong_type(value, "String", path)
        if plain:
            return value
        _check_length(shape, value, path, findings)
        if allowed and value not in allowed:
            findings.violate(shape, value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
        if matches is not None and not matches(value):
            findings.violate(shape, value, path, f"satisfy regular expression pattern: {shape.pattern}")
        return value

    return check


def _compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Match the whole text; RE2 where it can (two patterns of the models repeat more often than it allows)."""
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error:
        compiled = re.compile(pattern)

    # Ids come again and again, and RE2 takes 30 µs for one.
    remembered = lru_cache(_REMEMBERED_TEXTS)(lambda text: compiled.fullmatch(text) is not None)

    def matches(text: str) -> bool:
        return remembered(text) if len(text) <= _REMEMBERED_LENGTH else compiled.fullmatch(text) is not None

    return matches


def _number(shape: Shape) -> Check:
    integral = shape.kind in {"integer", "long"}
    limit = _INT32 if shape.kind == "integer" else 2**63
    label = shape.kind.capitalize()
    low, high = shape.minimum, shape.maximum

    def check(value: Any, path: str, findings: Findings) -> Any:
        number = _as_number(value, integral=integral, label=label, path=path)
        if integral and not -limit <= number < limit:
            raise _wrong_type(value, label, path)
        if low is not None and not number >= low:  # so written that NaN breaks it
            findings.violate(shape, number, path, f"have value greater than or equal to {low}")
        elif high is not None and not number <= high:
            findings.violate(shape, number, path, f"have value less than or equal to {high}")
        return number

    return check


def _as_number(value: Any, *, integral: bool, label: str, path: str) -> float:
    if type(value) is int:
        return value if integral else float(value)
    if type(value) is float and (not integral or value.is_integer()):
        return int(value) if integral else value
    # rest-json spells the numbers that JSON lacks as these strings; boto3 sends NaN so [measured].
    if not integral and value in {"NaN", "Infinity", "-Infinity"}:
        return math.nan if value == "NaN" else float(value)
    raise _wrong_type(value, label, path)


def _boolean(value: Any, path: str, _findings: Findings) -> Any:
    if type(value) is not bool:
        raise _wrong_type(value, "Boolean", path)
    return value


def _blob(shape: Shape) -> Check:
    def check(value: Any, path: str, findings: Findings) -> Any:
        if type(value) is bytes:
            data = value
        elif type(value) is str:
            data = _decode_base64(value, path)
        else:
            raise _wrong_type(value, "Blob", path)
        _check_length(shape, data, path, findings)
        return data

    return check


def _decode_base64(text: str, path: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _serialization_error("The value is not valid base64", path) from error


def _timestamp(value: Any, path: str, _findings: Findings) -> Any:
    try:
        if type(value) in {int, float}:
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise _serialization_error("The value is not a timestamp", path) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check_length(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    low, high = shape.minimum, _OTHER_MAXIMA.get(shape.name, shape.maximum)
    if low is not None and len(value) < low:
        findings.violate(shape, value, path, f"have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        findings.violate(shape, value, path, f"have length less than or equal to {high}")


def _union_text(shape: Shape, path: str, count: int) -> str:
    where = re.sub(r"\.(\d+)\.member", lambda found: f".{int(found[1]) - 1}", path)
    if count == 0:
        # Wording as users report it for content blocks, here for every union.
        keys = ", ".join(shape.members)
        return f"The {shape.name} object at {where} must set one of the following keys: {keys}."
    return f"The {shape.name} object at {where} must set exactly one key, but {count} are set."


def _wrong_type(value: Any, expected: str, path: str) -> AwsError:
    return _serialization_error(f"{_json_token(value)} can not be converted to a {expected}", path)


def _serialization_error(text: str, path: str) -> AwsError:
    """A value of the wrong JSON type; the wording follows other AWS JSON services, the place is ours [guess]."""
    return AwsError("SerializationException", f"{text} at '{path or 'the request body'}'", status=400)


def _json_token(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, int | float):
        return "NUMBER_VALUE"
    if isinstance(value, dict):
        return "START_OBJECT"
    return {list: "START_ARRAY", str: "STRING_VALUE", type(None): "NULL_VALUE"}.get(type(value), "VALUE")
