from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.reply.tokens import cut_to_tokens, estimate_tokens


@given(st.text(), st.integers(0, 20))
def test_a_cut_text_is_a_start_that_counts_at_most_the_limit(text, limit):
    cut = cut_to_tokens(text, limit)
    assert text.startswith(cut)
    assert estimate_tokens(cut) == min(limit, estimate_tokens(text))


@given(st.text(), st.text())
def test_a_longer_text_never_counts_less(left, right):
    assert (
        estimate_tokens(left)
        <= estimate_tokens(left + right)
        <= estimate_tokens(left) + estimate_tokens(right)
    )


def test_an_empty_text_counts_nothing():
    assert estimate_tokens("") == 0
