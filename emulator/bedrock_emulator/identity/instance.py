"""The instance metadata service (IMDSv2) of a lab: a session token first, then the role and its keys."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson

from bedrock_emulator.call import Caller
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.identity.documents import credential_document, write_seconds
from bedrock_emulator.identity.visit import Told, Visit
from bedrock_emulator.state.lab import Lab

TOKEN_HEADER = "x-aws-ec2-metadata-token"  # noqa: S105 - the name of a header
TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds"

MAX_TTL = 21_600
"""Seconds that a token is good for at the most, six hours [docs]."""

INSTANCE = "i-0123456789abcdef0"
"""The instance's id, which names its session [docs]."""

_TOKEN_PATH = "/latest/api/token"  # noqa: S105 - no secret
_ROLES_PATH = "/latest/meta-data/iam/security-credentials"
_PURPOSE = "imds"
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)

_OPERATIONS: Mapping[str, str] = {_TOKEN_PATH: "imds:GetToken", _ROLES_PATH: "imds:ListRoles"}

_PAGE = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>{title}</title>
 </head>
 <body>
  <h1>{title}</h1>
  <p>{text}</p>
 </body>
</html>
"""
"""A refusal as the service writes it [reported by users]; the paragraph is ours."""


class InstanceMetadata:
    """The endpoint."""

    def answer(self, visit: Visit) -> Told:
        """Answer a request for a token or, with one, for metadata."""
        path = visit.path.rstrip("/")
        visit.operation = _operation(path)
        visit.region = visit.lab.region
        visit.caller = Caller(kind="anonymous", account=visit.lab.identity.role.account)
        if path == _TOKEN_PATH:
            return _new_token(visit)
        if visit.request.method not in ("GET", "HEAD"):
            raise _refused(405, f"Metadata is read with GET, not {visit.request.method}.")
        _check_token(visit)
        return _metadata(visit.lab, path)

    def refuse(self, visit: Visit, error: AwsError) -> HttpResponse:  # noqa: ARG002 - as every endpoint
        """The service's page."""
        status = error.status or 400
        page = _PAGE.format(title=f"{status} - {HTTPStatus(status).phrase}", text=error.message)
        headers = [("content-type", "text/html")]
        return HttpResponse(status=status, headers=headers, body=page.encode("latin-1", "xmlcharrefreplace"))


def _operation(path: str) -> str:
    if path.startswith(f"{_ROLES_PATH}/"):
        return "imds:GetCredentials"
    return _OPERATIONS.get(path, "imds:GetMetadata")


def _new_token(visit: Visit) -> Told:
    headers = visit.request.headers
    if visit.request.method != "PUT":
        raise _refused(405, f"A token is made with PUT, not {visit.request.method}.")
    if "x-forwarded-for" in headers:  # a proxy that was left open must not be a way in [docs]
        raise _refused(403, "Requests for a token must not have passed a proxy (X-Forwarded-For).")
    text = headers.get(TTL_HEADER, "").strip()
    if not _SECONDS.fullmatch(text) or not 1 <= int(text) <= MAX_TTL:
        raise _refused(400, f"Send {TTL_HEADER} with the token's lifetime, from 1 to {MAX_TTL} seconds.")
    token = visit.lab.tokens.issue(_PURPOSE, timedelta(seconds=int(text)))
    response = _text(token)
    response.headers.append((TTL_HEADER, text))
    return Told(response, {"token": token})


def _check_token(visit: Visit) -> None:
    token = visit.request.headers.get(TOKEN_HEADER)
    if token is None:
        if not visit.lab.identity.imds_v1:
            raise _refused(
                401,
                f"Send a token in {TOKEN_HEADER}; PUT {_TOKEN_PATH} makes one. IMDSv1 is off in this lab.",
            )
    elif (verdict := visit.lab.tokens.check(_PURPOSE, token)) != "valid":
        raise _refused(401, f"The token in {TOKEN_HEADER} is {verdict}; PUT {_TOKEN_PATH} makes another one.")


def _metadata(lab: Lab, path: str) -> Told:
    role = lab.identity.role
    if path == f"{_ROLES_PATH}/{role.name}":
        return _credentials(lab)
    read = _ITEMS.get(path)
    if read is None:
        raise _refused(404, f"This instance has no such metadata; its role is {role.name}.")
    value = read(lab)
    return Told(_text(value)) if isinstance(value, str) else _json(value)


def _credentials(lab: Lab) -> Told:
    role, session = lab.identity.role, lab.identity.session
    credential = lab.sessions.rotating(
        "instance", arn=role.session_arn(INSTANCE), account=role.account, ttl=session
    )
    assert credential.expires_at is not None  # temporary keys end
    return _json(
        {
            "Code": "Success",
            "LastUpdated": write_seconds(credential.expires_at - session),
            "Type": "AWS-HMAC",
            **credential_document(credential),
        }
    )


_ITEMS: Mapping[str, Callable[[Lab], str | dict[str, Any]]] = {
    _ROLES_PATH: lambda lab: lab.identity.role.name,
    "/latest/meta-data/instance-id": lambda _: INSTANCE,
    "/latest/meta-data/placement/region": lambda lab: lab.region,
    # botocore takes its region from here, without the last letter [measured].
    "/latest/meta-data/placement/availability-zone": lambda lab: f"{lab.region}a",
    # Other SDKs take it from this document [docs].
    "/latest/dynamic/instance-identity/document": lambda lab: {
        "accountId": lab.identity.role.account,
        "availabilityZone": f"{lab.region}a",
        "instanceId": INSTANCE,
        "region": lab.region,
        "version": "2017-09-30",
    },
}


def _text(value: str) -> HttpResponse:
    return HttpResponse(status=200, headers=[("content-type", "text/plain")], body=value.encode())


def _json(document: dict[str, Any]) -> Told:
    # In this order and as plain text, as the service answers [reported by users].
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return Told(HttpResponse(status=200, headers=[("content-type", "text/plain")], body=body), document)


def _refused(status: int, text: str) -> AwsError:
    return AwsError(f"imds:{status}", text, status=status)
