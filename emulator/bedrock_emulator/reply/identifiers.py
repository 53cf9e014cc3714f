"""Ids that look random and follow from the request alone."""

from base64 import urlsafe_b64encode

from bedrock_emulator.call import Params
from bedrock_emulator.reply.family import Family
from bedrock_emulator.reply.signatures import fingerprint

_ID_BYTES = 16
"""Sixteen bytes make the 22 characters that follow `tooluse_` [recorded]."""


def tool_use_members(
    params: Params, model_id: str, name: str, family: Family, *, number: int = 0
) -> dict[str, str]:
    """The members of a tool use beside its name and input: `toolUseId` and, from models that send it, `type`.

    Args:
        params: of the request, in Converse's form.
        model_id: of the model that asks for the tool.
        name: of the tool.
        family: of the model.
        number: tells the tool uses of one answer apart, from 0.
    """
    made = {"toolUseId": _tool_use_id(params, model_id, name, family, number)}
    if family.tool_use_type is not None:
        return {**made, "type": family.tool_use_type}
    # Nova 2 Lite tells its caller's tools from the service's own by the type, and has none where there are only the former.
    return {**made, "type": "tool_use"} if _offers_system_tool(params) else made  # [recorded]


def _offers_system_tool(params: Params) -> bool:
    return any("systemTool" in tool for tool in (params.get("toolConfig") or {}).get("tools") or ())


def _tool_use_id(params: Params, model_id: str, name: str, family: Family, number: int) -> str:
    if family.numbered_tool_ids:
        return f"functions.{name}:{number}"
    more = (model_id, name, str(number)) if number else (model_id, name)
    return "tooluse_" + urlsafe_b64encode(fingerprint(params, *more, size=_ID_BYTES)).decode().rstrip("=")
