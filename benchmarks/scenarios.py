"""How the time to find a rule grows with their number: figures to read, not to pass."""

import argparse
import time
from collections.abc import Callable
from typing import Any

from bedrock_emulator.call import Caller
from bedrock_emulator.model.service import load_api
from bedrock_emulator.reply.facts import Facts
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.state.scenario import compile_scenario
from bedrock_emulator.state.schema import check_document

TEXT = "Please tell me about case 17 and nothing else, thank you. " * 4
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"

CONDITIONS: dict[str, Callable[[int], dict[str, Any]]] = {
    "equals": lambda number: {"lastUserText": {"equals": f"question {number}"}},
    "contains": lambda number: {"lastUserText": {"contains": f"case {number} of many"}},
    "metadata": lambda number: {"requestMetadata": {"case": str(number)}},
    "model": lambda number: {"model": f"vendor.model-{number}"},
    "model glob": lambda number: {"model": f"vendor.model-{number}*"},
    "regex": lambda number: {"lastUserText": {"regex": rf"case {number}\b"}},
    "jsonPath": lambda number: {"jsonPath": {"path": "$.inferenceConfig.topP", "equals": number}},
}


def request() -> ModelRequest:
    """A short question that no rule but the last one answers."""
    params = {
        "messages": [{"role": "user", "content": [{"text": TEXT}]}],
        "inferenceConfig": {"topP": 0.5},
        "requestMetadata": {"case": "none"},
    }
    caller = Caller(kind="anonymous", account="123456789012")
    return ModelRequest(
        operation="Converse",
        model_id=MODEL,
        names=(f"us.{MODEL}", MODEL),
        params=params,
        body=params,
        caller=caller,
        max_tokens=100,
    )


def measure(kind: str, count: int) -> tuple[float, float]:
    """Seconds to read so many rules, and to find the last of them."""
    rules = [{"when": CONDITIONS[kind](100_000 + number), "reply": "x"} for number in range(count - 1)]
    document = {"version": 1, "rules": [*rules, {"reply": "last"}]}
    start = time.perf_counter()
    check_document(document, "Scenario")
    scenario = compile_scenario(document, api=load_api())
    read = time.perf_counter() - start
    rounds = 0
    start = time.perf_counter()
    while time.perf_counter() - start < 0.2:
        found = scenario.match(Facts(request()))
        assert found is scenario.rules[-1]
        rounds += 1
    return read, (time.perf_counter() - start) / rounds


def main() -> None:
    """Print one line for each kind of condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    counts: list[int] = parser.parse_args().rules
    print(f"{'condition':12}", *(f"{count:>12,}" for count in counts), "  reading the most")
    for kind in CONDITIONS:
        measured = [measure(kind, count) for count in counts]
        cells = (f"{1e6 * matching:9,.0f} us" for _, matching in measured)
        print(f"{kind:12}", *cells, f"  {measured[-1][0]:.1f} s")


if __name__ == "__main__":
    main()
