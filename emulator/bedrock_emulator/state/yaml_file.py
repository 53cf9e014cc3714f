"""Reads YAML and JSON that people wrote, and remembers the line of every value.

YAML is read as version 1.2 has it: `no`, `on` and `1:30` are texts. Only what JSON has too is accepted, each key
once, and an alias costs as much as what it stands for, so that a small file cannot become a huge document.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.schema import join_path

MAX_BYTES = 16 * 1024 * 1024
MAX_ALIASED = 100_000
"""Values that aliases stand for, all together."""
MAX_DEPTH = 64

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
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


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
        places = _read_yaml(file, text.replace("\t", " ")).places
    except FileError:  # escaped surrogates, for one, are no YAML: the path alone has to do then
        places = {}
    return ReadFile(file, document, places)


def _read_yaml(file: str, text: str) -> ReadFile:
    loader = _CoreLoader(text)
    try:
        node = loader.get_single_node()
        builder = _Builder(file, loader)
        document = None if node is None else builder.build(node, "", 0)
        # What JSON cannot hold, such as an integer of a hundred digits, is found here and not while serving.
        return ReadFile(file, orjson.loads(orjson.dumps(document)), builder.places)
    except yaml.YAMLError as error:
        raise _not_yaml(file, error) from error
    except orjson.JSONEncodeError as error:
        raise FileError(file, f"has a value that is not JSON: {error}") from error
    finally:
        loader.dispose()


def _not_yaml(file: str, error: yaml.YAMLError) -> FileError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None)
    sentence = f"is not YAML: {problem}" + (f" {context}" if context else "")
    return FileError(file, sentence, None if mark is None else Place(mark.line + 1, mark.column + 1))


class _Builder:
    """Turns nodes into values and notes their places."""

    def __init__(self, file: str, loader: Any) -> None:
        self._file = file
        self._loader = loader
        self.places: dict[str, Place] = {}
        self._built: set[int] = set()
        self._aliased = 0

    def build(self, node: yaml.Node, path: str, depth: int) -> Any:
        """The value of a node."""
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        self.places[path] = place
        self._aliased += id(node) in self._built
        self._built.add(id(node))
        if self._aliased > MAX_ALIASED:
            raise FileError(self._file, f"has aliases for more than {MAX_ALIASED:,} values", place)
        if depth > MAX_DEPTH:
            raise FileError(self._file, f"nests deeper than {MAX_DEPTH} levels", place)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.build(item, join_path(path, index), depth + 1) for index, item in enumerate(node.value)
            ]
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            place = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, yaml.ScalarNode):
                raise FileError(self._file, "a key must be a text", place)
            if key.value in mapping:
                raise FileError(self._file, f"the key {key.value!r} is there twice", place)
            where = join_path(path, key.value)
            mapping[key.value] = self.build(value, where, depth + 1)
            self.places[where] = place  # of the key: where a person looks for a member
        return mapping

    def _scalar(self, node: yaml.Node, place: Place) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "str":
            return node.value
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in {"int", "float"}:
            return int(node.value) if kind == "int" else float(node.value)
        raise FileError(self._file, f"the tag {node.tag!r} is not known; plain values only", place)
