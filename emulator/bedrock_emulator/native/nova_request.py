"""A native request of Nova, as the question that Converse asks."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.native.encoded import decoded
from bedrock_emulator.native.format import Native
from bedrock_emulator.native.nova_schema import MEDIA, request_violations
from bedrock_emulator.native.schema import MOST_VIOLATIONS, malformed

_PARAMETERS = {
    "maxTokens": "maxTokens",
    "max_new_tokens": "maxTokens",
    "temperature": "temperature",
    "topP": "topP",
    "top_p": "topP",
    "stopSequences": "stopSequences",
}
"""Nova's names, of which some are older, and Converse's."""
_TOP_K = ("topK", "top_k")


def read(body: Native, model_id: str) -> Params:  # noqa: ARG001 - every format reads by body and model
    """The request in Converse's form, media decoded."""
    found = "".join(islice(request_violations(body), MOST_VIOLATIONS))
    if found:
        raise malformed(found)
    written = body.get("inferenceConfig", {})
    params: dict[str, Any] = {
        "messages": [_with_media(message, f"#/messages/{at}") for at, message in enumerate(body["messages"])],
        "inferenceConfig": {name: written[own] for own, name in _PARAMETERS.items() if own in written},
    }
    extra = {**body.get("additionalModelRequestFields", {}), **_extra_fields(body, written)}
    if extra:
        params["additionalModelRequestFields"] = extra
    return {**params, **{name: body[name] for name in ("system", "toolConfig") if name in body}}


def _extra_fields(body: Native, written: Mapping[str, Any]) -> dict[str, Any]:
    """What Converse takes as additionalModelRequestFields [recorded there]."""
    extra: dict[str, Any] = {}
    top_k = next((written[name] for name in _TOP_K if name in written), None)
    if top_k is not None:
        extra["inferenceConfig"] = {"topK": top_k}
    reasoning = body.get("reasoningConfig") or written.get("reasoningConfig")
    if reasoning:
        extra["reasoningConfig"] = reasoning
    return extra


def _with_media(message: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    content = [_decoded(block, f"{path}/content/{at}") for at, block in enumerate(message["content"])]
    return {"role": message["role"], "content": content}


def _decoded(block: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """A block with its base64 as bytes, also inside a tool's result."""
    ((kind, value),) = block.items()
    if kind == "toolResult":
        inside = f"{path}/toolResult/content"
        content = [_decoded(part, f"{inside}/{at}") for at, part in enumerate(value["content"])]
        return {kind: {**value, "content": content}}
    if kind in MEDIA and "bytes" in value["source"]:
        data = _bytes(value["source"]["bytes"], f"{path}/{kind}/source/bytes")
        return {kind: {**value, "source": {**value["source"], "bytes": data}}}
    if kind == "reasoningContent" and "redactedContent" in value:
        data = _bytes(value["redactedContent"], f"{path}/{kind}/redactedContent")
        return {kind: {"redactedContent": data}}
    return block


def _bytes(written: str, path: str) -> bytes:
    data = decoded(written)
    if data is None:
        raise malformed(f"{path}: the text is not valid base64")  # [guess]
    return data
