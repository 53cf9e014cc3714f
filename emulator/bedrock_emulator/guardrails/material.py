"""What one evaluation is about: the content, what surrounds it, and what tests say of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bedrock_emulator.guardrails.content import ImagePiece, Piece, TextPiece, characters, texts
from bedrock_emulator.guardrails.verdicts import Statement, Verdicts

_UNIT = 1000
"""Characters of a text unit: each one that is begun counts [docs]."""


@dataclass(frozen=True)
class Material:
    """The pieces of one side of a conversation; not slotted, since what follows from them is kept."""

    pieces: Sequence[Piece]
    verdicts: Verdicts
    context: Sequence[TextPiece] = ()
    """The texts of the request, of an answer."""
    without: frozenset[str] = frozenset()
    """Content filters that cannot be applied to these pieces."""

    @cached_property
    def guarded(self) -> list[tuple[int, TextPiece]]:
        """The texts that policies read, with their numbers."""
        return [
            (number, piece)
            for number, piece in enumerate(self.pieces)
            if isinstance(piece, TextPiece) and piece.is_guarded
        ]

    @cached_property
    def images(self) -> list[ImagePiece]:
        """The images."""
        return [piece for piece in self.pieces if isinstance(piece, ImagePiece)]

    @cached_property
    def stated(self) -> dict[int, list[Statement]]:
        """What tests say of each guarded text."""
        return {number: self.verdicts.of(piece.text) for number, piece in self.guarded}

    @property
    def statements(self) -> Iterator[Statement]:
        """What tests say of any of them."""
        return (each for stated in self.stated.values() for each in stated)

    @property
    def guarded_characters(self) -> int:
        """Of the coverage."""
        return characters(piece for _, piece in self.guarded)

    @property
    def total_characters(self) -> int:
        """Of the coverage too: what only grounds or asks is part of it [recorded]."""
        return characters(texts(self.pieces))

    @property
    def text_units(self) -> int:
        """What a policy that read the texts has used; texts that are not guarded count too [recorded]."""
        return units(self.total_characters)

    def sources(self) -> list[TextPiece]:
        """What an answer must be grounded in."""
        return [piece for piece in self._everything() if piece.is_source]

    def queries(self) -> list[TextPiece]:
        """What an answer must be relevant to."""
        return [piece for piece in self._everything() if piece.is_query]

    def _everything(self) -> Iterable[TextPiece]:
        return (*self.context, *texts(self.pieces))


def units(length: int) -> int:
    """Text units of so many characters."""
    return -(-length // _UNIT)
