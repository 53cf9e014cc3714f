"""The options of `serve` that let another server answer what no rule matches."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from bedrock_emulator.errors import AdminError, ConfigError

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--upstream",
        metavar="URL",
        help="OpenAI-compatible server, such as http://127.0.0.1:11434/v1, that answers what no rule matches.",
    ),
    click.option(
        "--upstream-model",
        metavar="NAME",
        help="What the upstream calls its model.  [default: the id of the Bedrock model]",
    ),
    click.option(
        "--upstream-key-env",
        metavar="NAME",
        help="Environment variable that holds the upstream's key; ends in _API_KEY.",
    ),
)

_WANTED: Mapping[str, str] = {
    "baseUrl": "must be an address such as http://127.0.0.1:11434/v1",
    "apiKeyEnv": "must be the name of an environment variable, in capitals, that ends in _API_KEY",
}
"""In place of the patterns of the schema."""

_OPTION_OF: Mapping[str, str] = {
    "baseUrl": "--upstream",
    "model": "--upstream-model",
    "apiKeyEnv": "--upstream-key-env",
}


def upstream_options(command: _Command) -> _Command:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def upstream_document(url: str | None, model: str | None, key_env: str | None) -> Mapping[str, Any] | None:
    """The `Upstream` document that the options mean; None without them.

    Raises:
        ConfigError: they cannot be followed; the message names the option.
    """
    # Not at the top: commands that serve nothing need none of it.
    from bedrock_emulator.state.schema import check_document
    from bedrock_emulator.state.upstreams import compile_upstream

    given = {"baseUrl": url, "model": model, "apiKeyEnv": key_env}
    document = {name: value for name, value in given.items() if value is not None}
    if not document:
        return None
    if url is None:
        raise ConfigError(f"{_OPTION_OF[next(iter(document))]} needs --upstream beside it")
    try:
        check_document(document, "Upstream")
        compile_upstream(document)
    except AdminError as error:
        member = error.path or ""
        message = _WANTED[member] if error.message.startswith("must match") else error.message
        raise ConfigError(f"{_OPTION_OF.get(member, '--upstream')}: {message}") from error
    return document
