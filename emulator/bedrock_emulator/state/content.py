"""Checks the content blocks that a rule lets a model say, by the service model."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.model.service import Api, Shape
from bedrock_emulator.model.validate import Findings, Validator
from bedrock_emulator.state.union import read_member


class ContentCheck:
    """The check of one ContentBlock, compiled once for a whole scenario."""

    def __init__(self, api: Api) -> None:
        self._shape = _content_block(api)
        self._check = Validator().check(self._shape)

    def read(self, block: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        """The block as it can be answered: without nulls, which the service drops too.

        Raises:
            AdminError: an unknown member, a value of the wrong type, or a required one that is missing.
        """
        read_member(block, known=self._shape.members.keys(), kind="content block", path=path)
        read: Mapping[str, Any] = _without_nulls(block, self._shape)
        findings = _ShapeFindings()
        try:
            self._check(read, path, findings)
            findings.raise_if_any()
        except AwsError as error:
            raise AdminError(400, error.message, path=path) from error
        return read


class _ShapeFindings(Findings):
    """Lets broken enums, patterns and lengths pass: real answers break them too [recorded]."""

    def violate(self, shape: Shape, value: object, path: str, constraint: str) -> None:
        pass


def _without_nulls(value: Any, shape: Shape | None) -> Any:
    """A value without nulls where the shape can do without; documents and unknown members stay as they are."""
    if shape is None or shape.document:
        return value
    if isinstance(value, dict):
        members = {name: member.shape for name, member in shape.members.items()}
        return {
            name: _without_nulls(item, members.get(name)) for name, item in value.items() if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item, shape.item) for item in value if item is not None]
    return value


def _content_block(api: Api) -> Shape:
    """The ContentBlock union, which requests and answers share [botocore]."""
    request = api.operations["Converse"].input
    assert request is not None
    messages = request.members["messages"].shape.item
    assert messages is not None
    block = messages.members["content"].shape.item
    assert block is not None
    return block
