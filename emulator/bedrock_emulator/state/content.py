"""Checks what a rule lets a model say, by the service model: content blocks, and events of a stream."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.model.findings import Findings
from bedrock_emulator.model.service import Api, Shape
from bedrock_emulator.model.validate import Validator
from bedrock_emulator.state.nearest import nearest
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.union import read_member

STREAMED = "ConverseStream"
"""The operation whose events a reply may spell out."""

_MISTYPED = 0.8
"""An unknown member that is so like a known one is that one, mistyped; others may come with a later service model."""


class ContentCheck:
    """The checks of ContentBlocks and of events, compiled once for a whole scenario."""

    def __init__(self, api: Api) -> None:
        self._block = _content_block(api)
        self._event = _member(api.operations[STREAMED].output, "stream")
        self._validator = Validator()

    def read(self, block: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        """The block as it can be answered: without nulls, which the service drops too.

        Raises:
            AdminError: an unknown kind of block, a member that looks mistyped, a value of the wrong type, or a
                required one that is missing.
        """
        read_member(block, known=self._block.members.keys(), kind="content block", path=path)
        read: Mapping[str, Any] = _without_nulls(block, self._block, path)
        self._check(self._block, read, path, _Missing())
        return read

    def read_event(self, event: Mapping[str, Any], path: str) -> Event:
        """The name and the payload of an event, sent as it is: members may be missing or unknown.

        Raises:
            AdminError: an unknown event, or a value of the wrong type.
        """
        name, payload = read_member(event, known=self._event.members.keys(), kind="event", path=path)
        self._check(self._event.members[name].shape, payload, join_path(path, name), _WrongTypes())
        return name, payload

    def _check(self, shape: Shape, value: Any, path: str, findings: Findings) -> None:
        try:
            self._validator.check(shape)(value, path, findings)
            findings.raise_if_any()
        except AwsError as error:
            raise AdminError(400, error.message, path=path) from error


class _Missing(Findings):
    """Lets broken enums, patterns and lengths pass: real answers break them too [recorded]."""

    def violate(self, shape: Shape, value: object, path: str, constraint: str) -> None:
        pass


class _WrongTypes(_Missing):
    """Lets missing members pass as well: a test of a client may want such an event."""

    def miss(self, path: str) -> None:
        pass


def _without_nulls(value: Any, shape: Shape | None, path: str) -> Any:
    """A value without nulls where the shape can do without; documents and unknown members stay as they are.

    Raises:
        AdminError: an unknown member is most like a known one.
    """
    if shape is None or shape.document:
        return value
    if isinstance(value, dict):
        known = {name: member.shape for name, member in shape.members.items()}
        read = {}
        for name, item in value.items():
            place = join_path(path, name)
            if name not in known and (near := nearest(name, known, likeness=_MISTYPED)) is not None:
                raise AdminError(400, f"unknown member {name!r}; did you mean {near!r}?", path=place)
            if item is not None:
                read[name] = _without_nulls(item, known.get(name), place)
        return read
    if isinstance(value, list):
        return [
            _without_nulls(item, shape.item, join_path(path, index))
            for index, item in enumerate(value)
            if item is not None
        ]
    return value


def _content_block(api: Api) -> Shape:
    """The ContentBlock union, which requests and answers share [botocore]."""
    messages = _member(api.operations["Converse"].input, "messages")
    blocks = _member(messages.item, "content")
    assert blocks.item is not None
    return blocks.item


def _member(shape: Shape | None, name: str) -> Shape:
    assert shape is not None
    return shape.members[name].shape
