"""Pages of lists that change between two pages."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.operations.pages import take_page

ROWS = st.frozensets(st.text("abcxyz0159.:-", min_size=1, max_size=6), max_size=20)


@given(
    stages=st.lists(st.tuples(ROWS, st.integers(1, 4)), min_size=1, max_size=40),
    staying=ROWS,
)
def test_a_row_that_is_there_all_the_time_comes_once_and_no_row_comes_twice(
    stages: list[tuple[frozenset[str], int]], staying: frozenset[str]
) -> None:
    seen: list[str] = []
    token: str | None = None
    # Each page finds other rows beside those that stay; the last stage lasts until the list ends.
    for passing, size in [*stages, *[stages[-1]] * 60]:
        rows = sorted(staying | passing, reverse=True)
        page, token = take_page(rows, order=str, scope=("List",), limit=size, token=token)
        assert len(page) <= size
        seen += page
        if token is None:
            break
    assert token is None
    assert seen == sorted(set(seen))
    assert staying <= set(seen)


@given(rows=ROWS, size=st.integers(1, 25))
def test_only_the_last_page_gives_out_no_token_and_every_other_one_is_full(
    rows: frozenset[str], size: int
) -> None:
    pages: list[Sequence[str]] = []
    token: str | None = None
    while not pages or token is not None:
        page, token = take_page(rows, order=str, scope=("List",), limit=size, token=token)
        pages.append(page)
    assert all(len(page) == size for page in pages[:-1])
    assert [row for page in pages for row in page] == sorted(rows)
