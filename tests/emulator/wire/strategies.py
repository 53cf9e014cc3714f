"""Hypothesis strategies for frames."""

from hypothesis import strategies as st

from bedrock_emulator.wire.frames import Frame
from bedrock_emulator.wire.headers import Byte, Header, HeaderValue, Integer, Long, Short, Timestamp


def _signed(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


header_values: st.SearchStrategy[HeaderValue] = st.one_of(
    st.booleans(),
    _signed(8).map(Byte),
    _signed(16).map(Short),
    _signed(32).map(Integer),
    _signed(64).map(Long),
    st.binary(max_size=300),
    st.text(max_size=100),
    _signed(64).map(Timestamp),
    st.uuids(),
)

headers: st.SearchStrategy[tuple[Header, ...]] = st.dictionaries(
    st.text(min_size=1, max_size=60), header_values, max_size=8
).map(lambda pairs: tuple(pairs.items()))

frames: st.SearchStrategy[Frame] = st.builds(Frame, headers, st.binary(max_size=500))
