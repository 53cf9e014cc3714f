"""The command `bedrock-contracts`."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from bedrock_contracts import report, spec, terminal
from bedrock_contracts.run import Listener, Run, UsageError, make_order, run_suite


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bedrock-contracts")
def main() -> None:
    """Certify an Amazon Bedrock provider, offline, against the emulator."""


@main.command()
@click.option(
    "--provider", "target", required=True, metavar="MODULE:NAME", help="The factory of the provider."
)
@click.option("--profile", default="slice", show_default=True, help="Which requirements to certify.")
@click.option(
    "--only", multiple=True, metavar="ID", help="Run these requirements alone; never a certificate."
)
@click.option("--strict", is_flag=True, help="A SHOULD that does not hold counts like a MUST.")
@click.option(
    "--report",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=report.FILE_NAME,
    show_default=True,
    help="Where to write the report.",
)
def certify(target: str, profile: str, only: tuple[str, ...], path: Path, *, strict: bool) -> None:
    """Run the contract suite against one provider.

    Exit codes: 0 certified, 1 not certified, 2 usage, 3 harness error, 4 incomplete.
    """
    console = Console(highlight=False)
    sys.path.insert(0, str(Path.cwd()))  # an adapter usually lies where the command is run
    try:
        order = make_order(target, profile=profile, only=only, strict=strict)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    if not path.parent.is_dir():
        raise click.UsageError(f"--report {path}: there is no folder {path.parent}")
    with _progress(console) as listener:
        run = run_suite(order, listener=listener)
    _deliver(run, console, path)


def _progress(console: Console) -> AbstractContextManager[Listener]:
    return (
        terminal.LiveProgress(console)
        if console.is_terminal
        else nullcontext(terminal.PlainProgress(console))
    )


def _deliver(run: Run, console: Console, path: Path) -> None:
    terminal.show(run, console)
    report.write(run, path)
    console.print(Text(f"The report is in {path}.", style="dim"))
    raise SystemExit(run.verdict.exit_code)


@main.command("list")
def list_requirements() -> None:
    """List every requirement of this contract version."""
    console = Console(highlight=False)
    for requirement in spec.requirements().values():
        line = Text(f"{requirement.id}  {requirement.level:<6} ", style="bold")
        console.print(line.append(requirement.statement, style="not bold"), soft_wrap=True)


@main.command()
@click.argument("identifier", metavar="ID")
def explain(identifier: str) -> None:
    """Say what a requirement asks for, why, and where it comes from."""
    requirement = spec.requirements().get(identifier.upper())
    if requirement is None:
        raise click.UsageError(f"no requirement {identifier}; `bedrock-contracts list` shows them all")
    profiles = [name for name, each in spec.profiles().items() if requirement.id in each.requirements]
    rows = {
        "asks": requirement.statement,
        "why": requirement.why,
        "source": requirement.source,
        "judged by": {"both": "answer and wire"}.get(requirement.observe, requirement.observe),
        "needs": f"capability {requirement.capability}",
        "since": f"contract {requirement.since}",
        "profiles": ", ".join(profiles),
    }
    console = Console(highlight=False)
    console.print(
        Text(f"{requirement.id} ({requirement.level}, {spec.AREAS[requirement.area]})", style="bold")
    )
    for name, value in rows.items():
        console.print(Text(f"  {name:<10}{value}"), soft_wrap=True)


@main.command("spec")
@click.option("--check", "mode", flag_value="check", help="Fail when spec.json is not what SPEC.md says.")
@click.option("--write", "mode", flag_value="write", help="Generate spec.json from SPEC.md.")
def spec_command(mode: str | None) -> None:
    """Keep spec.json and SPEC.md the same."""
    if mode is None:
        raise click.UsageError("choose --check or --write")
    try:
        fresh = spec.render(spec.parse(spec.spec_md_path().read_text(encoding="utf-8")))
    except spec.SpecError as error:
        raise click.ClickException(str(error)) from error
    if mode == "write":
        spec.spec_json_path().write_text(fresh, encoding="utf-8")
    elif spec.spec_json_path().read_text(encoding="utf-8") != fresh:
        raise click.ClickException("spec.json differs from SPEC.md; run `bedrock-contracts spec --write`")
    click.echo("spec.json says what SPEC.md says")


@main.command()
@click.option("--only", "names", multiple=True, metavar="NAME", help="Run these mutants alone.")
@click.option("--whole", is_flag=True, help="Run every mutant against the whole suite, not only the proofs.")
def mutants(names: tuple[str, ...], *, whole: bool) -> None:
    """Run the wrong providers and print which requirement kills which.

    Exit codes: 0 every mutant was caught as declared, 1 one was not, 2 usage.
    """
    try:
        from bedrock_contracts.mutants import gallery, matrix
    except ImportError as error:
        raise click.UsageError(f"{error}; the mutants need bedrock-contracts[reference]") from error

    strangers = sorted(set(names) - set(gallery.names()))
    if strangers:
        raise click.UsageError(f"no mutant {', '.join(strangers)}; known are {', '.join(gallery.names())}")
    survived = matrix.show(Console(highlight=False), names or gallery.names(), whole=whole)
    raise SystemExit(1 if survived else 0)
