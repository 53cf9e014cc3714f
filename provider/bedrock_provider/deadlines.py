"""Work on other threads that the caller will not wait for without end."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

from bedrock_provider.errors import CallError, ErrorInfo

T = TypeVar("T")


def in_background(task: Callable[[], T]) -> Future[T]:
    """Run a task on a thread of its own, which never keeps the process from ending."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(task())
        except BaseException as error:  # noqa: BLE001  # handed on to whoever waits for the result
            future.set_exception(error)

    threading.Thread(target=run, name="bedrock-provider", daemon=True).start()
    return future


class Deadline:
    """A moment that several operations share.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def result(self, future: Future[T], operation: str) -> T:
        """What the future gives; a CallError when the moment comes first."""
        try:
            return future.result(timeout=max(0.0, self._end - time.monotonic()))
        except FutureTimeoutError as error:
            message = f"{operation} gave no answer within {self._seconds:g} s"
            info = ErrorInfo(type="DeadlineExceeded", category="network", message=message, retryable=True)
            raise CallError(info) from error
