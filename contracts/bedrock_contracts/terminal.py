"""What a person reads: progress while the suite runs, then areas, failures and one closing sentence."""

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from bedrock_contracts import spec
from bedrock_contracts.outcomes import Finding, Outcome, Result, Status, Verdict
from bedrock_contracts.run import Listener, Run

STYLES = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.WARN: "yellow",
    Status.INFO: "cyan",
    Status.SKIP: "dim",
    Status.NOT_TESTED: "magenta",
    Status.HARNESS_ERROR: "bold red",
}
TOLD = (Status.HARNESS_ERROR, Status.FAIL, Status.WARN, Status.INFO)
WIRE_LINES = 4
BODY_CHARACTERS = 160


class PlainProgress(Listener):
    """A line as each area ends, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, scenarios: int) -> None:
        """Say how much there is."""
        self._console.print(f"running {scenarios} scenarios", highlight=False)

    def area_ended(self, area: str, scenarios: int, broken: Sequence[str]) -> None:
        """Say how the area went."""
        self._console.print(_ended_line(area, scenarios, broken), soft_wrap=True)


class LiveProgress(Listener):
    """A bar that moves with every scenario, and above it the areas that are over; for terminals."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("starting the emulator", total=None)

    def __enter__(self) -> "LiveProgress":
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def started(self, scenarios: int) -> None:
        """Size the bar."""
        self._progress.update(self._task, total=scenarios)

    def progressed(self, area: str) -> None:
        """Move the bar."""
        self._progress.update(self._task, advance=1, description=spec.AREAS[area])

    def area_ended(self, area: str, scenarios: int, broken: Sequence[str]) -> None:
        """Leave a line that stays."""
        self._progress.console.print(_ended_line(area, scenarios, broken), soft_wrap=True)


def _ended_line(area: str, scenarios: int, broken: Sequence[str]) -> Text:
    line = Text(f"  {area:<5} {spec.AREAS[area]:<20} {scenarios:>3} scenarios, ")
    if broken:
        return line.append(f"broken: {_enough(list(broken))}", style="red")
    return line.append("everything held", style="green")


def show(run: Run, console: Console) -> None:
    """The whole summary."""
    info = run.order.factory.info
    heading = f"{info.name} {info.version} ({info.language}), profile {run.order.profile.name}"
    console.print(Text(f"\n{heading}, contract {spec.CONTRACT}\n", style="bold"))
    for area in spec.AREAS:
        results = [result for result in run.results if result.requirement.area == area]
        if results:
            console.print(_area_line(area, results), soft_wrap=True)
    for result in run.results:
        if result.status in TOLD:
            console.print(_trouble(result, run), soft_wrap=True)
    for problem in run.problems:
        console.print(Text(f"\n{problem}", style="red"), soft_wrap=True)
    style = "bold green" if run.verdict is Verdict.CERTIFIED else "bold red"
    console.print(Text(f"\n{closing_sentence(run)}", style=style), soft_wrap=True)


def closing_sentence(run: Run) -> str:
    """What the run means, in one sentence."""
    info, profile = run.order.factory.info, run.order.profile.name
    subject = f"{info.name} {info.version}"
    scope = f"profile {profile} of contract {spec.CONTRACT}"
    if run.verdict is Verdict.HARNESS_ERROR:
        return f"This run says nothing about {subject}: the emulator or the suite itself failed."
    if run.verdict is Verdict.NOT_CERTIFIED:
        broken = _ids(run.results, Status.FAIL, *([Status.WARN] if run.order.strict else []))
        return f"{subject} is NOT CERTIFIED for {scope}: {_enough(broken)} did not hold."
    if run.verdict is Verdict.INCOMPLETE:
        missing = _ids(run.results, Status.NOT_TESTED)
        untested = f"{len(missing)} of {len(run.results)} requirements were not tested"
        return f"{subject} is neither certified nor refused for {scope}: INCOMPLETE, {untested}."
    held = len(_ids(run.results, Status.PASS))
    return f"{subject} is CERTIFIED for {scope}: {held} requirements hold{_reservations(run)}."


def _reservations(run: Run) -> str:
    skipped = sorted(
        {result.requirement.capability for result in run.results if result.status is Status.SKIP}
    )
    warned = _ids(run.results, Status.WARN)
    parts = [f"without {', '.join(skipped)}"] if skipped else []
    parts += [f"with warnings on {_enough(warned)}"] if warned else []
    return "".join(f", {part}" for part in parts)


def _ids(results: Iterable[Result], *statuses: Status) -> list[str]:
    return [result.requirement.id for result in results if result.status in statuses]


def _enough(ids: list[str], most: int = 5) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more


def _area_line(area: str, results: list[Result]) -> Text:
    line = Text(f"  {area:<5} {spec.AREAS[area]:<20}")
    seen = Counter(result.status for result in results)
    parts = [
        Text(f"{seen[status]} {status.value}", style=STYLES[status]) for status in Status if seen[status]
    ]
    line.append_text(Text(", ").join(parts))
    reasons = {result.reason for result in results if result.reason}
    if reasons:
        line.append(f"  ({'; '.join(sorted(reasons))})", style="dim")
    return line


def _trouble(result: Result, run: Run) -> Text:
    requirement = result.requirement
    worst = [finding for finding in result.findings if finding.outcome != Outcome.PASS]
    text = Text(f"\n{result.status.value.upper()} {requirement.id} ", style=STYLES[result.status])
    text.append(f"{requirement.statement}\n", style="bold")
    text.append(f"  source  {requirement.source}\n", style="dim")
    text.append(f"  seen    {_indented(worst[0].seen)}\n")
    text.append(f"  in      {worst[0].scenario}{_and_more(worst)}\n", style="dim")
    for line in wire_lines(worst[0]):
        text.append(f"  wire    {line}\n", style="dim")
    target = shlex.quote(run.order.target)
    text.append(f"  alone   bedrock-contracts certify --provider {target} --only {requirement.id}")
    return text


def _and_more(findings: list[Finding]) -> str:
    return f" and {len(findings) - 1} more scenarios" if len(findings) > 1 else ""


def _indented(seen: str) -> str:
    return seen.strip().replace("\n", "\n          ")


def wire_lines(finding: Finding) -> list[str]:
    """The last requests of a finding, one line each."""
    lines = [_wire_line(exchange) for exchange in finding.wire]
    dropped = len(lines) - WIRE_LINES
    return [f"({dropped} earlier requests)", *lines[-WIRE_LINES:]] if dropped > 0 else lines


def _wire_line(exchange: dict[str, Any]) -> str:
    answer = f"{exchange['status']} {exchange['error'] or ''}".strip()
    place = f"{exchange['region'] or 'no region'}, {exchange['caller'] or 'no caller'}"
    line = f"{exchange['request']} [{place}] -> {answer}"
    if exchange["body"] in (None, {}):
        return line
    body = json.dumps(exchange["body"], ensure_ascii=False)
    return f"{line}  {body if len(body) <= BODY_CHARACTERS else body[:BODY_CHARACTERS] + '…'}"
