"""Every error of the emulator.

EmulatorError
├── AwsError        an answer that AWS would give: an HTTP error, or an exception frame inside a stream
├── AdminError      a refused request to the admin API under /_emulator/
├── UpstreamError   a server that answers in a model's place, and what it sent cannot be followed; becomes an AwsError
├── WireError       bytes that are not an event stream (the tree is in wire/frames.py)
└── ConfigError     the emulator was started or used wrongly
"""

from collections.abc import Mapping, Sequence
from typing import Any

SERVICE_LAYER = "http://internal.amazon.com/coral/com.amazon.bedrock/"
"""What follows the code in x-amzn-ErrorType of a service error [recorded]."""

AUTHENTICATION_LAYER = "http://internal.amazon.com/coral/com.amazon.coral.service/"
"""The same for errors of the authentication layer [recorded]."""


class EmulatorError(Exception):
    """The base of every error that this package raises on purpose."""


class ConfigError(EmulatorError):
    """The emulator was configured or called in a way that cannot work; the message says what to do."""


class WireError(EmulatorError):
    """Bytes that do not form a valid event stream."""


class UpstreamError(EmulatorError):
    """An upstream's answer that cannot be followed.

    Args:
        problem: what the upstream did, as the end of a sentence that begins with it.
        said: what it says about that itself.
        status: the HTTP status that it names, if any.
    """

    def __init__(self, problem: str, *, said: str = "", status: int | None = None) -> None:
        super().__init__(f"the upstream {problem}")
        self.problem = problem
        self.said = said
        self.status = status


class AdminError(EmulatorError):
    """A refused admin request: an HTTP status, what is wrong, where in the body, and what to do."""

    def __init__(self, status: int, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return f"{self.message} ({self.path})" if self.path else self.message


class AwsError(EmulatorError):
    """An answer that AWS would give.

    Args:
        code: the exception name, as in `ValidationException`; it travels in x-amzn-ErrorType.
        message: the text the caller sees.
        status: the HTTP status; None takes the one that the operation's service model gives to `code`.
        authentication: True for errors of the authentication layer (another suffix in x-amzn-ErrorType).
        capital_message: IAM denials and bearer failures answer `{"Message": …}` (users' reports).
        members: further body members that the error's shape models (`originalStatusCode`, …).
        headers: response headers after those of every error.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        authentication: bool = False,
        capital_message: bool = False,
        members: Mapping[str, Any] | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.authentication = authentication
        self.capital_message = capital_message
        self.members = dict(members or {})
        self.headers = tuple(headers)

    @property
    def error_type(self) -> str:
        """The value of the x-amzn-ErrorType header."""
        layer = AUTHENTICATION_LAYER if self.authentication else SERVICE_LAYER
        return f"{self.code}:{layer}"


def validation_error(message: str) -> AwsError:
    """The 400 that most refusals are."""
    return AwsError("ValidationException", message, status=400)
