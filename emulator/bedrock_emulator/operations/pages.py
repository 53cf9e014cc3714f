"""Pages of a list, for the operations with maxResults and nextToken."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from bedrock_emulator.errors import AwsError, validation_error

T = TypeVar("T")

_DIGEST_BYTES = 12


def take_page(
    rows: Sequence[T],
    *,
    identity: Callable[[T], str],
    scope: tuple[str, ...],
    limit: int | None,
    token: str | None,
) -> tuple[Sequence[T], str | None]:
    """The page after the one that gave out `token`, and the token of the next one.

    A token remembers the last row of its page, so that pages stay in step when rows are added.

    Args:
        rows: the whole list.
        identity: what tells one row from every other.
        scope: the operation, region, filter, …: a token of another scope is refused.
        limit: the most rows of a page; None for all.
        token: what the page before gave out; None for the first page.

    Raises:
        AwsError: the token was not given out for this list.
    """
    start = 0 if token is None else _position(rows, identity, scope, token)
    page = rows[start:] if limit is None else rows[start : start + limit]
    more = start + len(page) < len(rows)
    return page, _token(scope, identity(page[-1])) if more else None


def _position(rows: Sequence[T], identity: Callable[[T], str], scope: tuple[str, ...], token: str) -> int:
    last = _last_row(token)
    if last is None or token != _token(scope, last):
        raise _refused()
    for position, row in enumerate(rows):
        if identity(row) == last:
            return position + 1
    raise _refused()


def _token(scope: tuple[str, ...], last: str) -> str:
    """Opaque, and bound to its scope: the digest is no secret, it tells a token from a guess."""
    digest = hashlib.blake2b("\n".join((*scope, last)).encode(), digest_size=_DIGEST_BYTES).digest()
    return base64.urlsafe_b64encode(digest + last.encode()).decode()


def _last_row(token: str) -> str | None:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True)[_DIGEST_BYTES:].decode()
    except ValueError:
        return None


def _refused() -> AwsError:
    return validation_error(
        "The provided pagination token is invalid."
    )  # [guess] no recording shows the text
