"""Pages of a list, for the operations with maxResults and nextToken."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from bedrock_emulator.errors import AwsError, validation_error

T = TypeVar("T")

_DIGEST_BYTES = 12


def take_page(
    rows: Iterable[T],
    *,
    order: Callable[[T], str],
    scope: tuple[str, ...],
    limit: int | None,
    token: str | None,
) -> tuple[Sequence[T], str | None]:
    """The page after the one that gave out `token`, and the token of the next one.

    A token remembers where in the order its page ended, and not a row: a row that is there all the time comes on
    exactly one page, whatever is added and deleted between the pages.

    Args:
        rows: the whole list.
        order: a row's place in the list, different for every row and never changing.
        scope: the operation, region, filter, …: a token of another scope is refused.
        limit: the most rows of a page; None for all.
        token: what the page before gave out; None for the first page.

    Raises:
        AwsError: the token was not given out for this list.
    """
    after = None if token is None else _read_token(scope, token)
    left = sorted((row for row in rows if after is None or order(row) > after), key=order)
    page = left if limit is None else left[:limit]
    return page, _token(scope, order(page[-1])) if len(page) < len(left) else None


def _read_token(scope: tuple[str, ...], token: str) -> str:
    """The place at which a page ended.

    Raises:
        AwsError: the token was not given out for this list.
    """
    place = _place(token)
    if place is None or token != _token(scope, place):
        raise _refused()
    return place


def _token(scope: tuple[str, ...], place: str) -> str:
    """Opaque, and bound to its scope: the digest is no secret, it tells a token from a guess."""
    digest = hashlib.blake2b("\n".join((*scope, place)).encode(), digest_size=_DIGEST_BYTES).digest()
    return base64.urlsafe_b64encode(digest + place.encode()).decode()


def _place(token: str) -> str | None:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True)[_DIGEST_BYTES:].decode()
    except ValueError:
        return None


def _refused() -> AwsError:
    return validation_error(
        "The provided pagination token is invalid."
    )  # [guess] no recording shows the text
