"""The signatures of reasoning that a lab has told and Claude would not make: those that scenarios give."""

import threading
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from bedrock_emulator.call import Event
from bedrock_emulator.reply.reply import Block
from bedrock_emulator.reply.signatures import verdict

_MOST = 10_000
"""Of one lab; the oldest go first."""


class ToldSignatures:
    """Remembers them, each with its text, so that they are accepted when they come back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: OrderedDict[bytes, None] = OrderedDict()

    def knows(self, signature: str, text: str) -> bool:
        """Whether a text was told with this signature."""
        return _pair(signature, text) in self._told

    def note(self, blocks: Iterable[Block]) -> None:
        """Remember the reasoning of an answer."""
        for block in blocks:
            reasoning = block.get("reasoningContent") or {}
            told = reasoning.get("reasoningText") or {}
            if "redactedContent" in reasoning:
                self._note(_redacted(reasoning["redactedContent"]), "")
            elif told.get("signature"):
                self._note(told["signature"], told.get("text", ""))

    def noted(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events; the reasoning in them is remembered as it passes."""
        open_blocks: dict[Any, dict[str, str]] = {}
        for name, payload in events:
            if name == "contentBlockDelta":
                reasoning = (payload.get("delta") or {}).get("reasoningContent") or {}
                block = open_blocks.setdefault(payload.get("contentBlockIndex"), {})
                for kind, piece in reasoning.items():
                    text = _redacted(piece) if kind == "redactedContent" else piece
                    block[kind] = block.get(kind, "") + text
            elif name == "contentBlockStop":
                self._note_collected(open_blocks.pop(payload.get("contentBlockIndex"), {}))
            yield name, payload

    def _note_collected(self, block: Mapping[str, str]) -> None:
        if "redactedContent" in block:
            self._note(block["redactedContent"], "")
        elif "signature" in block:
            self._note(block["signature"], block.get("text", ""))

    def _note(self, signature: str, text: str) -> None:
        if verdict(signature, text) in ("intact", "foreign"):
            return  # shows by itself that it is genuine
        with self._lock:
            self._told[_pair(signature, text)] = None
            while len(self._told) > _MOST:
                self._told.popitem(last=False)


def _pair(signature: str, text: str) -> bytes:
    hashed = blake2b(signature.encode("utf-8", "surrogatepass"), digest_size=16)
    hashed.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return hashed.digest()


def _redacted(content: object) -> str:
    """Bytes, or the base64 of them, as the text that they are."""
    data = content if isinstance(content, bytes | bytearray) else b64decode(str(content))
    return data.decode("latin-1")
