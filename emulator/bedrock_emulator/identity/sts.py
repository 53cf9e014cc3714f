"""AWS STS: sessions of roles for signed callers and for holders of a web identity token."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson

from bedrock_emulator.auth.authenticate import Authenticator
from bedrock_emulator.call import Call, Caller, Handler, Output, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.identity import query
from bedrock_emulator.identity.claims import is_signed, read_claims
from bedrock_emulator.identity.visit import Told, Visit
from bedrock_emulator.model.service import Api, Operation, load_api
from bedrock_emulator.model.validate import Validator
from bedrock_emulator.state.credentials import DEFAULT_ACCOUNT, Credential
from bedrock_emulator.state.identity import Role, read_role

SIGNING_NAME = "sts"

_DEFAULT_SECONDS = 3600
"""Of a session whose caller names no duration [botocore, documentation of AssumeRole]."""

_MOST_CHAINED_SECONDS = 3600
"""Of a session that a session assumes [docs]."""


class Sts:
    """The endpoint; it reads its service model when it is first asked."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._validator = Validator()

    @cached_property
    def _api(self) -> Api:
        return load_api(("sts",))

    @property
    def _any(self) -> Operation:
        return self._api.operations["GetCallerIdentity"]

    def answer(self, visit: Visit) -> Told:
        """Answer a request of the Query protocol."""
        form = _form(visit)
        visit.asked = form
        operation = self._operation(form)
        visit.operation = operation.name
        visit.caller = self._caller(visit, operation)
        visit.region = visit.caller.region or visit.lab.region
        params = query.parse(form, operation.input, self._validator)
        output = _HANDLERS[operation.name](visit.call(operation), params)
        assert isinstance(output, dict)  # none of them streams
        return Told(query.serialize(operation, output, visit.request_id), output)

    def refuse(self, visit: Visit, error: AwsError) -> HttpResponse:
        """AWS's ErrorResponse."""
        operation = self._api.operations.get(visit.operation or "")
        return query.serialize_error(error, operation, self._any.namespace, visit.request_id)

    def _operation(self, form: Mapping[str, str]) -> Operation:
        action, version = form.get("Action"), form.get("Version", self._any.version)
        if action is None:
            text = "The request must contain the parameter Action."
            raise AwsError("MissingAction", text, status=400)
        operation = self._api.operations.get(action)
        if operation is None or version != operation.version:
            text = f"Could not find operation {action} for version {version}"  # [reported by users]
            raise AwsError("InvalidAction", text, status=400)
        if action not in _HANDLERS:
            text = f"This emulator does not serve {action} of STS, only {', '.join(sorted(_HANDLERS))}."
            raise AwsError("InvalidAction", text, status=400)
        return operation

    def _caller(self, visit: Visit, operation: Operation) -> Caller:
        if not operation.signed:
            return Caller(kind="anonymous", account=DEFAULT_ACCOUNT)
        lab = visit.lab
        if lab.auth != "off" and visit.request.headers.get("authorization", "").lower().startswith("bearer"):
            text = "STS takes signatures only: a bearer key is for Bedrock."
            raise AwsError("MissingAuthenticationTokenException", text, status=403, authentication=True)
        caller = self._authenticator.authenticate(
            visit.request,
            mode=lab.auth,
            credentials=lab.keys,
            now=visit.arrived,
            lab_now=lab.clock.now,
            service=SIGNING_NAME,
        )
        return lab.iam.identify(caller)


def _form(visit: Visit) -> dict[str, str]:
    if visit.request.method != "POST":
        text = f"STS takes POST with a form here, not {visit.request.method}."
        raise AwsError("InvalidAction", text, status=405)
    return query.read_form(visit.request.body)


def _get_caller_identity(call: Call, _params: Params) -> Output:
    arn = call.caller.arn or f"arn:aws:iam::{call.account}:root"
    return {"UserId": user_id(arn), "Account": call.account, "Arn": arn}


def _assume_role(call: Call, params: Params) -> Output:
    role = _role(params["RoleArn"])
    if not call.lab.identity.knows(role.arn):
        text = f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role.arn}"
        raise AwsError("AccessDenied", text, status=403)  # [reported by users]
    seconds = params.get("DurationSeconds", _DEFAULT_SECONDS)
    if seconds > _MOST_CHAINED_SECONDS and ":assumed-role/" in call.caller.arn:
        text = (  # [reported by users]
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
        raise AwsError("ValidationError", text, status=400)
    return _session(call, role, params, seconds)


def _assume_role_with_web_identity(call: Call, params: Params) -> Output:
    token = params["WebIdentityToken"]
    _check_identity_token(call, token)
    role, claims = _role(params["RoleArn"]), read_claims(token)
    if not call.lab.identity.knows(role.arn):
        text = "Not authorized to perform sts:AssumeRoleWithWebIdentity"  # [reported by users]
        raise AwsError("AccessDenied", text, status=403)
    session = _session(call, role, params, params.get("DurationSeconds", _DEFAULT_SECONDS))
    about = {"Audience": claims.audience, "Provider": claims.issuer}
    return {
        **session,
        "SubjectFromWebIdentityToken": claims.subject,
        **{name: value for name, value in about.items() if value},
    }


def _check_identity_token(call: Call, token: str) -> None:
    now, expiry = call.lab.clock.now(), read_claims(token).expires_at
    if expiry is not None and now >= expiry:
        text = (  # [reported by users]
            f"Token expired: current date/time {int(now.timestamp())} must be before "
            f"the expiration date/time {int(expiry.timestamp())}"
        )
        raise AwsError("ExpiredTokenException", text)
    if call.lab.auth == "strict" and not is_signed(token, call.lab.tokens.sign):
        # Whose keys to ask is unknown offline, so strict labs take their own tokens only.
        text = "Couldn't verify the token: this lab did not issue it."
        raise AwsError("InvalidIdentityToken", text)


def _role(arn: str) -> Role:
    role = read_role(arn)
    if role is None:
        raise AwsError("ValidationError", f"{arn} is invalid", status=400)  # [reported by users]
    return role


def _session(call: Call, role: Role, params: Params, seconds: int) -> Output:
    _check_policy(params.get("Policy"))
    arn = role.session_arn(params["RoleSessionName"])
    credential = call.lab.sessions.mint(arn=arn, account=role.account, ttl=timedelta(seconds=seconds))
    output: Output = {
        "Credentials": _credentials(credential),
        "AssumedRoleUser": {"AssumedRoleId": user_id(arn), "Arn": arn},
    }
    if "SourceIdentity" in params:
        output["SourceIdentity"] = params["SourceIdentity"]
    return output


def _credentials(credential: Credential) -> dict[str, Any]:
    return {
        "AccessKeyId": credential.access_key_id,
        "SecretAccessKey": credential.secret_access_key,
        "SessionToken": credential.session_token,
        "Expiration": credential.expires_at,
    }


def _check_policy(policy: str | None) -> None:
    """A session policy has to be JSON, though it is not evaluated."""
    try:
        document = {} if policy is None else orjson.loads(policy)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        text = "This policy contains invalid Json"  # [reported by users]
        raise AwsError("MalformedPolicyDocument", text)


def user_id(arn: str) -> str:
    """The unique id of a principal, always the same for the same ARN."""
    account, resource = arn.split(":", 5)[4:]
    kind, _, name = resource.partition("/")
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        return f"AROA{_digest(f'{account}/{role}')}:{session}"
    return account if kind == "root" else f"AIDA{_digest(f'{account}/{name}')}"


def _digest(text: str) -> str:
    return base64.b32encode(sha256(text.encode()).digest()).decode()[:17]


_HANDLERS: Mapping[str, Handler] = {
    "AssumeRole": _assume_role,
    "AssumeRoleWithWebIdentity": _assume_role_with_web_identity,
    "GetCallerIdentity": _get_caller_identity,
}
