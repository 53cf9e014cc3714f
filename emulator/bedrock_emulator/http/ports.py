"""Opens listening sockets: a port is ours alone, or refused."""

import ipaddress
import socket

from bedrock_emulator.errors import ConfigError

BACKLOG = 1024
"""Connections that wait until the server accepts them."""


def listen(host: str, port: int) -> socket.socket:
    """Listen on a port of a host, which may be a name; nobody else gets the port while the socket is open.

    Raises:
        ConfigError: the port is taken, or the host is not this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind)
    except (
        OSError,
        UnicodeError,
    ) as error:  # UnicodeError: what the idna codec says to a name with empty labels
        raise _refusal(host, port, error) from error
    try:
        # Only past connections may still hold the port: two sockets with this option never listen both.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it; without, an answer in two writes waits 40 ms for the client's ACK [measured].
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise _refusal(host, port, error) from error
    listening.settimeout(0)  # asyncio and granian expect it
    return listening


def client_address(listening: socket.socket) -> tuple[str, int]:
    """Where a client on this machine reaches the socket: loopback if it listens on every address."""
    host, port = listening.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return ("127.0.0.1" if address.version == 4 else "::1"), port
    return host, port


def is_local(listening: socket.socket) -> bool:
    """Whether only this machine can reach the socket."""
    return ipaddress.ip_address(listening.getsockname()[0]).is_loopback


def _refusal(host: str, port: int, error: OSError | UnicodeError) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) else error
    return ConfigError(
        f"cannot listen on {host}:{port}: {reason}; choose another --host or --port (--tls-port for HTTPS; 0 = a free port)"
    )
