"""Scenario files: reading, compiling, and telling a person where something is wrong."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from bedrock_emulator.errors import AdminError, ConfigError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.scenario import Scenario, compile_scenario, join_scenarios
from bedrock_emulator.state.schema import check_document
from bedrock_emulator.state.yaml_file import FileError, ReadFile, read_yaml


def read_scenario(path: str | PathLike[str]) -> ReadFile:
    """A scenario file, its document as the admin API takes it.

    Raises:
        ConfigError: the file cannot be read, or is not a scenario; the message has the line.
    """
    try:
        read = read_yaml(Path(path))
    except FileError as error:
        raise ConfigError(_described(error.file, error.place.line, error)) from error
    try:
        check_document(read.document, "Scenario")
    except AdminError as error:
        raise wrong_file(read, error) from error
    return read


def load_scenarios(paths: Sequence[Path], api: Api) -> Scenario:
    """The rules of several files, in their order.

    Raises:
        ConfigError: one of them is wrong; the message has its line.
    """
    return join_scenarios(_compiled(read_scenario(path), api) for path in paths)


def wrong_file(read: ReadFile, error: AdminError) -> ConfigError:
    """A refusal of a file's document, with the line."""
    return ConfigError(_described(read.file, read.place(error.path or "").line, error))


def _compiled(read: ReadFile, api: Api) -> Scenario:
    try:
        return compile_scenario(read.document, api=api, locate=read.locate)
    except AdminError as error:
        raise wrong_file(read, error) from error


def _described(file: str, line: int, error: AdminError) -> str:
    """One line for a person: `chat.scenario.yaml:12: …`."""
    where = f" ({error.path})" if error.path else ""
    return f"{file}:{line}: {error.message}{where}"
