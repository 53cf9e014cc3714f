"""`bedrock-emulator check FILE…`: what is wrong with scenario files, before they are served."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bedrock_emulator.state.scenario_check import Finding, Report

_COLOURS = {"error": "red", "warning": "yellow"}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
def check(*, files: tuple[Path, ...], strict: bool) -> None:
    """Check scenario files: errors, and rules that can never match.

    Exits 0 when every file can be served, 1 when one cannot, 2 when the command is used wrongly.
    """
    from bedrock_emulator.model.service import load_api
    from bedrock_emulator.state.catalog import load_catalogue
    from bedrock_emulator.state.scenario_check import check_file

    api, names = load_api(), load_catalogue(documented_ids=True).names
    fatal = {"error", "warning"} if strict else {"error"}
    failed = False
    for file in files:
        report = check_file(file, api=api, model_names=names)
        _print(file, report)
        failed = failed or any(each.severity in fatal for each in report.findings)
    if failed:
        sys.exit(1)


def _print(file: Path, report: "Report") -> None:
    for finding in report.findings:
        click.echo(_line(finding))
    counts = {kind: sum(each.severity == kind for each in report.findings) for kind in _COLOURS}
    parts = [
        _counted(report.rules, "rule"),
        *(_counted(count, kind) for kind, count in counts.items() if count),
    ]
    colour = next((_COLOURS[kind] for kind, count in counts.items() if count), "green")
    click.echo(f"{file}: {click.style(', '.join(parts), fg=colour)}")


def _line(finding: "Finding") -> str:
    """`chat.scenario.yaml:7:11: error: …`, which editors and terminals turn into a link."""
    severity = click.style(finding.severity, fg=_COLOURS[finding.severity], bold=True)
    path = click.style(f"  ({finding.path})", dim=True) if finding.path else ""
    place = f"{finding.file}:{finding.place.line}:{finding.place.column}"
    return f"{place}: {severity}: {finding.message}{path}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
