"""What goes wrong with an upstream, as the error that AWS would answer with in its place.

Which one it is follows from what the called operation models: an exception inside a stream is another one than an
error in the place of an answer. Every message names the upstream's address and what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bedrock_emulator.errors import AwsError, UpstreamError
from bedrock_emulator.faults.errors import RETRY_AFTER
from bedrock_emulator.model.service import Operation
from bedrock_emulator.state.redact import REDACTED

MAX_QUOTED = 500
"""Characters of what an upstream says about an error that are passed on."""

_TIMEOUTS = frozenset({408, 504})
_REFUSALS = frozenset({400, 413, 422})
_CODES: Mapping[int, str] = {
    429: "ThrottlingException",
    503: "ServiceUnavailableException",
    **dict.fromkeys(_TIMEOUTS, "ModelTimeoutException"),
    **dict.fromkeys(_REFUSALS, "ValidationException"),
}
"""The error for an upstream's status; every other status is a ModelErrorException."""

_ORIGINAL_STATUS = range(100, 600)
"""What `originalStatusCode` may be [botocore]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failures of one exchange with an upstream."""

    url: str
    """That was asked; it has no credentials in it."""
    model: str
    """As the upstream calls it."""
    operation: Operation
    """That the client called."""
    secret: str | None = field(default=None, repr=False)
    """The key, which an upstream may repeat in what it says."""

    def without_key(self, variable: str, problem: str) -> AwsError:
        """The key that a rule asks for cannot be sent."""
        return self._instead(
            "ModelErrorException",
            f"The environment variable {variable}, which the rule's apiKeyEnv names, {problem}. "
            f"Set it where the emulator runs and start the emulator again; the upstream {self.url} was not asked.",
        )

    def unreachable(self, reason: str) -> AwsError:
        """There is no connection."""
        return self._instead(
            "ServiceUnavailableException",
            f"The upstream {self.url} cannot be reached: {reason}. Start it, or correct the rule's baseUrl.",
        )

    def silent(self, seconds: float) -> AwsError:
        """It took the request and does not begin to answer."""
        return self._instead("ModelTimeoutException", self._silence(seconds, "has not begun to answer"))

    def refused(self, status: int, body: bytes, *, retry_after: str | None = None) -> AwsError:
        """It answered with a status that is no success."""
        said = self.shown(said_in(body))
        detail = f": {said}" if said else "."
        text = f"The upstream {self.url} answered with status {status}{detail} {self._advice(status)}"
        wait = _milliseconds(retry_after)
        headers = [(RETRY_AFTER, wait)] if status == 429 and wait else []
        return self._instead(_CODES.get(status, "ModelErrorException"), text, status, headers)

    def broken(self, error: UpstreamError) -> AwsError:
        """Its answer stopped making sense after it had begun."""
        said = self.shown(error.said)
        detail = f": {said}" if said else ""
        text = f"The upstream {self.url} {error.problem}{detail}. Its own log may say why; try the request again."
        return self._midway(text, said or error.problem, error.status)

    def fell_silent(self, seconds: float) -> AwsError:
        """Nothing more came after it had begun to answer."""
        text = self._silence(seconds, "has stopped in the middle of its answer")
        if self.operation.events and "modelTimeoutException" not in self.operation.events:
            return self._midway(text, "no answer in time", None)
        return AwsError("ModelTimeoutException", text)

    def shown(self, text: str) -> str:
        """A short line of what the upstream said, without the key."""
        line = " ".join(text.split())
        if self.secret:
            line = line.replace(self.secret, REDACTED)
        return line if len(line) <= MAX_QUOTED else f"{line[:MAX_QUOTED]} …"

    def _silence(self, seconds: float, what: str) -> str:
        return (
            f"The upstream {self.url} {what}: nothing came for {seconds:g} seconds. "
            "Raise the rule's timeoutSeconds if its model needs longer."
        )

    def _advice(self, status: int) -> str:
        match status:
            case 401 | 403:
                return "Name the environment variable that holds its key in the rule's apiKeyEnv."
            case 404:
                return (
                    f"Check that it has the model {self.model!r}, which `model` or `models` of the rule names, "
                    "and the end of the rule's baseUrl, which most servers want to be /v1."
                )
            case _ if 300 <= status < 400:
                return "Redirects are not followed: give the rule the baseUrl to which it has moved."
            case _ if status in _REFUSALS:
                return f"It cannot take this request for its model {self.model!r}."
            case _:
                return "Its own log may say why."

    def _instead(
        self, code: str, text: str, status: int | None = None, headers: list[tuple[str, str]] | None = None
    ) -> AwsError:
        """An error in the place of an answer."""
        members: dict[str, Any] = {}
        if code == "ModelErrorException":
            members = {"resourceName": self.model, **_original(status)}
        return AwsError(code, text, members=members, headers=headers or ())

    def _midway(self, text: str, said: str, status: int | None) -> AwsError:
        """An exception inside the stream; for an operation without one, an error in the place of its answer."""
        if not self.operation.events:
            return self._instead("ModelErrorException", text, status)
        members = {"originalMessage": said, **_original(status)}
        return AwsError("ModelStreamErrorException", text, members=members)


def said_in(body: bytes) -> str:
    """The message in the body of an error, in any of the shapes that servers give it; else the body."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
    return said_by(document) or body.decode("utf-8", "replace")


def said_by(document: Any) -> str:
    """The message of an error; empty where there is none."""
    while isinstance(document, Mapping):  # {"error": {"message": …}}, {"error": …}, {"detail": …}
        document = next((document[name] for name in ("error", "message", "detail") if document.get(name)), "")
    return document if isinstance(document, str) else ""


def _original(status: int | None) -> dict[str, int]:
    return {"originalStatusCode": status} if status in _ORIGINAL_STATUS and status is not None else {}


def _milliseconds(retry_after: str | None) -> str | None:
    """`Retry-After` in seconds as the milliseconds of x-amz-retry-after; a date is passed over."""
    return f"{int(retry_after) * 1000}" if retry_after and retry_after.isdecimal() else None
