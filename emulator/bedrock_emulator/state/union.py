"""Unions of the service models in JSON: an object with one member, whose name says what it is."""

from collections.abc import Collection, Mapping
from typing import Any

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path


def read_member(
    document: Mapping[str, Any], *, known: Collection[str], kind: str, path: str
) -> tuple[str, Any]:
    """The name and the value of the one member.

    Raises:
        AdminError: the union has no such member.
    """
    ((name, value),) = document.items()
    if name not in known:
        raise AdminError(
            400, f"no {kind} is called {name!r}{did_you_mean(name, known)}", path=join_path(path, name)
        )
    return name, value


def is_exception(name: str) -> bool:
    """Whether a member of a streamed union is an exception; all and only those are named so [botocore]."""
    return name.endswith("Exception")
