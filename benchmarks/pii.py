"""How long the search for personal data takes: beside one plain scan of the same prose, and on hostile texts.

    python benchmarks/pii.py [--characters 100000]

Prose holds an entity in about every hundredth character. A hostile text is one piece repeated, once in the given length and
once in four times that length: a linear search takes four times as long.
"""

import argparse
import time
from collections.abc import Callable
from itertools import cycle, islice

import re2

from bedrock_emulator.guardrails.pii import DETECTORS, find_entities

PROSE = "Sentences of a text that flows past without anything that would be worth a second look, one after another, "
ENTITIES = (
    "jane@example.com", "123-45-6789", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "10.20.30.40", "+44 20 7946 0958",
    "https://example.com/a", "00:1a:2b:3c:4d:5e", "PIN: 1234", "My name is Jane Doe", "passport number AB123456", "age: 34",
)  # fmt: skip
HOSTILE = (
    "7",
    "@",
    ".",
    "a@",
    "1.",
    "+1",
    "ab:",
    "4111 ",
    "000-00-0000 ",
    "a/1+",
    "ABCDEF1",
    "GB82 WEST ",
    "My name is A",
    "pin is ",
)


def prose(characters: int) -> str:
    """Text with an entity in every 1,600 characters."""
    parts = (text for entity in cycle(ENTITIES) for text in (PROSE * 15, entity, ". "))
    return "".join(islice(parts, characters // 500))[:characters]


def best(run: Callable[[], object], rounds: int = 9) -> float:
    """Seconds of the fastest round; the first one compiles the patterns."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def seconds(text: str, rounds: int = 9) -> float:
    """Of one search for every type."""
    return best(lambda: find_entities(text, DETECTORS), rounds)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--characters", type=int, default=100_000)
    characters = parser.parse_args().characters
    text, plain = prose(characters), re2.compile(r"[a-z]+zzq")
    scan, search = best(lambda: plain.search(text)), seconds(text)
    found = len(find_entities(text, DETECTORS))
    print(
        f"{characters:,} characters of prose, {found} entities: {search * 1e3:.2f} ms, {search / scan:.1f} plain scans"
    )
    for piece in HOSTILE:
        once, fourfold = (seconds((piece * size)[:size], 2) for size in (characters, 4 * characters))
        print(f"{piece!r:16} {once * 1e3:8.1f} ms, four times as much {fourfold / once:4.1f} times as long")


if __name__ == "__main__":
    main()
