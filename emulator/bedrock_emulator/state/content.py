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
        shape = _content_block(api)
        self._known = shape.members.keys()
        self._check = Validator().check(shape)

    def kind(self, block: Mapping[str, Any], path: str) -> str:
        """The name of the block's one member.

        Raises:
            AdminError: an unknown member, a value of the wrong type, or a required one that is missing.
        """
        name, _ = read_member(block, known=self._known, kind="content block", path=path)
        findings = _ShapeFindings()
        try:
            self._check(block, path, findings)
            findings.raise_if_any()
        except AwsError as error:
            raise AdminError(400, error.message, path=path) from error
        return name


class _ShapeFindings(Findings):
    """Lets broken enums, patterns and lengths pass: real answers break them too [recorded]."""

    def violate(self, shape: Shape, value: object, path: str, constraint: str) -> None:
        pass


def _content_block(api: Api) -> Shape:
    """The ContentBlock union, which requests and answers share [botocore]."""
    request = api.operations["Converse"].input
    assert request is not None
    messages = request.members["messages"].shape.item
    assert messages is not None
    block = messages.members["content"].shape.item
    assert block is not None
    return block
