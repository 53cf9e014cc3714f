"""One content block of a scripted reply: as a person wrote it, and as it is said to one request.

People write short forms, which are turned into Converse ContentBlocks here; a ContentBlock is taken as it is.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.reply.chunks import CHUNKERS, Pieces
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.family import Family
from bedrock_emulator.reply.identifiers import tool_use_members
from bedrock_emulator.reply.reply import Block, Split
from bedrock_emulator.reply.signatures import sign
from bedrock_emulator.reply.template import (
    Groups,
    UnknownNameError,
    compile_text,
    compile_value,
    count_places,
    render,
)
from bedrock_emulator.state.content import ContentCheck
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path

MAX_TEXT = 16 * 1024 * 1024
"""Characters of one block after `repeat`: four million tokens, beyond what any model answers."""

_OPTIONS = frozenset({"chunks", "repeat", "signature", "citations"})
"""Members that stand beside the kind of a block."""

_PLACEHOLDER = "tooluse_made_for_each_request"

_IMAGE_FORMATS = {"iVBORw0KGgo": "png", "/9j/": "jpeg", "R0lGOD": "gif", "UklGR": "webp"}
"""How the base64 of an image begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedBlock:
    """A block of a rule's reply."""

    block: Mapping[str, Any]
    """A ContentBlock with templates in it."""
    split: Split | None = None
    pieces: tuple[Any, ...] = ()
    """Chunks that are given, with templates in them; in place of `split`."""
    repeat: int = 1
    needs_id: bool = False
    needs_signature: bool = False
    varies: bool = False
    """Whether it is another one for each request."""

    @property
    def is_tool_use(self) -> bool:
        """Whether the model asks for a tool here."""
        return "toolUse" in self.block

    def say(self, facts: Facts, groups: Groups, family: Family, number: int) -> tuple[Block, Split | None]:
        """The block for one request, and how it is cut; `number` counts the tool uses before it in its answer."""
        if not self.varies:
            return self.block, self.split
        block: Mapping[str, Any] = render(self.block, facts, groups)
        split = self.split
        if self.pieces:
            split = Pieces(tuple(render(list(self.pieces), facts, groups)), self.repeat)
        if self.needs_id:
            block = {"toolUse": _identified(block["toolUse"], facts, family, number)}
        block = _repeated(block, self.repeat)
        if self.needs_signature and family.signs_reasoning:
            block = _signed(block, facts)
        return block, split


def compile_block(
    document: str | Mapping[str, Any], check: ContentCheck, *, groups: Collection[str] | None, path: str
) -> ScriptedBlock:
    """Read a `Block` of the schema.

    Args:
        document: the block.
        check: by the service model.
        groups: that templates may use; None where there are no templates.
        path: its place, for refusals.

    Raises:
        AdminError: no such kind of block, members that do not belong together, or a bad template.
    """
    members: dict[str, Any] = {"text": document} if isinstance(document, str) else dict(document)
    options: dict[str, Any] = {name: members.pop(name) for name in _OPTIONS & members.keys()}
    kind = _only_kind(members, path)
    _check_options(kind, options, path)
    made_id = kind == "toolUse" and isinstance(members[kind], Mapping) and "toolUseId" not in members[kind]
    block = check.read(_content_block(kind, members[kind], options), path)
    scripted = ScriptedBlock(
        block=_templates(block, groups, path),
        repeat=options.get("repeat", 1),
        needs_id=made_id,
        needs_signature=kind == "reasoning" and "signature" not in options,
    )
    return _settled(_with_chunks(scripted, block, options.get("chunks"), groups, path), path)


def _only_kind(members: Mapping[str, Any], path: str) -> str:
    if len(members) != 1:
        found = " and ".join(map(repr, members)) or "none"
        raise AdminError(400, f"a content block is of one kind, and here is {found}", path=path)
    return next(iter(members))


_ALLOWED: Mapping[str, Collection[str]] = {
    "text": {"chunks", "repeat", "citations"},
    "reasoning": {"chunks", "repeat", "signature"},
    "reasoningContent": {"chunks", "repeat"},
    "citationsContent": {"chunks"},
    "toolUse": {"chunks"},
}


def _check_options(kind: str, options: Mapping[str, Any], path: str) -> None:
    for name in options:
        if name not in _ALLOWED.get(kind, ()):
            raise AdminError(
                400, f"{name!r} does not belong to a block of {kind!r}", path=join_path(path, name)
            )
    if "citations" in options and "repeat" in options:
        raise AdminError(400, "a cited text is not repeated", path=join_path(path, "repeat"))


def _content_block(kind: str, value: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The ContentBlock that a short form stands for."""
    if kind == "text" and "citations" in options:
        cited = [{"title": each} if isinstance(each, str) else each for each in options["citations"]]
        return {"citationsContent": {"content": [{"text": value}], "citations": cited}}
    if kind == "reasoning":
        signature = {"signature": options["signature"]} if options.get("signature") is not None else {}
        return {"reasoningContent": {"reasoningText": {"text": value, **signature}}}
    if kind == "redactedReasoning":
        return {"reasoningContent": {"redactedContent": value}}
    if kind == "image" and isinstance(value, str):
        image_format = next(
            (name for start, name in _IMAGE_FORMATS.items() if value.startswith(start)), "png"
        )
        return {"image": {"format": image_format, "source": {"bytes": value}}}
    if kind == "toolUse" and isinstance(value, Mapping):
        return {"toolUse": {"toolUseId": _PLACEHOLDER, "input": {}, **value}}
    return {kind: value}


def _templates(block: Mapping[str, Any], groups: Collection[str] | None, path: str) -> dict[str, Any]:
    """The block with what a person reads, and what a tool gets, as templates; ids and signatures stay."""
    ((kind, value),) = block.items()
    try:
        match kind:
            case "text":
                value = compile_text(value, groups)
            case "reasoningContent" if "reasoningText" in value:
                spoken = value["reasoningText"]
                value = {**value, "reasoningText": {**spoken, "text": compile_text(spoken["text"], groups)}}
            case "toolUse":
                value = {**value, "input": compile_value(value["input"], groups)}
            case "citationsContent":
                value = {**value, "content": compile_value(value.get("content") or [], groups)}
    except UnknownNameError as error:
        raise _unknown_name(error, path) from error
    return {kind: value}


def _unknown_name(error: UnknownNameError, path: str) -> AdminError:
    message = f"no text is called {error.name!r} in a template{did_you_mean(error.name, error.known)}"
    return AdminError(400, message, path=path)


def _with_chunks(
    scripted: ScriptedBlock,
    block: Mapping[str, Any],
    chunks: Any,
    groups: Collection[str] | None,
    path: str,
) -> ScriptedBlock:
    if isinstance(chunks, str):
        return replace(scripted, split=CHUNKERS[chunks])
    if not chunks:
        return scripted
    place, places = join_path(path, "chunks"), count_places(scripted.block)
    _check_joined("".join(chunks), block, place)
    if places and "toolUse" in block:
        raise AdminError(400, "an input with a template cannot have its chunks given", path=place)
    try:
        pieces = tuple(compile_text(piece, groups) for piece in chunks)
    except UnknownNameError as error:
        raise _unknown_name(error, place) from error
    if places != count_places(list(pieces)):
        raise AdminError(400, "a template may not be spread over two chunks", path=place)
    return replace(scripted, pieces=pieces)


def _check_joined(joined: str, block: Mapping[str, Any], path: str) -> None:
    """Given chunks say what the block says, so that streamed and whole answers are the same message."""
    if "toolUse" in block:
        try:
            said = json.loads(joined or "{}")
        except ValueError:
            said = None
        if said != block["toolUse"]["input"]:
            raise AdminError(400, "joined, the chunks must be the JSON of 'input'", path=path)
    elif len(block.get("citationsContent", {}).get("content", "1")) != 1:
        raise AdminError(400, "a block with several cited texts cannot have its chunks given", path=path)
    elif joined != _text_of(block):
        raise AdminError(400, "joined, the chunks must be the text", path=path)


def _text_of(block: Mapping[str, Any]) -> str:
    ((kind, value),) = block.items()
    if kind == "reasoningContent":
        return str((value.get("reasoningText") or {}).get("text", ""))
    if kind == "citationsContent":
        return str(value["content"][0]["text"])
    return str(value)


def _settled(scripted: ScriptedBlock, path: str) -> ScriptedBlock:
    """What no request changes is done once, for all of them."""
    if count_places(scripted.block):
        return replace(scripted, varies=True)
    try:
        block = _repeated(scripted.block, scripted.repeat)
    except AwsError as error:
        raise AdminError(400, error.message, path=join_path(path, "repeat")) from error
    split = Pieces(scripted.pieces, scripted.repeat) if scripted.pieces else scripted.split
    varies = scripted.needs_id or scripted.needs_signature
    return replace(scripted, block=block, split=split, pieces=(), repeat=1, varies=varies)


def _repeated(block: Block, times: int) -> Block:
    if times == 1:
        return block
    if "text" in block:
        return {"text": _many(block["text"], times)}
    reasoning = block["reasoningContent"]["reasoningText"]
    return {"reasoningContent": {"reasoningText": {**reasoning, "text": _many(reasoning["text"], times)}}}


def _many(text: str, times: int) -> str:
    if len(text) * times > MAX_TEXT:
        message = f"the repeated text is longer than {MAX_TEXT:,} characters"
        raise AwsError("ValidationException", f"The scenario cannot be followed: {message}.", status=400)
    return text * times


def _identified(tool_use: Mapping[str, Any], facts: Facts, family: Family, number: int) -> dict[str, Any]:
    """A tool use as the family would make it, with an id that follows from the request."""
    request = facts.request
    made = tool_use_members(request.params, request.model_id, tool_use["name"], family, number=number)
    return {**made, **tool_use, "toolUseId": made["toolUseId"]}


def _signed(block: Block, facts: Facts) -> Block:
    reasoning = block["reasoningContent"]["reasoningText"]
    signature = sign(reasoning["text"], facts.request.params)
    return {"reasoningContent": {"reasoningText": {**reasoning, "signature": signature}}}
