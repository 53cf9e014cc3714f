"""The credential endpoints of every lab, beside the pipeline of Bedrock's own requests.

`/_lab/<lab>/_identity/<service>` leads to STS, SSO, its sign-in and the container endpoint; the instance metadata has
a port of its own for each lab. What is journaled of these exchanges holds no credential, token or secret.
"""

import logging
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from bedrock_emulator.auth.authenticate import Authenticator
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpRequest, HttpResponse
from bedrock_emulator.identity.container import Container
from bedrock_emulator.identity.instance import InstanceMetadata
from bedrock_emulator.identity.shown import without_secrets
from bedrock_emulator.identity.sso import Oidc, Sso
from bedrock_emulator.identity.sts import Sts
from bedrock_emulator.identity.visit import Endpoint, Told, Visit
from bedrock_emulator.model.serialize import to_json
from bedrock_emulator.state.journal import Journal, JournalEntry
from bedrock_emulator.state.lab import Lab
from bedrock_emulator.state.labs import Labs

MAX_BODY = 128 * 1024
"""Bytes of a request; the longest that STS models, a policy beside a token, needs a fifth."""

_PATH = re.compile(r"/_lab/(?P<lab>[^/]+)/_identity/(?P<service>[^/]+)(?P<path>.*)", re.DOTALL)

_log = logging.getLogger(__name__)


def is_identity(path: str) -> bool:
    """Whether a request to this path is for a credential endpoint."""
    return path.startswith("/_lab/") and _PATH.fullmatch(path) is not None


class IdentityFront:
    """Answers the requests of credential chains for every lab of a server."""

    def __init__(self, labs: Labs) -> None:
        self._labs = labs
        self._instance = InstanceMetadata()
        self._endpoints: Mapping[str, Endpoint] = {
            "sts": Sts(Authenticator()),
            "sso": Sso(),
            "oidc": Oidc(),
            "container": Container(),
        }

    def answer(self, request: HttpRequest, refusal: AwsError | None = None) -> HttpResponse:
        """Answer a request to one of the endpoints under /_identity/."""
        found = _PATH.fullmatch(request.path)
        lab = self._labs.get(found["lab"]) if found else None
        endpoint = self._endpoints.get(found["service"]) if found else None
        if found is None or lab is None or endpoint is None:
            known = ", ".join(self._endpoints)
            text = (
                f"No lab of this emulator has a credential endpoint at {request.path}; every lab has {known}."
            )
            return HttpResponse(
                status=404, headers=[("content-type", "application/json")], body=to_json({"message": text})
            )
        return _visited(endpoint, lab, request, found["path"] or "/", refusal)

    def answer_instance(
        self, lab: Lab, request: HttpRequest, refusal: AwsError | None = None
    ) -> HttpResponse:
        """Answer a request to the instance metadata of a lab."""
        return _visited(self._instance, lab, request, request.path, refusal)


def _visited(
    endpoint: Endpoint, lab: Lab, request: HttpRequest, path: str, refusal: AwsError | None
) -> HttpResponse:
    """Let an endpoint answer, and journal the exchange."""
    start, journal = time.perf_counter(), lab.journal  # the one of now: a reset gives the lab another
    visit = Visit(
        lab=lab, request=request, path=path, request_id=str(uuid.uuid4()), arrived=datetime.now(UTC)
    )
    error: AwsError | None = None
    try:
        told = endpoint.answer(_readable(visit, refusal))
    except AwsError as refused:
        error = refused
        told = _refused(endpoint, visit, error)
    except Exception:  # noqa: BLE001
        # The boundary: a defect of the emulator answers as a fault of the service would, and is logged whole.
        _log.exception("%s %s failed", request.method, request.path)
        error = AwsError(
            "InternalFailure", "The emulator failed on this request. Its log has the details.", status=500
        )
        told = _refused(endpoint, visit, error)
    _journal(journal, visit, told, error, (time.perf_counter() - start) * 1000)
    return told.response


def _refused(endpoint: Endpoint, visit: Visit, error: AwsError) -> Told:
    return Told(endpoint.refuse(visit, error), {"code": error.code, "message": error.message})


def _readable(visit: Visit, refusal: AwsError | None) -> Visit:
    if refusal is not None:
        raise refusal
    if len(visit.request.body) > MAX_BODY:
        text = f"The request body is larger than the limit of {MAX_BODY:,} bytes."
        raise AwsError("RequestEntityTooLarge", text, status=413)
    return visit


def _journal(journal: Journal, visit: Visit, told: Told, error: AwsError | None, elapsed_ms: float) -> None:
    """Keep the exchange, its bodies as documents without their secrets."""
    request, response = visit.request, told.response
    assert isinstance(response.body, bytes)  # nothing is streamed here
    entry = JournalEntry(
        time=visit.arrived,
        duration_ms=elapsed_ms,
        request=replace(request, body=_shown(visit.asked, request.body)),
        request_id=visit.request_id,
        operation=visit.operation,
        region=visit.region,
        caller=visit.caller,
        status=response.status,
        response_headers=response.headers,
        response_body=_shown(told.document, response.body),
        error_code=error.code if error else None,
        error_message=error.message if error else None,
    )
    journal.append(entry)


def _shown(document: Any, body: bytes) -> bytes:
    """The document that stands for a body; of one that is no document, only its size, since it may be a secret."""
    if document is None:
        return orjson.dumps(f"[{len(body):,} bytes]") if body else b""
    return to_json(without_secrets(document))
