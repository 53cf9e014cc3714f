"""The command line: `bedrock-provider models list`, and the commands of `commands/`."""

import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from bedrock_provider.commands.configuration import config_option, read_config
from bedrock_provider.commands.embed import embed_texts
from bedrock_provider.config import ProviderConfig
from bedrock_provider.models import Catalog, ModelInfo
from bedrock_provider.provider import BedrockProvider

HOW_TO_ENABLE = (
    "Discovery is off: the environment names no AWS credentials. Set AWS_BEARER_TOKEN_BEDROCK, "
    "AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or, for an instance role, set "
    "plugins.entries.amazon-bedrock.config.discovery.enabled to true."
)
SWITCHED_OFF = "Discovery is off: the configuration says so."

_HEADINGS = ("Model", "Name", "Input", "Context", "Output", "Reasoning")
_LEFT_OUT = ("Name", "Reasoning", "Input", "Output", "Context")
"""Columns that a narrow terminal goes without, the first one first."""

_UNFOLDED = 1000
"""Columns in which every table has room."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Find and call Amazon Bedrock models."""


main.add_command(embed_texts)


@main.group()
def models() -> None:
    """The models you can choose."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@config_option
@click.option("--region", help="Discover here instead of in the configured region.")
def list_models(*, as_json: bool, config_path: Path | None, region: str | None) -> None:
    """List the models of the configuration, or those that AWS has."""
    config = read_config(config_path)
    if region:
        config = replace(config, discovery=replace(config.discovery, region=region))
    provider = BedrockProvider(config)
    try:
        # Configured models replace discovered ones, so nothing has to be asked for them.
        catalog = None if config.explicit.models else provider.discover()
    finally:
        provider.close()
    found = config.explicit.models or (catalog.models if catalog else ())
    _tell_warnings(config, catalog)
    if as_json:
        _print_json(found, catalog)
    elif found:
        _print_models(found)
    if catalog is not None and not found:
        _fail("No models were found.")


def _tell_warnings(config: ProviderConfig, catalog: Catalog | None) -> None:
    warnings = [*config.warnings, *(catalog.warnings if catalog else ())]
    if catalog is not None and catalog.stale:
        warnings.append("these are the models of an earlier discovery")
    if catalog is None and not config.explicit.models:
        warnings.append(SWITCHED_OFF if config.discovery.enabled is False else HOW_TO_ENABLE)
    for warning in warnings:
        click.echo(warning, err=True)


def _print_json(found: Sequence[ModelInfo], catalog: Catalog | None) -> None:
    document = {
        "count": len(found),
        "region": catalog.region if catalog else None,
        "stale": catalog.stale if catalog else False,
        "models": [model.to_json() for model in found],
    }
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _print_models(found: Sequence[ModelInfo]) -> None:
    """A table for a person; tab-separated lines for a program."""
    if sys.stdout.isatty():
        console = Console()
        console.print(models_table(found, console.width))
        return
    for model in found:
        click.echo("\t".join((model.id, model.name, *_columns(model))))


def models_table(found: Sequence[ModelInfo], width: int) -> Table:
    """The models for a person; ids stay whole, since they are there to be copied."""
    # An ARN that is longer than a line is folded; the others are not pushed aside for it.
    longest = max((len(model.id) for model in found if len(model.id) <= width), default=width)
    for count in range(len(_LEFT_OUT) + 1):
        table = _table(found, id_width=longest, without=_LEFT_OUT[:count])
        if Console(width=_UNFOLDED).measure(table).minimum <= width:
            break
    return table


def _table(found: Sequence[ModelInfo], *, id_width: int, without: Collection[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Model", width=id_width, overflow="fold")
    shown = [index for index, heading in enumerate(_HEADINGS) if heading not in without]
    for heading in (_HEADINGS[index] for index in shown[1:]):
        right = heading in ("Context", "Output")
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "Name")
    for model in found:
        cells = (model.id, model.name, *_columns(model))
        table.add_row(*(cells[index] for index in shown))
    return table


def _columns(model: ModelInfo) -> tuple[str, ...]:
    limits = (_short(model.context_window), _short(model.max_tokens))
    return "+".join(model.input), *limits, "yes" if model.reasoning else "-"


def _short(tokens: int) -> str:
    """`200K`, `1M`; a number that is not round stays as it is."""
    for size, letter in ((1_000_000, "M"), (1000, "K")):
        if tokens >= size and tokens % size == 0:
            return f"{tokens // size}{letter}"
    return str(tokens)


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)
