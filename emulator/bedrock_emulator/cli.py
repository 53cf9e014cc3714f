"""The `bedrock-emulator` command: serve | env | models | health."""

import json
import shlex
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import click

from bedrock_emulator._version import __version__
from bedrock_emulator.config import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_REGION,
    DEFAULT_TLS_PORT,
    AuthMode,
    Settings,
)
from bedrock_emulator.environment import client_environment
from bedrock_emulator.errors import ConfigError

if TYPE_CHECKING:
    from bedrock_emulator.http.server import Ready

_PIPED_WIDTH = 200
"""Columns of a table that nobody looks at, so that no line is folded."""

_CALLED = {"ON_DEMAND": "on demand", "INFERENCE_PROFILE": "by profile", "PROVISIONED": "provisioned"}

_URL_HELP = "Address of the running emulator."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bedrock-emulator")
def main() -> None:
    """An offline Amazon Bedrock that real AWS SDKs cannot tell from the service."""


@main.command()
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="HTTP port; 0 takes a free one.")
@click.option("--tls", is_flag=True, help="Also serve HTTPS, which botocore demands for bearer keys.")
@click.option("--tls-port", type=int, help=f"HTTPS port; implies --tls.  [default: {DEFAULT_TLS_PORT}]")
@click.option(
    "--auth",
    type=click.Choice(["known", "off", "strict"]),
    default="known",
    show_default=True,
    help="known: requests are signed, known keys are verified. strict: unknown keys are refused. off: no check.",
)
@click.option("--region", default=DEFAULT_REGION, show_default=True, help="Region of calls that name none.")
@click.option(
    "--catalog",
    type=click.Choice(["all", "aws"]),
    default="all",
    show_default=True,
    help="aws: without the ids that the OpenClaw documents use and AWS does not list.",
)
@click.option(
    "--ready",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to announce that requests are answered; json is one line for programs.",
)
def serve(
    *, host: str, port: int, tls: bool, tls_port: int | None, auth: str, region: str, catalog: str, ready: str
) -> None:
    """Serve until Ctrl-C; prints the `export` lines to paste once requests are answered."""
    from bedrock_emulator.http.server import serve as run

    try:
        settings = Settings(
            host=host,
            port=port,
            tls_port=DEFAULT_TLS_PORT if tls and tls_port is None else tls_port,
            auth=cast("AuthMode", auth),
            region=region,
            documented_ids=catalog == "all",
        )
        run(settings, announce=_announce_json if ready == "json" else lambda it: _announce_text(it, settings))
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--url", default=f"http://{DEFAULT_HOST}:{DEFAULT_PORT}", show_default=True, help=_URL_HELP)
@click.option("--region", default=DEFAULT_REGION, show_default=True, help="Region for the SDKs.")
def env(*, url: str, region: str) -> None:
    """Print the `export` lines for a running emulator: eval "$(bedrock-emulator env)"."""
    _read_health(url)
    click.echo("\n".join(_export_lines(client_environment(url, region=region))))


@main.command()
@click.option("--region", default=DEFAULT_REGION, show_default=True, help="Region whose models to list.")
@click.option("--json", "as_json", is_flag=True, help="The rows as ListFoundationModels answers them.")
def models(*, region: str, as_json: bool) -> None:
    """List the shipped models of a region; needs no running emulator."""
    from bedrock_emulator.state.catalog import load_catalogue

    rows = [record.row(region) for record in load_catalogue(documented_ids=True).models_in(region)]
    if not rows:
        raise click.ClickException(f"the catalogue has no model in {region!r}; try --region {DEFAULT_REGION}")
    if as_json:
        click.echo(json.dumps({"modelSummaries": rows}, indent=2, default=str))
    else:
        _print_models(rows, region)


@main.command()
@click.option("--url", default=f"http://{DEFAULT_HOST}:{DEFAULT_PORT}", show_default=True, help=_URL_HELP)
def health(*, url: str) -> None:
    """Ask a running emulator whether it is well; exits 1 when it does not answer."""
    report = _read_health(url)
    click.echo(json.dumps(report, indent=2))


def _announce_json(ready: "Ready") -> None:
    ca_file = None if ready.ca_file is None else str(ready.ca_file)
    click.echo(json.dumps({"http": ready.http, "https": ready.https, "ca": ca_file, "pid": ready.pid}))
    sys.stdout.flush()


def _announce_text(ready: "Ready", settings: Settings) -> None:
    click.echo(f"Bedrock emulator {__version__} is ready on {ready.http} (auth {settings.auth}). Paste:\n")
    lines = _export_lines(client_environment(ready.http, region=settings.region))
    click.echo(click.style("\n".join(lines), fg="green"))
    if ready.https is not None:
        click.echo("\nFor bearer keys, which botocore sends over HTTPS only:\n")
        secure = client_environment(ready.https, region=settings.region, ca_file=ready.ca_file)
        click.echo(click.style("\n".join(_export_lines(secure)), fg="green"))
    click.echo(f"\nWhat it serves: {ready.http}/_emulator/operations   Stop with Ctrl-C.")
    sys.stdout.flush()


def _export_lines(variables: Mapping[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def _read_health(url: str) -> dict[str, Any]:
    address = f"{url.rstrip('/')}/_emulator/health"
    if not address.startswith(("http://", "https://")):
        raise click.ClickException(f"{url!r} is not an http address")
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - the scheme is checked above
            return cast("dict[str, Any]", json.load(answer))
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise click.ClickException(
            f"no emulator answers at {url} ({error}); start one: bedrock-emulator serve"
        ) from error


def _print_models(rows: list[dict[str, Any]], region: str) -> None:
    """A table for people; one plain line for each model when piped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_WIDTH)
    title = f"{len(rows)} models in {region}" if console.is_terminal else None
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else None)
    table.add_column("Model", no_wrap=True)
    for heading in ("Provider", "Input", "Output", "Streams", "Called", "Lifecycle"):
        table.add_column(heading)
    for row in sorted(rows, key=lambda each: (each.get("providerName") or "", each["modelId"])):
        table.add_row(*_cells(row), style="dim" if row["modelLifecycle"]["status"] == "LEGACY" else None)
    console.print(table)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["modelId"],
        row.get("providerName") or "",
        " ".join(row["inputModalities"]).lower(),
        " ".join(row["outputModalities"]).lower(),
        "yes" if row.get("responseStreamingSupported") else "",
        " ".join(_CALLED.get(each, each) for each in row["inferenceTypesSupported"]),
        row["modelLifecycle"]["status"].lower(),
    )
