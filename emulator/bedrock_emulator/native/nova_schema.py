"""The JSON schema of Nova's native requests: Converse's shapes, with other names for some parameters.

Content blocks are checked apart, because of several alternatives the service's words name only one.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from bedrock_emulator.native.format import Native
from bedrock_emulator.native.schema import Schema, violations

MEDIA = ("image", "document", "video", "audio")

_TEXT: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}
_FRACTION: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_TOKENS: Schema = {"type": "integer", "minimum": 1}
_TOP_K: Schema = {"type": "integer", "minimum": 0, "maximum": 128}
_REASONING: Schema = {"type": "object", "required": ["type"], "properties": {"type": _TEXT}}


def _closed(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object without other members than these."""
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "minItems": least, "items": items}


REQUEST = _closed(
    ("messages",),  # [reported by users]
    schemaVersion={"type": "string", "enum": ["messages-v1"]},
    messages=_list(
        _closed(
            ("role", "content"),
            role={"type": "string", "enum": ["user", "assistant"]},
            content=_list(_OBJECT, 1),
        ),
        1,
    ),
    system=_list(_OBJECT),
    inferenceConfig=_closed(
        maxTokens=_TOKENS,
        max_new_tokens=_TOKENS,  # [recorded]
        temperature=_FRACTION,
        topP=_FRACTION,
        top_p=_FRACTION,  # [recorded]
        topK=_TOP_K,
        top_k=_TOP_K,
        stopSequences=_list(_TEXT),
        reasoningConfig=_REASONING,
    ),
    reasoningConfig=_REASONING,
    toolConfig=_closed(
        ("tools",),
        tools=_list(_OBJECT, 1),
        toolChoice=_closed(auto=_OBJECT, any=_OBJECT, tool=_closed(("name",), name=_TEXT)),
    ),
    additionalModelRequestFields=_OBJECT,
    **{"amazon-bedrock-guardrailConfig": _OBJECT},
)

_SOURCE = _closed(bytes=_TEXT, s3Location=_closed(("uri",), uri=_TEXT, bucketOwner=_TEXT))
_MEDIUM = _closed(("format", "source"), format=_TEXT, source=_SOURCE)
_DOCUMENT = _closed(("format", "name", "source"), format=_TEXT, name=_TEXT, source=_SOURCE)
_RESULT_PARTS: Mapping[str, Schema] = MappingProxyType(
    {"text": _TEXT, "json": {}, "image": _MEDIUM, "document": _DOCUMENT, "video": _MEDIUM}
)
_BLOCKS: Mapping[str, Schema] = MappingProxyType(
    {
        "text": _TEXT,
        **dict.fromkeys(MEDIA, _MEDIUM),
        "document": _DOCUMENT,
        "toolUse": _closed(
            ("toolUseId", "name", "input"), toolUseId=_TEXT, name=_TEXT, input=_OBJECT, type=_TEXT
        ),
        "toolResult": _closed(
            ("toolUseId", "content"),
            toolUseId=_TEXT,
            content=_list(_OBJECT),
            status={"type": "string", "enum": ["success", "error"]},
            type=_TEXT,
        ),
        "cachePoint": _closed(("type",), type=_TEXT, ttl=_TEXT),
        "reasoningContent": _closed(
            reasoningText=_closed(("text",), text=_TEXT, signature=_TEXT), redactedContent=_TEXT
        ),
    }
)
_SYSTEM: Mapping[str, Schema] = MappingProxyType({"text": _TEXT, "cachePoint": _BLOCKS["cachePoint"]})
_TOOLS: Mapping[str, Schema] = MappingProxyType(
    {
        "toolSpec": _closed(
            ("name", "inputSchema"),
            name=_TEXT,
            description=_TEXT,
            inputSchema=_closed(("json",), json=_OBJECT),
            strict={"type": "boolean"},
        ),
        "systemTool": _closed(("name",), name=_TEXT),
        "cachePoint": _BLOCKS["cachePoint"],
    }
)


def request_violations(body: Native) -> Iterator[str]:
    """What a request breaks; its blocks are looked at once the frame around them is right."""
    outer = list(violations(body, REQUEST))
    yield from outer
    if outer:
        return
    for number, message in enumerate(body["messages"]):
        for at, block in enumerate(message["content"]):
            yield from _content_violations(block, f"#/messages/{number}/content/{at}")
    for at, block in enumerate(body.get("system", ())):
        yield from _union_violations(block, _SYSTEM, "text", f"#/system/{at}")
    for at, tool in enumerate(body.get("toolConfig", {}).get("tools", ())):
        yield from _union_violations(tool, _TOOLS, "toolSpec", f"#/toolConfig/tools/{at}")


def _content_violations(block: Mapping[str, Any], path: str) -> Iterator[str]:
    found = list(_union_violations(block, _BLOCKS, "toolUse", path))
    yield from found
    if "toolResult" in block and not found:
        for at, part in enumerate(block["toolResult"]["content"]):
            inside = f"{path}/toolResult/content/{at}"
            yield from _union_violations(part, _RESULT_PARTS, "json", inside)


def _union_violations(
    block: Mapping[str, Any], kinds: Mapping[str, Schema], named: str, path: str
) -> Iterator[str]:
    """What a union of one member breaks: the service names one alternative, or what stands beside one [recorded]."""
    kind = next((kind for kind in kinds if kind in block), None)
    if kind is None:
        yield f"{path}: required key [{named}] not found"
        return
    others = [name for name in block if name != kind]
    if others:
        yield f"{path}: extraneous key [{others[0]}] is not permitted"
    else:
        yield from violations(block[kind], kinds[kind], f"{path}/{kind}")
