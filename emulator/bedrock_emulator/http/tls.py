"""An HTTPS port in front of the HTTP one: terminates TLS and passes the bytes on.

ALPN offers h2 and http/1.1, and the server behind speaks both on one cleartext port, so a relay needs to know
neither protocol (docs/decisions/0001-tls-relay.md).
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 64 * 1024
"""Bytes that are passed on at a time."""


@dataclass(frozen=True, slots=True)
class MintedCertificate:
    """A certificate for the server and the file of the CA that clients must trust."""

    ca_file: Path
    context: ssl.SSLContext


def mint(address: str, directory: Path) -> MintedCertificate:
    """Mint a CA and a certificate for `address` and localhost; writes `ca.pem` into `directory`."""
    import trustme  # some 60 ms, which a server without HTTPS shall not pay

    authority = trustme.CA(organization_name="bedrock-emulator")
    names = dict.fromkeys([address, "localhost", "127.0.0.1", "::1"])
    certificate = authority.issue_cert(*names)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["h2", "http/1.1"])
    certificate.configure_cert(context)
    ca_file = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return MintedCertificate(ca_file, context)


async def start_relay(
    listening: socket.socket, target: tuple[str, int], context: ssl.SSLContext
) -> asyncio.Server:
    """Accept TLS and pass each connection on to `target`; a relay that is cancelled cuts its connections."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(
            asyncio.CancelledError
        ):  # asyncio would report it as a failure of this callback
            await _relay(reader, writer, target)

    return await asyncio.start_server(relay, sock=listening, ssl=context)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int]) -> None:
    """Run both directions until one ends, then end the other: TLS has no half-closed connections."""
    try:
        upstream_reader, upstream_writer = await asyncio.open_connection(*target)
    except OSError:
        writer.transport.abort()
        return
    directions = [
        asyncio.create_task(_pass_on(reader, upstream_writer)),
        asyncio.create_task(_pass_on(upstream_reader, writer)),
    ]
    try:
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        await _cancelled(directions)
    except asyncio.CancelledError:  # we stop: do not wait for the peers to say goodbye
        writer.transport.abort()
        upstream_writer.transport.abort()
        await _cancelled(directions)
        raise


async def _cancelled(tasks: Collection["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Send the end of the connection right behind TLS's goodbye, for which asyncio would await an answer first.

    Until it comes, a client takes the connection for one that it can use again.
    """
    connection = writer.get_extra_info("socket")
    if connection is not None and writer.transport.get_write_buffer_size() == 0:
        with contextlib.suppress(OSError):  # it is gone already
            connection.shutdown(socket.SHUT_WR)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the source ends or either side breaks; a broken copy never looks like a clean end."""
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    except (OSError, ssl.SSLError):
        writer.transport.abort()
    finally:
        writer.close()
        _hang_up(writer)
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.CancelledError):
            await writer.wait_closed()
