"""A port is either ours alone or refused."""

import socket

import pytest

from bedrock_emulator.errors import ConfigError
from bedrock_emulator.http.ports import reserve


def test_port_0_reserves_a_free_port() -> None:
    with reserve("127.0.0.1", 0) as held:
        assert held.getsockname()[1] > 0


def test_a_reserved_port_can_be_shared_by_the_server_that_asks_for_it() -> None:
    with reserve("127.0.0.1", 0) as held, socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(held.getsockname())


def test_a_port_on_which_somebody_listens_is_refused_even_if_it_is_shareable() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigError, match="choose another --host or --port"):
            reserve(*other.getsockname())


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"203\.0\.113\.1:0"):
        reserve("203.0.113.1", 0)
