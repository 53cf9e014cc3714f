"""A port is either ours alone or refused."""

import socket

import pytest

from bedrock_emulator.errors import ConfigError
from bedrock_emulator.http.ports import client_address, is_local, listen


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_port_0_listens_on_a_free_port() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname(), timeout=5):
        assert listening.getsockname()[1] > 0


def test_a_port_is_had_once() -> None:
    with (
        listen("127.0.0.1", 0) as first,
        pytest.raises(ConfigError, match="choose another --host or --port"),
    ):
        listen(*first.getsockname())


def test_nobody_shares_our_port_even_if_it_asks_to() -> None:
    with listen("127.0.0.1", 0) as listening, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(listening.getsockname())


def test_a_port_on_which_somebody_listens_is_refused_even_if_it_is_shareable() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigError, match="choose another --host or --port"):
            listen(*other.getsockname())


def test_a_port_that_was_just_left_is_free() -> None:
    with listen("127.0.0.1", 0) as listening:
        address = listening.getsockname()
        client = socket.create_connection(address, timeout=5)
        listening.settimeout(5)
        accepted, _ = listening.accept()
        accepted.close()  # whoever closes first keeps the port in TIME_WAIT
        assert client.recv(1) == b""
        client.close()
    listen(*address).close()


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("203.0.113.1", r"203\.0\.113\.1:0"),
        ("no-such-host.invalid", "no-such-host.invalid:0"),
        ("", "cannot listen on :0"),
        ("a..b", "a..b:0"),
    ],
    ids=["another machine", "unknown name", "nothing", "not a name"],
)
def test_a_host_that_is_not_this_machine_is_refused(host: str, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        listen(host, 0)


@pytest.mark.parametrize(
    ("host", "client_host", "local"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("0.0.0.0", "127.0.0.1", False),  # noqa: S104 - what the test is about
        ("::1", "::1", True),
        ("::", "::1", False),
    ],
)
def test_a_client_is_given_an_address_that_it_can_use(host: str, client_host: str, local: bool) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with listen(host, 0) as listening:
        assert client_address(listening) == (client_host, listening.getsockname()[1])
        assert is_local(listening) is local
        socket.create_connection(client_address(listening), timeout=5).close()


def test_a_name_is_resolved() -> None:
    with listen("localhost", 0) as listening:
        assert client_address(listening)[0] in {"127.0.0.1", "::1"}
