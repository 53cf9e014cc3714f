"""Asks an upstream: the shell around request.py and answer.py, and the only file that knows `requests`.

Of `requests` it takes the connection, proxies and certificates included. The body is read from urllib3 below it,
since only there a read returns what has come and can be ended from another thread.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError, LocationValueError, ReadTimeoutError

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError, UpstreamError
from bedrock_emulator.model.service import Operation
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.state.upstreams import Upstream
from bedrock_emulator.upstream.answer import Telling
from bedrock_emulator.upstream.chunk import read_chunk
from bedrock_emulator.upstream.failure import Failures
from bedrock_emulator.upstream.request import chat_request
from bedrock_emulator.upstream.sse import SseReader

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer: four million tokens in chunks of their own."""

MAX_SECONDS = 3600.0
"""Of one answer, however steadily it drips."""

_READ_BYTES = 64 * 1024
_DONE = b"[DONE]"
_BROKEN_OFF = "broke off in the middle of its answer"


def ask(
    upstream: Upstream,
    request: ModelRequest,
    *,
    operation: Operation,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.monotonic,
) -> "UpstreamAnswer":
    """Send the request, and wait until the upstream begins to answer.

    Args:
        upstream: whom to ask.
        request: what.
        operation: of the client; which error stands for a failure depends on it.
        environ: where the key is.
        clock: in seconds.

    Raises:
        AwsError: the request has no form that the upstream takes, or there is no answer.
    """
    began = clock()
    model = upstream.model_for(request)
    failures = Failures(url=upstream.url, model=model, operation=operation)
    body = orjson.dumps(chat_request(request.params, model))
    key = _key(upstream.api_key_variable, environ, failures)
    failures = replace(failures, secret=key)
    response = _opened(upstream, body, key, failures)
    telling = Telling(request, elapsed_ms=lambda: round((clock() - began) * 1000))
    return UpstreamAnswer(response, telling, failures, silence=upstream.silence_seconds, clock=clock)


class UpstreamAnswer:
    """ConverseStream events, each as soon as the upstream has sent enough for it; read once."""

    def __init__(
        self,
        response: requests.Response,
        telling: Telling,
        failures: Failures,
        *,
        silence: float,
        clock: Callable[[], float],
    ) -> None:
        self._response = response
        self._telling = telling
        self._failures = failures
        self._silence = silence
        self._clock = clock

    def __iter__(self) -> Iterator[Event]:
        """The events.

        Raises:
            AwsError: the answer cannot be followed, was cut, or came too slowly.
        """
        try:
            yield from self._telling.begin()
            for data in self._data():
                yield from self._telling.take(read_chunk(data))
            yield from self._telling.end()
        except UpstreamError as error:
            raise self._failures.broken(error) from error
        except ReadTimeoutError as error:
            raise self._failures.fell_silent(self._silence) from error
        except HTTPError as error:
            raise self._failures.broken(UpstreamError(_BROKEN_OFF)) from error
        finally:
            self.close()

    def interrupt(self) -> None:
        """End a read that another thread waits in; what it reads then is the end."""
        # urllib3 refuses where the answer has just been read to its end, and the system where the upstream is gone.
        with suppress(RuntimeError, ValueError, OSError):
            self._response.raw.shutdown()

    def close(self) -> None:
        """Leave the upstream."""
        self._response.close()

    def _data(self) -> Iterator[bytes]:
        """The chunks as JSON, to the end that the upstream sets."""
        if _media_type(self._response) == "application/json":  # it does not stream, although it was asked to
            yield b"".join(self._received())
            return
        reader, is_answer = SseReader(), False
        for received in self._received():
            for data in reader.feed(received):
                if data == _DONE:
                    return
                is_answer = True
                yield data
        if not self._telling.is_finished:
            raise UpstreamError(_BROKEN_OFF if is_answer else "sent nothing that is an answer")

    def _received(self) -> Iterator[bytes]:
        """The body as it comes."""
        size, deadline = 0, self._clock() + MAX_SECONDS
        while received := self._response.raw.read1(_READ_BYTES, decode_content=True):
            size += len(received)
            if size > MAX_ANSWER:
                raise UpstreamError(f"sent more than {MAX_ANSWER:,} bytes for one answer")
            if self._clock() > deadline:
                raise UpstreamError(f"took more than {MAX_SECONDS:,.0f} seconds for one answer")
            yield received


def _key(variable: str | None, environ: Mapping[str, str], failures: Failures) -> str | None:
    if variable is None:
        return None
    key = environ.get(variable, "").strip()
    if not key:
        raise failures.without_key(variable, "is not set")
    if not (key.isascii() and key.isprintable()):
        raise failures.without_key(variable, "holds characters that a header cannot carry")
    return key


def _opened(upstream: Upstream, body: bytes, key: str | None, failures: Failures) -> requests.Response:
    """The answer of an upstream that is willing to give one, its body not yet read."""
    try:
        with _Session() as session:
            response = session.post(
                upstream.url,
                data=body,
                headers=_headers(upstream.headers),
                auth=_Bearer(key),
                timeout=(upstream.connect_seconds, upstream.silence_seconds),
                allow_redirects=False,
                stream=True,
            )
        if response.status_code == requests.codes.ok:
            return response
        with response:
            raise _refusal(response, failures)
    except (requests.ReadTimeout, ReadTimeoutError) as error:
        raise failures.silent(upstream.silence_seconds) from error
    except (requests.RequestException, HTTPError) as error:
        raise failures.unreachable(_reason(error, upstream)) from error


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    own = {
        "Accept": "text/event-stream, application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "bedrock-emulator",
    }
    return {**own, **given}


class _Session(requests.Session):
    """Follows no redirect, and does not read the body of one either, which `requests` does without any bound."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, wherever it points."""


class _Bearer(requests.auth.AuthBase):
    """Sends the key; and where there is none, keeps `requests` from sending one that ~/.netrc has for the host."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _refusal(response: requests.Response, failures: Failures) -> AwsError:
    body: bytes = response.raw.read(_READ_BYTES, decode_content=True)
    return failures.refused(response.status_code, body, retry_after=response.headers.get("Retry-After"))


def _reason(error: BaseException, upstream: Upstream) -> str:
    """Why there is no connection, in the words of the system; those of `requests` repeat addresses and objects."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {upstream.connect_seconds:g} seconds"
    if isinstance(error, requests.exceptions.InvalidURL | LocationValueError):
        return "its host is not a valid name"
    cause: BaseException | None = error
    while cause is not None:
        words = getattr(cause, "strerror", None)
        if words:
            return str(words)
        cause = cause.__cause__ or cause.__context__
    return "the connection ended before there was an answer"


def _media_type(response: requests.Response) -> str:
    content_type: Any = response.headers.get("Content-Type", "")
    return str(content_type).partition(";")[0].strip().lower()
