"""`bedrock-emulator env`: the variables that point SDKs at a running emulator, and at one source of credentials."""

import json
import shlex
from collections.abc import Iterable, Mapping

import click

from bedrock_emulator.client import Emulator
from bedrock_emulator.commands.running import HTTP_URL, HTTPS_URL, URL_HELP, read_health
from bedrock_emulator.config import DEFAULT_REGION
from bedrock_emulator.credential_sources import CREDENTIAL_VARIABLES, SOURCES
from bedrock_emulator.environment import client_environment
from bedrock_emulator.errors import EmulatorError


@click.command()
@click.option("--url", help=f"{URL_HELP}  [default: {HTTP_URL}, with --ca {HTTPS_URL}]")
@click.option("--ca", help="File that `serve --tls` names, for an https address: bearer keys need one.")
@click.option("--region", default=DEFAULT_REGION, show_default=True, help="Region for the SDKs.")
@click.option(
    "--lab", "name", default="default", show_default=True, help="Lab that the SDKs call, made if missing."
)
@click.option(
    "--source",
    type=click.Choice(SOURCES),
    help="The one place from which SDKs get their credentials; without it the keys that every lab knows.",
)
@click.option("--dir", "directory", type=click.Path(file_okay=False), help="Where --source writes its files.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["shell", "json"]),
    default="shell",
    show_default=True,
    help="Lines for a shell to eval, or one JSON object.",
)
def env(
    *,
    url: str | None,
    ca: str | None,
    region: str,
    name: str,
    source: str | None,
    directory: str | None,
    form: str,
) -> None:
    """Print the variables that point SDKs at a running emulator.

    In a shell: eval "$(bedrock-emulator env)"
    """
    if (source is None) != (directory is None):
        raise click.UsageError("--source and --dir go together: the directory takes the files of the source")
    if not name or "/" in name:  # which would be another address of the admin API
        raise click.UsageError(f"{name!r} cannot name a lab: 1 to 63 of a-z, 0-9 and '-'")
    address = (url or (HTTPS_URL if ca else HTTP_URL)).rstrip("/")
    read_health(address, ca)
    try:
        variables = _variables(address, ca, region, name, source, directory)
    except EmulatorError as error:
        raise click.ClickException(str(error)) from error
    if form == "json":
        click.echo(json.dumps(variables, indent=2))
    else:
        others = [] if source is None else [each for each in CREDENTIAL_VARIABLES if each not in variables]
        click.echo("\n".join([*unset_lines(others), *export_lines(variables)]))


def export_lines(variables: Mapping[str, str]) -> list[str]:
    """Lines that set the variables in a POSIX shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def unset_lines(names: Iterable[str]) -> list[str]:
    """The line that takes variables out of a POSIX shell, by which it would find other credentials."""
    joined = " ".join(names)
    return [f"unset {joined}"] if joined else []


def _variables(
    address: str, ca: str | None, region: str, name: str, source: str | None, directory: str | None
) -> dict[str, str]:
    if source is None and name == "default":
        return client_environment(address, region=region, ca_file=ca)
    https = address if address.startswith("https://") else None
    lab = Emulator.connect(address, https_url=https, ca_file=ca).lab(name)
    if source is not None and directory is not None:
        return lab.credential_source(source, directory, region)
    return lab.environment(region, https=https is not None)
