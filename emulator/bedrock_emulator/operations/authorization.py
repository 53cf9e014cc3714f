"""Whether the caller of an operation is allowed it, by the policies of the lab."""

from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_emulator.auth.actions import BEARER_ACTION
from bedrock_emulator.auth.patterns import Context
from bedrock_emulator.auth.policy import SERVICE_PREFIX, Decision, decide
from bedrock_emulator.auth.principal import read_principal, role_arn
from bedrock_emulator.call import Call, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.permissions import NO_RESOURCE, Need, needs
from bedrock_emulator.state.arn import parse_arn

_PRINCIPAL_TYPES = {"user": "User", "role": "AssumedRole"}


def authorize(call: Call, params: Params) -> None:
    """Refuse what the policies of the caller do not allow.

    Raises:
        AwsError: AccessDeniedException, in the words of IAM.
    """
    policies = call.lab.iam.policies(call.caller)
    if policies is None:
        return
    facts = request_facts(call, params)
    for need in needs(call, params):
        decision = decide(policies, need.action, need.resource, _context(call, facts, need))
        if decision is not Decision.ALLOWED:
            raise _denied(call, need, decision)


def _denied(call: Call, need: Need, decision: Decision) -> AwsError:
    """The words are those of AWS [reported by users]; that they come from the authentication layer is a [guess]."""
    is_named = need.resource != NO_RESOURCE or need.action == SERVICE_PREFIX + BEARER_ACTION
    reason = (
        "with an explicit deny in an identity-based policy"
        if decision is Decision.DENIED
        else f"because no identity-based policy allows the {need.action} action"
    )
    message = (
        f"User: {call.caller.arn or 'anonymous'} is not authorized to perform: {need.action}"
        f"{f' on resource: {need.resource}' if is_named else ''} {reason}"
    )
    return AwsError("AccessDeniedException", message, status=403, authentication=True, capital_message=True)


def _context(call: Call, facts: Context, need: Need) -> Context:
    """What policies can ask for one need; what the IAM document gives outweighs what the emulator knows."""
    own = {key.lower(): (value,) for key, value in need.facts.items()}
    return {**facts, **_resource_facts(call, need.resource), **own, **call.lab.iam.context}


def request_facts(call: Call, params: Params) -> dict[str, Sequence[str]]:
    """The condition keys of a request, whatever it needs."""
    now = call.lab.clock.now()
    facts = {
        "aws:currenttime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "aws:epochtime": str(int(now.timestamp())),
        "aws:requestedregion": call.region,
        # The endpoint stands for one of AWS, which answers over TLS alone, whatever the way to the emulator.
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
        **_principal_facts(call),
    }
    tags = _tags(params)
    return {
        **{key: (value,) for key, value in facts.items()},
        **{f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()},
        "aws:tagkeys": (*tags, *params.get("tagKeys", ())),
    }


def _principal_facts(call: Call) -> dict[str, str]:
    identity = read_principal(call.caller.arn)
    facts = {
        "aws:principalaccount": call.account,
        "aws:principalarn": call.caller.arn,
        "aws:principalisawsservice": "false",
        "aws:principaltype": "Anonymous" if identity is None else _PRINCIPAL_TYPES[identity.kind],
    }
    if identity is not None and identity.is_session:
        listed = call.lab.iam.principal(call.caller)
        facts["aws:principalarn"] = role_arn(identity) if listed is None else listed.arn
    if identity is not None and identity.kind == "user":
        facts["aws:username"] = identity.name
    if call.caller.bearer is not None:
        facts["bedrock:bearertokentype"] = call.caller.bearer
    return facts


def _resource_facts(call: Call, resource: str) -> dict[str, Sequence[str]]:
    arn = parse_arn(resource)
    if arn is None:
        return {}
    tags: Mapping[str, str] = call.lab.resources.of(call.account, call.region).tags.of(resource)
    return {
        "aws:resourceaccount": (arn.account or call.account,),
        **{f"aws:resourcetag/{key.lower()}": (value,) for key, value in tags.items()},
    }


def _tags(params: Params) -> dict[str, str]:
    tags: Any = params.get("tags") or ()
    return {tag["key"]: tag["value"] for tag in tags}
