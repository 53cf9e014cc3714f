"""Errors that are ordered: an HTTP error in the place of an answer, and the texts of those ordered without one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bedrock_emulator.errors import AwsError

_UNEXPECTED = "The system encountered an unexpected error during processing. Try your request again."
"""Of InternalServerException, and of modelStreamErrorException inside a stream [recorded]."""

_MESSAGES: Mapping[str, str] = {
    "AccessDeniedException": "You don't have access to the model with the specified model ID.",  # [reported by users]
    "InternalServerException": _UNEXPECTED,
    "ModelErrorException": "The request failed due to an error while processing the model.",  # [docs]
    "ModelNotReadyException": (
        "The model specified in the request is not ready to serve inference requests."  # [docs]
    ),
    "ModelStreamErrorException": _UNEXPECTED,
    "ModelTimeoutException": (
        "The request took too long to process. Processing time exceeded the model timeout length."  # [docs]
    ),
    "ResourceNotFoundException": "Model not found.",  # [reported by users]
    "ServiceUnavailableException": "Bedrock is unable to process your request.",  # [reported by users]
    "ThrottlingException": "Too many requests, please wait before trying again.",  # [reported by users]
    "ValidationException": "Input is too long for requested model.",  # [reported by users], also inside streams
}

_AUTHENTICATION: Mapping[str, str] = {
    "ExpiredTokenException": "The security token included in the request is expired",
    "InvalidSignatureException": (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    ),
    "MissingAuthenticationTokenException": "Missing Authentication Token",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
}
"""The same for errors of the authentication layer, which no service model knows [recorded]."""

AUTHENTICATION_CODES = frozenset(_AUTHENTICATION)

AUTHENTICATION_STATUS = 403

_NO_TEXT = "The emulator was asked for this error."

RETRY_AFTER = "x-amz-retry-after"
"""Milliseconds; the header that botocore and the JavaScript SDK read from a throttled answer [botocore, smithy]."""


def usual_message(code: str) -> str:
    """The text of an error that is asked for without one."""
    return _MESSAGES.get(code) or _AUTHENTICATION.get(code, _NO_TEXT)


class OrderedError(AwsError):
    """An error that a fault ordered; the journal says which one."""

    place: str = ""


@dataclass(frozen=True, slots=True)
class ErrorFault:
    """An HTTP error instead of the answer."""

    code: str
    message: str
    status: int
    capital_message: bool = False
    """Whether the body says `Message`, as IAM's denials do [reported by users]."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the error, such as `originalStatusCode`."""
    retry_after_ms: int | None = None

    def error(self, place: str = "") -> OrderedError:
        """The error, of the layer that answers with its code.

        Args:
            place: of the fault, for the journal.
        """
        error = OrderedError(
            self.code,
            self.message,
            status=self.status,
            authentication=self.code in AUTHENTICATION_CODES,
            capital_message=self.capital_message,
            members=self.members,
            headers=() if self.retry_after_ms is None else ((RETRY_AFTER, str(self.retry_after_ms)),),
        )
        error.place = place
        return error
