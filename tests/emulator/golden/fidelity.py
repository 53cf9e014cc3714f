"""How much of the recorded traffic comes back: the tables of docs/fidelity.md.

`python -m tests.emulator.golden.fidelity` writes them anew. The replays are those of the tests; where a test expects a
difference, its reason is listed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.emulator.golden import test_conversations, test_embeddings, test_errors, test_guarded
from tests.emulator.golden.guarded import is_guarded
from tests.emulator.golden.replay import replay
from tests.emulator.native import test_golden
from tests.end_to_end.test_embeddings import RECORDED as EMBEDDED
from tests.recordings import every_record, records

PAGE = Path(__file__).parents[3] / "docs" / "fidelity.md"
_BEGIN, _END = "<!-- begin: written by tests/emulator/golden/fidelity.py -->\n", "<!-- end -->\n"

_INVOKED = ("InvokeModel", "InvokeModelWithResponseStream")

_FAMILIES = (
    (":sagemaker:", "a SageMaker endpoint"),
    (":application-inference-profile/", "behind an application profile"),
    ("nova-2-multimodal", "Nova embeddings"),
    ("titan-embed", "Titan embeddings"),
    ("cohere.embed", "Cohere Embed"),
    ("claude", "Claude"),
    ("amazon.nova", "Nova"),
    ("titan-text", "Titan Text"),
    ("llama", "Llama"),
    ("mistral", "Mistral"),
    ("cohere.command", "Cohere Command"),
    ("ai21", "Jurassic-2"),
    ("deepseek", "DeepSeek"),
    ("gemma", "Gemma"),
    ("gpt-oss", "gpt-oss"),
    ("kimi", "Kimi"),
    ("minimax", "MiniMax"),
    ("nemotron", "Nemotron"),
    ("qwen", "Qwen"),
    ("palmyra", "Palmyra"),
    ("zai.glm", "GLM"),
)
_NOT_REPLAYED = {
    "a SageMaker endpoint": "models behind SageMaker endpoints are not served",
}

_FOUND_BY = (
    ("The provided model identifier is invalid.", "the catalogue"),
    ("Signature expired", "the check of signatures"),
    ("counting tokens", "the models that CountTokens supports"),
    ("Input tag", "the format of Claude's tools"),
    ("content block that you provided", "the capabilities of the model"),
    ("s3Uri", "the family's sources of media"),
    ("Field required", "the format of Claude's documents"),
    ("Malformed input request", "the family's request schema"),
)
"""What in a refusal's text tells which of the emulator's checks refuses."""

_INSTANT = re.compile(r"\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one recorded answer compares with the emulator's."""

    operation: str
    family: str
    agrees_in: str | None
    """`bytes`, `content` where the bytes were not recorded, `shape` of a vector; None when it does not agree."""
    younger: bool = False
    """Whether the emulator's usage has members that the service did not send yet."""
    reason: str = ""
    """Why it does not agree."""


def family(model: str) -> str:
    """The name of a model's family, by an id or ARN."""
    return next(name for part, name in _FAMILIES if part in model)


@cache
def verdicts() -> tuple[Verdict, ...]:
    """One for each record that counts and was answered."""
    return (*_conversations(), *_invocations())


def _conversations() -> Iterator[Verdict]:
    for operation in test_conversations.OPERATIONS:
        for record in test_conversations.answered(operation):
            if is_guarded(record):
                yield _guarded(record)
            else:
                yield _verdict(record, None, younger=bool(replay(record)))


def _guarded(record: Mapping[str, Any]) -> Verdict:
    """Of an exchange under a guardrail, whose trace has grown since."""
    reason = test_guarded.deviation(record)
    return _verdict(record, reason, younger=reason is None)


def _invocations() -> Iterator[Verdict]:
    deviations = test_golden.DEVIATIONS
    replayed = [part for _, parts in test_golden.FAMILIES.values() for part in parts]
    shapes = {parameter.id for parameter in EMBEDDED} | {record["id"] for record in test_embeddings.PROFILED}
    for operation in _INVOKED:
        for record in records(operation):
            if record["response"]["status"] != 200 or exception_of(record):
                continue
            if is_guarded(record):
                yield _guarded(record)
            elif record["id"] in shapes:
                yield _verdict(record, None, compared="shape")
            elif any(part in record["model"] for part in replayed):
                reason = next((why for end, why in deviations.items() if record["id"].endswith(end)), None)
                yield _verdict(record, reason)
            else:
                yield _verdict(record, _NOT_REPLAYED[family(record["model"])])


def _verdict(
    record: Mapping[str, Any], reason: str | None, *, younger: bool = False, compared: str = ""
) -> Verdict:
    response = record["response"]
    recorded_in = "bytes" if "body_text" in response or "stream_base64" in response else "content"
    return Verdict(
        operation=record["op"],
        family=family(record["model"]),
        agrees_in=(compared or recorded_in) if reason is None else None,
        younger=younger,
        reason=(reason or "").rstrip("."),
    )


def exception_of(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The exception frame that ended a recorded stream."""
    events = record["response"].get("events") or [{"headers": [[""]]}]
    return events[-1] if events[-1]["headers"][0][0] == ":exception-type" else None


def tables() -> str:
    """What stands between the markers of the page."""
    return "\n".join((_summary(), _answers(), _reasons(), _refusals()))


def _summary() -> str:
    every = [record for operation in test_errors.OPERATIONS for record in every_record(operation)]
    refusals, broken = len(test_errors.REFUSED), len(_broken_off())
    count = Counter(verdict.agrees_in for verdict in verdicts())
    agreed = count["bytes"] + count["content"]
    left_out = len(every) - len(verdicts()) - refusals - broken
    older = sum(each.younger for each in verdicts())
    return (
        f"{len(every)} exchanges were recorded; {left_out} of them are no evidence (invented, edited or copied by hand).\n"
        f"Of the {len(verdicts())} answers, **{agreed}** come back, {older} of these but for older usage: {count['bytes']} "
        f"compared byte for byte,\n{count['content']} as parsed JSON. {count['shape']} answers with vectors have the recorded "
        f"shape; {count[None]} differ.\nOf the {refusals + broken} refusals and failures the emulator finds "
        f"**{refusals}** by itself; {broken} needs a rule.\n"
    )


def _answers() -> str:
    rows = []
    for operation, name in sorted({(each.operation, each.family) for each in verdicts()}):
        of = [each for each in verdicts() if (each.operation, each.family) == (operation, name)]
        count = Counter(each.agrees_in for each in of)
        numbers = (
            len(of),
            count["bytes"],
            count["content"],
            count["shape"],
            sum(each.younger for each in of),
            count[None],
        )
        rows.append((operation, name, *(str(number or "") for number in numbers)))
    heads = (
        "Operation",
        "Family",
        "Answers",
        "Same bytes",
        "Same content",
        "Same shape",
        "Older usage",
        "Differ",
    )
    return _table("Answers", heads, rows)


def _reasons() -> str:
    count = Counter((each.operation, each.reason) for each in verdicts() if each.reason)
    rows = [(operation, reason, str(number)) for (operation, reason), number in sorted(count.items())]
    return _table("What differs, and why", ("Operation", "Reason", "Answers"), rows)


def _refusals() -> str:
    seen = Counter(
        (str(record["response"]["status"]), record["response"]["body"]["message"])
        for record in test_errors.REFUSED
    )
    joined: Counter[tuple[str, str]] = Counter()
    for (status, text), number in seen.items():
        joined[status, _INSTANT.sub("…", text)] += number
    rows = [
        (status, f"`{text}`", str(number), next(rule for part, rule in _FOUND_BY if part in text))
        for (status, text), number in sorted(joined.items())
    ]
    broken = [
        ("200", f"`{dict(frame['headers'])[':exception-type']}` in the stream", "1", "a rule's `fault`")
        for frame in _broken_off()
    ]
    return _table("Refusals and failures", ("Status", "Text", "Recorded", "Found by"), [*rows, *broken])


def _broken_off() -> list[Mapping[str, Any]]:
    return [frame for operation in _INVOKED for each in records(operation) if (frame := exception_of(each))]


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return f"## {title}\n\n" + "".join("| " + " | ".join(line) + " |\n" for line in lines)


def page(text: str) -> str:
    """The page with tables that are current."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n{tables()}\n{_END}{rest.partition(_END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
