"""What an API call needs to be allowed: actions, the resources they are about, and the facts that policies may ask for.

Modelled operations that are not served yet follow the same rules, so that serving one needs nothing here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bedrock_emulator.auth.actions import BEARER_ACTION, GUARDRAIL_ACTION, TAG_ACTION, action_of
from bedrock_emulator.auth.policy import SERVICE_PREFIX
from bedrock_emulator.call import Call, Params
from bedrock_emulator.operations.profiles import find_profile
from bedrock_emulator.state.arn import model_arn, parse_arn, partition_of
from bedrock_emulator.state.catalog import ProfileRecord

NO_RESOURCE = "*"
"""What stands for the resource of an action that is about none: only `*` in a policy includes it [docs]."""

_LABEL = re.compile(r"\{(\w+)\}")
_VERB = re.compile(r"[A-Z][a-z]+")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APPLICATION_PROFILE_ID = re.compile(r"[a-z0-9]{12}")

_LABELLED: Mapping[str, str] = MappingProxyType(
    {
        "customModelDeploymentIdentifier": "custom-model-deployment",
        "guardrailIdentifier": "guardrail",
        "provisionedModelId": "provisioned-model",
    }
)
"""The type of resource that the label of a path names; `…Identifier` otherwise is of what the operation is called after."""

_WITHOUT_RESOURCE = frozenset(
    {
        "DeleteFoundationModelAgreement",
        "GetFoundationModelAvailability",
        "ListFoundationModelAgreementOffers",
        "DeleteEnforcedGuardrailConfiguration",
    }
)
"""Operations whose path names something that policies cannot be about [docs]."""

_AWS_OWNED = frozenset({"foundation-model"})
"""Resources of no account of their own."""

_GLOBAL_REGION = "unspecified"
"""aws:RequestedRegion where a global profile reaches a model in whatever region [docs]."""


@dataclass(frozen=True, slots=True)
class Need:
    """One action on one resource."""

    action: str
    """With its prefix."""
    resource: str = NO_RESOURCE
    facts: Mapping[str, str] = field(default_factory=dict)
    """Condition keys of this need alone, besides those of the request."""


def needs(call: Call, params: Params) -> Iterator[Need]:
    """Everything that the caller must be allowed, in the order in which AWS would miss it [guess]."""
    if call.caller.kind == "bearer":
        yield Need(SERVICE_PREFIX + BEARER_ACTION)
    action = SERVICE_PREFIX + action_of(call.operation.name)
    if "modelId" in params and call.operation.service == "bedrock-runtime":
        yield from _invocation(call, params, action)
        yield from _guardrail_use(call, params)
    elif call.operation.name == GUARDRAIL_ACTION:
        yield from _guardrail_use(call, params)
    else:
        yield Need(action, _resource(call, params))
    if params.get("tags") and call.operation.name.startswith("Create"):
        yield Need(SERVICE_PREFIX + TAG_ACTION, _created(call))


def _invocation(call: Call, params: Params, action: str) -> Iterator[Need]:
    """The model; or a profile, and through it every model that it may reach [docs]."""
    identifier, facts = params["modelId"], _invocation_facts(call, params)
    profile = _profile(call, identifier)
    if profile is None:
        resource = identifier if parse_arn(identifier) else model_arn(call.region, identifier)
        yield Need(action, resource, facts)
        return
    profile_arn = profile.arn(call.region, call.account)
    yield Need(action, profile_arn, facts)
    for arn in profile.model_arns.get(call.region) or ():
        parsed = parse_arn(arn)
        region = (parsed.region if parsed else call.region) or _GLOBAL_REGION
        yield Need(
            action, arn, {**facts, "bedrock:InferenceProfileArn": profile_arn, "aws:RequestedRegion": region}
        )


def _profile(call: Call, identifier: str) -> ProfileRecord | None:
    """The profile that a modelId names: a system-defined one by id or ARN, one of the account by ARN alone."""
    profile = find_profile(call, identifier)
    is_own_by_id = profile is not None and profile.type == "APPLICATION" and parse_arn(identifier) is None
    return None if is_own_by_id else profile


def _invocation_facts(call: Call, params: Params) -> dict[str, str]:
    facts = {}
    guardrail = _guardrail(call, params)
    if guardrail is not None:
        arn, version = guardrail
        facts["bedrock:GuardrailIdentifier"] = (
            arn if version in {None, "DRAFT"} else f"{arn}:{version}"
        )  # [docs]
    tier = params.get("serviceTier")
    if tier is not None:
        facts["bedrock:ServiceTier"] = tier["type"] if isinstance(tier, Mapping) else tier
    return facts


def _guardrail_use(call: Call, params: Params) -> Iterator[Need]:
    """The guardrail of a request, and the profile through which one of the standard tier works [reported by users]."""
    guardrail = _guardrail(call, params)
    if guardrail is None:
        return
    arn, version = guardrail
    action = SERVICE_PREFIX + GUARDRAIL_ACTION
    yield Need(action, arn)
    stored = call.lab.resources.of(call.account, call.region).guardrails.find(arn, version or "DRAFT")
    details = {} if stored is None else stored.settings.get("crossRegionDetails", {})
    if "guardrailProfileArn" in details:
        yield Need(action, details["guardrailProfileArn"])


def _guardrail(call: Call, params: Params) -> tuple[str, str | None] | None:
    """The ARN and version of the guardrail that a request names, in its body or in headers."""
    named: Params = params.get("guardrailConfig") or params
    identifier = named.get("guardrailIdentifier")
    if not identifier:
        return None
    return _arn(call, "guardrail", identifier), named.get("guardrailVersion")


def _resource(call: Call, params: Params) -> str:
    """What an operation is about: the resource in its path or, for tags and copies, in its body."""
    if "resourceARN" in params:
        return str(params["resourceARN"])
    if "modelSource" in params:  # an application profile is made of a model or of another profile [docs]
        return str(params["modelSource"].get("copyFrom", NO_RESOURCE))
    operation = call.operation
    label = _LABEL.search(operation.uri)
    if label is None or operation.name in _WITHOUT_RESOURCE:
        return NO_RESOURCE
    identifier = str(params[label[1]])
    if label[1] == "inferenceProfileIdentifier":
        return _profile_arn(call, identifier)
    return _arn(call, _LABELLED.get(label[1]) or _subject(operation.name), identifier)


def _profile_arn(call: Call, identifier: str) -> str:
    profile = find_profile(call, identifier)
    if profile is not None:
        return profile.arn(call.region, call.account)
    is_own = _APPLICATION_PROFILE_ID.fullmatch(identifier)
    return _arn(call, "application-inference-profile" if is_own else "inference-profile", identifier)


def _arn(call: Call, kind: str, identifier: str) -> str:
    if identifier.startswith("arn:"):
        return identifier
    account = "" if kind in _AWS_OWNED else call.account
    return f"arn:{partition_of(call.region)}:bedrock:{call.region}:{account}:{kind}/{identifier}"


def _subject(operation: str) -> str:
    """What an operation is called after, as ARNs write it: `model-import-job` of GetModelImportJob."""
    return _WORDS.sub("-", _VERB.sub("", operation, count=1)).lower()


def _created(call: Call) -> str:
    """The resources that an operation creates, any of them: the new one has no id yet."""
    kind = _subject(call.operation.name)
    if kind == "inference-profile":
        kind = "application-inference-profile"
    return _arn(call, kind, "*")
