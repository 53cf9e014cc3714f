"""The file of `serve --iam`: an `Iam` document, or one policy for every caller."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from bedrock_emulator.errors import AdminError, ConfigError
from bedrock_emulator.model.service import load_api
from bedrock_emulator.state.iam import compile_iam
from bedrock_emulator.state.schema import check_document

_LARGEST = 16 * 1024 * 1024


def read_iam_file(file: Path) -> Mapping[str, Any]:
    """The `Iam` document in a file, checked.

    A policy by itself, as `aws iam put-role-policy` takes it, becomes the policy of every caller.

    Raises:
        ConfigError: it cannot be read, is not JSON, or is not such a document; the message names file and place.
    """
    document = _read(file)
    if isinstance(document, Mapping) and "Statement" in document:
        document, path = {"default": {"policies": [document]}}, "default.policies[0]"
    else:
        path = ""
    try:
        check_document(document, "Iam")
        compile_iam(document, api=load_api())
    except AdminError as error:
        place = (error.path or "").removeprefix(path).lstrip(".")
        raise ConfigError(f"{file}: {place}{': ' if place else ''}{error.message}") from error
    checked: Mapping[str, Any] = document
    return checked


def _read(file: Path) -> Any:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise ConfigError(f"{file} is larger than {_LARGEST:,} bytes")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ConfigError(f"{file} is not JSON: {error.msg} at {place}") from error
