"""The credential endpoint of a container, as ECS and EKS give it to its programs."""

from datetime import timedelta

from bedrock_emulator.call import Caller
from bedrock_emulator.errors import AwsError
from bedrock_emulator.http.messages import HttpResponse
from bedrock_emulator.identity.documents import credential_document
from bedrock_emulator.identity.visit import Told, Visit
from bedrock_emulator.model.serialize import body_headers, to_json
from bedrock_emulator.state.tokens import TokenMint

CREDENTIALS_PATH = "/credentials"

_PURPOSE = "container"

_TASK = "0123456789abcdef0123456789abcdef"
"""The task's id, which names its session [docs]."""


def container_token(tokens: TokenMint) -> str:
    """What the container's programs have to send; as the agents do it, one for the container's whole life."""
    return tokens.issue(_PURPOSE, timedelta(days=3650))


class Container:
    """The endpoint."""

    def answer(self, visit: Visit) -> Told:
        """Answer a request for the container's keys."""
        if visit.path != CREDENTIALS_PATH:
            raise AwsError("ResourceNotFound", f"Ask for {CREDENTIALS_PATH}.", status=404)
        visit.operation = "container:GetCredentials"
        visit.region = visit.lab.region
        if visit.request.method != "GET":
            raise AwsError("MethodNotAllowed", f"Use GET, not {visit.request.method}.", status=405)
        _check_token(visit)
        role = visit.lab.identity.role
        arn = role.session_arn(_TASK)
        visit.caller = Caller(kind="anonymous", account=role.account)
        credential = visit.lab.sessions.rotating(
            "container", arn=arn, account=role.account, ttl=visit.lab.identity.session
        )
        document = {"RoleArn": role.arn, **credential_document(credential)}
        return Told(
            HttpResponse(status=200, headers=body_headers(visit.request_id), body=to_json(document)), document
        )

    def refuse(self, visit: Visit, error: AwsError) -> HttpResponse:
        """The agents' JSON error."""
        body = {"code": error.code, "message": error.message, "HTTPErrorCode": error.status}
        return HttpResponse(
            status=error.status or 400, headers=body_headers(visit.request_id), body=to_json(body)
        )


def _check_token(visit: Visit) -> None:
    token = visit.request.headers.get("authorization", "").strip()
    if visit.lab.auth == "off" or visit.lab.tokens.check(_PURPOSE, token) == "valid":
        return
    text = (
        "The Authorization header is not the token of this lab's container; "
        "it is the value of AWS_CONTAINER_AUTHORIZATION_TOKEN as the lab gave it."
    )
    # Name and status are those of other credential endpoints; no capture of an agent [guess].
    raise AwsError("UnauthorizedException", text, status=401)
