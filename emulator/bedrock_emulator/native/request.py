"""Puts what a native request asks for into Converse's form."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bedrock_emulator.call import Params
from bedrock_emulator.native.turns import dialogue


def as_converse(
    messages: Sequence[Mapping[str, Any]],
    *,
    body: Mapping[str, Any],
    inference: Mapping[str, str],
    read: Collection[str],
    system: Sequence[str] = (),
    tool_config: Mapping[str, Any] | None = None,
    max_tokens: int | None = None,
    tells_stop: bool = False,
) -> Params:
    """The request as Converse would ask it.

    Args:
        messages: the turns.
        body: the native request.
        inference: the family's names of inference parameters, each with Converse's.
        read: further members that need no place of their own, since the other arguments say what they say.
        system: the system prompts.
        tool_config: the tools.
        max_tokens: how many tokens the family's answer may have where the request does not say.
        tells_stop: whether the family's answer says which stop sequence it met.
    """
    params: dict[str, Any] = {"messages": list(messages)}
    config = {} if max_tokens is None else {"maxTokens": max_tokens}
    config |= {name: body[own] for own, name in inference.items() if body.get(own) is not None}
    rest = {name: value for name, value in body.items() if name not in inference and name not in read}
    if system:
        params["system"] = [{"text": text} for text in system]
    if config:
        params["inferenceConfig"] = _with_stop_list(config)
    if tells_stop and config.get("stopSequences"):
        params["additionalModelResponseFieldPaths"] = ["/stop_sequence"]
    if tool_config is not None:
        params["toolConfig"] = tool_config
    if rest:
        params["additionalModelRequestFields"] = rest
    return params


def prompt_as_converse(
    body: Mapping[str, Any],
    *,
    inference: Mapping[str, str],
    read: Collection[str] = ("prompt",),
    max_tokens: int | None = None,
    tells_stop: bool = False,
) -> Params:
    """The same for families that complete a `prompt`: its turns are the conversation."""
    asked = dialogue(body["prompt"])
    return as_converse(
        asked.messages,
        body=body,
        inference=inference,
        read=read,
        system=asked.system,
        max_tokens=max_tokens,
        tells_stop=tells_stop,
    )


def _with_stop_list(config: dict[str, Any]) -> dict[str, Any]:
    """A single stop sequence may be written without its list."""
    stop = config.get("stopSequences")
    return {**config, "stopSequences": [stop]} if isinstance(stop, str) else config
