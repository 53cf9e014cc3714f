"""Runs the mutants and compares what the suite found with what it had to find.

The mutants that are declared as proof meet the whole suite: every requirement and every row of every table, so
that a broken requirement outside of what they declare is seen. The others meet the areas that they are meant to
break. Searches of large domains try fewer examples in the areas that a mutant is not meant to break.
"""

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.text import Text

from bedrock_contracts import spec
from bedrock_contracts.lab import Place, running_emulator
from bedrock_contracts.mutants.gallery import MUTANTS, NULL
from bedrock_contracts.mutants.mutant import Mutant
from bedrock_contracts.outcomes import Outcome, Result, Status
from bedrock_contracts.run import Order, Run, run_suite

BROKEN = (Status.FAIL, Status.WARN, Status.INFO)


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant after its run."""

    name: str
    is_whole: bool
    """Whether it met the whole suite."""
    broken: frozenset[str]
    complaints: tuple[str, ...]
    """Why the run does not prove what the mutant says; empty for a proper kill."""

    @property
    def mutant(self) -> Mutant:
        """What was run."""
        return MUTANTS[self.name]

    @property
    def killers(self) -> frozenset[str]:
        """The requirements that caught it as they had to."""
        return self.mutant.kills & self.broken


def run_mutants(names: Iterable[str], *, whole: bool = False, jobs: int | None = None) -> Iterator[Row]:
    """The mutants as rows of the matrix, those against the whole suite first.

    Args:
        whole: run every mutant against the whole suite.
        jobs: how many run side by side; as many as there are processors by default.
    """
    ordered = sorted(names, key=lambda name: not (whole or MUTANTS[name].is_proof))
    pool = ProcessPoolExecutor(jobs or os.cpu_count(), multiprocessing.get_context("spawn"), gc.freeze)
    with running_emulator() as emulator, pool:
        yield from pool.map(partial(judge_mutant, place=Place.of(emulator), whole=whole), ordered)


def judge_mutant(name: str, *, place: Place, whole: bool = False) -> Row:
    """One mutant against an emulator that runs already."""
    mutant = MUTANTS[name]
    is_whole = whole or mutant.is_proof
    order = Order(
        target=f"mutant {name}",
        factory=mutant.factory,
        profile=spec.profiles()["slice"],
        only=frozenset() if is_whole else _requirements_of(mutant.areas),
        thorough_in=mutant.areas,
    )
    run = run_suite(order, emulator=place.emulator())
    broken = {result.requirement.id: result for result in run.results if result.status in BROKEN}
    complaints = tuple(_complaints(mutant, run, broken, is_whole=is_whole))
    return Row(name, is_whole, frozenset(broken), complaints)


def _requirements_of(areas: frozenset[str]) -> frozenset[str]:
    return frozenset(each.id for each in spec.requirements().values() if each.area in areas)


def _complaints(mutant: Mutant, run: Run, broken: dict[str, Result], *, is_whole: bool) -> Iterator[str]:
    yield from run.problems
    for result in run.results:
        if result.status is Status.HARNESS_ERROR:
            yield f"{result.requirement.id} ended in a harness error: {result.findings[0].seen}"
        if result.status is Status.NOT_TESTED and is_whole:
            yield f"{result.requirement.id} was not tested"
    for name in sorted(mutant.kills - set(broken)):
        yield f"{name} survived"
    for name in sorted(mutant.kills & set(broken)):
        if not _says(broken[name], mutant.message):
            yield f"{name} failed for another reason: {_first_failure(broken[name])}"
    for name in sorted(set(broken) - mutant.kills - mutant.collateral):
        yield f"{name} failed and should not: {_first_failure(broken[name])}"


def _says(result: Result, message: str) -> bool:
    seen = "\n".join(finding.seen for finding in result.findings)
    return any(part in seen for part in message.split("|"))


def _first_failure(result: Result) -> str:
    return next(finding.seen for finding in result.findings if finding.outcome == Outcome.FAIL)


def show(console: Console, names: Iterable[str], *, whole: bool = False) -> list[str]:
    """Print the matrix as it grows; the names of the mutants that prove nothing."""
    rows: list[Row] = []
    for row in run_mutants(names, whole=whole):
        if not rows or row.is_whole != rows[-1].is_whole:
            scope = "the whole suite" if row.is_whole else "the areas that they are meant to break"
            console.print(Text(f"\nagainst {scope}:", style="bold"))
        console.print(_line(row), soft_wrap=True)
        rows.append(row)
    survived = [row.name for row in rows if row.complaints]
    console.print(Text(f"\n{len(rows) - len(survived)} of {len(rows)} mutants were caught as declared."))
    if len(rows) == len(MUTANTS):
        console.print(Text(_coverage(rows)), soft_wrap=True)
    return survived


def unchallenged(rows: Iterable[Row]) -> list[str]:
    """The MUST requirements that caught no mutant but the one that does nothing."""
    caught = {name for row in rows if row.name != NULL.name for name in row.killers}
    return [
        each.id for each in spec.requirements().values() if each.level == "MUST" and each.id not in caught
    ]


def _coverage(rows: Sequence[Row]) -> str:
    alive = unchallenged(rows)
    return f"No mutant was caught by {', '.join(alive)}." if alive else "Every MUST requirement caught one."


def _line(row: Row) -> Text:
    style = "bold red" if row.complaints else "green"
    line = Text("SURVIVED " if row.complaints else "killed   ", style=style)
    line.append(f"{row.name:<32}", style="bold")
    killers = sorted(row.killers)
    line.append(f"all {len(killers)}" if row.mutant is NULL and not row.complaints else " ".join(killers))
    if row.mutant.collateral & row.broken:
        line.append(f"  (and {' '.join(sorted(row.mutant.collateral & row.broken))})", style="dim")
    for complaint in row.complaints:
        line.append(f"\n         {complaint}", style="red")
    return line
