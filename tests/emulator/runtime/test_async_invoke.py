"""What goes on beside an async invocation while it is carried out."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from bedrock_emulator.config import Settings
from bedrock_emulator.embeddings.long import LongFormat
from bedrock_emulator.http.app import create_app
from bedrock_emulator.operations.runtime import async_invoke

SECONDS = 30
REQUEST = {
    "modelId": "amazon.nova-2-multimodal-embeddings-v1:0",
    "modelInput": {},
    "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://results/"}},
    "clientRequestToken": "once",
}


@pytest.fixture
def client(tmp_path: Path) -> Any:
    return create_app(Settings(auth="off", buckets=tmp_path)).test_client()


def test_an_invocation_is_in_progress_and_holds_nothing_up(client, monkeypatch):
    """The one that computes long asks the same region from another thread, as other programs would."""
    seen: list[dict[str, Any]] = []

    def look() -> None:
        again = client.post("/async-invoke", data=json.dumps(REQUEST)).get_json()
        (row,) = client.get("/async-invoke").get_json()["asyncInvokeSummaries"]
        seen.extend((again, row))

    def compute(*_: Any) -> dict[str, bytes]:
        other = threading.Thread(target=look)
        other.start()
        other.join(SECONDS)
        return {"output.json": b"{}"}

    monkeypatch.setattr(async_invoke, "long_format_of", lambda _model_id: LongFormat(compute))
    started = client.post("/async-invoke", data=json.dumps(REQUEST)).get_json()

    again, row = seen
    assert again == started, "a repeated request starts nothing"
    assert (row["status"], "endTime" in row) == ("InProgress", False)
    (row,) = client.get("/async-invoke").get_json()["asyncInvokeSummaries"]
    assert (row["status"], "endTime" in row) == ("Completed", True)
