"""Texts that are longer than an embedding model reads: cut at one end, or refused."""

from typing import Literal

from bedrock_emulator.errors import validation_error
from bedrock_emulator.reply.tokens import cut_to_tokens, estimate_tokens

End = Literal["start", "end"]


def fitting(text: str, most: int, *, cut: End | None) -> str:
    """The text as far as a model reads it.

    Args:
        text: what is to be embedded.
        most: the tokens that the model reads.
        cut: where a longer text loses what is too much; None where it may lose nothing.

    Raises:
        AwsError: the text is longer and must not be cut.
    """
    if estimate_tokens(text) <= most:
        return text
    if cut is None:
        raise validation_error("Input is too long for requested model.")  # [reported by users, Cohere]
    return cut_to_tokens(text, most) if cut == "end" else cut_to_tokens(text[::-1], most)[::-1]
