"""Which model a `modelId` of the runtime means, in all the forms that the service accepts."""

import re
from dataclasses import dataclass

from bedrock_emulator.call import Call
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.operations.access import denial_of
from bedrock_emulator.operations.profiles import find_profile
from bedrock_emulator.state.arn import FOUNDATION_MODEL, PROFILE_RESOURCES, Arn, model_arn, parse_arn
from bedrock_emulator.state.catalog import Catalogue, ModelRecord, ProfileRecord

_CONTEXT_VARIANT = re.compile(r"(?P<base>.+:\d+):(\d+k?|mm)")
"""`amazon.nova-pro-v1:0:24k`: listed, for provisioned throughput alone [recorded]."""

_NOT_EMULATED = {
    "custom-model": "custom models",
    "custom-model-deployment": "custom model deployments",
    "default-prompt-router": "prompt routers",
    "endpoint": "SageMaker endpoints",
    "imported-model": "imported models",
    "prompt": "prompts",
    "prompt-router": "prompt routers",
    "provisioned-model": "provisioned throughput",
}


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """What a call reaches."""

    model: ModelRecord
    profile: ProfileRecord | None
    invoked_id: str
    """The identifier as the caller wrote it."""

    @property
    def candidate_ids(self) -> tuple[str, ...]:
        """Every name that a rule about this call may use, the most specific first."""
        names = (self.invoked_id, self.profile.profile_id if self.profile else "", self.model.model_id)
        return tuple(dict.fromkeys(name for name in names if name))

    def names(self, call: Call) -> tuple[str, ...]:
        """The same, and the ARNs that say the same to this caller."""
        profile = "" if self.profile is None else self.profile.arn(call.region, call.account)
        arns = (profile, model_arn(call.region, self.model.model_id))
        return tuple(dict.fromkeys((*self.candidate_ids, *filter(None, arns))))


def resolve_model(call: Call, model_id: str) -> ResolvedModel:
    """The model that a call reaches by an id or ARN, whose callers have access to it.

    Raises:
        AwsError: nothing that can be called has this name here, or the lab denies access to it; the texts are those
            of the service.
    """
    resolved = find_model(call, model_id)
    denial = denial_of(call, resolved.model, resolved.names(call))
    if denial is not None:
        raise denial.error()
    return resolved


def find_model(call: Call, model_id: str) -> ResolvedModel:
    """The model, and the profile if one was called, that an id or ARN names in the caller's region.

    Raises:
        AwsError: nothing that can be called has this name here; the texts are those of the service.
    """
    catalogue: Catalogue = call.lab.catalogue
    arn = parse_arn(model_id)
    if arn is None or catalogue.model(model_id, call.region) is not None:
        return _by_id(call, model_id)
    if arn.resource_type == FOUNDATION_MODEL:
        return _on_demand(call, own_model_id(call, model_id), model_id)
    if arn.resource_type in PROFILE_RESOURCES:
        return _by_profile_arn(call, model_id, arn)
    if arn.resource_type in _NOT_EMULATED:
        raise _not_emulated(model_id, arn)
    raise unknown_model()


def model_names(call: Call, model_id: str) -> tuple[str, ...]:
    """Every name of the model that an identifier reaches; the identifier alone where it reaches none."""
    try:
        return find_model(call, model_id).names(call)
    except AwsError:
        return (model_id,)


def own_model_id(call: Call, identifier: str) -> str:
    """The model id in an id or in a foundation-model ARN of the caller's region, or of none.

    Raises:
        AwsError: an ARN of another region, or not one of a foundation model.
    """
    arn = parse_arn(identifier)
    if arn is None:
        return identifier
    if identifier not in {model_arn(region, arn.resource_id) for region in (call.region, "")}:
        raise unknown_model()
    return arn.resource_id


def unknown_model() -> AwsError:
    """The answer to an id that is unknown, or unknown in this region [recorded]."""
    return validation_error("The provided model identifier is invalid.")


def end_of_life() -> AwsError:
    """The answer to a model that was removed [reported by users]."""
    return AwsError(
        "ResourceNotFoundException",
        "This model version has reached the end of its life. "
        "Please refer to the AWS documentation for more details.",
        status=404,
    )


def _by_id(call: Call, identifier: str) -> ResolvedModel:
    catalogue: Catalogue = call.lab.catalogue
    profile = catalogue.profile(identifier, call.region, call.account)
    if profile is not None and profile.type == "SYSTEM_DEFINED":
        return _through(call, profile, identifier)
    # An application profile is called by its ARN; its bare id is a model that nobody knows [guess].
    return _on_demand(call, identifier, identifier)


def _by_profile_arn(call: Call, identifier: str, arn: Arn) -> ResolvedModel:
    profile = find_profile(call, identifier)
    if profile is None:
        raise _unavailable(call, arn.resource_id)
    return _through(call, profile, identifier)


def _through(call: Call, profile: ProfileRecord, identifier: str) -> ResolvedModel:
    """The model behind a profile; it need not be in the caller's region."""
    catalogue: Catalogue = call.lab.catalogue
    base = profile.base_model_id(call.region)
    model = catalogue.known_model(base) if base else None
    if model is None:
        raise unknown_model()
    if model.end_of_life.get(call.region):
        raise end_of_life()
    return ResolvedModel(model, profile, identifier)


def _on_demand(call: Call, model_id: str, identifier: str) -> ResolvedModel:
    catalogue: Catalogue = call.lab.catalogue
    model = catalogue.model(model_id, call.region)
    if model is None:
        raise _unavailable(call, model_id)
    types = model.inference_types.get(call.region) or ()
    if "ON_DEMAND" in types:
        return ResolvedModel(model, None, identifier)
    if _CONTEXT_VARIANT.fullmatch(model_id) or not types:
        raise _not_found()
    if "INFERENCE_PROFILE" in types:
        raise _profile_only(identifier)
    raise validation_error("The provided model doesn't support on-demand throughput.")  # [reported by users]


def _profile_only(identifier: str) -> AwsError:
    return validation_error(
        f"Invocation of model ID {identifier} with on-demand throughput isn\N{RIGHT SINGLE QUOTATION MARK}t "
        "supported. Retry your request with the ID or ARN of an inference profile that contains this model."
    )  # [reported by users]


def _unavailable(call: Call, name: str) -> AwsError:
    """Why a name that cannot be called in this region cannot be called."""
    catalogue: Catalogue = call.lab.catalogue
    model, profile = catalogue.known_model(name), catalogue.known_profile(name)
    if (model and model.end_of_life.get(call.region)) or (profile and profile.end_of_life):
        return end_of_life()
    variant = _CONTEXT_VARIANT.fullmatch(name)
    if variant and (catalogue.known_model(variant["base"]) or catalogue.known_profile(variant["base"])):
        return _not_found()
    return unknown_model()


def _not_found() -> AwsError:
    return AwsError("ResourceNotFoundException", "Model not found.", status=404)  # [reported by users]


def _not_emulated(identifier: str, arn: Arn) -> AwsError:
    """Our own text in the service's shape: there is nothing behind such an ARN here."""
    return AwsError(
        "ResourceNotFoundException",
        f"The emulator has no {_NOT_EMULATED[arn.resource_type]}, so {identifier} cannot exist. "
        "To answer calls to it, add a model with this identifier as its modelId to the lab's catalogue.",
        status=404,
    )
