"""A feature as a row: a scenario, calls, and what every SDK makes of their outcomes, read by the functions below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.end_to_end.python_values import Outcome

SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
LOOK = {"toolUse": {"toolUseId": "t1", "name": "get_weather", "input": {"city": "Oslo", "days": 2}}}
THOUGHT = {"reasoning": "First I look.", "signature": "my-own"}


@dataclass(frozen=True, slots=True)
class Row:
    """One feature: what is asked of a lab, what is looked at in the outcomes, and how it looks for every SDK."""

    calls: Sequence[Mapping[str, Any]]
    look: Callable[[Sequence[Outcome]], Any]
    expected: Any
    aioboto3: Any = None
    """How it looks for the botocore that aioboto3 pins, where that does not know the feature yet."""
    reply: Any = None
    rules: Sequence[Mapping[str, Any]] = ()
    strict: bool = False

    def scenario(self) -> dict[str, Any]:
        """The scenario of the row's lab; without any rule the synthetic model answers."""
        rules = [{"reply": self.reply}] if self.reply else list(self.rules)
        return {"version": 1, "strict": self.strict, "rules": rules}


def call(name: str, *, service: str = "bedrock-runtime", **parameters: Any) -> dict[str, Any]:
    return {"service": service, "name": name, "parameters": parameters}


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": it} if isinstance(it, str) else it for it in content]}


def conversed(*content: Any, model: str = NOVA, name: str = "Converse", **more: Any) -> dict[str, Any]:
    return call(name, modelId=model, messages=[user(*(content or ("Hello.",)))], **more)


def content(outcome: Outcome) -> Any:
    return outcome["answer"]["output"]["message"]["content"]


def text(outcome: Outcome) -> str:
    said: str = content(outcome)[0]["text"]
    return said


def refusal(outcome: Outcome) -> tuple[str, str]:
    return outcome["error"], outcome["message"]
