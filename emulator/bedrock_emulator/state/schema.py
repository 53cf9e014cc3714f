"""The published JSON Schema of the admin API, and the check of a body against it.

jsonschema takes some 80 ms to import, so it is imported at the first check and not when the server starts.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import orjson
import re2

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.nearest import did_you_mean

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def schema_bytes() -> bytes:
    """The schema as it is published."""
    return files("bedrock_emulator").joinpath("data/admin.schema.json").read_bytes()


def check_document(document: Any, definition: str, *, path: str = "") -> None:
    """Refuse a document that is not the `definition` of the schema.

    Args:
        document: parsed JSON.
        definition: a name under `$defs`.
        path: where the document lies in a larger one, for the error.

    Raises:
        AdminError: 400 with the place and the sentence of the first fault.
    """
    faults = list(_validator(definition).iter_errors(document))
    if faults:
        raise next(_refusals(min(faults, key=_rank), path))


def document_faults(document: Any, definition: str) -> list[AdminError]:
    """Everything that keeps a document from being the `definition` of the schema, in the order of the document."""
    faults = sorted(_validator(definition).iter_errors(document), key=_rank)
    return [refusal for fault in faults for refusal in _refusals(fault, "")]


def join_path(*parts: str | int) -> str:
    """A place in a document, as in `rules[0].when.model`."""
    joined = ""
    for part in parts:
        if isinstance(part, int):
            joined += f"[{part}]"
        elif part:
            joined += f".{part}" if joined and not part.startswith("[") else part
    return joined


@cache
def _validator(definition: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    schema = orjson.loads(schema_bytes())
    check: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    checked: Draft202012Validator = check({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]})
    return checked


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator["ValidationError"]:
    """RE2 reads a pattern as JSON Schema means it; to Python `$` is also before a last newline, and `\\w` is any script."""
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and re2.search(pattern, value) is None:
        yield ValidationError(f"does not match {pattern}")


def _rank(fault: "ValidationError") -> tuple[list[str | int], bool]:
    """Outermost and first comes first; a mistyped name before the member that is missing because of it."""
    return list(fault.absolute_path), fault.validator != "additionalProperties"


def _refusals(fault: "ValidationError", path: str) -> Iterator[AdminError]:
    """One for each unknown member, of which one fault may find several."""
    place = join_path(path, *fault.absolute_path)
    if fault.validator == "additionalProperties":
        schema: Any = fault.schema
        instance: Any = fault.instance
        known = schema["properties"]
        for unknown in (name for name in instance if name not in known):
            message = f"unknown member {unknown!r}{did_you_mean(unknown, known)}"
            yield AdminError(400, message, path=join_path(place, unknown))
    else:
        yield AdminError(400, _sentence(fault), path=place or None)


def _sentence(fault: "ValidationError") -> str:
    """What is wrong, without quoting the value: it may be a secret, or megabytes."""
    asked: Any = fault.validator_value
    instance: Any = fault.instance
    match fault.validator:
        case "type":
            return f"must be {_types(asked)}{_hint(asked, instance)}"
        case "enum":
            return f"must be one of {', '.join(orjson.dumps(each).decode() for each in asked)}"
        case "const":
            return f"must be {orjson.dumps(asked).decode()}"
        case "required":
            return f"{_missing(asked, instance)} is missing"
        case "dependentRequired":
            return _dependency(asked, instance)
        case "oneOf":
            return f"give exactly one of {_quoted(option['required'][0] for option in asked)}"
        case "anyOf":
            return f"give at least one of {_quoted(option['required'][0] for option in asked)}"
        case "pattern":
            return f"must match {asked}"
        case "not":  # of a member that another one excludes
            return "this cannot stand beside the other members here"
        case _:
            return _bound(str(fault.validator), asked)


_BOUNDS = {
    "exclusiveMinimum": "must be more than {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minLength": "must be at least {} character{s} long",
    "maxLength": "must be at most {} character{s} long",
    "minItems": "must have at least {} item{s}",
    "maxItems": "must have at most {} item{s}",
    "minProperties": "must have at least {} member{s}",
    "maxProperties": "must have at most {} member{s}",
}


def _bound(keyword: str, limit: Any) -> str:
    return _BOUNDS[keyword].format(f"{limit:,}", s="" if limit == 1 else "s")


def _types(asked: str | list[str]) -> str:
    return " or ".join(_TYPES.get(each, each) for each in ([asked] if isinstance(asked, str) else asked))


def _hint(asked: str | list[str], instance: Any) -> str:
    """For whoever writes YAML 1.1, where these words are no texts."""
    words = ("yes", "no", "on", "off")
    wanted = asked == "boolean" or "boolean" in asked
    return "; yes, no, on and off are texts" if wanted and instance in words else ""


def _missing(required: Iterable[str], instance: Mapping[str, Any]) -> str:
    return repr(next(name for name in required if name not in instance))


def _dependency(required: Mapping[str, list[str]], instance: Mapping[str, Any]) -> str:
    for name, others in required.items():
        for other in others:
            if name in instance and other not in instance:
                return f"{name!r} needs {other!r} beside it"
    raise AssertionError("jsonschema found a missing member that is there")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
