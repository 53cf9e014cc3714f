"""Vectors for texts without a model: the more words two texts share, the nearer they are.

Every word has a direction of its own, made of its hash; a text points where its words point together. Directions of
different words are all but perpendicular, so the cosine of two texts is about the share of words that they have in
common. Order, grammar and meaning count for nothing: `car` is no nearer to `automobile` than to `banana`.
"""

import hashlib
import math
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Vector: TypeAlias = list[float]

_WORD = re.compile(r"\w+")
_MOST_AT_ONCE = 256
"""Directions that are added up together: sums of so many bytes fit into 16 bits."""
_MIDDLE = 127.5
"""Of a byte, so that directions have no side that they all turn to."""


def text_vector(text: str, dimensions: int) -> Vector:
    """The unit vector of a text: case and order do not matter, a repeated word counts by its square root."""
    return _together({f"word {word}": weight for word, weight in _weights(text).items()}, dimensions)


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


def likeness(text: str, others: Sequence[str]) -> Iterator[float]:
    """How near each of the others is: the cosine that vectors of endless dimensions would have, without them."""
    wanted = _weights(text)
    length = math.hypot(*wanted.values())
    for other in others:
        found = _weights(other)
        shared = sum(weight * found[word] for word, weight in wanted.items() if word in found)
        yield min(1.0, shared / (length * math.hypot(*found.values())))


def _weights(text: str) -> Mapping[str, float]:
    """Each word of a text with its weight; a text without words is one word."""
    counts = Counter(_WORD.findall(text.casefold())) or {text: 1}
    return {word: math.sqrt(count) for word, count in counts.items()}


def _together(weights: Mapping[str, float], dimensions: int) -> Vector:
    by_weight: defaultdict[float, list[str]] = defaultdict(list)
    for name, weight in weights.items():
        by_weight[weight].append(name)
    total = [0.0] * dimensions
    for weight, names in by_weight.items():
        for start in range(0, len(names), _MOST_AT_ONCE):
            sums = _directions_sum(names[start : start + _MOST_AT_ONCE], dimensions)
            total = [whole + weight * part for whole, part in zip(total, sums, strict=True)]
    return _unit(total)


def _directions_sum(names: Sequence[str], dimensions: int) -> list[float]:
    """The sum of directions, bytes that look random and follow from a name alone, added as two long numbers."""
    every_other = int.from_bytes(b"\x00\xff" * (dimensions // 2))
    even = odd = 0
    for name in names:
        digest = hashlib.shake_128(name.encode("utf-8", "surrogatepass")).digest(dimensions)
        direction = int.from_bytes(digest)
        even += direction & every_other
        odd += (direction >> 8) & every_other
    sums = struct.unpack(f">{dimensions}H", even.to_bytes(dimensions) + odd.to_bytes(dimensions))
    middle = _MIDDLE * len(names)
    return [number - middle for number in sums]


def _unit(numbers: Sequence[float]) -> Vector:
    length = math.hypot(*numbers)
    return [number / length for number in numbers]
