"""What a guardrail reads: pieces of text and images, and what each is there for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Source: TypeAlias = Literal["INPUT", "OUTPUT"]
"""Whether a user or a model said it; policies differ by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """One text. What only grounds an answer, or only asks for it, is counted and not guarded [recorded]."""

    text: str
    is_guarded: bool = True
    is_source: bool = False
    """Whether an answer must be grounded in it."""
    is_query: bool = False
    """Whether an answer must be relevant to it."""

    @classmethod
    def qualified(cls, block: Any) -> "TextPiece":
        """A GuardrailTextBlock, or a GuardrailConverseTextBlock; one without qualifiers is guarded [docs]."""
        qualifiers = frozenset(block.get("qualifiers") or ("guard_content",))
        return cls(
            text=block["text"],
            is_guarded="guard_content" in qualifiers,
            is_source="grounding_source" in qualifiers,
            is_query="query" in qualifiers,
        )


@dataclass(frozen=True, slots=True)
class ImagePiece:
    """One image; only content filters can be about it."""

    data: bytes


Piece: TypeAlias = TextPiece | ImagePiece


def texts(pieces: Iterable[Piece]) -> list[TextPiece]:
    """The texts among the pieces."""
    return [piece for piece in pieces if isinstance(piece, TextPiece)]


def characters(pieces: Iterable[TextPiece]) -> int:
    """How long they are together."""
    return sum(len(piece.text) for piece in pieces)
