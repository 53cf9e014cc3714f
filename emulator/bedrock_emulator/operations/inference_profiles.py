"""The inference profiles of a region: list, get, create, delete."""

from collections.abc import Sequence

from bedrock_emulator.call import Call, Output, Params, PreparedBody
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.model.serialize import to_json
from bedrock_emulator.operations.pages import take_page
from bedrock_emulator.operations.profiles import find_profile, profiles_of_type
from bedrock_emulator.state.arn import FOUNDATION_MODEL, ProfileType, model_arn, parse_arn
from bedrock_emulator.state.catalog import Catalogue, ProfileRecord

DEFAULT_TYPE: ProfileType = "SYSTEM_DEFINED"
"""What a list without the filter holds; application profiles come on request only [reported by users]."""


def list_inference_profiles(call: Call, params: Params) -> Output | PreparedBody:
    """The profiles of one type that the caller can use in the region, page by page."""
    kind: ProfileType = params.get("typeEquals") or DEFAULT_TYPE
    scope = ("ListInferenceProfiles", call.region, call.account, kind)
    limit, token = params.get("maxResults"), params.get("nextToken")
    if limit is None and token is None and kind == DEFAULT_TYPE:
        catalogue: Catalogue = call.lab.catalogue
        return PreparedBody(
            catalogue.prepared(scope, lambda: to_json(_answer(call, profiles_of_type(call, kind))))
        )
    page, next_token = take_page(
        profiles_of_type(call, kind), order=lambda each: each.place, scope=scope, limit=limit, token=token
    )
    return _answer(call, page, next_token)


def get_inference_profile(call: Call, params: Params) -> Output:
    """One profile of either type, by id or by the ARN that the caller's region and account give it."""
    profile = find_profile(call, params["inferenceProfileIdentifier"])
    if profile is None:
        raise _not_found()
    return profile.details(call.region, call.account)


def create_inference_profile(call: Call, params: Params) -> Output:
    """An application profile that reaches what a model, or a system-defined profile of the region, reaches."""
    resources = call.lab.resources.of(call.account, call.region)

    def create() -> Output:
        profile = resources.profiles.new(
            params["inferenceProfileName"],
            _copied(call, params["modelSource"]["copyFrom"]),
            description=params.get("description"),
        )
        arn = profile.arn(call.region, call.account)
        resources.tags.attach(arn, params.get("tags") or ())
        resources.profiles.add(profile)
        return {"inferenceProfileArn": arn, "status": "ACTIVE"}

    return resources.once("CreateInferenceProfile", params, create)


def delete_inference_profile(call: Call, params: Params) -> Output:
    """Forget an application profile and its tags."""
    identifier = params["inferenceProfileIdentifier"]
    resources = call.lab.resources.of(call.account, call.region)
    with resources.lock:
        profile = resources.profiles.find(identifier)
        if profile is None:
            raise _not_deleted(call, identifier)
        resources.profiles.delete(profile)
        resources.tags.detach(profile.arn(call.region, call.account))
    return {}


def _answer(call: Call, profiles: Sequence[ProfileRecord], next_token: str | None = None) -> Output:
    answer: Output = {"inferenceProfileSummaries": [each.row(call.region, call.account) for each in profiles]}
    return answer if next_token is None else {**answer, "nextToken": next_token}


def _copied(call: Call, source: str) -> Sequence[str]:
    """The models that a copy of this source reaches; the texts of all refusals are [reported by users].

    The pattern of the service model lets nothing through but ARNs of models and of system-defined profiles.
    """
    arn = parse_arn(source)
    if arn is not None and arn.resource_type == FOUNDATION_MODEL:
        return _copied_model(call, source, arn.resource_id)
    catalogue: Catalogue = call.lab.catalogue
    profile = catalogue.profile(source, call.region, call.account)
    if profile is None:
        raise validation_error("Inference profile not found")
    return profile.model_arns.get(call.region) or ()


def _copied_model(call: Call, source: str, model_id: str) -> Sequence[str]:
    catalogue: Catalogue = call.lab.catalogue
    model = catalogue.model(model_id, call.region)
    if model is None or source != model_arn(call.region, model_id):
        raise validation_error("Model not found")
    if "ON_DEMAND" not in (model.inference_types.get(call.region) or ()):
        # Users met it with models of a single region; that this is the condition is a [guess].
        raise validation_error("copyFrom must be a valid inference profile model source ARN.")
    return (source,)


def _not_found() -> AwsError:
    # The text is that of CreateInferenceProfile [reported by users]; here it is a [guess].
    return AwsError("ResourceNotFoundException", "Inference profile not found", status=404)


def _not_deleted(call: Call, identifier: str) -> AwsError:
    """Why something that no caller created cannot be deleted; no capture shows the texts [guess]."""
    profile = find_profile(call, identifier)
    if profile is None:
        return _not_found()
    if profile.type == "APPLICATION":
        return validation_error(
            f"The inference profile {identifier} belongs to the catalogue of this emulator's lab: "
            "put another catalogue to take it away."
        )
    return validation_error("System-defined inference profiles cannot be deleted.")
