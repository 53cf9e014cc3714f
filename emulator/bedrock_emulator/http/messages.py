"""One HTTP request and one HTTP response as plain values, so that everything behind the WSGI shell is pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request as the WSGI server hands it over, body already read."""

    method: str
    path: str
    """Percent-decoded, lab prefix included: WSGI servers give nothing else."""
    query: str
    """The raw query string, without the question mark."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A response; a body that is an iterator is streamed as it is produced and closed when the client leaves."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | Iterator[bytes]
    length: int | None = None
    """The Content-Length that goes before an iterator; without one the body is sent in chunks."""
