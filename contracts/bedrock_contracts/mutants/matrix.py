"""Runs the mutants and compares what the suite found with what it had to find."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from bedrock_contracts import spec
from bedrock_contracts.lab import running_emulator
from bedrock_contracts.mutants.gallery import MUTANTS
from bedrock_contracts.mutants.mutant import Mutant
from bedrock_contracts.outcomes import Outcome, Result, Status
from bedrock_contracts.run import Order, Run, run_suite

BROKEN = (Status.FAIL, Status.WARN, Status.INFO)


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant after its run."""

    mutant: Mutant
    broken: frozenset[str]
    complaints: tuple[str, ...]
    """Why the run does not prove what the mutant says; empty for a proper kill."""


def run_mutants(names: Iterable[str]) -> Iterator[Row]:
    """The mutants one after the other against one emulator, as rows of the matrix."""
    with running_emulator() as emulator:
        for name in names:
            yield judge_mutant(MUTANTS[name], emulator)


def judge_mutant(mutant: Mutant, emulator: Any, *, elsewhere: bool = True) -> Row:
    """One mutant: its own areas whole and every other area in samples, or only what it is meant to break."""
    profile = spec.profiles()["slice"]
    own = mutant.kills | mutant.collateral
    order = Order(
        target=f"mutant {mutant.name}",
        factory=mutant.factory,
        profile=profile,
        only=frozenset() if elsewhere else own,
        thorough_in=mutant.areas,
    )
    run = run_suite(order, emulator=emulator)
    broken = {result.requirement.id: result for result in run.results if result.status in BROKEN}
    return Row(mutant, frozenset(broken), tuple(_complaints(mutant, run, broken)))


def _complaints(mutant: Mutant, run: Run, broken: dict[str, Result]) -> Iterator[str]:
    for result in run.results:
        if result.status is Status.HARNESS_ERROR:
            yield f"{result.requirement.id} ended in a harness error: {result.findings[0].seen}"
    yield from run.problems
    for name in sorted(mutant.kills - set(broken)):
        yield f"{name} survived"
    for name in sorted(mutant.kills & set(broken)):
        if not _says(broken[name], mutant.message):
            yield f"{name} failed for another reason: {_first_failure(broken[name])}"
    for name in sorted(set(broken) - mutant.kills - mutant.collateral):
        yield f"{name} failed and should not: {_first_failure(broken[name])}"
    for name in sorted(mutant.collateral - set(broken)):
        yield f"{name} is declared as collateral and did not fail"


def _says(result: Result, message: str) -> bool:
    seen = "\n".join(finding.seen for finding in result.findings)
    return any(part in seen for part in message.split("|"))


def _first_failure(result: Result) -> str:
    return next(finding.seen for finding in result.findings if finding.outcome == Outcome.FAIL)


def show(console: Console, names: Iterable[str]) -> list[str]:
    """Print the matrix as it grows; the names of the mutants that prove nothing."""
    survived: list[str] = []
    killed: dict[str, int] = {}
    for row in run_mutants(names):
        console.print(_line(row), soft_wrap=True)
        survived += [row.mutant.name] if row.complaints else []
        for name in row.mutant.kills & row.broken:
            killed[name] = killed.get(name, 0) + 1
    musts = [each.id for each in spec.requirements().values() if each.level == "MUST"]
    alive = [name for name in musts if name not in killed]
    console.print(Text(f"\n{len(musts) - len(alive)} of {len(musts)} MUST requirements killed a mutant."))
    if alive:
        console.print(Text(f"None for {', '.join(alive)}."), soft_wrap=True)
    return survived


def _line(row: Row) -> Text:
    style = "bold red" if row.complaints else "green"
    line = Text("SURVIVED " if row.complaints else "killed   ", style=style)
    line.append(f"{row.mutant.name:<32}", style="bold")
    line.append(" ".join(sorted(row.mutant.kills & row.broken)))
    if row.mutant.collateral & row.broken:
        line.append(f"  (and {' '.join(sorted(row.mutant.collateral & row.broken))})", style="dim")
    for complaint in row.complaints:
        line.append(f"\n         {complaint}", style="red")
    return line
