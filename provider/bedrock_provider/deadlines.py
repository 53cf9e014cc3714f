"""Work on other threads that the caller will not wait for without end."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

from bedrock_provider.errors import CallError, ErrorInfo

T = TypeVar("T")


def in_background(task: Callable[[], T]) -> Future[T]:
    """Run a task on a thread of its own, which never keeps the process from ending."""
    future: Future[T] = Future()
    threading.Thread(target=_settle, args=(future, task), name="bedrock-provider", daemon=True).start()
    return future


def in_order(tasks: Sequence[Callable[[], T]], *, at_once: int) -> list[T]:
    """The results of tasks in the order of the tasks, however they finish.

    The first failure ends the wait: it is raised, and no task is begun after it.
    """
    futures: list[Future[T]] = [Future() for _ in tasks]
    waiting = deque(zip(futures, tasks, strict=True))

    def work() -> None:
        while (pair := _next(waiting)) is not None:
            _settle(*pair)
            if pair[0].exception() is not None:
                waiting.clear()

    try:
        for _ in range(min(at_once, len(tasks))):
            in_background(work)
        done = wait(futures, return_when=FIRST_EXCEPTION).done
    finally:
        waiting.clear()
    failed = [future for future in futures if future in done and future.exception() is not None]
    return [future.result() for future in failed or futures]


def _next(waiting: "deque[tuple[Future[T], Callable[[], T]]]") -> tuple[Future[T], Callable[[], T]] | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _settle(future: Future[T], task: Callable[[], T]) -> None:
    try:
        future.set_result(task())
    except BaseException as error:  # noqa: BLE001  # handed on to whoever waits for the result
        future.set_exception(error)


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
