"""Client request tokens: a request that is sent twice is carried out once."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_emulator.errors import AwsError
from bedrock_emulator.model.serialize import to_json

MOST_TOKENS = 10_000
"""Requests that an account's region remembers; SDKs put a token of their own into every call that can have one."""

_TOKEN = "clientRequestToken"  # noqa: S105  (the name of a member)
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that was carried out."""

    digest: bytes
    """Of its parameters, which may be megabytes."""
    answer: Mapping[str, Any]


class Idempotency:
    """The tokens of one account in one region; whoever calls holds the lock of the region."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str], _Request] = {}

    def once(
        self, operation: str, params: Mapping[str, Any], carry_out: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """What `carry_out` answers, or what it answered to the same token before.

        The answer stays the same when the resource was deleted since: the request is carried out no more than
        once [botocore]. A refused request leaves its token free.

        Raises:
            AwsError: ConflictException, the token belongs to a request with other parameters.
        """
        token = params.get(_TOKEN)
        if token is None:
            return carry_out()
        digest = hashlib.blake2b(to_json(params), digest_size=_DIGEST_BYTES).digest()
        known = self._requests.get((operation, token))
        if known is None:
            answer = carry_out()
            self._remember((operation, token), _Request(digest, answer))
            return answer
        if known.digest != digest:
            raise _conflict(operation, token)
        return dict(known.answer)

    def _remember(self, key: tuple[str, str], request: _Request) -> None:
        if len(self._requests) >= MOST_TOKENS:
            del self._requests[next(iter(self._requests))]
        self._requests[key] = request


def _conflict(operation: str, token: str) -> AwsError:
    """The code is that of the modelled errors; no capture shows the text [guess]."""
    return AwsError(
        "ConflictException",
        f"The {_TOKEN} {token} was used for another {operation} request with different parameters.",
        status=400,
    )
