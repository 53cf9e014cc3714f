"""What every command needs to read the configuration."""

from pathlib import Path

import click

from bedrock_provider.config import ProviderConfig, load_config
from bedrock_provider.errors import ConfigError

config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="The configuration file."
)


def read_config(path: Path | None) -> ProviderConfig:
    """The configuration; one that cannot be used is a usage error."""
    try:
        return load_config(path)
    except ConfigError as error:
        raise click.UsageError(str(error)) from error
