"""What a lab makes go wrong, and how often still."""

import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from bedrock_emulator.errors import AdminError, AwsError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.nearest import did_you_mean
from bedrock_emulator.state.schema import join_path
from bedrock_emulator.state.selector import Selector
from bedrock_emulator.state.union import is_exception

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
"""The texts of errors that are asked for without one."""

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

_AUTHENTICATION_STATUS = 403

_NO_TEXT = "The emulator was asked for this error."


Event: TypeAlias = tuple[str, Mapping[str, Any]]
"""The name and the payload of one event of a stream."""


@dataclass(frozen=True, slots=True)
class ErrorFault:
    """An HTTP error instead of the answer."""

    code: str
    message: str
    status: int
    capital_message: bool = False
    """Whether the body says `Message`, as IAM's denials do [reported by users]."""

    def error(self) -> AwsError:
        """The error, of the layer that answers with its code."""
        return AwsError(
            self.code,
            self.message,
            status=self.status,
            authentication=self.code in _AUTHENTICATION,
            capital_message=self.capital_message,
        )


@dataclass(frozen=True, slots=True)
class StreamFault:
    """A streamed answer that ends after so many events, in an exception event if there is a code."""

    after_events: int
    code: str | None = None
    message: str = ""

    def apply(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """The events up to the fault; the exception comes last also when there are fewer events."""
        yield from islice(events, self.after_events)
        if self.code is not None:
            raise AwsError(self.code, self.message)


_Fault = TypeVar("_Fault", ErrorFault, StreamFault)


@dataclass(slots=True)
class _Entry:
    """A fault in the book and how often it may still happen; None is always."""

    selector: Selector
    fault: ErrorFault | StreamFault
    left: int | None


class FaultBook:
    """The faults of one lab; each call that is hit uses one up."""

    def __init__(self, entries: Iterable[_Entry] = ()) -> None:
        self._entries = tuple(entries)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many faults can still happen."""
        return sum(entry.left != 0 for entry in self._entries)

    def take_error(self, operation: str, *models: str | None) -> AwsError | None:
        """The error that this call gets instead of an answer; its count goes down.

        Args:
            operation: the API operation.
            models: every id and ARN by which the call's model is known.
        """
        fault = self._take(ErrorFault, operation, models)
        return None if fault is None else fault.error()

    def take_stream(self, operation: str, *models: str | None) -> StreamFault | None:
        """The fault of this streamed answer; its count goes down."""
        return self._take(StreamFault, operation, models)

    def _take(self, kind: type[_Fault], operation: str, models: Sequence[str | None]) -> _Fault | None:
        if not self._entries:
            return None
        with self._lock:
            for entry in self._entries:
                if (
                    entry.left != 0
                    and isinstance(entry.fault, kind)
                    and entry.selector.matches(operation, models)
                ):
                    entry.left = None if entry.left is None else entry.left - 1
                    return entry.fault
        return None


def compile_faults(documents: Sequence[Mapping[str, Any]], *, api: Api, path: str) -> FaultBook:
    """Turn a `FaultList` document into a book.

    Raises:
        AdminError: an unknown operation, an error without a status, or an exception that no stream can carry.
    """
    return FaultBook(
        _compile(document, api, join_path(path, index)) for index, document in enumerate(documents)
    )


def _compile(document: Mapping[str, Any], api: Api, path: str) -> _Entry:
    selector = Selector.compile(document, operations=api.operations, path=path)
    fault: ErrorFault | StreamFault
    if "error" in document:
        fault = _error_fault(document["error"], selector, api, join_path(path, "error"))
    else:
        _check_streams(selector, api, join_path(path, "operation"))
        fault = _stream_fault(document["stream"], selector, api, join_path(path, "stream"))
    return _Entry(selector, fault, document.get("count"))


def _error_fault(document: Mapping[str, Any], selector: Selector, api: Api, path: str) -> ErrorFault:
    code = document["code"]
    status = document.get("status") or _usual_status(code, selector, api)
    if status is None:
        message = f"the service models give {code!r} no status, so say which{did_you_mean(code, _codes(api))}"
        raise AdminError(400, message, path=join_path(path, "status"))
    return ErrorFault(code, _message(document, code), status, document.get("capitalMessage", False))


def _message(document: Mapping[str, Any], code: str) -> str:
    message: str = document.get("message", _MESSAGES.get(code) or _AUTHENTICATION.get(code, _NO_TEXT))
    return message


def _usual_status(code: str, selector: Selector, api: Api) -> int | None:
    if code in _AUTHENTICATION:
        return _AUTHENTICATION_STATUS
    modelled = None if selector.operation is None else api.operations[selector.operation].errors.get(code)
    return modelled or api.status_of(code)


def _codes(api: Api) -> set[str]:
    return {code for operation in api for code in operation.errors}.union(_AUTHENTICATION)


def _check_streams(selector: Selector, api: Api, path: str) -> None:
    if selector.operation is not None and not api.operations[selector.operation].events:
        raise AdminError(400, f"{selector.operation} does not answer with a stream", path=path)


def _stream_fault(document: Mapping[str, Any], selector: Selector, api: Api, path: str) -> StreamFault:
    if "endAfterEvents" in document:
        return StreamFault(document["endAfterEvents"])
    exceptions = _stream_exceptions(selector, api)
    code = document["code"][:1].upper() + document["code"][1:]
    if code not in exceptions:
        message = f"no stream carries the exception {code!r}{did_you_mean(code, exceptions)}"
        raise AdminError(400, message, path=join_path(path, "code"))
    return StreamFault(document["exceptionAfterEvents"], code, _message(document, code))


def _stream_exceptions(selector: Selector, api: Api) -> set[str]:
    meant = [each for each in api if selector.operation in {None, each.name}]
    return {name[:1].upper() + name[1:] for each in meant for name in each.events if is_exception(name)}
