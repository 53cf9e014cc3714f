"""Vectors for texts without a model: the more words two texts share, the nearer they are.

Every word has a direction of its own, made of its hash; a text points where its words point together. Directions of
different words are all but perpendicular, so the cosine of two texts is about the share of words that they have in
common. Order, grammar and meaning count for nothing: `car` is no nearer to `automobile` than to `banana`.
"""

import hashlib
import math
import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Vector: TypeAlias = list[float]

_WORD = re.compile(r"\w+")
_BYTES_PER_NUMBER = 2


def text_vector(text: str, dimensions: int) -> Vector:
    """The unit vector of a text: case and order do not matter, a repeated word counts by its square root."""
    counts = Counter(_WORD.findall(text.casefold())) or {text: 1}
    return _together({f"word {word}": math.sqrt(count) for word, count in counts.items()}, dimensions)


def media_vector(media: bytes, dimensions: int) -> Vector:
    """The unit vector of an image, a video or a sound: near to nothing but the same bytes."""
    return _together({f"media {hashlib.blake2b(media).hexdigest()}": 1.0}, dimensions)


def mean(vectors: Sequence[Vector]) -> Vector:
    """The unit vector in the middle of several."""
    return _unit([sum(numbers) for numbers in zip(*vectors, strict=True)])


def scaled(vector: Vector, length: float) -> Vector:
    """A unit vector with another length, for models that do not normalise."""
    return [number * length for number in vector]


def cosine(one: Vector, other: Vector) -> float:
    """How near two unit vectors are: 1 for the same direction, about 0 with nothing in common."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def _together(weights: Mapping[str, float], dimensions: int) -> Vector:
    total = [0.0] * dimensions
    for name, weight in weights.items():
        total = [sum_ + weight * part for sum_, part in zip(total, _direction(name, dimensions), strict=True)]
    return _unit(total)


def _direction(name: str, dimensions: int) -> tuple[int, ...]:
    """Numbers that look random and follow from the name alone."""
    digest = hashlib.shake_128(name.encode("utf-8", "surrogatepass")).digest(dimensions * _BYTES_PER_NUMBER)
    return struct.unpack(f"<{dimensions}h", digest)


def _unit(numbers: Sequence[float]) -> Vector:
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers]
