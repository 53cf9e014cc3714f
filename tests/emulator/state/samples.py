"""Values that several tests of the state need."""

import json
import struct
import zlib
from datetime import UTC, datetime
from functools import cache
from typing import Any

from bedrock_emulator.call import Caller
from bedrock_emulator.config import Settings
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.model.service import Api, load_api
from bedrock_emulator.state.journal import JournalEntry
from bedrock_emulator.state.lab import Lab
from bedrock_emulator.state.labs import Labs

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@cache
def api() -> Api:
    """The service models; read once, because they never change."""
    return load_api()


def fresh_labs(**settings: Any) -> Labs:
    """The labs of a new server."""
    return Labs(Settings(**settings), api())


def fresh_lab() -> Lab:
    """A lab other than the default one."""
    lab, _ = fresh_labs().put("a", {})
    return lab


def request(
    body: bytes = b"{}",
    *,
    headers: dict[str, str] | None = None,
    path: str = "/model/m/converse",
    query: str = "",
) -> HttpRequest:
    """A request as a server reads it."""
    return HttpRequest(method="POST", path=path, query=query, headers=headers or {}, body=body)


def entry(http: HttpRequest | None = None, **changes: Any) -> JournalEntry:
    """An exchange that went well."""
    members: dict[str, Any] = {
        "time": NOON,
        "duration_ms": 1.25,
        "request": http or request(),
        "request_id": "r-1",
        "operation": "Converse",
        "region": "us-east-1",
        "caller": Caller(kind="sigv4", account="123456789012", access_key_id="test", region="us-east-1"),
        "status": 200,
        "response_headers": [("Content-Type", "application/json")],
        "response_body": b'{"ok":true}',
    }
    return JournalEntry(**(members | changes))


def frame(name: str, payload: dict[str, Any]) -> bytes:
    """An event as it is on the wire, laid out here field by field so that the journal is not its own judge."""
    headers = b"".join(
        bytes([len(key)]) + key + b"\x07" + struct.pack(">H", len(value)) + value
        for key, value in (
            (b":event-type", name.encode()),
            (b":content-type", b"application/json"),
            (b":message-type", b"event"),
        )
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack(">I", zlib.crc32(message))
