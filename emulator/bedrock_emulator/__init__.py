"""An offline Amazon Bedrock that real AWS SDKs cannot tell from the service.

Importing this is cheap: what needs Flask or botocore is imported when it is used.
"""

from typing import TYPE_CHECKING

from bedrock_emulator._version import __version__
from bedrock_emulator.client import Emulator, LabClient

if TYPE_CHECKING:
    from flask import Flask

    from bedrock_emulator.config import Settings

__all__ = ["Emulator", "LabClient", "__version__", "create_app"]


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the emulator as a WSGI app, with state of its own."""
    from bedrock_emulator.http.app import create_app as build

    return build(settings)
