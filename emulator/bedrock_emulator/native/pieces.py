"""The text of an answer for the families that complete prompts: whole, and piece by piece."""

from collections.abc import Iterable, Iterator

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.format import inexpressible
from bedrock_emulator.native.spoken import Ending, spoken
from bedrock_emulator.reply.reply import Block, Reply

Piece = tuple[str, Ending | None]
"""Some text; the last piece has the ending."""

_TEXT_DELTAS = frozenset({"text", "citation"})


def text_of(reply: Reply, native: str) -> str:
    """All text of a reply: exactly what its streamed pieces give when joined.

    Raises:
        AwsError: the reply has a block that the format, which `native` names, has no place for.
    """
    for block in reply.blocks:
        if not block.keys() & {"text", "citationsContent"}:
            raise inexpressible(next(iter(block)), native)
    return "".join(block_text(block) for block in reply.blocks)


def block_text(block: Block) -> str:
    """The text of one block, that of its citations too; none for other kinds."""
    if "citationsContent" in block:
        return "".join(part["text"] for part in block["citationsContent"].get("content") or ())
    text: str = block.get("text", "")
    return text


def text_pieces(events: Iterable[Event], native: str) -> Iterator[Piece]:
    """The pieces of an answer that is nothing but text; raises AwsError as `text_of` does."""
    return closed(spoken(text_events(events, native)))


def text_events(events: Iterable[Event], native: str) -> Iterator[Event]:
    """The events as they are, as long as they tell nothing but text."""
    for name, payload in events:
        if name == "contentBlockStart":
            raise inexpressible(next(iter(payload["start"])), native)
        if name == "contentBlockDelta" and not payload["delta"].keys() <= _TEXT_DELTAS:
            raise inexpressible(next(iter(payload["delta"])), native)
        yield name, payload


def closed(parts: Iterable[str | Ending]) -> Iterator[Piece]:
    """Each piece of text as it comes, the last one with the ending.

    A model that was cut off ends with its last word, one that was done with an empty piece: the token that says so
    has no text [recorded, Mistral and Llama 2]. So the newest piece waits until the next one, or the end, is known.
    """
    waiting = ""
    try:
        for part in parts:
            if isinstance(part, Ending):
                if waiting and finish_reason(part.stop_reason) == "stop":
                    yield waiting, None
                    waiting = ""
                yield waiting, part
            elif part:
                if waiting:
                    yield waiting, None
                waiting = part
    except AwsError:
        if waiting:  # said before the error, so it arrives before it
            yield waiting, None
        raise


def finish_reason(stop_reason: str) -> str:
    """Converse's stop reason in the words that Llama, Mistral and DeepSeek share [recorded]."""
    return "length" if stop_reason in ("max_tokens", "model_context_window_exceeded") else "stop"
