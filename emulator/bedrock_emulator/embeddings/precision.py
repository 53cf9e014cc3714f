"""The forms in which embedding models give out a vector beside floats."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bedrock_emulator.embeddings.vectors import Vector

_BITS = 8
_BYTE = 256
_SIGNED_MAXIMUM = 127


def bits(vector: Vector) -> list[int]:
    """One bit for each number: 1 where it is positive."""
    return [int(number > 0) for number in vector]


def ubinary(vector: Vector) -> list[int]:
    """Eight bits in each byte, the first one highest."""
    ones = bits(vector)
    return [int("".join(map(str, ones[at : at + _BITS])), 2) for at in range(0, len(ones), _BITS)]


def binary(vector: Vector) -> list[int]:
    """The same bytes, shifted to -128…127 [docs]."""
    return [byte - _BYTE // 2 for byte in ubinary(vector)]


def int8(vector: Vector) -> list[int]:
    """Whole numbers from -127 to 127, the largest number of the vector at the end of the scale."""
    largest = max(abs(number) for number in vector)
    return [round(number / largest * _SIGNED_MAXIMUM) for number in vector]


def uint8(vector: Vector) -> list[int]:
    """The same, shifted to 1…255."""
    return [number + _BYTE // 2 for number in int8(vector)]


def floats(vector: Vector) -> list[float]:
    """The vector itself."""
    return vector


FORMS: Mapping[str, Callable[[Vector], list[float] | list[int]]] = MappingProxyType(
    {"float": floats, "int8": int8, "uint8": uint8, "binary": binary, "ubinary": ubinary}
)
"""By the name that Cohere's `embedding_types` give them [docs]."""
