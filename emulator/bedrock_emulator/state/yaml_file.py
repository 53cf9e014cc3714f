"""Reads YAML and JSON that people wrote, and remembers the line of every value.

YAML is read as version 1.2 has it: `no`, `on` and `1:30` are texts. Only what JSON has too is accepted, each key
once, and an alias costs as much as what it stands for, so that a small file cannot become a huge document.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import orjson
import yaml

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.schema import join_path

MAX_BYTES = 16 * 1024 * 1024
MAX_ALIASED = MAX_BYTES
"""Characters that aliases stand for, all together; a value weighs _VALUE_WEIGHT more."""
_VALUE_WEIGHT = 16
MAX_DEPTH = 64

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Half of an escaped character beyond the first 65,536, which JSON has and YAML has not."""
_SPACE = r"\u0020"
_NUMBERS = range(-(2**63), 2**64)
"""The integers that JSON carries here [orjson]."""
_TAG = "tag:yaml.org,2002:"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it, which is twenty times as fast."""


class _CoreLoader(_Loader):  # type: ignore[misc]
    """Knows the scalars of YAML 1.2's core schema that JSON has, and nothing else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own way


for _tag, _pattern, _first in (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _CoreLoader.add_implicit_resolver(_TAG + _tag, re.compile(rf"^(?:{_pattern})$"), _first)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in its file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's one document."""

    file: str
    document: Any
    places: Mapping[str, Place]
    """By path, as in `rules[0].when.model`."""

    def place(self, path: str) -> Place:
        """The place of a value, or of the nearest one around it."""
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places.get(path, Place(1, 1))

    def locate(self, path: str) -> str:
        """`chat.scenario.yaml:12` for a path."""
        return f"{self.file}:{self.place(path).line}"


class FileError(AdminError):
    """A file that cannot be read, with the place where its reader stopped."""

    def __init__(self, file: str, message: str, place: Place | None = None) -> None:
        super().__init__(400, message)
        self.file = file
        self.place = place or Place(1, 1)


def read_yaml(path: Path) -> ReadFile:
    """Read a YAML or JSON file.

    Raises:
        FileError: it cannot be opened, is too large, or is not one document of plain values.
    """
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise FileError(file, f"is larger than {MAX_BYTES:,} bytes")
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise FileError(file, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileError(file, f"is not UTF-8 at byte {error.start:,}") from error
    return _read_json(file, text) if path.suffix == ".json" else _read_yaml(file, text)


def _read_json(file: str, text: str) -> ReadFile:
    """JSON, with the places that the YAML reader sees in it, since YAML without tabs has almost all of JSON."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise FileError(file, f"is not JSON: {error.msg}", Place(error.lineno, error.colno)) from error
    try:
        places = _read_yaml(file, _SURROGATE.sub(lambda _: _SPACE, text.replace("\t", " "))).places
    except FileError:  # a control character, for one, is no YAML: the path alone has to do then
        places = {}
    return ReadFile(file, document, places)


def _read_yaml(file: str, text: str) -> ReadFile:
    loader = _CoreLoader(text)
    try:
        builder = _Builder(file, loader)
        # What JSON cannot hold is found here and not while serving; and what aliases share is copied.
        return ReadFile(file, orjson.loads(orjson.dumps(builder.document())), builder.places)
    except yaml.YAMLError as error:
        raise _not_yaml(file, text, error) from error
    except orjson.JSONEncodeError as error:
        raise FileError(file, f"has a value that is not JSON: {error}") from error
    finally:
        loader.dispose()


def _not_yaml(file: str, text: str, error: yaml.YAMLError) -> FileError:
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode("utf-8", "ignore")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return FileError(file, f"is not YAML: {error.reason}", place)
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None)
    sentence = f"is not YAML: {problem}" + (f" {context}" if context else "")
    if mark is None:
        return FileError(file, sentence)
    line = text.splitlines()[mark.line : mark.line + 1]
    hint = "; indent with spaces, not with tabs" if line and "\t" in line[0][: mark.column + 1] else ""
    return FileError(file, sentence + hint, _place(mark))


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


class _Builder:
    """Turns the events of a parser into values and notes their places.

    No tree of nodes comes between: libyaml's composer recurses, and two hundred thousand brackets crash the process
    [measured].
    """

    def __init__(self, file: str, loader: Any) -> None:
        self._file = file
        self._loader = loader
        self.places: dict[str, Place] = {}
        self._anchored: dict[str, tuple[Any, int]] = {}
        """The values that have an anchor, and how much they weigh."""
        self._weight = 0
        self._aliased = 0

    def document(self) -> Any:
        """The one document; None when there is none."""
        self._loader.get_event()  # the start of the stream
        if isinstance(self._loader.get_event(), yaml.StreamEndEvent):
            return None
        value = self._next("", 0)
        self._loader.get_event()  # the end of the document
        after = self._loader.get_event()
        if not isinstance(after, yaml.StreamEndEvent):
            raise FileError(self._file, "has more than one document", _place(after.start_mark))
        return value

    def _next(self, path: str, depth: int) -> Any:
        return self._build(self._loader.get_event(), path, depth)

    def _build(self, event: Any, path: str, depth: int) -> Any:
        """The value that begins with an event."""
        place = self.places[path] = _place(event.start_mark)
        if depth > MAX_DEPTH:
            raise FileError(self._file, f"nests deeper than {MAX_DEPTH} levels", place)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor, place)
        before = self._weight
        self._weight += _VALUE_WEIGHT
        value = self._value(event, path, depth, place)
        if event.anchor is not None:
            self._anchored[event.anchor] = value, self._weight - before
        return value

    def _alias(self, anchor: str | None, place: Place) -> Any:
        if anchor is None or anchor not in self._anchored:
            raise FileError(self._file, f"no value before this one is called '&{anchor}'", place)
        value, weight = self._anchored[anchor]
        self._weight += weight
        self._aliased += weight
        if self._aliased > MAX_ALIASED:
            raise FileError(self._file, f"has aliases for more than {MAX_ALIASED:,} characters", place)
        return value

    def _value(self, event: Any, path: str, depth: int, place: Place) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            self._weight += len(event.value)
            return self._scalar(event, place)
        if isinstance(event, yaml.MappingStartEvent):
            self._check_tag(event, "map", place)
            return self._mapping(path, depth)
        self._check_tag(event, "seq", place)
        return self._sequence(path, depth)

    def _sequence(self, path: str, depth: int) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            values.append(self._build(event, join_path(path, len(values)), depth + 1))
        return values

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(key := self._loader.get_event(), yaml.MappingEndEvent):
            place = _place(key.start_mark)
            if not isinstance(key, yaml.ScalarEvent):
                braces = isinstance(key, yaml.MappingStartEvent)
                hint = "; a text that begins with '{{' needs quotes" if braces else ""
                raise FileError(self._file, f"a key must be a text{hint}", place)
            if key.value in mapping:
                raise FileError(self._file, f"the key {key.value!r} is there twice", place)
            where = join_path(path, key.value)
            self._weight += len(key.value)
            mapping[key.value] = self._next(where, depth + 1)
            self.places[where] = place  # of the key: where a person looks for a member
        return mapping

    def _check_tag(self, event: Any, kind: str, place: Place) -> None:
        if event.tag not in {None, "!", _TAG + kind}:
            raise FileError(self._file, f"the tag {event.tag!r} is not known; plain values only", place)

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Any:
        tag, text = event.tag, event.value
        if tag in {None, "!"}:
            tag = self._loader.resolve(yaml.ScalarNode, text, event.implicit)
        match tag.removeprefix(_TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float" as kind:
                return self._number(text, kind, place)
        raise FileError(self._file, f"the tag {tag!r} is not known; plain values only", place)

    def _number(self, text: str, kind: str, place: Place) -> int | float:
        """A number that JSON carries too."""
        try:
            number: int | float = int(text) if kind == "int" else float(text)
        except ValueError as error:  # `!!int x`, or more digits than Python reads
            raise FileError(self._file, "is not a number, or far too long for one", place) from error
        if number not in _NUMBERS if kind == "int" else not isfinite(number):
            raise FileError(self._file, "is a larger number than JSON carries", place)
        return number
