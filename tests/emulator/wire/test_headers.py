"""Header blocks hold all ten types, and nothing that readers would refuse."""

from uuid import UUID

import pytest
from botocore.eventstream import EventStreamHeaderParser
from hypothesis import given

from bedrock_emulator.wire.headers import (
    MAX_HEADERS_LENGTH,
    MAX_NAME_LENGTH,
    MAX_VALUE_LENGTH,
    Byte,
    Header,
    HeaderValue,
    Integer,
    LimitExceeded,
    Long,
    MalformedHeaders,
    Short,
    Timestamp,
    decode_headers,
    encode_headers,
)
from tests.emulator.wire import strategies

NAMED_A = b"\x01a"

TYPES = [
    pytest.param(True, b"\x00", True, id="true"),
    pytest.param(False, b"\x01", False, id="false"),
    pytest.param(Byte(-1), b"\x02\xff", -1, id="byte"),
    pytest.param(Short(-2), b"\x03\xff\xfe", -2, id="short"),
    pytest.param(Integer(-3), b"\x04\xff\xff\xff\xfd", -3, id="integer"),
    pytest.param(Long(2**40), b"\x05\x00\x00\x01\x00\x00\x00\x00\x00", 2**40, id="long"),
    pytest.param(b"\x00\xff", b"\x06\x00\x02\x00\xff", b"\x00\xff", id="bytes"),
    pytest.param("hé", b"\x07\x00\x03h\xc3\xa9", "hé", id="string"),
    pytest.param(Timestamp(8_675_309), b"\x08\x00\x00\x00\x00\x00\x84\x5f\xed", 8_675_309, id="timestamp"),
    pytest.param(UUID(int=7), b"\x09" + bytes(15) + b"\x07", bytes(15) + b"\x07", id="uuid"),
]


@pytest.mark.parametrize(("value", "wire", "botocore_value"), TYPES)
def test_each_type_has_its_bytes(value: HeaderValue, wire: bytes, botocore_value: object) -> None:
    assert encode_headers([("a", value)]) == NAMED_A + wire
    assert decode_headers(NAMED_A + wire) == (("a", value),)
    assert EventStreamHeaderParser().parse(NAMED_A + wire) == {"a": botocore_value}


@given(strategies.headers)
def test_headers_survive_the_round_trip_in_order(headers: tuple[Header, ...]) -> None:
    decoded = decode_headers(encode_headers(headers))
    assert decoded == headers
    assert [type(value) for _, value in decoded] == [type(value) for _, value in headers]


@given(strategies.headers)
def test_botocore_reads_every_header_block(headers: tuple[Header, ...]) -> None:
    assert list(EventStreamHeaderParser().parse(encode_headers(headers))) == [name for name, _ in headers]


@pytest.mark.parametrize(
    ("kind", "bits"),
    [(Byte, 8), (Short, 16), (Integer, 32), (Long, 64), (Timestamp, 64)],
    ids=str,
)
def test_numbers_fit_their_width(kind: type[Byte], bits: int) -> None:
    for edge in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1):
        assert kind(edge).value == edge
    for beyond in (-(2 ** (bits - 1)) - 1, 2 ** (bits - 1)):
        with pytest.raises(MalformedHeaders):
            kind(beyond)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("n" * (MAX_NAME_LENGTH + 1), True)], id="name"),
        pytest.param([("a", "x" * (MAX_VALUE_LENGTH + 1))], id="string"),
        pytest.param([("a", b"x" * (MAX_VALUE_LENGTH + 1))], id="bytes"),
        pytest.param(
            [(str(n), "x" * MAX_VALUE_LENGTH) for n in range(MAX_HEADERS_LENGTH // MAX_VALUE_LENGTH)],
            id="all",
        ),
    ],
)
def test_what_is_too_long_is_not_written(headers: list[Header]) -> None:
    with pytest.raises(LimitExceeded):
        encode_headers(headers)


@pytest.mark.parametrize("value", ["x" * MAX_VALUE_LENGTH, b"x" * MAX_VALUE_LENGTH], ids=["string", "bytes"])
def test_the_longest_value_is_written(value: HeaderValue) -> None:
    header = ("n" * MAX_NAME_LENGTH, value)
    assert decode_headers(encode_headers([header])) == (header,)


def test_a_value_beyond_the_limit_is_not_read() -> None:
    with pytest.raises(LimitExceeded):
        decode_headers(NAMED_A + b"\x07\x80\x00" + b"x" * 0x8000)


@pytest.mark.parametrize("headers", [[("", True)], [("a", True), ("a", False)]], ids=["no name", "twice"])
def test_ambiguous_names_are_not_written(headers: list[Header]) -> None:
    with pytest.raises(MalformedHeaders):
        encode_headers(headers)


@pytest.mark.parametrize(
    ("block", "offset"),
    [
        pytest.param(b"\x00\x00", 0, id="no name"),
        pytest.param(b"\x02a", 1, id="ends in the name"),
        pytest.param(NAMED_A, 2, id="ends before the type"),
        pytest.param(NAMED_A + b"\x0a", 2, id="unknown type"),
        pytest.param(NAMED_A + b"\x05\x00", 3, id="ends in a number"),
        pytest.param(NAMED_A + b"\x07\x00", 3, id="ends in a length"),
        pytest.param(NAMED_A + b"\x07\x00\x02x", 5, id="ends in a value"),
        pytest.param(NAMED_A + b"\x07\x00\x01\xff", 5, id="not UTF-8"),
        pytest.param(NAMED_A + b"\x00" + NAMED_A + b"\x00", 3, id="twice"),
    ],
)
def test_a_broken_block_is_refused_with_the_place(block: bytes, offset: int) -> None:
    with pytest.raises(MalformedHeaders) as raised:
        decode_headers(block)
    assert raised.value.offset == offset
