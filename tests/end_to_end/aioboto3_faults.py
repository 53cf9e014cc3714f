"""Run apart from the tests, beside an aioboto3 that pins a botocore of its own: one call to each of several endpoints.

    python aioboto3_faults.py '[{"endpoint": "http://…", "name": "ConverseStream", "parameters": {…}}]'

Prints a JSON list: how many events a stream gave, and the class that was thrown.
"""

import asyncio
import json
import sys
from typing import Any

import aioboto3
from botocore import xform_name
from botocore.config import Config

CONFIG = Config(read_timeout=1.5, retries={"total_max_attempts": 1})


async def outcome(session: Any, *, endpoint: str, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the client did with one call."""
    seen: dict[str, Any] = {"events": 0}
    try:
        async with session.client("bedrock-runtime", endpoint_url=endpoint, config=CONFIG) as client:
            answer = await getattr(client, xform_name(name))(**parameters)
            if name.endswith("Stream"):
                async for _ in answer.get("stream") or answer["body"]:
                    seen["events"] += 1
    except Exception as error:  # noqa: BLE001 - which class it is, is the question
        seen |= {"error": type(error).__name__, "message": str(error)}
    return seen


async def main(calls: list[dict[str, Any]]) -> None:
    """All calls at once."""
    session = aioboto3.Session()
    seen = await asyncio.gather(*(outcome(session, **call) for call in calls))
    sys.stdout.write(json.dumps(seen))


asyncio.run(main(json.loads(sys.argv[1])))
