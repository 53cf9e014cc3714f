"""What commands that speak to a running emulator share."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any, cast

import click

from bedrock_emulator.config import DEFAULT_HOST, DEFAULT_PORT, DEFAULT_TLS_PORT

URL_HELP = "Address of the running emulator."
HTTP_URL = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
HTTPS_URL = f"https://{DEFAULT_HOST}:{DEFAULT_TLS_PORT}"


def read_health(url: str, ca: str | None) -> dict[str, Any]:
    """What the emulator at an address says about itself.

    Raises:
        click.ClickException: none answers there, or `ca` does not fit.
    """
    address = f"{url.rstrip('/')}/_emulator/health"
    if not address.startswith(("http://", "https://")):
        raise click.ClickException(f"{url!r} is not an http address")
    if ca is not None and not url.startswith("https://"):
        raise click.ClickException(f"--ca is for an https address, not for {url}")
    try:
        trust = ssl.create_default_context(cafile=ca)
    except OSError as error:  # SSLError is one
        raise click.ClickException(f"{ca} is not a file of certificates: {error}") from error
    try:
        with urllib.request.urlopen(address, timeout=5, context=trust) as answer:  # noqa: S310 - the scheme is checked above
            return cast("dict[str, Any]", json.load(answer))
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise click.ClickException(_failure(url, error)) from error


def _failure(url: str, error: Exception) -> str:
    """What went wrong at an address, and what to do."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"the certificate of {url} is not trusted; give the file that `serve --tls` names as --ca"
    why = getattr(reason, "strerror", None) or reason
    return f"no emulator answers at {url} ({why}); start one: bedrock-emulator serve"
