"""IAM Identity Center: keys of a permission set for a signed-in user, and the refresh of the sign-in."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar

from bedrock_emulator.call import Call, Caller, Handler, Output, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.identity.documents import write_seconds
from bedrock_emulator.identity.visit import Told, Visit
from bedrock_emulator.model.parse import Parser
from bedrock_emulator.model.router import Router
from bedrock_emulator.model.serialize import body_headers, serialize, to_json
from bedrock_emulator.model.service import load_api
from bedrock_emulator.state.identity import read_role
from bedrock_emulator.state.lab import Lab

ACCESS_SECONDS = 3600
"""Lifetime of an access token."""

_SIGN_IN = timedelta(days=90)
"""How long a sign-in can be refreshed, the most that Identity Center allows [docs]."""

USER = "developer@example.com"
"""Who has signed in."""

_PERMISSION_SET = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
"""What a permission set can be called [docs]."""

_ACCESS, _REFRESH, _CLIENT = "sso-access", "sso-refresh", "sso-client"


def sign_in(lab: Lab) -> dict[str, Any]:
    """What `aws sso login` would leave behind: tokens, and the client that may refresh them."""
    now = lab.clock.now()
    return {
        "accessToken": lab.tokens.issue(_ACCESS, timedelta(seconds=ACCESS_SECONDS)),
        "expiresAt": write_seconds(now + timedelta(seconds=ACCESS_SECONDS)),
        "refreshToken": lab.tokens.issue(_REFRESH, _SIGN_IN),
        "clientId": "bedrock-emulator",
        "clientSecret": lab.tokens.issue(_CLIENT, _SIGN_IN),
        "registrationExpiresAt": write_seconds(now + _SIGN_IN),
    }


class RestEndpoint:
    """A service of JSON over routes, of which it serves what is in `handlers`."""

    service: ClassVar[str]
    handlers: ClassVar[Mapping[str, Handler]]

    def __init__(self) -> None:
        self._parser = Parser()

    @cached_property
    def _router(self) -> Router:
        return Router(load_api((self.service,)))

    def answer(self, visit: Visit) -> Told:
        """Answer a request; none of these is signed."""
        match = self._router.match(visit.request.method, visit.path)
        if match is None:
            text = f"No operation of {self.service} has this method and path."
            raise AwsError("UnknownOperationException", text, status=404)
        visit.operation = match.operation.name
        visit.region = visit.lab.region
        visit.caller = Caller(kind="anonymous", account=visit.lab.identity.role.account)
        handler = self.handlers.get(visit.operation)
        if handler is None:
            text = f"This emulator does not serve {visit.operation}, only {', '.join(sorted(self.handlers))}."
            raise AwsError("UnknownOperationException", text, status=400)
        params = self._parser.parse(match.operation, visit.request, match.labels)
        visit.asked = params if visit.request.body else None
        output = handler(visit.call(match.operation), params)
        assert isinstance(output, dict)  # none of them streams
        return Told(serialize(match.operation, output, visit.request_id), output)

    def refuse(self, visit: Visit, error: AwsError) -> HttpResponse:
        """An error as the service's own layer writes it, which is not Bedrock's."""
        match = self._router.match(visit.request.method, visit.path)
        modelled = match.operation.errors.get(error.code) if match else None
        headers = [*body_headers(visit.request_id), ("x-amzn-errortype", error.code)]
        body = to_json(error.members or {"message": error.message})
        return HttpResponse(status=modelled or error.status or 400, headers=headers, body=body)


def _get_role_credentials(call: Call, params: Params) -> Output:
    verdict = call.lab.tokens.check(_ACCESS, params["accessToken"])
    if verdict != "valid" and call.lab.auth != "off":
        raise AwsError("UnauthorizedException", "Session token not found or invalid")  # [reported by users]
    name, account = params["roleName"], params["accountId"]
    permission_set = f"arn:aws:iam::{account}:role/{name}"
    suffix = sha256(permission_set.encode()).hexdigest()[:16]
    role = read_role(f"arn:aws:iam::{account}:role/AWSReservedSSO_{name}_{suffix}")  # its form: [docs]
    if not _PERMISSION_SET.fullmatch(name) or role is None or not call.lab.identity.knows(permission_set):
        raise AwsError("ForbiddenException", "No access", status=403)  # [reported by users]
    credential = call.lab.sessions.mint(
        arn=role.session_arn(USER), account=account, ttl=call.lab.identity.session
    )
    assert credential.expires_at is not None  # temporary keys end
    return {
        "roleCredentials": {
            "accessKeyId": credential.access_key_id,
            "secretAccessKey": credential.secret_access_key,
            "sessionToken": credential.session_token,
            "expiration": int(credential.expires_at.timestamp() * 1000),
        }
    }


def _create_token(call: Call, params: Params) -> Output:
    tokens = call.lab.tokens
    if params["grantType"] != "refresh_token":
        raise _oidc("UnsupportedGrantTypeException", "unsupported_grant_type", "Only refresh_token is served")
    if tokens.check(_CLIENT, params["clientSecret"]) != "valid":
        raise _oidc("InvalidClientException", "invalid_client", "Invalid client provided")
    if "refreshToken" not in params:
        raise _oidc("InvalidRequestException", "invalid_request", "Missing required parameter: refreshToken")
    if tokens.check(_REFRESH, params["refreshToken"]) != "valid":
        raise _oidc("InvalidGrantException", "invalid_grant", "Invalid refresh token provided")
    return {
        "accessToken": tokens.issue(_ACCESS, timedelta(seconds=ACCESS_SECONDS)),
        "expiresIn": ACCESS_SECONDS,
        "refreshToken": tokens.issue(_REFRESH, _SIGN_IN),
        "tokenType": "Bearer",
    }


def _oidc(code: str, error: str, description: str) -> AwsError:
    """A refusal with the two members that OAuth gives errors; the descriptions are a [guess]."""
    return AwsError(code, description, members={"error": error, "error_description": description})


class Sso(RestEndpoint):
    """The portal: keys for who has signed in."""

    service = "sso"
    handlers: ClassVar[Mapping[str, Handler]] = {"GetRoleCredentials": _get_role_credentials}


class Oidc(RestEndpoint):
    """The sign-in: refreshed here, begun with `env --source sso` in place of a browser."""

    service = "sso-oidc"
    handlers: ClassVar[Mapping[str, Handler]] = {"CreateToken": _create_token}
