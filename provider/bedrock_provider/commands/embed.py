"""`bedrock-provider embed`: texts to vectors."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedrock_provider.commands.configuration import config_option, read_config
from bedrock_provider.embedding_calls import EmbeddingRequest, EmbeddingResult
from bedrock_provider.embeddings import DEFAULT_MODEL, PURPOSES, Purpose
from bedrock_provider.errors import CallError, RequestError
from bedrock_provider.provider import BedrockProvider

_SHOWN = 4
"""Numbers of a vector that a person sees."""


@click.command("embed")
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option("--model", help=f"The embedding model; without it the configured one, else {DEFAULT_MODEL}.")
@click.option("--dimensions", type=click.IntRange(min=1), help="How many numbers each vector has.")
@click.option(
    "--purpose",
    type=click.Choice(PURPOSES),
    default=PURPOSES[0],
    show_default=True,
    help="Texts that are searched are documents, what is looked for is a query.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@config_option
@click.option("--region", help="Call this region instead of the configured one.")
def embed_texts(
    *,
    texts: tuple[str, ...],
    model: str | None,
    dimensions: int | None,
    purpose: Purpose,
    as_json: bool,
    config_path: Path | None,
    region: str | None,
) -> None:
    """Turn each TEXT into a vector.

    Where the output is no terminal, each is a line of numbers.
    """
    config = read_config(config_path)
    for warning in config.warnings:
        click.echo(warning, err=True)
    request = EmbeddingRequest(
        texts=texts, model=model, dimensions=dimensions, purpose=purpose, region=region
    )
    result = _embedded(BedrockProvider(config), request)
    if as_json:
        click.echo(json.dumps(result.to_json()))
    elif sys.stdout.isatty():
        Console().print(vectors_table(texts, result))
    else:
        for vector in result.vectors:
            click.echo("\t".join(map(str, vector)))


def vectors_table(texts: tuple[str, ...], result: EmbeddingResult) -> Table:
    """The beginning of each vector for a person."""
    table = Table(
        box=None, pad_edge=False, header_style="bold", caption=f"{result.model}, {result.usage.input} tokens"
    )
    table.add_column("Text", no_wrap=True, overflow="ellipsis")
    table.add_column("Numbers", justify="right", no_wrap=True)
    table.add_column("Vector", no_wrap=True)
    for text, vector in zip(texts, result.vectors, strict=True):
        beginning = " ".join(f"{number:+.4f}" for number in vector[:_SHOWN])
        table.add_row(Text(text), str(len(vector)), f"{beginning} …" if len(vector) > _SHOWN else beginning)
    return table


def _embedded(provider: BedrockProvider, request: EmbeddingRequest) -> EmbeddingResult:
    try:
        return provider.embed(request)
    except RequestError as error:
        raise click.UsageError(str(error)) from error
    except CallError as error:
        raise click.ClickException(str(error)) from error
    finally:
        provider.close()
