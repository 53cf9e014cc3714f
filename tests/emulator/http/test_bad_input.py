"""Whatever arrives, the answer is AWS-shaped JSON or a closed connection: no traceback, no HTML, no hang."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from bedrock_emulator import Emulator, LabClient
from tests.emulator.http.raw import RawResponse, connect, exchange, post, read_response

BEARER = {"authorization": "Bearer some-key"}
CONVERSE = "/model/amazon.nova-lite-v1:0/converse"
HELLO = b'{"messages":[{"role":"user","content":[{"text":"hello"}]}]}'


def path(lab: LabClient, rest: str) -> str:
    return f"/_lab/{lab.name}{rest}"


def refused(response: RawResponse | None) -> tuple[int, str, str]:
    """Status, error code, message of an AWS-shaped error."""
    assert response is not None
    assert response.complete
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-amzn-requestid"]
    body = response.json()
    return (
        response.status,
        response.headers["x-amzn-errortype"].split(":")[0],
        body.get("message") or body.get("Message"),
    )


def nested(depth: int) -> bytes:
    return b'{"messages":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "ValidationException", id="empty"),
        pytest.param(b"{", "SerializationException", id="cut JSON"),
        pytest.param(b"\x00\xff\xfe garbage", "SerializationException", id="garbage"),
        pytest.param(b"[]", "SerializationException", id="list"),
        pytest.param(b"null", "SerializationException", id="null"),
        pytest.param(b'{"messages":{}}', "SerializationException", id="wrong type"),
        pytest.param(nested(500), "SerializationException", id="deep"),
        pytest.param(nested(200_000), "SerializationException", id="very deep"),
        pytest.param(b'{"messages":[]}', "ValidationException", id="no message"),
        pytest.param(
            HELLO[:-1] + b',"additionalModelRequestFields":' + b"[" * 900 + b"]" * 900 + b"}",
            "SerializationException",
            id="deep document",
        ),
    ],
)
def test_a_bad_body_gets_an_aws_error(bedrock_emulator: LabClient, body: bytes, code: str) -> None:
    lab = bedrock_emulator
    response = exchange(lab.endpoint_url, post(path(lab, CONVERSE), body, BEARER))
    status, found, message = refused(response)
    assert (status, found) == (400, code)
    assert message
    assert lab.journal()[-1]["operation"] == "Converse"


def test_a_body_of_30_megabytes_is_refused_whole(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    text = b'{"messages":[{"role":"user","content":[{"text":"' + b"x" * 30_000_000 + b'"}]}]}'
    status, code, message = refused(exchange(lab.endpoint_url, post(path(lab, CONVERSE), text, BEARER)))
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert "25,000,000" in message


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", CONVERSE),
        ("DELETE", "/foundation-models"),
        ("POST", "/nonsense"),
        ("BREW", "/coffee"),
        ("GET", "/model/%FF/x"),
    ],
)
def test_an_unknown_route_answers_as_aws_does(bedrock_emulator: LabClient, method: str, rest: str) -> None:
    lab = bedrock_emulator
    response = exchange(lab.endpoint_url, post(path(lab, rest), b"", BEARER, method))
    assert response is not None
    assert response.status == 404
    assert response.json()["Output"]["__type"] == "com.amazon.coral.service#UnknownOperationException"


def test_an_unknown_lab_says_how_to_make_one(bedrock_emulator: LabClient) -> None:
    response = exchange(
        bedrock_emulator.endpoint_url, post("/_lab/nobody-made-this/foundation-models", b"", BEARER, "GET")
    )
    status, _, message = refused(response)
    assert status == 404
    assert "PUT /_emulator/labs/nobody-made-this" in message


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    ],
    ids=["binary", "no path", "version", "tls on the cleartext port"],
)
def test_what_is_not_http_is_hung_up_on(bedrock_emulator: LabClient, data: bytes) -> None:
    with connect(bedrock_emulator.endpoint_url) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = connection.recv(65536)
        except OSError:  # it hung up before we had done
            received = b""
    assert b"<html" not in received.lower()
    assert b"Traceback" not in received


def test_half_open_requests_do_not_stop_others(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    halves = [connect(lab.endpoint_url) for _ in range(300)]
    try:
        for half in halves:
            half.sendall(post(path(lab, CONVERSE), HELLO, BEARER)[:-20])
        response = exchange(lab.endpoint_url, post(path(lab, CONVERSE), HELLO, BEARER))
        assert response is not None
        assert response.status == 200
    finally:
        for half in halves:
            half.close()


def test_a_body_that_comes_in_pieces_is_read_whole(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    data = post(path(lab, CONVERSE), HELLO, BEARER)
    with connect(lab.endpoint_url) as connection:
        for start in range(0, len(data), 50):
            connection.sendall(data[start : start + 50])
        response = read_response(connection)
    assert response is not None
    assert response.status == 200


def test_a_chunked_request_body_is_read(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    head = f"POST {path(lab, CONVERSE)} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (HELLO[:10], HELLO[10:])) + b"0\r\n\r\n"
    response = exchange(lab.endpoint_url, head.encode() + chunks)
    assert response is not None
    assert response.status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "TRACE", "FOO"])
def test_clients_of_other_services_that_ask_the_root_get_no_page(
    bedrock_emulator: LabClient, method: str
) -> None:
    response = exchange(bedrock_emulator.endpoint_url, post("/", b"Action=GetCallerIdentity", BEARER, method))
    assert response is not None
    assert response.headers["content-type"] == "application/json"
    assert response.json()["Output"]["__type"] == "com.amazon.coral.service#UnknownOperationException"


def test_a_request_that_was_cut_is_never_carried_out(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    data = post(path(lab, CONVERSE), HELLO, BEARER).replace(b"content-length: 59", b"content-length: 99")
    assert b"content-length: 99" in data
    with connect(lab.endpoint_url) as connection:
        connection.sendall(data)
    (entry,) = lab.wait_for_journal(1)
    assert (entry["status"], entry["errorCode"]) == (400, "IncompleteBodyException")


def test_the_first_calls_of_a_server_may_come_all_at_once() -> None:
    with Emulator() as emulator, ThreadPoolExecutor(16) as pool:
        request = post(CONVERSE, HELLO, BEARER)
        answers = list(pool.map(lambda _: exchange(emulator.url, request), range(16)))
    assert [answer.status for answer in answers if answer] == [200] * 16


def test_an_answer_carries_the_recorded_headers(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    kept = post(path(lab, CONVERSE), HELLO, BEARER).replace(b"connection: close", b"connection: keep-alive")
    response = exchange(lab.endpoint_url, kept)
    assert response is not None
    assert list(response.headers)[:5] == [
        "date",
        "content-type",
        "content-length",
        "connection",
        "x-amzn-requestid",
    ]
    assert response.headers["content-type"] == "application/json"
    assert len(response.headers["x-amzn-requestid"]) == 36
    assert list(response.json()) == sorted(response.json())
    stream = exchange(lab.endpoint_url, post(path(lab, CONVERSE + "-stream"), HELLO, BEARER))
    assert stream is not None
    assert stream.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert stream.headers["transfer-encoding"] == "chunked"


def test_the_error_layer_is_visible_in_the_error_type(bedrock_emulator: LabClient) -> None:
    lab = bedrock_emulator
    response = exchange(lab.endpoint_url, post(path(lab, CONVERSE), HELLO))
    assert response is not None
    assert response.headers["x-amzn-errortype"] == (
        "MissingAuthenticationTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/"
    )
    assert json.loads(response.body) == {"message": "Missing Authentication Token"}
