"""How long a guardrail takes to judge a long text, beside one plain scan of the same prose.

    python benchmarks/guardrails.py [--characters 100000]

The guardrail has 1,000 words, 10 regular expressions and all types of personal data; about every hundredth word of the
prose is something that it finds. The scan is one `re.findall` of the words. Once more with four times the text: what is
linear takes four times as long.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from bedrock_emulator.guardrails.content import TextPiece
from bedrock_emulator.guardrails.evaluation import Evaluator
from bedrock_emulator.guardrails.pii import DETECTORS
from bedrock_emulator.guardrails.verdicts import Verdicts

FOUND = (
    "a.b@example.com",
    "4111 1111 1111 1111",
    "10.20.30.40",
    "078-05-1120",
    "31234567X",
    "https://example.com/a",
)
ROUNDS = 7


def vocabulary(chance: random.Random) -> list[str]:
    """Words that no language has."""
    return ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(3_000)]


def prose(words: list[str], characters: int, chance: random.Random) -> str:
    """Sentences of these words, one in a hundred of which is to be found."""
    text: list[str] = []
    length = 0
    while length < characters:
        word = chance.choice(FOUND if chance.random() < 0.01 else words)
        text.append(f"{word}." if chance.random() < 0.1 else word)
        length += len(text[-1]) + 1
    return " ".join(text)[:characters]


def policies(words: list[str], chance: random.Random) -> Mapping[str, Mapping[str, Any]]:
    """What the guardrail looks for."""
    phrases = dict.fromkeys(" ".join(chance.sample(words, k=2)) for _ in range(1_000))
    regexes = [
        {"name": f"r{n}", "pattern": rf"\b{n}\d{{7}}[A-Z]\b", "action": "ANONYMIZE"} for n in range(10)
    ]
    entities = [{"type": type_, "action": "ANONYMIZE"} for type_ in DETECTORS]
    return {
        "wordPolicy": {"words": [{"text": phrase} for phrase in phrases]},
        "sensitiveInformationPolicy": {"piiEntities": entities, "regexes": regexes},
    }


def seconds(run: Callable[[], object]) -> float:
    """Of the fastest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def compare(evaluator: Evaluator, text: str) -> None:
    """Print the figures for one text."""
    scan = seconds(lambda: re.findall(r"\w+", text))
    judged = seconds(lambda: evaluator.evaluate([TextPiece(text=text)], verdicts=Verdicts()))
    print(
        f"{len(text):,} characters: {judged * 1e3:.1f} ms, {judged / scan:.1f} plain scans of {scan * 1e3:.1f} ms"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--characters", type=int, default=100_000)
    characters = parser.parse_args().characters
    chance = random.Random(1)
    words = vocabulary(chance)
    evaluator = Evaluator(policies(words, chance), "INPUT")
    for length in (characters, 4 * characters):
        compare(evaluator, prose(words, length, chance))


if __name__ == "__main__":
    main()
