"""What Python SDKs take and give, in the JSON that the client programs of these tests exchange."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Outcome = dict[str, Any]
"""{answer}, {events} of a stream, or {error, message}."""


def revived(value: Any, outcomes: Sequence[Outcome]) -> Any:
    """Parameters for an SDK: `{base64}` is bytes, `{from: [0, member]}` a member of an earlier answer."""
    match value:
        case {"base64": data}:
            return base64.b64decode(data)
        case {"from": [call, member]}:
            return outcomes[call]["answer"][member]
        case Mapping():
            return {name: revived(each, outcomes) for name, each in value.items()}
        case list():
            return [revived(each, outcomes) for each in value]
    return value


def shown(value: Any) -> Any:
    """An SDK's answer or event without what tells of its transport."""
    match value:
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
        case datetime():
            return value.isoformat()
        case Mapping():
            return {name: shown(each) for name, each in value.items() if name != "ResponseMetadata"}
        case list():
            return [shown(each) for each in value]
    return value


def thrown(error: Exception) -> Outcome:
    """The class of an error, and what the service said."""
    response: Mapping[str, Any] = getattr(error, "response", {})
    return {"error": type(error).__name__, "message": response.get("Error", {}).get("Message", str(error))}
