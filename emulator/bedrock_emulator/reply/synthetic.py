"""The default model: an answer that is plainly synthetic, depends on the prompt and never varies."""

import json
import zlib
from collections.abc import Mapping, Sequence

from bedrock_emulator.call import Params
from bedrock_emulator.reply import prompt
from bedrock_emulator.reply.caching import Cached
from bedrock_emulator.reply.family import Family, family_of
from bedrock_emulator.reply.identifiers import tool_use_members
from bedrock_emulator.reply.instance import instance_of
from bedrock_emulator.reply.prompt import Tool
from bedrock_emulator.reply.reasoning import reasoning_of
from bedrock_emulator.reply.reply import Block, Reply, Usage
from bedrock_emulator.reply.tokens import cut_to_tokens, estimate_tokens, input_tokens

_EXCERPT_LENGTH = 200


def synthesize(params: Params, *, model_id: str, max_tokens: int, cached: Cached | None = None) -> Reply:
    """The synthetic answer to a Converse request; the same request always gets the same one.

    The request has been parsed: its JSON nests no deeper than model/parse.py allows.
    A text that does not fit `max_tokens` is cut there, also the JSON of a structured output. A tool call is
    never cut: one that does not fit gives way to as much text as fits, and the turn stops with max_tokens.
    """
    family = family_of(model_id)
    text = prompt.last_user_text(params["messages"])
    reasoning, spent = reasoning_of(params, model_id, max_tokens)
    answer = _answer(params, family, model_id, text, max_tokens - spent)
    cached = cached or Cached()
    usage = Usage(
        input_tokens=input_tokens(params) - cached.read - cached.write,
        output_tokens=spent + answer.tokens,
        cache_read_tokens=cached.read,
        cache_write_tokens=cached.write,
        cache_write_1h_tokens=cached.write_1h,
        cache_points=prompt.has_cache_point(params),
    )
    return Reply(
        blocks=(*reasoning, *answer.blocks),
        stop_reason=answer.stop_reason,
        usage=usage,
        additional_fields={"stop_sequence": answer.stop_sequence} if answer.stop_sequence else None,
    )


class _Answer:
    """The last block of a reply, none for an empty text, which no request may repeat; and how it ended."""

    __slots__ = ("blocks", "stop_reason", "stop_sequence", "tokens")

    def __init__(self, block: Block, stop_reason: str, tokens: int, stop_sequence: str | None = None) -> None:
        self.blocks = () if block == {"text": ""} else (block,)
        self.stop_reason = stop_reason
        self.tokens = tokens
        self.stop_sequence = stop_sequence


def _answer(params: Params, family: Family, model_id: str, text: str, limit: int) -> _Answer:
    tools = prompt.offered_tools(params)
    tool = prompt.chosen_tool(params, tools, text) if tools else None
    if tool is not None:
        return _tool_answer(params, family, model_id, text, tool, limit)
    schema = prompt.output_schema(params)
    spoken = (
        _prose(params, model_id, text)
        if schema is None
        else json.dumps(instance_of(schema), ensure_ascii=False)
    )
    return _text_answer(spoken, _stop_sequences(params), limit)


def _tool_answer(params: Params, family: Family, model_id: str, text: str, tool: Tool, limit: int) -> _Answer:
    value = instance_of(tool.schema, prompt.arguments_for(tool, text))
    arguments = value if isinstance(value, Mapping) else {}
    tokens = estimate_tokens(tool.name) + estimate_tokens(json.dumps(arguments, ensure_ascii=False))
    if tokens > limit:
        cut = cut_to_tokens(_prose(params, model_id, text), limit)
        return _Answer({"text": cut}, "max_tokens", limit)
    made = tool_use_members(params, model_id, tool.name, family)
    tool_use = {**made, "name": tool.name, "input": arguments}
    return _Answer({"toolUse": tool_use}, "tool_use", tokens)


def _prose(params: Params, model_id: str, text: str) -> str:
    """About thirty words. The digest covers the whole prompt and all results, the excerpts their start."""
    results = prompt.last_tool_results(params["messages"])
    digest = zlib.crc32(
        results.encode("utf-8", "surrogatepass"), zlib.crc32(text.encode("utf-8", "surrogatepass"))
    )
    returned = f"\nTools returned: {_excerpt(results)}" if results else ""
    return (
        f"This is a synthetic answer in place of {model_id}; no model was called. "
        f"The last message, with the digest {digest:08x}, begins: {_excerpt(text) or '(no text)'}"
        f"{returned}\n\nThe same request always gets this same text, streamed or not."
    )


def _excerpt(text: str) -> str:
    return " ".join(text[: 4 * _EXCERPT_LENGTH].split())[:_EXCERPT_LENGTH]


def _text_answer(text: str, stop_sequences: Sequence[str], limit: int) -> _Answer:
    """The text up to the first stop sequence or the token limit, whichever comes first.

    One recorded Nova Micro answer kept the sequence and said end_turn; the documented behaviour is followed for all.
    """
    end, matched = _first_stop(text, stop_sequences)
    spoken = text[:end]
    tokens = estimate_tokens(spoken)
    if tokens > limit:
        return _Answer({"text": cut_to_tokens(spoken, limit)}, "max_tokens", limit)
    if matched is None:
        return _Answer({"text": spoken}, "end_turn", tokens)
    return _Answer({"text": spoken}, "stop_sequence", tokens, matched)


def _first_stop(text: str, stop_sequences: Sequence[str]) -> tuple[int, str | None]:
    """Where the earliest stop sequence begins, and which it is; the end of the text when there is none."""
    end, matched = len(text), None
    for sequence in stop_sequences:
        at = text.find(sequence)
        if sequence and 0 <= at < end:
            end, matched = at, sequence
    return end, matched


def _stop_sequences(params: Params) -> Sequence[str]:
    return (params.get("inferenceConfig") or {}).get("stopSequences") or ()
