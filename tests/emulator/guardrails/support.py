"""botocore clients whose requests end in a pipeline of this process, and valid guardrails of every kind."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.session import Session
from hypothesis import strategies as st

from bedrock_emulator.config import Settings
from bedrock_emulator.http.messages import HttpRequest
from bedrock_emulator.http.pipeline import Pipeline
from bedrock_emulator.model.router import Router
from bedrock_emulator.model.service import Shape
from bedrock_emulator.operations.dispatch import HANDLERS
from bedrock_emulator.state.labs import Labs
from tests.emulator.state.samples import api

ACCOUNT = "123456789012"
REGION = "us-east-1"
PROFILE = "us.guardrail.v1:0"

Client: TypeAlias = Any
"""A botocore client: its methods come from the service model."""

WORDS = {"wordsConfig": [{"text": "cactus"}]}
MINIMAL: Mapping[str, Any] = {
    "name": "minimal",
    "blockedInputMessaging": "No such question.",
    "blockedOutputsMessaging": "No such answer.",
    "wordPolicyConfig": WORDS,
}


class InProcess:
    """A server without sockets."""

    def __init__(self) -> None:
        self.labs = Labs(Settings(), api())
        self._pipeline = Pipeline(labs=self.labs, router=Router(api()), handlers=HANDLERS)
        self.last_body = b""

    def client(
        self, service: str = "bedrock", *, region: str = REGION, access_key: str = "AKIAEXAMPLE"
    ) -> Client:
        """A client with default settings, as far as the wire."""
        client = _session().create_client(
            service,
            region_name=region,
            endpoint_url="http://emulator.invalid",
            aws_access_key_id=access_key,
            aws_secret_access_key="secret",
        )
        send: Any = self._send  # the stubs know no handler that answers
        client.meta.events.register(f"before-send.{service}.*", send)
        return client

    def last_json(self) -> Any:
        """The body of the last answer as it went out, with what SDKs drop."""
        return json.loads(self.last_body)

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        body: Any = request.body or b""
        response = self._pipeline.answer(
            HttpRequest(
                method=request.method,
                path=unquote(parts.path),
                query=parts.query,
                # The host is added where a connection is opened.
                headers={"host": parts.netloc} | {k.lower(): _text(v) for k, v in request.headers.items()},
                body=body.encode() if isinstance(body, str) else body,
            )
        )
        assert isinstance(response.body, bytes)
        self.last_body = response.body
        headers: Any = dict(response.headers)
        return AWSResponse(request.url, response.status, headers, _Raw(response.body))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        """As urllib3 gives it to botocore."""
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@cache
def _session() -> Session:
    return Session()


# Valid guardrails.

_UNIQUE: Mapping[str, tuple[Callable[[dict[str, Any]], Any], ...]] = {
    "GuardrailTopicsConfig": (lambda row: row["name"],),
    "GuardrailContentFiltersConfig": (lambda row: row["type"],),
    "GuardrailWordsConfig": (lambda row: row["text"].lower(),),
    "GuardrailManagedWordListsConfig": (lambda row: row["type"],),
    "GuardrailPiiEntitiesConfig": (lambda row: row["type"],),
    "GuardrailRegexesConfig": (lambda row: row["name"], lambda row: row["pattern"]),
    "GuardrailContextualGroundingFiltersConfig": (lambda row: row["type"],),
}

_CHOSEN: Mapping[str, st.SearchStrategy[Any]] = {
    "GuardrailRegexConfigPatternString": st.sampled_from([r"\d{3}-\d{2}", "[A-Z]+", "(a|b)c?", r"\bword\b"]),
    "GuardrailContextualGroundingFilterConfigThresholdDouble": st.floats(0, 0.99),
    "AutomatedReasoningPolicyArn": st.from_regex(
        rf"arn:aws:bedrock:{REGION}:{ACCOUNT}:automated-reasoning-policy/[a-z0-9]{{12}}(:[1-9])?",
        fullmatch=True,
    ),
    "GuardrailCrossRegionGuardrailProfileIdentifier": st.sampled_from(
        [PROFILE, f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail-profile/{PROFILE}"]
    ),
}

_OUTSIDE = {"tags", "clientRequestToken", "guardrailIdentifier"}


def guardrails() -> st.SearchStrategy[dict[str, Any]]:
    """Any CreateGuardrail request but for its tags and token."""
    shape = api().operations["CreateGuardrail"].input
    assert shape is not None
    return _structures(shape, without=_OUTSIDE).filter(_has_a_policy).map(_made_valid)


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.name in _CHOSEN:
        return _CHOSEN[shape.name]
    match shape.kind:
        case "structure":
            return _structures(shape)
        case "list":
            return _lists(shape)
        case "boolean":
            return st.booleans()
        case "double":
            return st.floats(shape.minimum, shape.maximum)
        case _:
            return _strings(shape)


def _structures(shape: Shape, without: set[str] | frozenset[str] = frozenset()) -> st.SearchStrategy[Any]:
    members = {name: _values(member.shape) for name, member in shape.members.items() if name not in without}
    required = {name: members[name] for name in members if name in shape.required}
    return st.fixed_dictionaries(
        required, optional={name: members[name] for name in members if name not in required}
    )


def _lists(shape: Shape) -> st.SearchStrategy[Any]:
    assert shape.item is not None
    return st.lists(
        _values(shape.item),
        min_size=int(shape.minimum or 0),
        max_size=min(int(shape.maximum or 4), 4),
        unique_by=_UNIQUE.get(shape.name),
    )


def _strings(shape: Shape) -> st.SearchStrategy[str]:
    if shape.enum:
        return st.sampled_from(shape.enum)
    low, high = int(shape.minimum or 0), int(shape.maximum or 100)
    if shape.pattern is None:
        return st.text(min_size=low, max_size=min(high, 20))
    return st.from_regex(shape.pattern, fullmatch=True).filter(lambda text: low <= len(text) <= high)


def _has_a_policy(params: dict[str, Any]) -> bool:
    return any(value for name, value in params.items() if name.endswith("PolicyConfig"))


def _made_valid(params: dict[str, Any]) -> dict[str, Any]:
    """The same with the members that depend on each other in agreement."""
    for row in params.get("contentPolicyConfig", {}).get("filtersConfig", []):
        if row["type"] == "PROMPT_ATTACK":
            row["outputStrength"] = "NONE"
    if "automatedReasoningPolicyConfig" in params or '"STANDARD"' in json.dumps(params):
        params.setdefault("crossRegionConfig", {"guardrailProfileIdentifier": PROFILE})
    return params
