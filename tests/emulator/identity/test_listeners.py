"""The ports of instance metadata: opened through the admin API, closed with their labs."""

import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest

from bedrock_emulator import Emulator, LabClient
from bedrock_emulator.errors import AdminError
from bedrock_emulator.http.imds import ImdsListeners
from bedrock_emulator.state.labs import Labs
from bedrock_emulator.state.schema import check_document
from tests.emulator.http.raw import connect, exchange, post
from tests.emulator.state.samples import fresh_labs


def status(url: str, method: str = "GET", **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers)) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def is_open(url: str) -> bool:
    try:
        connect(url).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_lab_has_one_port_until_it_is_reset_or_deleted(bedrock_emulator_server: Emulator) -> None:
    with bedrock_emulator_server.lab() as lab:
        url = lab.open_imds()
        assert lab.open_imds() == url
        assert status(f"{url}/latest/meta-data/") == 401
        lab.reset()
        assert not is_open(url)
        url = lab.open_imds()
        assert is_open(url)
    assert not is_open(url)


def test_each_lab_answers_on_its_own_port(bedrock_emulator: LabClient) -> None:
    with bedrock_emulator.emulator.lab() as other:
        urls = bedrock_emulator.open_imds(), other.open_imds()
        assert urls[0] != urls[1]
        for url in urls:
            assert (
                status(f"{url}/latest/api/token", "PUT", **{"X-aws-ec2-metadata-token-ttl-seconds": "60"})
                == 200
            )
        assert len(bedrock_emulator.journal("imds:GetToken")) == len(other.journal("imds:GetToken")) == 1


def test_the_port_reads_what_it_is_sent(bedrock_emulator: LabClient) -> None:
    url = bedrock_emulator.open_imds()
    answer = exchange(url, post("/latest/api/token", b"x" * 200_000, method="PUT"))
    assert answer is not None
    assert answer.status == 413
    assert answer.headers["server"] == "EC2ws"
    broken = exchange(url, b"nonsense\r\n\r\n")
    assert broken is None or broken.status == 400
    assert status(f"{url}/latest/meta-data/") == 401, "and goes on"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_has_one_date_and_a_head_no_body(method: str, bedrock_emulator: LabClient) -> None:
    url = bedrock_emulator.open_imds()
    with connect(url) as connection:
        connection.sendall(f"{method} /latest/meta-data/ HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert len(names) == len(set(names))
    assert {b"date", b"server", b"content-length", b"connection"} <= set(names)
    assert bool(body) == (method == "GET")


def test_a_server_has_so_many_ports_at_the_most() -> None:
    labs = fresh_labs()
    listeners = ImdsListeners("127.0.0.1", lambda _: lambda _environ, _start: [], most=2)
    made = [labs.put(name, {})[0] for name in ("a", "b", "c")]
    with ExitStack() as ends:
        for lab in made:
            ends.callback(lab.close)
        for lab in made[:2]:
            listeners.open(lab)
        with pytest.raises(AdminError, match="2 labs have an instance metadata port"):
            listeners.open(made[2])
        made[0].close()
        assert listeners.open(made[2]).startswith("http://127.0.0.1:")


def test_a_port_for_a_lab_that_was_deleted_meanwhile_is_closed_at_once() -> None:
    labs: Labs = fresh_labs()
    lab, _ = labs.put("a", {})
    labs.delete("a")
    url = ImdsListeners("127.0.0.1", lambda _: lambda _environ, _start: []).open(lab)
    assert not is_open(url)


def test_an_address_of_another_machine_is_refused_in_words() -> None:
    with pytest.raises(AdminError, match=r"cannot listen on 192\.0\.2\.1"):
        ImdsListeners("192.0.2.1", lambda _: lambda _environ, _start: []).open(fresh_labs().default)


def test_the_answers_are_those_of_the_schema(bedrock_emulator: LabClient) -> None:
    check_document({"url": bedrock_emulator.open_imds()}, "Imds")
    check_document(bedrock_emulator.mint_tokens(), "Tokens")


def test_tokens_for_no_region_are_refused(bedrock_emulator: LabClient) -> None:
    with pytest.raises(AdminError, match="'nowhere' is not an AWS region") as refused:
        bedrock_emulator.mint_tokens("nowhere")
    assert refused.value.path == "?region"


@pytest.mark.parametrize("path", ["imds", "tokens"])
def test_a_lab_that_does_not_exist_has_neither(bedrock_emulator_server: Emulator, path: str) -> None:
    with pytest.raises(AdminError, match="no lab is called 'nobody'"):
        bedrock_emulator_server.request("POST", f"/_emulator/labs/nobody/{path}")


def test_a_web_page_cannot_ask_for_tokens(bedrock_emulator: LabClient) -> None:
    name = bedrock_emulator.name
    data = post(f"/_emulator/labs/{name}/tokens", b"", {"origin": "http://evil.example"})
    answer = exchange(bedrock_emulator.emulator.url, data)
    assert answer is not None
    assert answer.status == 403
