"""Run apart from the tests, beside an aioboto3 that pins a botocore of its own: the calls of several rows.

    python -m tests.end_to_end.aioboto3_features '[{"endpoint": "http://…", "calls": [{"service": …, "name": …, …}]}]'

Prints what came of each as a JSON list of lists.
"""

import asyncio
import json
import sys
from typing import Any

import aioboto3
from botocore import xform_name
from botocore.config import Config

from tests.end_to_end.python_values import Outcome, revived, shown, thrown

CONFIG = Config(retries={"total_max_attempts": 1})


async def outcome(client: Any, name: str, parameters: dict[str, Any]) -> Outcome:
    """What the client made of one call."""
    try:
        answer = await getattr(client, xform_name(name))(**parameters)
        if name.endswith("Stream"):
            return {"events": [shown(event) async for event in answer.get("stream") or answer["body"]]}
        if "body" in answer:
            answer["body"] = await answer["body"].read()
        return {"answer": shown(answer)}
    except Exception as error:  # noqa: BLE001 - which class it is, is the question
        return thrown(error)


async def row(session: Any, *, endpoint: str, calls: list[dict[str, Any]]) -> list[Outcome]:
    """The calls of a row, one after the other."""
    outcomes: list[Outcome] = []
    for call in calls:
        async with session.client(call["service"], endpoint_url=endpoint, config=CONFIG) as client:
            outcomes.append(await outcome(client, call["name"], revived(call["parameters"], outcomes)))
    return outcomes


async def main(rows: list[dict[str, Any]]) -> None:
    """All rows at once."""
    session = aioboto3.Session()
    seen = await asyncio.gather(*(row(session, **each) for each in rows))
    sys.stdout.write(json.dumps(seen))


asyncio.run(main(json.loads(sys.argv[1])))
