"""The part of the admin API that opens a lab's credential endpoints to programs."""

from collections.abc import Collection

import flask
import orjson
from flask import Response

from bedrock_emulator.auth.mint_short_term import mint_short_term
from bedrock_emulator.errors import AdminError
from bedrock_emulator.http.admin import check_sender
from bedrock_emulator.http.imds import ImdsListeners
from bedrock_emulator.identity.claims import mint_token
from bedrock_emulator.identity.container import container_token
from bedrock_emulator.identity.sso import sign_in
from bedrock_emulator.regions import is_region
from bedrock_emulator.state.credentials import KNOWN_TO_ALL
from bedrock_emulator.state.labs import Labs


def identity_blueprint(labs: Labs, listeners: ImdsListeners, *, hosts: Collection[str]) -> flask.Blueprint:
    """Routes beside those of the admin API, whose refusals and host check they share."""
    identity = flask.Blueprint("identity", __name__, url_prefix="/_emulator/labs/<name>")
    identity.before_request(lambda: check_sender(hosts))

    @identity.post("/imds")
    def open_imds(name: str) -> Response:
        return _answer({"url": listeners.open(labs.existing(name))})

    @identity.post("/tokens")
    def mint_tokens(name: str) -> Response:
        lab = labs.existing(name)
        role, now = lab.identity.role, lab.clock.now()
        return _answer(
            {
                "roleArn": role.arn,
                "account": role.account,
                "containerAuthorization": container_token(lab.tokens),
                "webIdentity": mint_token(now, lab.tokens.sign),
                "sso": sign_in(lab),
                "bearer": mint_short_term(KNOWN_TO_ALL, region=_region(lab.region), now=now),
            }
        )

    return identity


def _region(default: str) -> str:
    """The region for which a bearer key is asked."""
    region = flask.request.args.get("region", default)
    if not is_region(region):
        raise AdminError(400, f"{region!r} is not an AWS region; write one such as us-east-1", path="?region")
    return region


def _answer(document: object) -> Response:
    return Response(orjson.dumps(document), content_type="application/json")
