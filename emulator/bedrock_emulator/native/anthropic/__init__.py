"""The native formats of Claude: the Messages API, and the text completions that Claude 2 and Instant also take."""

from collections.abc import Iterable, Iterator

from bedrock_emulator.call import Event, Params
from bedrock_emulator.native.anthropic import completion
from bedrock_emulator.native.anthropic.answer import cache_headers, message_body
from bedrock_emulator.native.anthropic.request import read_messages
from bedrock_emulator.native.anthropic.stream import message_chunks
from bedrock_emulator.native.format import Asked, Native, TextFormat
from bedrock_emulator.reply.reply import Reply

__all__ = ["MESSAGES", "MESSAGES_OR_COMPLETION"]

MESSAGES = TextFormat(
    read=read_messages, body=message_body, chunks=message_chunks, cache_headers=cache_headers
)


def _is_completion(body: Native) -> bool:
    return "prompt" in body


def _read_either(body: Native, model_id: str) -> Params:
    return (completion.read if _is_completion(body) else read_messages)(body, model_id)


def _either_body(reply: Reply, asked: Asked) -> Native:
    return (completion.body if _is_completion(asked.body) else message_body)(reply, asked)


def _either_chunks(events: Iterable[Event], asked: Asked) -> Iterator[Native]:
    return (completion.chunks if _is_completion(asked.body) else message_chunks)(events, asked)


MESSAGES_OR_COMPLETION = TextFormat(read=_read_either, body=_either_body, chunks=_either_chunks)
"""Claude 2 and Claude Instant answered both [recorded]."""
