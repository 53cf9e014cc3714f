"""Broken and silent connections as a raw socket sees them, and a server that serves on."""

import contextlib
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bedrock_emulator import Emulator, LabClient
from bedrock_emulator.wire.events import decode_events, sound_events
from tests.emulator.http.raw import RawResponse, connect, exchange, post

NOVA = "us.amazon.nova-lite-v1:0"
LAST_CHUNK = b"0\r\n\r\n"
HELLO = json.dumps({"messages": [{"role": "user", "content": [{"text": "hello there"}]}]}).encode()


def request(lab: LabClient, operation: str = "converse-stream") -> bytes:
    path = f"/_lab/{lab.name}/model/{NOVA}/{operation}"
    return post(path, HELLO, {"authorization": "Bearer some-key"})


def answer(lab: LabClient, operation: str = "converse-stream") -> RawResponse:
    response = exchange(lab.endpoint_url, request(lab, operation))
    assert response is not None
    return response


@pytest.fixture
def lab(bedrock_emulator: LabClient) -> Iterator[LabClient]:
    """A lab whose server answers properly in the end, whatever the test did."""
    yield bedrock_emulator
    with bedrock_emulator.emulator.lab() as other:
        whole, stream = answer(other, "converse"), answer(other)
    assert (whole.status, whole.complete, stream.status, stream.complete) == (200, True, 200, True)
    assert decode_events(stream.body)[-1]["type"] == "metadata"


@pytest.mark.parametrize("count", [0, 1, 100, 500])
@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
def test_a_cut_ends_the_connection_after_exactly_so_many_bytes(
    lab: LabClient, operation: str, count: int
) -> None:
    lab.put_faults([{"wire": {"cutAfterBytes": count}}])
    cut = answer(lab, operation)
    assert (cut.status, cut.complete) == (200, False)
    assert len(cut.body) == count or count > len(cut.body) > 400
    (entry,) = lab.wait_for_journal(1)
    assert (entry["complete"], entry["clientClosed"], entry["fault"]) == (False, False, "faults[0]")


def test_a_cut_inside_an_event_leaves_a_part_of_its_frame(lab: LabClient) -> None:
    lab.put_faults([{"wire": {"cutInsideEvent": 2}}])
    cut = answer(lab)
    events, broken = sound_events(cut.body)
    assert (cut.complete, len(events)) == (False, 2)
    assert broken


@pytest.mark.parametrize("member", ["wrongPreludeChecksum", "wrongMessageChecksum"])
def test_a_wrong_checksum_is_the_only_thing_wrong(lab: LabClient, member: str) -> None:
    lab.put_faults([{"wire": {member: 2}}])
    damaged = answer(lab)
    assert (damaged.status, damaged.complete) == (200, True)
    assert len(sound_events(damaged.body)[0]) == 2


def stalled(lab: LabClient) -> socket.socket:
    """A connection on which two events have come and nothing follows."""
    lab.put_faults([{"wire": {"stallAfterEvents": 2}}])
    connection = connect(lab.endpoint_url)
    connection.sendall(request(lab))
    data = b""
    while data.count(b":event-type") < 2:
        data += connection.recv(65536)
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """What still comes, to the end of the connection or its reset."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            data += chunk
    return data


def test_a_client_that_leaves_a_silent_stream_is_noticed(lab: LabClient) -> None:
    stalled(lab).close()
    (entry,) = lab.wait_for_journal(1)
    assert (entry["complete"], entry["clientClosed"], len(entry["events"])) == (False, True, 2)


def test_silent_streams_end_in_an_exception_when_their_lab_is_deleted(lab: LabClient) -> None:
    with ExitStack() as opened, lab.emulator.lab() as other:
        connections = [opened.enter_context(stalled(other)) for _ in range(20)]
        assert answer(lab, "converse").status == 200
        other.reset()
        for connection in connections:
            rest = rest_of(connection)
            assert b"internalServerException" in rest
            assert rest.endswith(LAST_CHUNK)


def test_a_body_that_stalls_and_a_late_first_byte_come_whole(lab: LabClient) -> None:
    lab.put_faults(
        [
            {"wire": {"stallAfterBytes": 20, "stallMs": 30}, "count": 1},
            {"wire": {"firstByteAfterMs": 30}, "count": 1},
        ]
    )
    bodies = [answer(lab, "converse").json()["output"] for _ in range(3)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert [entry["fault"] for entry in lab.journal()] == ["faults[0]", "faults[1]", None]


def test_a_server_stops_although_a_stream_is_silent_and_the_stream_does_not_look_complete() -> None:
    with Emulator() as emulator:
        connection = stalled(emulator.lab("silent"))
    with connection:
        assert not rest_of(connection).endswith(LAST_CHUNK)
