"""The pipeline without a server, on a time that passes only when somebody waits."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bedrock_emulator.config import Settings
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.http.pipeline import Pipeline
from bedrock_emulator.http.waiting import Timing
from bedrock_emulator.model.router import Router
from bedrock_emulator.operations.dispatch import HANDLERS
from bedrock_emulator.state.lab import Lab
from bedrock_emulator.state.labs import Labs
from tests.emulator.state.samples import api

NOVA = "amazon.nova-lite-v1:0"
MESSAGES = {"messages": [{"role": "user", "content": [{"text": "hello there"}]}]}
PATHS = {
    "Converse": "converse",
    "ConverseStream": "converse-stream",
    "InvokeModel": "invoke",
    "InvokeModelWithResponseStream": "invoke-with-response-stream",
}


@dataclass(slots=True)
class FakeTime:
    """Moves on by what is waited for, and does something at a moment if told to."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    at: tuple[float, Callable[[], None]] | None = None

    def wait(self, over: threading.Event, seconds: float) -> bool:
        if over.is_set():
            return True
        self.now += seconds
        self.waits.append(seconds)
        if self.at is not None and self.now >= self.at[0]:
            (_, act), self.at = self.at, None
            act()
        return over.is_set()


class InProcess:
    """One server's pipeline with one lab, `auth` off."""

    def __init__(self) -> None:
        labs = Labs(Settings(auth="off"), api())
        self.lab: Lab = labs.default
        self.time = FakeTime()
        self.seats = threading.Semaphore(9)
        timing = Timing(clock=lambda: self.time.now, wait=self.time.wait, seats=self.seats)
        self._pipeline = Pipeline(labs=labs, router=Router(api()), handlers=HANDLERS, timing=timing)

    def call(self, operation: str) -> HttpResponse:
        """The answer to one call, its body not yet read when it is sent bit by bit."""
        request = HttpRequest(
            method="POST",
            path=f"/model/{NOVA}/{PATHS[operation]}",
            query="",
            headers={"content-type": "application/json"},
            body=json.dumps(MESSAGES).encode(),
        )
        return self._pipeline.answer(request)

    def fault(self, document: dict[str, Any]) -> None:
        self.lab.put("faults", {"faults": [document]})

    def last(self) -> dict[str, Any]:
        """The newest entry of the journal, which is empty then: rendering thousands takes long."""
        entry = self.lab.journal.entries()[-1]
        self.lab.journal.clear()
        return entry


def body_of(response: HttpResponse) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)
