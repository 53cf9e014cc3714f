"""The `bedrock-emulator` command: serve | check | env | models | health."""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from bedrock_emulator._version import __version__
from bedrock_emulator.commands.check import check
from bedrock_emulator.commands.env import env, export_lines
from bedrock_emulator.commands.running import HTTP_URL, URL_HELP, read_health
from bedrock_emulator.commands.upstream import upstream_document, upstream_options
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
    from bedrock_emulator.state.models import ModelRecord

_PIPED_WIDTH = 200
"""Columns of a table that nobody looks at, so that no line is folded."""

_LEFT_OUT = ("Provider", "Streams", "Output", "Input")
"""Columns that a narrow terminal goes without, the first one first."""

_CALLED = {"ON_DEMAND": "on demand", "INFERENCE_PROFILE": "by profile", "PROVISIONED": "provisioned"}

_catalog_option = click.option(
    "--catalog",
    type=click.Choice(["all", "aws"]),
    default="all",
    show_default=True,
    help="aws: without the ids that the OpenClaw documents use and AWS does not list.",
)


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
    "--iam",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with the policies of callers, or one policy for all of them.",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="YAML or JSON with rules for what the models say; give it again for more files.",
)
@click.option("--strict-scenarios", is_flag=True, help="Refuse requests that no rule matches.")
@upstream_options
@click.option(
    "--buckets",
    type=click.Path(path_type=Path, file_okay=False, resolve_path=True),
    help="Folder that stands for S3: async invocations read FOLDER/<lab>/<bucket>/<key> and write there.",
)
@click.option("--watch", is_flag=True, help="Read the scenario files again when they change.")
@_catalog_option
@click.option(
    "--ready",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to announce that requests are answered; json is one line for programs.",
)
@click.option(
    "--stop-on-eof", is_flag=True, help="Stop when standard input ends, as it does with its writer."
)
def serve(
    *,
    host: str,
    port: int,
    tls: bool,
    tls_port: int | None,
    auth: str,
    region: str,
    iam: Path | None,
    scenarios: tuple[Path, ...],
    strict_scenarios: bool,
    upstream: str | None,
    upstream_model: str | None,
    upstream_key_env: str | None,
    watch: bool,
    buckets: Path | None,
    catalog: str,
    ready: str,
    stop_on_eof: bool,
) -> None:
    """Serve until Ctrl-C.

    Prints the `export` lines to paste once requests are answered.
    """
    from bedrock_emulator.http.server import serve as run
    from bedrock_emulator.state.iam_file import read_iam_file

    if watch and not scenarios:
        raise click.UsageError("--watch is for scenario files; name them with --scenario FILE")
    try:
        settings = Settings(
            host=host,
            port=port,
            tls_port=DEFAULT_TLS_PORT if tls and tls_port is None else tls_port,
            auth=cast("AuthMode", auth),
            region=region,
            documented_ids=catalog == "all",
            iam=None if iam is None else read_iam_file(iam),
            scenarios=scenarios,
            strict_scenarios=strict_scenarios,
            upstream=upstream_document(upstream, upstream_model, upstream_key_env),
            watch=watch,
            buckets=buckets,
        )
        _check_scenarios(scenarios)
        announce = _announce_json if ready == "json" else partial(_announce_text, settings=settings)
        run(settings, announce=announce, stop_on_eof=stop_on_eof)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


main.add_command(check)
main.add_command(env)


@main.command()
@click.option("--region", default=DEFAULT_REGION, show_default=True, help="Region whose models to list.")
@_catalog_option
@click.option("--json", "as_json", is_flag=True, help="The rows as ListFoundationModels answers them.")
def models(*, region: str, catalog: str, as_json: bool) -> None:
    """List the shipped models of a region; needs no running emulator."""
    rows = [record.row(region) for record in _shipped_models(region, documented_ids=catalog == "all")]
    if not rows:
        raise click.ClickException(f"the catalogue has no model in {region!r}; try --region {DEFAULT_REGION}")
    if as_json:
        click.echo(json.dumps({"modelSummaries": rows}, indent=2, default=str))
    else:
        _print_models(rows, region)


@main.command()
@click.option("--url", default=HTTP_URL, show_default=True, help=URL_HELP)
@click.option("--ca", help="File that `serve --tls` names, for an https address.")
def health(*, url: str, ca: str | None) -> None:
    """Ask a running emulator whether it is well.

    Exits 1 when it does not answer.
    """
    report = read_health(url, ca)
    click.echo(json.dumps(report, indent=2))


def _check_scenarios(files: Sequence[Path]) -> None:
    """Refuse wrong files here: the process that serves could only fail with a traceback."""
    if files:
        from bedrock_emulator.model.service import load_api
        from bedrock_emulator.state.scenario_file import load_scenarios

        load_scenarios(files, load_api())


def _announce_json(ready: "Ready") -> None:
    _warn_of_network(ready)
    ca_file = None if ready.ca_file is None else str(ready.ca_file)
    click.echo(json.dumps({"http": ready.http, "https": ready.https, "ca": ca_file, "pid": ready.pid}))
    sys.stdout.flush()


def _announce_text(ready: "Ready", settings: Settings) -> None:
    _warn_of_network(ready)
    click.echo(f"Bedrock emulator {__version__} is ready on {ready.http} (auth {settings.auth}). Paste:\n")
    lines = export_lines(client_environment(ready.http, region=settings.region))
    click.echo(click.style("\n".join(lines), fg="green"))
    if ready.https is not None:
        click.echo("\nFor bearer keys, which botocore sends over HTTPS only:\n")
        secure = client_environment(ready.https, region=settings.region, ca_file=ready.ca_file)
        click.echo(click.style("\n".join(export_lines(secure)), fg="green"))
    click.echo(f"\nWhat it serves: {ready.http}/_emulator/operations   Stop with Ctrl-C.")
    sys.stdout.flush()


def _warn_of_network(ready: "Ready") -> None:
    if not ready.is_local:
        message = (
            "Warning: the emulator can be reached from the network; --host 127.0.0.1 keeps it to this machine"
        )
        click.echo(message, err=True)


def _shipped_models(region: str, *, documented_ids: bool) -> "list[ModelRecord]":
    """What a region lists, and the documented ids that can be called there although no list has them."""
    from bedrock_emulator.state.catalog import load_catalogue
    from bedrock_emulator.state.shipped import read_documented_ids, read_models, read_profiles

    catalogue = load_catalogue(documented_ids=documented_ids)
    listed = catalogue.models_in(region)
    if not documented_ids:
        return listed
    models = read_models()
    documented, _ = read_documented_ids(models, read_profiles(models))
    return listed + [each for each in documented if catalogue.model(each.model_id, region) is not None]


def _print_models(rows: list[dict[str, Any]], region: str) -> None:
    """A table for people; one plain line for each model when piped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_WIDTH)
    title = f"{len(rows)} models in {region}" if console.is_terminal else None
    cells = sorted(map(_cells, rows), key=lambda each: (each["Provider"], each["Model"]))
    for count in range(len(_LEFT_OUT) + 1):
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else None)
        shown = [heading for heading in cells[0] if heading not in _LEFT_OUT[:count]]
        for heading in shown:
            table.add_column(heading, no_wrap=heading == "Model")
        for texts in cells:
            style = "dim" if texts["Lifecycle"] == "legacy" else None
            table.add_row(*(texts[heading] for heading in shown), style=style)
        if (
            console.measure(table, options=console.options.update(width=_PIPED_WIDTH)).maximum
            <= console.width
        ):
            break
    console.print(table)


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Model": row["modelId"],
        "Provider": row.get("providerName") or "",
        "Input": " ".join(row["inputModalities"]).lower(),
        "Output": " ".join(row["outputModalities"]).lower(),
        "Streams": "yes" if row.get("responseStreamingSupported") else "",
        "Called": " ".join(_CALLED.get(each, each) for each in row["inferenceTypesSupported"]),
        "Lifecycle": row["modelLifecycle"]["status"].lower(),
    }
